"""Time and memory of a benchmark: what would take more than there is, is not begun."""

from __future__ import annotations

import time
from collections.abc import Mapping
from math import ceil

from symattn.benching.cases import Case
from symattn.benching.contestants import Contestant
from symattn.benching.counting import Work
from symattn.benching.machine_of_device import device_peak
from symattn.benching.memory import available_bytes

CALLS = 6
"""How often a contestant is called at least: to check it, to warm up, in each round, and for its memory."""

ITEM = {"float64": 8, "float32": 4, "float16": 2, "bfloat16": 2}
"""Bytes of a number."""

SLOW_OPERATIONS, SLOW_ENTRIES = 1e9, 2e7
"""Operations of matrix products, and entries of the largest array, a second, that any code gets through; what small
inputs took a call is mostly other work, and does not grow with these.
"""

FREE = 0.8
"""Which part of the available memory may be taken."""

TIME_IS_UP = "the time is used up; --seconds gives more"
TIME_WOULD_DO = "the time went into loading; --seconds {} would do to begin"


class Budget:
    """The seconds that are left, and what each contestant is expected to take, from what it took before."""

    def __init__(self, seconds: float, device: str = "cpu") -> None:
        self._start, self._seconds = time.monotonic(), seconds
        self._device = device
        self._last: dict[str, tuple[float, float]] = {}

    @property
    def left(self) -> float:
        """Seconds."""
        return self._start + self._seconds - time.monotonic()

    def note(self, name: str, seconds: float, work: Work) -> None:
        """Keep how long a contestant took for some work."""
        self._last[name] = seconds, work.operations

    def too_slow(self, work: Work) -> dict[str, float]:
        """Those for whom there is not the time, with the seconds that they would take; the quicker ones come first."""
        found, left, at_most = {}, self.left, _slow(work)
        expected = {
            name: CALLS * min(seconds * work.operations / max(operations, 1.0), max(seconds, at_most))
            for name, (seconds, operations) in self._last.items()
        }
        for name, seconds in sorted(expected.items(), key=lambda each: each[1]):
            left -= seconds
            if left < 0:
                found[name] = seconds
        return found

    def objection(self, contestant: Contestant, case: Case, work: Work, too_slow: Mapping[str, float]) -> str:
        """Why a contestant is not even tried, for want of time or of memory; ``""`` if it is.

        The first of all is tried though loading has used up the time, if it surely takes no longer than was asked for.
        """
        if self.left <= 0:
            if self._last:
                return TIME_IS_UP
            if CALLS * _slow(work) > self._seconds:
                return TIME_WOULD_DO.format(2 * ceil(self._seconds - self.left))
        free = available_bytes() if self._device == "cpu" else device_peak.free_bytes()
        needed = contestant.whole * work.largest * ITEM[case.dtype]
        if free is not None and needed > FREE * free:
            held = f"{needed / 2**20:,.0f} MiB for its score matrix and what it makes of it"
            return f"it would take {held}; {free / 2**20:,.0f} MiB are free"
        if contestant.name in too_slow:
            seconds, left = too_slow[contestant.name], max(self.left, 0.0)
            return f"it would take about {seconds:,.0f} seconds of {left:,.0f} that are left; --seconds gives more"
        return ""


def _slow(work: Work) -> float:
    """The seconds that one call takes of code that is slow."""
    return max(work.operations / SLOW_OPERATIONS, work.largest / SLOW_ENTRIES)
