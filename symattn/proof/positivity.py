"""What is above 0 for all values of its inputs."""

from __future__ import annotations

from fractions import Fraction

from symattn.proof.terms import Expression, Factor

TRUTHS = ("delta", "holds", "compare", "nonzero")
"""The kinds that are 0 or 1: a power of one is itself."""


def is_positive(value: Expression) -> bool:
    """Whether an expression is above 0 for all values of its inputs.

    It is, if it is a sum of products of what is not negative, and at least one of them is of what is positive.
    """
    if any(c < 0 or not all(_is_not_negative(f, e) for f, e in term.factors) for term, c in value.terms):
        return False
    return any(all(is_positive_factor(factor) for factor, _ in term.factors) for term, _ in value.terms)


def _is_not_negative(factor: Factor, exponent: Fraction) -> bool:
    """Whether a power is at least 0 for all values of its inputs: of what is positive, of truths, or an even one."""
    if is_positive_factor(factor) or (factor.kind in TRUTHS and exponent > 0):
        return True
    return exponent.denominator == 1 and exponent.numerator % 2 == 0


def is_positive_factor(factor: Factor) -> bool:
    """Whether a factor is above 0 for all values of its inputs."""
    if factor.kind in ("size", "number", "constant"):
        return True
    if factor.kind == "apply":
        return factor.head == "exp" and not any(
            other.kind == "apply" and other.head == "ln"
            for term, _ in factor.parts[0].terms
            for other, _ in term.factors
        )
    return factor.kind == "base" and is_positive(factor.parts[0])
