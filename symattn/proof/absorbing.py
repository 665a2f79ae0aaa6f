"""Rules for powers: the base of a denominator found above it, and squared sines."""

from __future__ import annotations

from fractions import Fraction

from symattn.proof import algebra
from symattn.proof.common_factors import leading_place
from symattn.proof.matching import matched
from symattn.proof.terms import Expression, Factor, Index, Powers, of_factor, one, scaled, subtracted


def absorbed(bound: tuple[Index, ...], powers: Powers) -> Expression | None:
    """The first product of the base of a power, found beside it, is the base less its other products."""
    for factor, exponent in powers:
        if factor.kind != "base" or (exponent.denominator == 1 and exponent > 0):
            continue
        base = factor.parts[0]
        leading, coefficient = base.terms[leading_place(base)]
        found = matched(leading, bound, algebra.without(powers, factor))
        if found is None:
            continue
        left, rest = found
        if not factor.free.isdisjoint(set(bound).difference(left)):
            continue
        others = Expression(tuple(term for term in base.terms if term[0] is not leading))
        raised = algebra.product((), [*rest, (factor, exponent + 1)])
        made = subtracted(raised, algebra.multiplied(algebra.product((), [*rest, (factor, exponent)]), others))
        return algebra.over(left, scaled(made, 1 / coefficient))
    return None


def squared_sines(bound: tuple[Index, ...], powers: Powers) -> Expression | None:
    """sin² = 1 - cos²."""
    for factor, exponent in powers:
        if factor.head == "sin" and factor.kind == "apply" and exponent >= 2:
            cosine = of_factor(Factor("apply", "cos", factor.parts), Fraction(2))
            rest = algebra.product_of([*algebra.without(powers, factor), (factor, exponent - 2)])
            return algebra.over(bound, algebra.multiplied(rest, subtracted(one(), cosine)))
    return None
