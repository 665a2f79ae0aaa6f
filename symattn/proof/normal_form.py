"""The algebra of index notation with all its rules and functions: what every other part computes with."""

from __future__ import annotations

from symattn.proof import absorbing, algebra, divisions, permutations, sums, truths
from symattn.proof.algebra import multiplied, over, product_of, total
from symattn.proof.common_factors import content
from symattn.proof.divisions import surely_not_zero
from symattn.proof.functions import applied, floored
from symattn.proof.largest_values import largest
from symattn.proof.positivity import TRUTHS
from symattn.proof.powers import UndefinedError, power
from symattn.proof.substitution import oriented, replaced, substituted
from symattn.proof.truth_values import compare, complement, delta, holds

__all__ = [
    "TRUTHS",
    "UndefinedError",
    "applied",
    "compare",
    "complement",
    "content",
    "delta",
    "floored",
    "holds",
    "largest",
    "multiplied",
    "oriented",
    "over",
    "power",
    "product_of",
    "replaced",
    "substituted",
    "surely_not_zero",
    "total",
]

algebra.RULES[:] = (
    (frozenset(["nonzero"]), divisions.decided_nonzero),
    (frozenset(TRUTHS), truths.decided_truths),
    (frozenset(["holds", "compare", "delta"]), truths.known_inside),
    (frozenset(["delta"]), truths.eliminated_delta),
    (frozenset(["delta"]), permutations.inverted_delta),
    (frozenset(["holds"]), sums.found_blocks),
    (frozenset(["holds"]), sums.split_ranges),
    (frozenset(["holds"]), sums.shortened),
    (frozenset(["holds"]), sums.reindexed),
    (frozenset(), sums.few_values),
    (frozenset(["entry", "apply", "base", "holds", "compare", "index", "largest"]), sums.split_blocks),
    (frozenset(), sums.unused_indices),
    (frozenset(), permutations.renumbered),
    (frozenset(["base"]), absorbing.absorbed),
    (frozenset(["apply"]), absorbing.squared_sines),
)
