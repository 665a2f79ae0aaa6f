"""What is above 0 for all values of its inputs."""

from __future__ import annotations

from symattn.proof.terms import Expression, Factor


def is_positive(value: Expression) -> bool:
    """Whether an expression is above 0 for all values of its inputs: sums of products of what is positive."""
    return bool(value.terms) and all(
        c > 0 and all(is_positive_factor(factor) for factor, _ in term.factors) for term, c in value.terms
    )


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
