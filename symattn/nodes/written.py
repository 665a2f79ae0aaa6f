"""SymPy expressions as they were written: the order of terms and factors is kept, and nothing is distributed.

SymPy's own constructors sort (``q*k`` becomes ``k*q``), split roots and merge nested sums. These fold nothing but
plain numbers, zeros and ones; the values they make are ordinary SymPy expressions, and ``.doit()`` evaluates them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from sympy import Add, Expr, Mul, Number, Piecewise, Pow, S, Sum, Symbol, Tuple, sympify
from sympy.matrices.expressions.matexpr import MatrixElement


def added(*terms: Expr) -> Expr:
    """The sum of some terms in their order; zeros are dropped, plain numbers alone are added.

    >>> from sympy.abc import x, y
    >>> added(y, x, S.Zero).args
    (y, x)
    """
    kept = [term for term in terms if term is not S.Zero]
    if all(isinstance(term, Number) for term in kept):
        return Add(*kept)
    return Add._from_args(kept, is_commutative=True)


def multiplied(*factors: Expr) -> Expr:
    """The product of some factors in their order; ones are dropped, a zero is zero, plain numbers alone are multiplied.

    >>> from sympy.abc import x, y
    >>> multiplied(y, S.One, x).args
    (y, x)
    """
    kept = [factor for factor in factors if factor is not S.One]
    if any(factor is S.Zero for factor in kept):
        return S.Zero
    if all(isinstance(factor, Number) for factor in kept):
        return Mul(*kept)
    return Mul._from_args(kept, is_commutative=True)


def negated(value: Expr) -> Expr:
    """Minus a value, the minus not distributed.

    >>> from sympy.abc import x, y
    >>> negated(added(y, x)).args
    (-1, x + y)
    """
    return -value if isinstance(value, Number) else multiplied(S.NegativeOne, value)


def raised(base: Expr, exponent: Expr) -> Expr:
    """A power; evaluated for plain numbers, symbols and entries, and otherwise left as it is.

    >>> from sympy import Integer
    >>> from sympy.abc import x, y
    >>> raised(multiplied(y, x), S.Half).args, raised(Integer(9), S.Half)
    ((x*y, 1/2), 3)
    """
    if isinstance(base, (Number, Symbol, MatrixElement)) or exponent is S.One:
        return Pow(base, exponent)
    power = Expr.__new__(Pow, base, exponent)
    power.is_commutative = True
    return power


def divided(numerator: Expr, denominator: Expr) -> Expr:
    """A quotient; the denominator keeps its root, so that ``1/sqrt(3)`` does not turn into ``sqrt(3)/3``.

    >>> from sympy import sqrt
    >>> from sympy.abc import x
    >>> divided(x, sqrt(3)).args[1].args
    (sqrt(3), -1)
    """
    return multiplied(numerator, reciprocal(denominator))


def reciprocal(value: Expr) -> Expr:
    """One over a value; evaluated where the result is one power or a number.

    >>> from sympy import sqrt
    >>> reciprocal(sqrt(Symbol("d", positive=True))).args
    (d, -1/2)
    """
    if isinstance(value, Pow) and isinstance(value.base, Symbol):
        return Pow(value, S.NegativeOne)
    return raised(value, S.NegativeOne)


def applied(function: Callable[..., Expr], argument: Expr) -> Expr:
    """A function of SymPy; evaluated for a number, and otherwise left as it is.

    >>> from sympy import exp, tanh
    >>> from sympy.abc import x, y
    >>> applied(tanh, added(negated(y), negated(x))).args[0].args, applied(exp, S.Zero)
    ((-y, -x), 1)
    """
    return function(argument) if argument.is_number else function(argument, evaluate=False)


def summed(kind: type[Expr], term: Expr, symbol: Symbol, length: Expr) -> Expr:
    """``Sum``, or another expression with limits, over ``symbol`` from 0 to ``length - 1``, nothing folded or merged.

    >>> from sympy import Integer, Sum
    >>> r, c = Symbol("r", integer=True), Symbol("c", integer=True)
    >>> summed(Sum, summed(Sum, r * c, r, Integer(2)), c, Integer(3)).args[0]
    Sum(c*r, (r, 0, 1))
    """
    if kind is Sum and term.has(Piecewise):
        kind = SumOfCases
    made = Expr.__new__(kind, term, Tuple(symbol, S.Zero, length - 1))
    made.is_commutative = True
    return made


class SumOfCases(Sum):
    """A ``Sum`` of terms by cases, which stays as it is when sizes and numbers are put in.

    SymPy draws the cases of a sum's term out of it, also those of a sum inside the term, so that their conditions
    lose the index that they are about (SymPy 1.14, ``piecewise_fold`` when a ``Sum`` is made anew by ``subs``).

    >>> from sympy import Piecewise, Symbol
    >>> r, c, n = (Symbol(name, integer=True) for name in "rcn")
    >>> inner = SumOfCases(Piecewise((1, c < r), (0, True)), (c, 0, 2))
    >>> SumOfCases(inner, (r, 0, n)).subs(n, 1).doit(), Sum(inner, (r, 0, n)).subs(n, 1).doit().free_symbols
    (1, {c})
    """

    def __new__(cls, term: Expr, *limits: Any, **_: Any) -> SumOfCases:
        made = Expr.__new__(cls, sympify(term), *(Tuple(*limit) for limit in limits))
        made.is_commutative = True
        return made


def element(matrix: Expr, i: Any, j: Any) -> Expr:
    """One entry of a matrix symbol at a position that is known to lie inside."""
    return Expr.__new__(MatrixElement, matrix, i, j)


def names_in(values: Iterable[Any]) -> set[str]:
    """The name of every symbol, scalar or matrix, in some values or among some names.

    >>> from sympy import MatrixSymbol
    >>> sorted(names_in([MatrixSymbol("r", 2, Symbol("n")), "c"]))
    ['c', 'n', 'r']
    """
    found: set[str] = set()
    seen: set[Any] = set()
    pending: list[Any] = list(values)
    while pending:
        part = pending.pop()
        if isinstance(part, str):
            found.add(part)
        elif part not in seen:
            seen.add(part)
            name = getattr(part, "name", None)
            if isinstance(name, str):
                found.add(name)
            pending.extend(argument for argument in getattr(part, "args", ()) if not isinstance(argument, str))
    return found
