"""The algebra of index notation with all its rules and functions: what every other part computes with."""

from __future__ import annotations

from symattn.proof import absorbing, algebra, functions, permutations, sums, truths
from symattn.proof.algebra import (
    TRUTHS,
    UndefinedError,
    applied,
    compare,
    complement,
    content,
    delta,
    holds,
    largest,
    multiplied,
    oriented,
    power,
    product_of,
    replaced,
    substituted,
    surely_not_zero,
    total,
)
from symattn.proof.functions import floored

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
    "power",
    "product_of",
    "replaced",
    "substituted",
    "surely_not_zero",
    "total",
]

algebra.RULES[:] = (
    (frozenset(algebra.TRUTHS), truths.decided_truths),
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
algebra.FUNCTIONS.update(functions.FUNCTIONS)
