"""Sums of powers of e, ``{exponent: coefficient}``, what numerators and denominators are made of."""

from __future__ import annotations

from collections.abc import Iterable
from math import gcd
from typing import Any, TypeAlias

from symattn.exact.constants import (
    Atom,
    Constant,
    Number,
    check_bits,
    check_terms,
    constant,
    has_atoms,
    monomials,
    size_in_bits,
    whole_parts,
)

Sum: TypeAlias = dict[Any, Any]
"""``{exponent: coefficient}``, both ``Number``; coefficients are sums of whole multiples of monomials, not 0."""

UNIT: Sum = {0: 1}
"""The sum that is 1; never changed in place."""


def add(left: Sum, right: Sum) -> Sum:
    """The sum of two sums.

    >>> add({0: 1, 2: 3}, {2: -3, 4: 1})
    {0: 1, 4: 1}
    """
    total = dict(left)
    for exponent, coefficient in right.items():
        total[exponent] = total.get(exponent, 0) + coefficient
    return {exponent: coefficient for exponent, coefficient in total.items() if coefficient}


def scale(terms: Sum, factor: Number) -> Sum:
    """A sum times a whole constant."""
    if factor == 1:
        return terms
    return {exponent: coefficient * factor for exponent, coefficient in terms.items()} if factor else {}


def multiply(left: Sum, right: Sum) -> Sum:
    """The product of two sums; its size is bounded before it is built.

    >>> multiply({0: 1, 1: 1}, {0: 1, 1: -1})
    {0: 1, 2: -1}
    """
    if len(left) > len(right):
        left, right = right, left
    check_terms(len(left) * len(right))
    if not left:
        return {}
    check_bits(bits_of(left) + bits_of(right))
    if len(left) == 1:
        ((shift, factor),) = left.items()
        if not shift:
            return scale(right, factor)
        return {exponent + shift: coefficient * factor for exponent, coefficient in right.items()}
    total: Sum = {}
    for a, p in left.items():
        for b, q in right.items():
            exponent = a + b
            total[exponent] = total.get(exponent, 0) + p * q
    return {exponent: coefficient for exponent, coefficient in total.items() if coefficient}


def shifted(terms: Sum, by: Number) -> Sum:
    """A sum times ``e**(-by)``."""
    return {exponent - by: coefficient for exponent, coefficient in terms.items()} if by else terms


def bits_of(terms: Sum) -> int:
    """The bits of the largest whole number among the coefficients."""
    return max(map(size_in_bits, terms.values()), default=0)


def is_whole(terms: Sum) -> bool:
    """Whether all coefficients are plain whole numbers."""
    return all(type(coefficient) is int for coefficient in terms.values())


def content(terms: Sum) -> int:
    """The greatest whole number that divides every coefficient.

    >>> content({0: 6, 1: 9})
    3
    """
    return gcd(*(part for coefficient in terms.values() for part in whole_parts(coefficient)))


def divided(terms: Sum, divisor: int) -> Sum:
    """A sum divided by a whole number that divides its coefficients."""
    if divisor == 1:
        return terms
    return {
        exponent: c // divisor if isinstance(c, int) else constant({m: q // divisor for m, q in monomials(c)})
        for exponent, c in terms.items()
    }


def rests_on_atoms(terms: Sum) -> bool:
    """Whether atoms occur in exponents or coefficients, so that distinct terms may still cancel."""
    return any(has_atoms(part) for term in terms.items() for part in term)


def atoms_of(coefficients: Iterable[Number]) -> list[Atom]:
    """The atoms in some coefficients, each once, in the order of their names."""
    found = {atom for number in coefficients for (_, atoms), _ in monomials(number) for atom, _ in atoms}
    return sorted(found, key=lambda atom: atom.key)


def by_power(terms: Sum, atom: Atom) -> dict[int, Sum]:
    """A sum sorted by the powers of an atom in its coefficients: ``{power: sum without the atom}``."""
    found: dict[int, dict[Number, dict]] = {}
    for exponent, coefficient in terms.items():
        for (root, atoms), factor in monomials(coefficient):
            power = dict(atoms).get(atom, 0)
            rest = (root, tuple(item for item in atoms if item[0] != atom))
            found.setdefault(power, {}).setdefault(exponent, {})[rest] = factor
    return {power: {exponent: constant(parts) for exponent, parts in sums.items()} for power, sums in found.items()}


def divided_by_atom(terms: Sum, atom: Atom, power: int) -> Sum:
    """A sum divided by a power of an atom that is in all of its terms."""
    if not power:
        return terms
    found: Sum = {}
    for left, part in by_power(terms, atom).items():
        rest = scale(part, Constant({(1, ((atom, left - power),)): 1})) if left > power else part
        found = add(found, rest)
    return found


def replace_atom(terms: Sum, atom: Atom, power_of_atom: int, numerator: Sum, denominator: Sum) -> tuple[Sum, Sum]:
    """A sum with ``atom**power_of_atom`` replaced by a fraction, as numerator and the denominator that it then needs.

    >>> replace_atom({0: 3, 1: 1}, Atom("tanh", type("x", (), {"key": "1", "atoms": ()})), 1, {0: 2}, {0: 5})
    ({0: 3, 1: 1}, {0: 1})
    """
    parts = by_power(terms, atom)
    most = max((power // power_of_atom for power in parts), default=0)
    if not most:
        return terms, UNIT
    above, below = [UNIT], [UNIT]
    for _ in range(most):
        above.append(multiply(above[-1], numerator))
        below.append(multiply(below[-1], denominator))
    total: Sum = {}
    for power, part in parts.items():
        count, left_over = divmod(power, power_of_atom)
        part = multiply(part, multiply(above[count], below[most - count]))
        if left_over:
            part = scale(part, Constant({(1, ((atom, left_over),)): 1}))
        total = add(total, part)
    return total, below[most]


def common_multiple(left: Sum, right: Sum) -> tuple[int, int] | None:
    """The least whole ``(a, b)`` with ``a * left == b * right``, for sums with whole coefficients.

    >>> common_multiple({0: 2, 1: 4}, {0: 3, 1: 6}), common_multiple({0: 1}, {1: 1})
    ((3, 2), None)
    """
    if left == right:
        return 1, 1
    if left.keys() != right.keys() or not is_whole(left) or not is_whole(right):
        return None
    exponent = next(iter(left))
    p, q = left[exponent], right[exponent]
    if any(coefficient * q != right[key] * p for key, coefficient in left.items()):
        return None
    common = gcd(p, q)
    return q // common, p // common


def rational_value(numerator: Sum, denominator: Sum) -> tuple[int, int] | None:
    """Numerator and denominator as whole numbers, if both are plain ones."""
    if len(denominator) == 1 and 0 in denominator and len(numerator) <= 1:
        above = numerator.get(0, 0 if not numerator else None)
        below = denominator[0]
        if isinstance(above, int) and isinstance(below, int):
            return above, below
    return None
