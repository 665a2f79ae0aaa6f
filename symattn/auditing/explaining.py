"""Which of the usual mistakes, one or two, make of a mechanism what is claimed: by numbers first, then by proof."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from symattn.auditing.mistakes import Mistake, mistaken_systems
from symattn.auditing.rewriting import Mistaken
from symattn.auditing.sampling import agree
from symattn.equations import EquationSystem
from symattn.verdicts import Verdict
from symattn.verification.instances import Instance
from symattn.verification.rounding import Rounded

Confirm = Callable[[EquationSystem, int], Verdict]
"""What is known of a mistaken system's being what is claimed; it agrees at so many instances."""

FIRST_LOOK = 2
"""Instances at which all pairs of mistakes are tried before the few that are left are tried at all."""


@dataclass(frozen=True)
class Explanation:
    """The mistakes, one or two, that explain a claim, where they were made, and how well that is known."""

    mistakes: tuple[Mistake, ...]
    places: tuple[str, ...]
    verdict: Verdict

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(mistake.name for mistake in self.mistakes)

    def __str__(self) -> str:
        names = " and ".join(self.names)
        sentences = " ".join(mistake.statement for mistake in self.mistakes)
        places = ", ".join(dict.fromkeys(self.places))
        return f"{names} (in {places}; {self.verdict.kind}): {sentences}"


def explain(
    system: EquationSystem,
    value: str,
    found: Sequence[Rounded],
    at: Sequence[Instance],
    confirm: Confirm,
    seconds: float,
) -> tuple[Explanation, ...]:
    """The mistakes that make of a system's value what was ``found`` at some instances: single ones, else pairs.

    Different mistakes may come to one formula; each of them is an explanation. ``seconds`` bound the search for pairs.
    """
    values = dict(enumerate(found))

    def agreed(mistaken: Mistaken, instances: Sequence[Instance]) -> int:
        return 0 if mistaken.equal else agree(values, mistaken.system, value, instances)

    singles, others = [], []
    for mistake, mistaken in mistaken_systems(system):
        if count := agreed(mistaken, at):
            singles.append(Explanation((mistake,), mistaken.places, confirm(mistaken.system, count)))
        else:
            others.append((mistake, mistaken))
    if singles:
        return _once(singles)
    # The simplest instances tell most pairs apart, and cost least.
    order = sorted(range(len(at)), key=lambda number: at[number].volume)
    few = [number for number in order if min((size for _, size in at[number].sizes), default=2) > 1][:FIRST_LOOK]
    at, values = [at[number] for number in few] + list(at), dict(enumerate([found[k] for k in few] + list(found)))
    for pair, mistaken in _pairs(others, time.monotonic() + seconds):
        if agreed(mistaken, at[: len(few)]) and (count := agreed(mistaken, at)):
            return (Explanation(pair, mistaken.places, confirm(mistaken.system, count - len(few))),)
    return ()


def _once(found: list[Explanation]) -> tuple[Explanation, ...]:
    """Each mistake once, at the first of the places where it explains the claim."""
    return tuple({explanation.names: explanation for explanation in reversed(found)}.values())[::-1]


def _pairs(
    singles: list[tuple[Mistake, Mistaken]], deadline: float
) -> Iterator[tuple[tuple[Mistake, Mistake], Mistaken]]:
    """Two different mistakes, the second made in what the first has made."""
    for first, mistaken in singles:
        if mistaken.equal:
            continue
        for second, twice in mistaken_systems(mistaken.system):
            if time.monotonic() > deadline:
                return
            if second is not first:
                yield (first, second), Mistaken(twice.system, (*mistaken.places, *twice.places), twice.equal)
