"""Exact numbers as SymPy writes them, and as a text that is the same in every run."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from sympy import Add, Expr, Integer, Mul, Pow, S, cos, erf, exp, log, pi, sin, sqrt, tanh
from sympy import Rational as SympyRational

from symattn.exact.constants import Atom, Number, monomials
from symattn.exact.enclosures import in_order
from symattn.exact.sums import Sum

ATOMS: dict[str, Callable[[Expr], Expr]] = {
    "tanh": tanh,
    "cos": cos,
    "sin": sin,
    "log": log,
    "sqrt": sqrt,
    "erf": erf,
    "pi": lambda argument: pi,
    "value": lambda argument: argument,
}
"""SymPy's name for each function whose values can be atoms."""


def number(value: Number) -> Expr:
    """A constant as a SymPy expression.

    >>> from fractions import Fraction
    >>> from symattn.exact.constants import constant
    >>> number(constant({(3, ()): Fraction(2, 3)}))
    2*sqrt(3)/3
    """
    if isinstance(value, int):
        return Integer(value)
    parts = []
    for (root, atoms), factor in monomials(value):
        powers = [Pow(atom_expression(atom), power) for atom, power in atoms]
        parts.append(Mul(SympyRational(factor.numerator, factor.denominator), sqrt(root), *powers))
    return Add(*parts)


def atom_expression(atom: Atom) -> Expr:
    """An atom as a SymPy expression."""
    return ATOMS[atom.function](atom.argument.to_sympy())


def terms(value: Sum) -> list[tuple[Expr, Expr]]:
    """Coefficients and exponents, in ascending order of the exponents."""
    return [(number(value[exponent]), number(exponent)) for exponent in in_order(value)]


def total(value: Sum) -> Expr:
    """A sum of powers of e as a SymPy expression."""
    return Add(*(Mul(number(coefficient), exp(number(exponent))) for exponent, coefficient in value.items()))


def fraction(n: Sum, d: Sum) -> Expr:
    """A quotient of two sums as a SymPy expression.

    >>> fraction({0: 1, 2: 4}, {0: 1, 2: 2})
    (1 + 4*exp(2))/(1 + 2*exp(2))
    """
    if not n:
        return S.Zero
    above = total(n)
    if len(d) > 1 or not isinstance(d.get(0), int):
        return Mul(above, Pow(total(d), -1))
    divisor: Any = d[0]
    if divisor == 1:
        return above
    return Add(*(Mul(part, SympyRational(1, divisor)) for part in Add.make_args(above)))


def written(value: Sum) -> str:
    """A sum as text by which equal ones are recognised."""
    parts = sorted((_written_number(exponent), _written_number(coefficient)) for exponent, coefficient in value.items())
    return "+".join(f"{coefficient}e^{exponent}" for exponent, coefficient in parts)


def length(value: Sum) -> int:
    """How long a sum is as :func:`written` writes it, found without writing it.

    >>> length({0: 1, 2: 4}) == len(written({0: 1, 2: 4}))
    True
    """
    parts = (len(_written_number(part)) for term in value.items() for part in term)
    return sum(parts) + (len("e^") + len("+")) * len(value) - (1 if value else 0)


@lru_cache(maxsize=4096)
def _written_number(value: Number) -> str:
    parts = sorted(
        f"{factor}√{root}" + "".join(f"*{atom.key}^{power}" for atom, power in atoms)
        for (root, atoms), factor in monomials(value)
    )
    return f"[{' '.join(parts)}]"
