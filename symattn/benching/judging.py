"""Who is right: each contestant's results at each number of tokens, and where it is too many, at fewer besides."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from symattn.benching.cases import Case
from symattn.benching.checking import ANALYSED, CANNOT, Truth, stretched, truth_of, values_of
from symattn.benching.contestants import Contestant
from symattn.benching.counting import Work
from symattn.benching.entering import Field
from symattn.benching.memory import available_bytes
from symattn.verification.report import FACTOR

CaseAt = Callable[[int], tuple[Case, dict[str, int], Work]]

ARRAYS = 4
"""How many arrays of the largest size direct code in float64 is taken to hold at once."""


class Judge:
    """Compares with direct NumPy code in float64; what it needs for a number of tokens it makes once."""

    most = FACTOR

    def __init__(self, field: Callable[[int], Field], case: CaseAt) -> None:
        self._field, self._case = field, case
        self._truths: dict[int, Truth | None] = {}
        self._small: dict[tuple[str, int], float] = {}
        self.remarks: list[str] = []

    def agrees(self, units: float) -> bool:
        """Whether an error is within the bound."""
        return units <= self.most

    def units(self, contestant: Contestant, results: Mapping[str, Any], n: int) -> float | None:
        """The largest error in units of the bound, nothing where no bound is known.

        Beyond the tokens up to which every entry is analysed a contestant computes so many besides, and its results for
        ``n`` are compared where there is memory for a reference.
        """
        small = self._analysed(n)
        found = []
        if small != n:
            found.append(self._at_fewer(contestant, small))
        if n not in self._truths:
            self._truths[n] = self._truth(n, small)
        truth = self._truths[n]
        if truth is not None:
            found.append(truth.units(results))
        return max((each for each in found if each is not None), default=None)

    def _analysed(self, n: int) -> int:
        """The most tokens, ``n`` halved as often as it takes, at which every entry is analysed."""
        while n > 1 and self._case(n)[2].largest > ANALYSED:
            n //= 2
        return n

    def _at_fewer(self, contestant: Contestant, n: int) -> float | None:
        if n not in self._truths:
            self._truths[n] = self._truth(n, n)
        truth = self._truths[n]
        if truth is None:
            return None
        if (contestant.name, n) not in self._small:
            smaller, case = self._field(n)[contestant.name], self._case(n)[0]
            self._small[contestant.name, n] = truth.units(smaller.results(smaller.prepared(case)()))
        return self._small[contestant.name, n]

    def _truth(self, n: int, small: int) -> Truth | None:
        case, sizes, work = self._case(n)
        field = self._field(n)
        try:
            if n == small:
                return truth_of(field.system, field.outputs, sizes, case)
            if small not in self._truths:
                self._truths[small] = self._truth(small, small)
            analysed, free = self._truths[small], available_bytes()
            if analysed is None:
                return None
            if free is not None and ARRAYS * 8 * work.largest > free / 2:
                self._remark(
                    f"n = {n}: results were compared at n = {small} alone, for want of memory for a reference."
                )
                return None
            return stretched(analysed, values_of(field.system, field.outputs, case), n / small)
        except CANNOT as error:
            self._remark(f"n = {n}: results were not compared: {str(error).splitlines()[0]}")
            return None

    def _remark(self, text: str) -> None:
        self.remarks.append(text)
