"""Indices as they are printed, counted from 1: formulas in them are put in terms of index - 1 and simplified."""

from __future__ import annotations

from sympy import (
    Abs,
    Add,
    Dummy,
    Expr,
    Integer,
    Max,
    Min,
    Mod,
    Mul,
    Number,
    NumberSymbol,
    Piecewise,
    Pow,
    S,
    Symbol,
    collect,
    cos,
    erf,
    exp,
    expand,
    floor,
    fraction,
    log,
    sin,
    tanh,
    together,
)

from symattn.nodes import Cases
from symattn.nodes.base import is_index
from symattn.nodes.written import added, multiplied

ARITHMETIC = (Abs, Add, Max, Min, Mod, Mul, Number, NumberSymbol, Pow, Symbol, cos, erf, exp, floor, log, sin, tanh)
"""What a formula in indices and sizes alone is made of."""


def is_counted(value: Expr) -> bool:
    """Whether a value is a formula in indices, sizes and numbers alone, with at least one index in it.

    >>> from symattn.nodes import index
    >>> is_counted(index("i") - index("j")), is_counted(Symbol("n") + 1)
    (True, False)
    """
    return isinstance(value, ARITHMETIC) and any(map(is_index, value.free_symbols)) and _is_arithmetic(value)


def _is_arithmetic(value: Expr) -> bool:
    return isinstance(value, ARITHMETIC) and all(map(_is_arithmetic, value.args))


def is_of_sizes(value: Expr) -> bool:
    """Whether a value is a formula in sizes and numbers alone.

    >>> from symattn.shapes import size
    >>> is_of_sizes(2 * size("r") + 1), is_of_sizes(Symbol("tau") + 1)
    (True, False)
    """
    symbols = value.free_symbols
    are_sizes = bool(symbols) and all(symbol.is_positive and symbol.is_integer for symbol in symbols)
    return are_sizes and _is_arithmetic(value)


def counted(value: Expr) -> Expr:
    """A formula in indices counted from 0 as one in indices counted from 1, for a printer that prints their letters.

    Entries of matrices are left as they are: their positions count from 0 until they are printed.

    >>> from symattn.nodes import index
    >>> i, j = index("i"), index("j")
    >>> counted(i - j), counted(2 * j), counted(floor(j / 2)).args
    (i - j, 2*(j - 1), ((j - 1)/2,))
    """
    if is_index(value):
        return value - 1
    if isinstance(value, Add):
        return arranged(*map(counted, value.args))
    if isinstance(value, Mul):
        return _product(*map(counted, value.args))
    if isinstance(value, floor):
        above, below = fraction(together(value.args[0]))
        return floor(_product(counted(above), 1 / counted(below)), evaluate=False)
    if isinstance(value, Mod):
        return Mod(*map(counted, value.args), evaluate=False)
    if isinstance(value, Piecewise):
        return Cases(*((counted(case.expr), case.cond) for case in value.args))
    if isinstance(value, ARITHMETIC) and value.args:
        arguments = tuple(map(counted, value.args))
        return value if arguments == value.args else value.func(*arguments)
    return value


def place_from_one(place: Expr) -> Expr:
    """A position counted from 0 as it is printed, counted from 1.

    >>> from symattn.nodes import index
    >>> place_from_one(S.Zero), place_from_one(index("i")), place_from_one(index("i") - index("j"))
    (1, i, i - j + 1)
    """
    if isinstance(place, Integer):
        return place + 1
    return counted(place) if isinstance(place, Piecewise) else arranged(counted(place), S.One)


def arranged(*terms: Expr) -> Expr:
    """A sum of terms, collected by sizes, in a paper's order: indices, sizes, numbers; of each what is added first.

    >>> from symattn.nodes import index
    >>> from symattn.shapes import size
    >>> h, d = index("h"), size("d")
    >>> arranged((h - 1) * d, d), arranged((h - 1) * d, S.One).args, arranged(h / 2, -d / 2).args
    (d*h, (d*(h - 1), 1), (1/2, -d + h))
    """
    kept = {part: Dummy() for term in terms for part in _functions(term)}
    total = expand(Add(*(term.xreplace(kept) for term in terms)))
    sizes = [symbol for symbol in total.free_symbols if not is_index(symbol) and not isinstance(symbol, Dummy)]
    if any(map(is_index, total.free_symbols)):
        total = collect(total, sorted(sizes, key=str))
    back = {dummy: part for part, dummy in kept.items()}
    factor, rest = total.primitive() if isinstance(total, Add) else (S.One, total)
    if factor.q == 1 or any(part.is_number for part in Add.make_args(rest)):
        factor, rest = S.One, total  # a fraction is taken out of indices and sizes alone: (i - j)/2, but i/2 + 1
    ordered = _in_order([_ordered(part, back) for part in Add.make_args(rest)])
    return ordered if factor is S.One else _product(factor, ordered)


def _functions(value: Expr) -> list[Expr]:
    """The parts of a sum or product that are neither: they are kept as they are while it is put in order."""
    if isinstance(value, (Add, Mul)):
        return [found for part in value.args for found in _functions(part)]
    return [] if isinstance(value, (Symbol, Number)) else [value]


def _ordered(value: Expr, back: dict[Dummy, Expr]) -> Expr:
    """The factors of a term in a paper's order: ``(h - 1) d_k``, ``2 j``."""
    if isinstance(value, Add):
        return _in_order([_ordered(part, back) for part in value.args])
    if isinstance(value, Mul):
        return _product(*(_ordered(part, back) for part in value.args))
    return back.get(value, value)  # type: ignore[call-overload]


def _product(*factors: Expr) -> Expr:
    """A product: the number first, then indices, then sizes, then functions."""
    flat = [part for factor in factors for part in (factor.args if isinstance(factor, Mul) else (factor,))]
    flat = [part for factor in flat for part in (_primitive(factor) if isinstance(factor, Add) else (factor,))]
    number = Mul(*(factor for factor in flat if isinstance(factor, Number)))
    others = [factor for factor in flat if not isinstance(factor, Number)]
    return multiplied(number, *sorted(others, key=_rank))


def _primitive(value: Add) -> tuple[Expr, Expr]:
    """A sum without the number that all its terms have in common, and that number."""
    number, rest = value.primitive()
    return (number, value) if number is S.One else (number, _in_order(list(rest.args)))


def _rank(factor: Expr) -> tuple[int, str]:
    has_index = any(map(is_index, factor.free_symbols))
    plain = isinstance(factor, (Symbol, Add))
    if isinstance(factor, NumberSymbol):
        return -1, str(factor)
    return (0 if has_index and plain else 1 if plain else 2), str(factor)


def _in_order(terms: list[Expr]) -> Expr:
    """A sum of indices, sizes and numbers; sizes first where every index is taken away, as in ``n - i``."""
    if len(terms) == 1:
        return terms[0]
    indexed = [term for term in terms if any(map(is_index, term.free_symbols))]
    indices_first = not all(term.could_extract_minus_sign() for term in indexed)

    def place(term: Expr) -> tuple[bool, bool, bool, str]:
        taken_away = bool(term.could_extract_minus_sign())
        return bool(term.is_number), (term in indexed) != indices_first, taken_away, str(term)

    return added(*sorted(terms, key=place))
