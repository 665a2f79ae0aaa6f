"""The search for the smallest numbers at which two sides differ: found in floating point, decided exactly."""

from __future__ import annotations

import itertools
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from symattn.counts import count
from symattn.equations import EquationSystem
from symattn.proof.candidates import ENTRIES, Candidate, Sizes, drawn, probes, sizes_in_order
from symattn.proof.shown_values import shown_pair
from symattn.proof.shrinking import shrunk
from symattn.proof.sides import Outcome, Sides
from symattn.verdicts import Counterexample
from symattn.verification.instances import least_sizes

LARGEST_SIZE = 4
"""Sizes go up to this one by one."""

MOST_SIZES = 160
"""Combinations of sizes that are tried one after the other."""

MOST_ROUNDS = 16
"""How often the same sizes are gone through with other entries, where there are few of them."""

EXACT_INSTANCES = 10
"""Instances compared exactly where floating point sees no difference."""

DECIDED_AT_ONCE = 2
"""Candidates of the same sizes that are decided exactly where floating point sees a difference in them."""


@dataclass
class Compared:
    """How many instances of some sizes were compared: in floating point, in which they agree, and exactly.

    ``undecided`` are those that exact arithmetic could not decide, ``undefined`` those at which a side has no value or
    a condition does not hold.
    """

    sizes: Sizes
    sampled: int = 0
    exact: int = 0
    undecided: int = 0
    undefined: int = 0

    def __str__(self) -> str:
        sizes = ", ".join(f"{name} = {value}" for name, value in self.sizes.items()) or "fixed sizes"
        counts = {
            "equal exactly": self.exact,
            "equal in floating point": self.sampled,
            "not decided": self.undecided,
            "without a value": self.undefined,
        }
        return f"{sizes}: " + (", ".join(f"{number} {what}" for what, number in counts.items() if number) or "none")


@dataclass(frozen=True)
class Search:
    """What a search came to: a counterexample, or how many instances were compared without one.

    ``stopped`` says why it ended before its end; ``refusals`` say which evaluations could not be used, and why.
    """

    counterexample: Counterexample | None
    compared: tuple[Compared, ...] = ()
    stopped: str = ""
    refusals: tuple[str, ...] = ()
    seconds: float = field(default=0.0, compare=False)

    @property
    def exact(self) -> int:
        """Instances at which both sides are equal, decided exactly."""
        return sum(each.exact for each in self.compared)

    @property
    def sampled(self) -> int:
        """Instances at which both sides agree in floating point."""
        return sum(each.sampled for each in self.compared)

    @property
    def undecided(self) -> int:
        """Instances that could not be decided."""
        return sum(each.undecided for each in self.compared)

    @property
    def undefined(self) -> int:
        """Instances at which a side has no value or a condition does not hold."""
        return sum(each.undefined for each in self.compared)

    @property
    def instances(self) -> tuple[str, ...]:
        """A line for each combination of sizes."""
        return tuple(map(str, self.compared))

    def __str__(self) -> str:
        if self.counterexample is not None:
            return str(self.counterexample)
        total = Compared({}, self.sampled, self.exact, self.undecided, self.undefined)
        lines = [f"no counterexample; {len(self.compared)} combinations of sizes, instances: {str(total)[13:]}"]
        lines += [f"  stopped {self.stopped}"] * bool(self.stopped)
        return "\n".join([*lines, *(f"  {refusal}" for refusal in self.refusals)])


def search(
    system: EquationSystem,
    left: str,
    right: str,
    seconds: float = 10.0,
    seed: int = 0,
    conditions: Sequence[str] = (),
    largest: int = LARGEST_SIZE,
    instances: int = 4_000,
) -> Search:
    """The smallest counterexample to ``left = right``, two equations or inputs of a system, of one shape.

    Sizes are tried from 1 to ``largest``, the smallest total first, with a few small rational entries each, in
    floating point; where the sides look different they are decided in exact numbers, and only a decided difference
    counts. What is found is shrunk. Where floating point sees no difference, some instances are compared exactly.
    Instances at which a side has no value, or a value named in ``conditions`` has an entry 0, are left out.
    ``seconds`` and ``instances`` bound the search; the time is looked at between instances.
    Errors: ``UnknownNameError``, ``ShapeError`` for sides of different shapes, ``InputError`` for options out of range.

    >>> from symattn.defining import mechanism
    >>> system = mechanism("example", inputs={"A": "n m"}, equations="B = softmax(A)\\nC = softmax(A.T).T")
    >>> print(search(system, "B", "C"))
    at n = 1, m = 2:
      A = [[0, 0]]
      entry (1, 1) is 1/2 (0.5) on the left, 1 on the right
    """
    count(largest, "largest", 1, 64)
    count(instances, "instances", 0, 10**9)
    return _Run(Sides(system, left, right, conditions), seconds, seed, largest, instances).run()


