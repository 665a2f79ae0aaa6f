"""Lowest terms: a fraction of sums of powers of e without common factors, and proofs that there are none."""

from __future__ import annotations

from math import gcd

from symattn.errors import ExactnessError
from symattn.exact.constants import (
    ONE,
    Constant,
    Number,
    common_denominator,
    constant,
    inverse,
    monomials,
)
from symattn.exact.deciding import is_zero
from symattn.exact.enclosures import in_order, sign_of_constant
from symattn.exact.field_factors import cancelled
from symattn.exact.lattices import Lattice
from symattn.exact.polynomials import common_factor, exact_quotient
from symattn.exact.sums import (
    UNIT,
    Sum,
    add,
    atoms_of,
    by_power,
    content,
    divided,
    is_whole,
    multiply,
    replace_atom,
    scale,
    shifted,
)


def lowest_terms(n: Sum, d: Sum, coprime: bool = False) -> tuple[Sum, Sum, bool]:
    """The fraction ``n / d`` in its normal form, and whether that is proved to be in lowest terms.

    Whole coefficients without a common divisor; the lowest power in the denominator is ``e**0``, its coefficient there
    has no square root in it, and its coefficient at the highest power is positive. ``coprime`` says that the caller has
    proved that there is no common factor but a number or a power of e.

    >>> lowest_terms({0: 2, 2: -2}, {0: 6, 1: 6}) == ({0: 1, 1: -1}, {0: 3}, True)
    True
    """
    if not n:
        return {}, UNIT, True
    if is_whole(d) and is_whole(n):
        return _whole(n, d, coprime)
    n, d = _without_roots_below(n, d)
    shared = _shared_monomial(n) if is_whole(d) else None
    if shared is not None:
        factor, plain = shared
        n, d, proved = _whole(plain, d, coprime)
        return scale(n, factor), d, proved
    n, d = _lowest_at_zero(n, d)
    proved = True
    if not coprime and (len(d) > 1 or atoms_of(d.values())):
        n, d, proved = _cancelled_in_field(n, d)
    return (*_normal(n, d), proved)


def _whole(n: Sum, d: Sum, coprime: bool) -> tuple[Sum, Sum, bool]:
    n, d = _lowest_at_zero(n, d)
    proved = True
    if not coprime and len(d) > 1 and len(n) > 1:
        n, d, proved = _cancelled(n, d)
    divisor = gcd(*n.values(), *d.values())
    highest = next(iter(d.values())) if len(d) == 1 else d[in_order(d)[-1] if not _plain(d) else max(d)]
    return divided(n, divisor if highest > 0 else -divisor), divided(d, divisor if highest > 0 else -divisor), proved


def _plain(terms: Sum) -> bool:
    return not any(type(exponent) is Constant for exponent in terms)


def _lowest_at_zero(n: Sum, d: Sum) -> tuple[Sum, Sum]:
    lowest = min(d) if _plain(d) else in_order(d)[0]  # type: ignore[type-var]
    return (shifted(n, lowest), shifted(d, lowest)) if lowest else (n, d)


def _shared_monomial(n: Sum) -> tuple[Constant, Sum] | None:
    """``n`` as one monomial times a sum with whole coefficients, if it is of that kind."""
    found = {monomial for coefficient in n.values() for monomial, _ in monomials(coefficient)}
    if len(found) != 1 or ONE in found:
        return None
    (monomial,) = found
    return Constant({monomial: 1}), {exponent: c.terms[monomial] for exponent, c in n.items()}  # type: ignore[union-attr]


def _without_roots_below(n: Sum, d: Sum) -> tuple[Sum, Sum]:
    """The fraction with no square-root atom in its denominator: both are multiplied by the conjugate."""
    for atom in atoms_of(d.values()):
        if atom.function != "sqrt":
            continue
        parts = by_power(d, atom)
        root = Constant({(1, ((atom, 1),)): 1})
        turned = add(parts.get(0, {}), scale(parts.get(1, {}), -root))
        other = {0: root} if 0 not in parts else turned
        below, extra = replace_atom(multiply(d, other), atom, 2, atom.argument.n, atom.argument.d)
        if _may_vanish(below):
            continue  # the root is itself in the field, which only an enclosure can tell
        above, more = replace_atom(multiply(n, other), atom, 2, atom.argument.n, atom.argument.d)
        n, d = multiply(above, extra), multiply(below, more)
    return n, d


def _may_vanish(terms: Sum) -> bool:
    try:
        return is_zero(terms)
    except ExactnessError:
        return True


def _normal(n: Sum, d: Sum) -> tuple[Sum, Sum]:
    """Coefficients made whole, the first one below rational, the last one below positive."""
    exponents = in_order(d)
    first = sorted(monomials(d[exponents[0]]), key=lambda term: [(a.key, p) for a, p in term[0][1]])
    atoms = first[0][0][1]
    root_part = constant({(r, ()): q for (r, found), q in first if found == atoms})
    if isinstance(root_part, Constant):
        factor = inverse(root_part)
        n, d = _scaled(n, factor), _scaled(d, factor)
    whole = common_denominator([*n.values(), *d.values()])
    n, d = scale(n, whole), scale(d, whole)
    divisor = gcd(content(n), content(d))
    if _is_negative(d[exponents[-1]]):
        divisor = -divisor
    return divided(n, divisor), divided(d, divisor)


def _scaled(terms: Sum, factor: Number) -> Sum:
    return {exponent: coefficient * factor for exponent, coefficient in terms.items()}


def _is_negative(number: Number) -> bool:
    try:
        return sign_of_constant(number) < 0
    except ExactnessError:  # undecided; the sign of the first term as written then serves as well
        return min(monomials(number), key=str)[1] < 0


def _cancelled(n: Sum, d: Sum) -> tuple[Sum, Sum, bool]:
    """Two sums with whole coefficients without their common factors."""
    lattice = Lattice(n, d)
    a, b = lattice.polynomials(n, d)
    common = common_factor(a, b)
    if common == {0: 1}:
        return n, d, True
    if not lattice.is_line:
        return _cancelled_in_field(n, d)
    if common is None:
        return n, d, False
    left, right = exact_quotient(a, common), exact_quotient(b, common)
    assert left is not None and right is not None
    starts = [lattice.coordinates(terms)[0] for terms in (n, d)]
    return (*_lowest_at_zero(lattice.sum(left, starts[0]), lattice.sum(right, starts[1])), True)


def _cancelled_in_field(n: Sum, d: Sum) -> tuple[Sum, Sum, bool]:
    found = cancelled(n, d)
    return (n, d, False) if found is None else (*_lowest_at_zero(*found), True)
