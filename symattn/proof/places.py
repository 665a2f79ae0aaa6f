"""Places under a permutation: p(i) and its inverse, which undo one another, as whole numbers in the same range."""

from __future__ import annotations

from symattn.proof.terms import Expression, Factor, of_factor, subtracted, zero

INVERSE = "⁻¹"


def placed(permutation: str, position: Expression, length: Expression) -> Expression:
    """Where a permutation of so many positions sends one of them.

    >>> from symattn.proof.terms import number, of_index, of_size, Index
    >>> i, n = of_index(Index("i", of_size("n"))), of_size("n")
    >>> placed(inverse("p"), placed("p", i, n), n) == i, placed("p", i, number(1)).number
    (True, Fraction(0, 1))
    """
    if length.number == 1:
        return zero()
    inner = position.single_factor
    if inner is not None and inner.kind == "place" and inner.head == inverse(permutation):
        return inner.parts[0]
    return of_factor(Factor("place", permutation, (position, length)))


def is_inverse(permutation: str) -> bool:
    """Whether a permutation is called as what undoes another one."""
    return permutation.endswith(INVERSE)


def inverse(permutation: str) -> str:
    """What undoes a permutation is called."""
    return permutation.removesuffix(INVERSE) if is_inverse(permutation) else permutation + INVERSE


def unplaced(difference: Expression) -> Expression:
    """Of ``p(a) - p(b)``, which is 0 where ``a - b`` is, the latter; other differences stay."""
    if len(difference.terms) != 2 or sorted(c for _, c in difference.terms) != [-1, 1]:
        return difference
    factors = [term.factors[0][0] for term, _ in difference.terms if len(term.factors) == 1 and not term.bound]
    if len(factors) < 2 or any(factor.kind != "place" for factor in factors) or factors[0].head != factors[1].head:
        return difference
    if any(exponent != 1 for term, _ in difference.terms for _, exponent in term.factors):
        return difference
    return unplaced(subtracted(factors[0].parts[0], factors[1].parts[0]))
