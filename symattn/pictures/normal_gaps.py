"""How steep a softmax of two keys is on average, and in the middle, when its gap is a normal number.

The gap between the scores of two keys is the dot product of a query with the difference of the keys. For vectors of
``d`` standard normal numbers it has mean 0 and variance ``2 d``, and is close to normal for large ``d``; here it is
taken to be normal.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from mpmath import erfinv, exp, mp, mpf, nstr, pi, sqrt

WORKING_DIGITS = 40
"""Digits of the computation, far more than are kept."""

KEPT_DIGITS = 12

STEP = mpf(1) / 4
"""The step of the trapezoidal rule. The integrand is analytic up to its poles at ``+-i pi``, so that the rule is
off by less than ``2 exp(-2 pi**2 / STEP)``, which is below 1e-33
(Trefethen & Weideman 2014, SIAM Review 56, theorem 5.1)."""

FARTHEST = 100
"""Gaps beyond which the slope is below ``exp(-100)``."""


def slope(gap: Any) -> Any:
    """``p (1 - p)`` for ``p = 1 / (1 + exp(-gap))``, the derivative of the weight by the gap: a quarter at most."""
    return 1 / (2 + exp(gap) + exp(-gap))


def middle_slope(variance: Any) -> Decimal:
    """The median of ``p (1 - p)``: its value at the median of the gap's absolute value, as it falls with that.

    >>> middle_slope(2 * 64)
    Decimal('0.000484714473983')
    """
    with mp.workdps(WORKING_DIGITS):
        return _kept(slope(sqrt(2 * mpf(variance)) * erfinv(mpf(1) / 2)))


def mean_slope(variance: Any) -> Decimal:
    """The mean of ``p (1 - p)`` over the gap.

    >>> mean_slope(2 * 64)
    Decimal('0.0348...')
    """
    with mp.workdps(WORKING_DIGITS):
        spread, total = mpf(variance), slope(mpf(0))
        for place in range(1, int(FARTHEST / STEP) + 1):
            gap = place * STEP
            total += 2 * slope(gap) * exp(-(gap**2) / (2 * spread))
        return _kept(total * STEP / sqrt(2 * pi * spread))


def far_slope(length: int) -> Decimal:
    """``1 / (2 sqrt(pi d))``, what the mean comes close to for large ``d`` without scaling.

    >>> far_slope(64)
    Decimal('0.0352618...')
    """
    with mp.workdps(WORKING_DIGITS):
        return _kept(1 / (2 * sqrt(pi * length)))


def _kept(number: Any) -> Decimal:
    return Decimal(nstr(number, KEPT_DIGITS, strip_zeros=False, min_fixed=-50, max_fixed=50))
