"""Errors against the reference entry by entry, in units of 2^-53 times the conditioning scale."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from symattn.verification.conditioning import UNIT_ROUNDOFF
from symattn.verification.rounding import FIRST_ORDER
from symattn.verification.tally import Truth

Array = Any
"""A NumPy array of float64."""


@dataclass(frozen=True)
class Measured:
    """The errors of the entries of one value.

    ``units`` are those that could be compared, infinite where a number is missing; ``doubtful`` is the number of
    entries at which a comparison, a tie or a jump is too near for float64 to tell, so that there is nothing to compare
    with, and ``reason`` says which it is; ``beyond`` of those on the way to which a number is too large for float64, or
    keeps no digit.
    """

    units: Array
    doubtful: int = 0
    beyond: int = 0
    reason: str = ""


def ratios_of(got: Array, high: Array, low: Array, units: Array) -> Array:
    """Errors in units, where what is expected is the sum of two floats; infinite for what is no number."""
    import numpy as np

    with np.errstate(all="ignore"):
        error = np.where(got == high, abs(low), abs(got - high - low))  # an infinity less itself is no number
        return np.where(error == 0, 0.0, np.nan_to_num(error / units, nan=np.inf, posinf=np.inf))


def measured(truth: Truth, name: str, found: Array, element: int = 0) -> Measured:
    """The errors of a value, found in float64 for one element of an instance, in the shape of the value.

    Errors: ``ValueError`` for an array of another shape.
    """
    import numpy as np

    found, analysed = np.asarray(found), truth.scales("float64")[element][name]
    if found.shape != analysed.scale.shape:
        raise ValueError(f"{name} has the shape {analysed.scale.shape}, found {found.shape}.")
    unit = UNIT_ROUNDOFF["float64"]
    high, low = truth.doubles(element, name)
    known = np.isfinite(analysed.scale) & (analysed.strain * unit <= FIRST_ORDER) & ~np.isnan(low)
    unknown = int((~known).sum())
    units = ratios_of(found, high, low, unit * analysed.scale)
    return Measured(units[known], **{"doubtful" if analysed.doubt else "beyond": unknown}, reason=analysed.doubt)