class _Run:
    """A search under way: what has been compared, and how much time is left."""

    def __init__(self, sides: Sides, seconds: float, seed: int, largest: int, instances: int) -> None:
        self.sides = sides
        self.least = least_sizes(sides.system)
        self.largest = largest
        self.generator = random.Random(seed)
        self.seconds, self.start = seconds, time.perf_counter()
        self.left = instances
        self.stopped = ""
        self.refusals: dict[str, None] = {}
        self.compared: dict[tuple[tuple[str, int], ...], Compared] = {}

    def run(self) -> Search:
        found = self._first()
        shown = None if found is None else self._shown(*self._smallest(*found))
        return Search(
            shown,
            tuple(self.compared.values()),
            self.stopped,
            (*self.sides.refusals, *self.refusals),
            time.perf_counter() - self.start,
        )

    def _has_time(self) -> bool:
        """Whether there is time left; says what ended the search if not."""
        if time.perf_counter() - self.start >= self.seconds:
            self.stopped = f"after {self.seconds:g} s"
        return not self.stopped

    def _tally(self, sizes: Sizes) -> Compared:
        return self.compared.setdefault(tuple(sizes.items()), Compared(sizes))

    # Finding a difference.

    def _first(self) -> tuple[Candidate, Outcome] | None:
        """The first candidate with a decided difference, in the order of sizes."""
        seen: list[Candidate] = []
        for sizes in self._sizes():
            shapes = self.sides.shapes(sizes)
            if shapes is None:
                continue
            if self._has_time() and not self.left:
                self.stopped = "after as many instances as were asked for"
            if self.stopped:
                return None
            numbers = range(min(len(ENTRIES), self.left))
            candidates = [
                Candidate(sizes, drawn(shapes, self.sides.allowed, number, self.generator)) for number in numbers
            ]
            self.left -= len(candidates)
            found = self._decided(self._suspects(sizes, candidates))
            if found is not None:
                return found
            seen.append(candidates[len(seen) % len(candidates)])
        if self.sides.lowered:  # what floating point does not see may be there all the same
            return self._decided(seen[:: max(1, len(seen) // EXACT_INSTANCES)][:EXACT_INSTANCES])
        return None

    def _sizes(self) -> Iterator[Sizes]:
        found = list(itertools.islice(sizes_in_order(self.least, self.largest), MOST_SIZES))
        if self.least:
            found += probes(self.least, self.largest)
        for _ in range(max(1, min(MOST_ROUNDS, MOST_SIZES // len(found)))):
            yield from found

    def _suspects(self, sizes: Sizes, candidates: list[Candidate]) -> list[Candidate]:
        """The candidates that floating point sees a difference in, a few of them; a few of all if there is no code."""
        suspects = candidates
        if self.sides.lowered:
            kinds = self.sides.floating(candidates)
            tally = self._tally(sizes)
            tally.sampled += kinds.count("equal")
            tally.undefined += kinds.count("undefined")
            suspects = [each for each, kind in zip(candidates, kinds, strict=True) if kind == "different"]
        return suspects[:DECIDED_AT_ONCE]

    def _decided(self, candidates: Sequence[Candidate]) -> tuple[Candidate, Outcome] | None:
        """The first of some candidates at which the sides differ beyond doubt."""
        for candidate in candidates:
            if not self._has_time():
                return None
            outcome = self.sides.decided(candidate)
            if outcome.kind == "different":
                return candidate, outcome
            tally = self._tally(candidate.sizes)
            tally.exact += outcome.kind == "equal"
            tally.undecided += outcome.kind == "undecided"
            tally.undefined += outcome.kind == "undefined"
            if outcome.kind == "undecided":
                self.refusals.setdefault(f"not decided: {outcome.reason}")
        return None

    # Making it small.

    def _smallest(self, candidate: Candidate, outcome: Outcome) -> tuple[Candidate, Outcome]:
        """The candidate shrunk, in floating point where that sees the difference; what it comes to is decided again."""
        if self.sides.lowered and self._looks_different([candidate]) is not None:
            small = shrunk(candidate, self.least, self.sides.shapes, self._looks_different)
            again = self.sides.decided(small)
            if again.kind == "different":
                return small, again
        small = shrunk(candidate, self.least, self.sides.shapes, self._is_different)
        return (small, self.sides.decided(small)) if small is not candidate else (candidate, outcome)

    def _looks_different(self, candidates: Sequence[Candidate]) -> int | None:
        kinds = self.sides.floating(candidates) if self._has_time() else []
        return kinds.index("different") if "different" in kinds else None

    def _is_different(self, candidates: Sequence[Candidate]) -> int | None:
        for position, candidate in enumerate(candidates):
            if self._has_time() and self.sides.decided(candidate).kind == "different":
                return position
        return None

    def _shown(self, candidate: Candidate, outcome: Outcome) -> Counterexample:
        left, right = shown_pair(outcome.left, outcome.right)
        return Counterexample(
            dict(candidate.sizes), dict(candidate.inputs), outcome.place, left, right, outcome.evidence
        )
