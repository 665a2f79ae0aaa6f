"""Drawing: small numbers from a seed, the same in every run, out of which exercises are made."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from random import Random
from typing import TypeVar

T = TypeVar("T")

Rows = tuple[tuple[Fraction, ...], ...]


class Draw:
    """What one exercise draws: whole numbers, rows, distributions. Its name decides all of it.

    >>> Draw("softmax-7-1").whole(0, 5) == Draw("softmax-7-1").whole(0, 5)
    True
    """

    def __init__(self, name: str) -> None:
        self._random = Random(name)  # a text seeds by its SHA-512, which no version and no process changes

    def whole(self, low: int, high: int) -> int:
        """A whole number from ``low`` to ``high``, both included."""
        return self._random.randint(low, high)

    def one_of(self, choices: Sequence[T]) -> T:
        """One of several things."""
        return choices[self._random.randrange(len(choices))]

    def row(self, length: int, low: int, high: int) -> list[int]:
        """Whole numbers, not all of them equal."""
        while True:
            drawn = [self.whole(low, high) for _ in range(length)]
            if length == 1 or len(set(drawn)) > 1:
                return drawn

    def matrix(self, rows: int, columns: int, low: int = 0, high: int = 3) -> list[list[int]]:
        """Whole numbers in rows; no row is 0, no two rows and no two columns are equal, and it is not symmetric.

        So that a transpose, an exchange of rows and a wrong axis show.
        """
        while True:
            drawn = [[self.whole(low, high) for _ in range(columns)] for _ in range(rows)]
            turned = [list(column) for column in zip(*drawn, strict=True)]
            different = all(len({tuple(each) for each in many}) == len(many) for many in (drawn, turned))
            if different and all(map(any, drawn)) and (rows == 1 or drawn != turned):
                return drawn

    def distribution(self, length: int, parts: int = 10) -> list[Fraction]:
        """Positive fractions that add up to 1, no two equal.

        >>> sum(Draw("a").distribution(3))
        Fraction(1, 1)
        """
        while True:
            cuts = sorted(self._random.sample(range(1, parts), length - 1))
            steps = [after - before for before, after in zip([0, *cuts], [*cuts, parts], strict=True)]
            if len(set(steps)) == length:
                return [Fraction(step, parts) for step in steps]
