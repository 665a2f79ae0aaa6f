"""Reasons: why another key wins under another mechanism, each found by a test on the exact numbers and told with them.

A reason is for two keys of one query: ``a`` is ahead under one mechanism, ``b`` under the other, or they tie under one
of the two. Every function here returns the words of its reason, or nothing if its test fails; the first that holds is
told, and if none does, that is said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from symattn.comparing import by_geometry, by_scores
from symattn.comparing.changes import Change
from symattn.comparing.wording import Parts, told

WHOLE_ROW: tuple[Callable[[Change], Parts], ...] = (
    by_scores.not_allowed,
    by_scores.all_equal,
    by_scores.reversed_order,
)
"""Reasons for all keys of a query at once, in the order in which they are tried."""

PAIRWISE: tuple[Callable[[Change, int, int], Parts], ...] = (
    by_scores.one_not_allowed,
    by_geometry.product_and_angle,
    by_geometry.product_and_distance,
    by_geometry.angle_and_distance,
    by_scores.other_vectors,
    by_scores.added_number,
    by_scores.saturated,
)
"""Reasons for two keys of a query, in the order in which they are tried."""


def reasons_for(change: Change) -> Iterator[Parts]:
    """The reasons, one for all keys where there is such a one, else one for each key that gives way."""
    for whole in WHOLE_ROW:
        found = whole(change)
        if found:
            yield found
            return
    for a, b in change.pairs():
        yield next((found for test in PAIRWISE if (found := test(change, a, b))), none_found(change, a, b))


def none_found(change: Change, a: int, b: int) -> Parts:
    """That no test held, and the scores; no guess."""
    found: list[object] = ["No reason found among those that are tested."]
    for known in (change.first, change.other):
        table = known.member.scores
        what = "scores" if table is not None else "weights"
        values = known.member.weights if table is None else table
        shown = told(values[change.query, a], values[change.query, b])
        found += [f" The {what} of {known.label}: ", shown[0], f" for key {a + 1}, ", shown[1], f" for key {b + 1}."]
    return tuple(found)
