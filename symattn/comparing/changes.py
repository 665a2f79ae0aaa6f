"""Changes: queries whose winning keys are not the same under another mechanism."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from symattn.comparing.known import Known
from symattn.comparing.wording import keys_named

PAIRS = 3
"""Keys for each of which a reason is told where several no longer win."""


@dataclass(frozen=True)
class Change:
    """A query for which another mechanism chooses other keys than the first."""

    query: int
    first: Known
    other: Known

    @property
    def left(self) -> tuple[int, ...]:
        """The keys that win under the first and no longer under the other."""
        kept = set(self.other.winners[self.query])
        return tuple(j for j in self.first.winners[self.query] if j not in kept)

    @property
    def come(self) -> tuple[int, ...]:
        """The keys that win under the other alone."""
        before = set(self.first.winners[self.query])
        return tuple(j for j in self.other.winners[self.query] if j not in before)

    def headline(self) -> str:
        """Which keys win instead of which."""
        before, after = self.first.winners[self.query], self.other.winners[self.query]
        if not self.left and self.come:
            return f"{self.other.label}: {keys_named(self.come)} as well as {keys_named(before)}"
        if not self.come and after:
            return f"{self.other.label}: {keys_named(after)} alone, without {keys_named(self.left)}"
        return f"{self.other.label}: {keys_named(after)} instead of {keys_named(before)}"

    def pairs(self) -> list[tuple[int, int]]:
        """Pairs of keys to give a reason for: one that gives way, or was alone, and one that wins in the end."""
        before, after = self.first.winners[self.query], self.other.winners[self.query]
        if not before or not after:
            return []
        if not self.left:
            return [(before[0], b) for b in self.come[:PAIRS]]
        if len(self.left) > 1 or not self.come:
            return [(a, self.come[0] if self.come else after[0]) for a in self.left[:PAIRS]]
        return [(self.left[0], b) for b in self.come[:PAIRS]]


def changes(known: Sequence[Known]) -> Iterator[Change]:
    """Every query for which a mechanism chooses other keys than the first of them."""
    first = known[0]
    for i in range(len(first.winners)):
        for other in known[1:]:
            if first.winners[i] != other.winners[i]:
                yield Change(i, first, other)
