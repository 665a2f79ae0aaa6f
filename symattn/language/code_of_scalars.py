"""The language's own text of scalars and of conditions, which SymPy keeps in an order of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sympy import Add, Expr, Max, Min, Mod, Mul, Piecewise, Pow, Rational, S, Symbol, erf, exp, floor, sqrt
from sympy.core.relational import Relational
from sympy.logic.boolalg import And, BooleanAtom

from symattn.language.code_pieces import Level, Piece, Printer, call
from symattn.nodes import ExponentialLinear, GaussianLinear, Sigmoid
from symattn.nodes.allowed import in_order
from symattn.nodes.base import is_index
from symattn.nodes.written import negated


def number(printer: Printer, value: Rational) -> Piece:
    if value.q == 1:
        return Piece(str(value.p), Level.SUM if value < 0 else Level.ATOM)
    return Piece(f"{value.p}/{value.q}", Level.SUM if value < 0 else Level.PRODUCT)


def function(word: str) -> Callable[[Printer, Any], Piece]:
    return lambda printer, value: call(word, printer.piece(value.args[0]).text)


def add(printer: Printer, value: Add) -> Piece:
    text = ""
    for place, term in enumerate(in_order(value).args if _of_indices(value) else sorted(value.args, key=_is_negative)):
        negative = _is_negative(term)
        part = -term if negative else term
        # A leading minus binds closer than // and %.
        around = Level.FACTOR if negative and not place and isinstance(part, (floor, Mod)) else Level.PRODUCT
        text += (f" {'-' if negative else '+'} " if place else "-" * negative) + printer.at_least(part, around)
    return Piece(text, Level.SUM)


def _is_negative(term: Expr) -> bool:
    return bool(term.could_extract_minus_sign()) and not isinstance(term, Add)


def _of_indices(value: Expr) -> bool:
    """Whether a value is made of indices, sizes and numbers alone, so that it is a position or a bound."""
    return all(symbol.is_integer is True for symbol in value.free_symbols)


def mul(printer: Printer, value: Mul) -> Piece:
    whole = gaussian(printer, value)
    if whole is not None:
        return whole
    above: list[Expr] = []
    below: list[Expr] = []
    for factor in sorted(value.args, key=_place) if _of_indices(value) else value.args:
        if isinstance(factor, Rational):
            above += [factor.p] if factor.p != 1 else []
            below += [factor.q] if factor.q != 1 else []
        elif isinstance(factor, Pow) and not isinstance(factor, exp) and factor.exp.is_Number and factor.exp < 0:
            below.append(factor.base**-factor.exp)
        else:
            above.append(factor)
    above, below = list(map(S, above)), list(map(S, below))
    negative = bool(above) and above[0].is_Number and above[0] < 0
    if above[:1] == [-1] and len(above) > 1:
        above = above[1:]
    elif negative:
        above[0] = -above[0]
    text = " * ".join(printer.at_least(factor, Level.FACTOR) for factor in above) or "1"
    for factor in below:
        text += " / " + printer.at_least(factor, Level.FACTOR)
    return Piece("-" + text if negative else text, Level.SUM if negative else Level.PRODUCT)


def _place(factor: Expr) -> tuple[bool, bool, bool, str]:
    """Numbers first, then what has an index, then sizes; a symbol before what is made of symbols."""
    indexed = any(map(is_index, factor.free_symbols))
    return not factor.is_Number, not indexed, not isinstance(factor, Symbol), str(factor)


def gaussian(printer: Printer, value: Mul) -> Piece | None:
    """``gelu`` of a number, which SymPy keeps as a product: found again by its error function. ``None`` for others."""
    if len(found := value.atoms(erf)) != 1:
        return None
    inside = found.pop().args[0]
    for argument in (inside.args[0] if inside.args else inside, (inside * sqrt(2)).doit()):
        whole = GaussianLinear.of_number(argument)
        written = call("gelu", printer.piece(argument).text)
        if whole == value:
            return written
        rest = value.doit() / whole.doit()
        if not rest.has(erf) and (rest.is_rational or not rest.is_number):  # else x (1 + erf x)/2 is gelu(sqrt(2) x)
            return Piece(f"{printer.at_least(rest, Level.FACTOR)} * {written.text}", Level.PRODUCT)
    return None


def scalar_power(printer: Printer, value: Pow) -> Piece:
    base, exponent = value.args
    if isinstance(base, Add) and isinstance(base.args[-1], exp):
        argument = negated(base.args[-1].args[0]).doit(deep=False)
        if Sigmoid.of_number(argument) == value:
            return call("sigmoid", printer.piece(argument).text)
    if exponent == Rational(1, 2):
        return call("sqrt", printer.piece(base).text)
    if exponent.is_Number and exponent < 0:
        return Piece("1 / " + printer.at_least(base**-exponent, Level.FACTOR), Level.PRODUCT)
    return Piece(f"{printer.at_least(base, Level.ATOM)}**{printer.at_least(exponent, Level.ATOM)}", Level.POWER)


def largest(printer: Printer, value: Max) -> Piece:
    if len(value.args) == 2:
        for low, inner in (value.args, value.args[::-1]):
            if isinstance(inner, Min) and len(inner.args) == 2 and Max(*value.args) == value:
                x, high = sorted(inner.args, key=_place_in_a_row)
                return call("clip", *(printer.piece(part).text for part in (x, low, high)))
    rest = [part for part in value.args if part != 0]
    if len(rest) == 1 and len(value.args) == 2:
        return call("relu", printer.piece(rest[0]).text)
    return _in_a_row(printer, "max", value)


def smallest(printer: Printer, value: Min) -> Piece:
    return _in_a_row(printer, "min", value)


def _in_a_row(printer: Printer, word: str, value: Expr) -> Piece:
    return call(word, *(printer.piece(part).text for part in sorted(value.args, key=_place_in_a_row)))


def _place_in_a_row(part: Expr) -> tuple[bool, bool, bool, str]:
    """What has an entry or an index first, then sizes, then numbers."""
    values = not _of_indices(part)
    return part.is_number, not values, not any(map(is_index, part.free_symbols)), str(part)


def whole_part(printer: Printer, value: floor) -> Piece:
    """A quotient of whole numbers rounded down; of anything else, ``floor``."""
    numerator, denominator = value.args[0].as_numer_denom()
    whole = numerator.is_integer and denominator.is_integer and denominator.is_positive
    if not whole or denominator == 1 or floor(numerator / denominator) != value:
        return call("floor", printer.piece(value.args[0]).text)
    above, below = printer.at_least(numerator, Level.FACTOR), printer.at_least(denominator, Level.FACTOR)
    return Piece(f"{above} // {below}", Level.PRODUCT)


def cases(printer: Printer, value: Piecewise) -> Piece:
    first: Expr = value.args[0].expr
    if ExponentialLinear.of_number(first) == value:
        return call("elu", printer.piece(first).text)
    if value.args[-1].cond is not S.true:
        raise printer.missing(value)
    text = printer.at_least(value.args[-1].expr, Level.SUM)
    for case in reversed(value.args[:-1]):
        text = f"{printer.at_least(case.expr, Level.SUM)} if {printer.piece(case.cond).text} else {text}"
    return Piece(text, Level.CASES)


def remainder(printer: Printer, value: Mod) -> Piece:
    whole, divisor = (printer.at_least(part, Level.FACTOR) for part in value.args)
    return Piece(f"{whole} % {divisor}", Level.PRODUCT)


def relation(printer: Printer, value: Relational) -> Piece:
    return _chain(printer, [value])


def _chain(printer: Printer, relations: Sequence[Relational]) -> Piece:
    """Relations, each of which begins with what the one before it ends with: ``i - 2 <= j <= i``."""
    shown = printer.at_least(in_order(relations[0].lhs), Level.SUM)
    for relation in relations:
        shown += f" {relation.rel_op} {printer.at_least(in_order(relation.rhs), Level.SUM)}"
    return Piece(shown, Level.SUM)


def both(printer: Printer, value: And) -> Piece:
    """Relations joined by ``&``, in chains where one ends with what another begins with."""
    left, chains = list(value.args), []
    while left:
        chain = [left.pop(0)]
        for part in list(left):
            if part.lhs == chain[-1].rhs:
                chain.append(part)
            elif part.rhs == chain[0].lhs:
                chain.insert(0, part)
            else:
                continue
            left.remove(part)
        chains.append(_chain(printer, chain))
    if len(chains) == 1:
        return chains[0]
    return Piece(" & ".join(f"({chain.text})" for chain in chains), Level.SUM)


def always_or_never(printer: Printer, value: BooleanAtom) -> Piece:
    return Piece("0 == 0" if value is S.true else "0 != 0", Level.SUM)
