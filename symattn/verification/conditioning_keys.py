"""How far rounding may move what is taken over the allowed keys of each row.

Softmax comes out as

    P ∘ (s_S + |S - rowmax S| + 3 + rowsum(P ∘ (s_S + |S - rowmax S| + 1)))

with the largest and the sums of each row over its allowed keys alone. A weight that is not allowed is exactly 0, and so
is its scale: no rounding makes it anything else. Nor do scores that are not allowed enter any other weight's scale, for
``dP[i, j] / dS[i, c] = 0`` where ``c`` is not allowed, however large ``S[i, c]`` and its error are. Which keys are
allowed must be certain: an entry of the set that is 0, or not, only up to its rounding ends the analysis.

Hard maximum has no rounding, but a tie within the errors of its scores is open: that row is in doubt. A tie of scores
that are exact is none.

Entmax is ``p = max(z, 0) ** (1 / (alpha - 1))`` with ``z = (alpha - 1) s - tau``. Its derivative is
``diag(r) - r rᵀ / |r|`` with ``r = p ** (2 - alpha)`` on the support and ``|r|`` the sum of ``r`` (Peters, Niculae &
Martins 2019, proposition 2), so that errors ``e`` of the scores move it by ``r (e + sum(r e) / |r|)``. Which keys are
in the support may be open without harm as long as the weight rises gently from 0, that is for ``alpha`` up to 2; its
slope is in doubt there.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from sympy import MatrixExpr

from symattn.nodes import Entmax, IndexCondition, Intersection, OverAllowedKeys
from symattn.verification.conditioning_indices import condition_over_entries
from symattn.verification.derivatives import power
from symattn.verification.rounding import Dual, Rounded

Analysis = Any
"""The analysis under way, see ``conditioning.py``."""

Tracked = Any
"""``Rounded`` or ``Dual``."""

TIED = "too near a tie of the largest scores"
AT_THE_EDGE = "too near the edge of entmax's support"

HALVINGS = 64
"""Halvings of an interval of length 1, after which float64 has no number in between."""


@dataclass(frozen=True)
class _Row:
    """The scores, what is left of them below the largest allowed one of each row, and which keys are allowed."""

    scores: Tracked
    below: Tracked
    keys: Any
    some: Any
    largest: Any
    strain: float


def softmax(a: Analysis, node: OverAllowedKeys) -> Tracked:
    if node.allowed is None:
        less, _ = a.of(node.scores).below_largest(axis=1)
        weights = less.apply(a.function("exp"))
        return weights / weights.total(axis=1)
    row = _below_largest(a, node)
    weights = row.below.apply(a.function("exp")).where(row.keys)
    return (weights / weights.total(axis=1).where(row.some, 1.0)).where(row.keys).strained(row.strain)


def log_sum_exp(a: Analysis, node: OverAllowedKeys) -> Tracked:
    row = _below_largest(a, node)
    total = row.below.apply(a.function("exp")).where(row.keys).total(axis=1).where(row.some, 1.0)
    found = total.apply(a.function("log")) + row.below.constant(row.largest)
    return found.where(row.some, -math.inf).strained(row.strain)


def hardmax(a: Analysis, node: OverAllowedKeys) -> Tracked:
    np, row = a.np, _below_largest(a, node)
    gap = -a.plain(row.below).value
    error = a.uncertainty(a.plain(row.scores))
    error = error + np.where(row.keys & (gap == 0), error, 0.0).max(axis=1, keepdims=True)
    tied = row.keys & ~(gap > error)
    count = tied.sum(axis=1, keepdims=True)
    weights = tied / np.where(row.some, count, 1.0)
    rounding = np.where(count > 1, weights, 0.0)
    open_rows = (count > 1) & (tied & (error != 0)).any(axis=1, keepdims=True)
    strain = max(row.strain, a.plain(row.scores).strain)
    return a.doubted(a.constant(weights, rounding).strained(strain), open_rows, TIED)


def entmax(a: Analysis, node: Entmax) -> Tracked:
    np, row, steepness = a.np, _below_largest(a, node), float(node.alpha) - 1
    below = a.plain(row.below)
    heights = np.where(row.keys, steepness * below.value, -math.inf)
    above = heights - _threshold(np, heights, 1 / steepness)
    support = above > 0
    weights = np.where(support, above, 0.0) ** (1 / steepness)
    # What rounds: the scores, their differences from the largest, and the threshold, which is a number of size 1.
    errors = np.where(row.keys, below.scale + abs(below.value) + 2.0, 0.0)
    slope = _slope(np, above, support, node)
    average = (slope * np.where(support, errors, 0.0)).sum(axis=1, keepdims=True)
    errors = errors + average / np.where(row.some, slope.sum(axis=1, keepdims=True), 1.0)
    reach = a.tolerance(steepness * errors)
    near = row.keys & ~(above < -reach)
    steepest = _slope(np, above + reach if node.alpha <= 2 else np.maximum(above, reach), near, node)
    scale = np.where(near, steepest * errors + weights + below.floor, 0.0)
    strain = max(row.strain, below.strain, float(np.where(near, steepness * errors, 0.0).max()))
    found = Rounded(weights, scale, below.floor, strain, below.doubt, below.unit)
    edge = (row.keys & ~(abs(above) > reach)).any(axis=1, keepdims=True)
    if not a.dual:
        return found if node.alpha <= 2 else a.doubted(found, edge, AT_THE_EDGE)
    height = Rounded(np.where(support, above, 1.0), steepness * errors, below.floor, strain, unit=below.unit)
    slopes = height.constant(np.ones_like(above))
    if node.alpha != 2:
        slopes = height.apply(power((2 - float(node.alpha)) / steepness))
    slopes = slopes.where(support)
    moved = row.below.tangent
    mean = (slopes * moved).total(axis=1) / slopes.total(axis=1).where(row.some, 1.0)
    return a.doubted(Dual(found, (slopes * (moved - mean)).where(support)), edge, AT_THE_EDGE)


def _slope(np: Any, above: Any, places: Any, node: Entmax) -> Any:
    """``p ** (2 - alpha)`` where the height above the threshold is given."""
    exponent = (2 - float(node.alpha)) / (float(node.alpha) - 1)
    safe = np.where(places, above, 1.0)
    return np.where(places, np.where(safe > 0, abs(safe), math.ulp(0.0)) ** exponent, 0.0)


def _threshold(np: Any, heights: Any, exponent: float) -> Any:
    """The ``t`` of each row with ``sum max(height - t, 0) ** exponent = 1``; the largest height of a row is 0."""
    low, high = np.full((len(heights), 1), -1.0), np.zeros((len(heights), 1))
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        above = (np.maximum(heights - middle, 0.0) ** exponent).sum(axis=1, keepdims=True) >= 1
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    return low


def _below_largest(a: Analysis, node: OverAllowedKeys) -> _Row:
    scores = a.of(node.scores)
    found, strain = allowed_keys(a, node.allowed) if node.allowed is not None else (a.np.array([[True]]), 0.0)
    values = a.plain(scores).value
    keys = a.np.broadcast_to(found, values.shape)
    some = keys.any(axis=1, keepdims=True)
    largest = a.np.where(some, values.max(axis=1, keepdims=True, where=keys, initial=-math.inf), 0.0)
    # Zeros go through the functions in place of what is not allowed, so that it strains nothing.
    below = (scores.where(keys) - scores.constant(largest)).where(keys)
    return _Row(scores, below, keys, some, largest, strain)


def allowed_keys(a: Analysis, allowed: MatrixExpr) -> tuple[Any, float]:
    """Truth values of an allowed set, and a strain: infinite if rounding could change one of them."""
    if isinstance(allowed, IndexCondition):
        return condition_over_entries(a, allowed), 0.0
    if isinstance(allowed, Intersection):
        (left, one), (right, other) = (allowed_keys(a, side) for side in allowed.args)
        return left & right, max(one, other)
    entries = a.plain(a.of(allowed))
    doubtful = a.is_open(entries.value, a.uncertainty(entries))
    return entries.value != 0, math.inf if doubtful.any() else entries.strain


def allowed_set(a: Analysis, allowed: MatrixExpr) -> Tracked:
    keys, strain = allowed_keys(a, allowed)
    return a.constant(keys * 1.0).strained(strain)
