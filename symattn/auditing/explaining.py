"""Which of the usual mistakes, one or two, make of a mechanism what is claimed: by numbers first, then by proof."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from symattn.auditing.mistakes import Mistake, mistaken_systems
from symattn.auditing.rewriting import Mistaken
from symattn.auditing.sampling import agree, difference, values_at
from symattn.equations import EquationSystem
from symattn.verdicts import Verdict
from symattn.verification.instances import Instance
from symattn.verification.rounding import Rounded

Confirm = Callable[[EquationSystem, int], Verdict]
"""What is known of a mistaken system's being what is claimed; it agrees at so many instances."""

FIRST_LOOK = 2
"""Instances at which all pairs of mistakes are tried before the few that are left are tried at all."""

FEWEST = 2
"""Instances that must tell a mistake from the system itself, if there are as many."""


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
    factor: float = 1.0,
) -> tuple[Explanation, ...]:
    """The mistakes that make of a system's value what was ``found`` at some instances: single ones, else pairs.

    A mistake must agree at every instance at which anything is known, and at some at which the system itself does not.
    Different mistakes may come to one formula; each of them is an explanation. ``seconds`` bound the search for pairs;
    ``factor`` is by how much more than rounding in float64 what was found may be off.
    """
    telling = [number for number, instance in enumerate(at) if _tells(system, value, instance, found[number], factor)]
    order = telling + [number for number in range(len(at)) if number not in telling]
    at, found = [at[number] for number in order], [found[number] for number in order]
    needed = min(len(telling), FEWEST)

    def agreed(mistaken: Mistaken) -> int:
        if mistaken.equal or not needed:
            return 0
        first = agree(found[: len(telling)], mistaken.system, value, at[: len(telling)], factor)
        rest = (
            agree(found[len(telling) :], mistaken.system, value, at[len(telling) :], factor) if first >= needed else -1
        )
        return first + rest if rest >= 0 else 0

    singles, others = [], []
    for mistake, mistaken in mistaken_systems(system):
        if count := agreed(mistaken):
            singles.append(Explanation((mistake,), mistaken.places, confirm(mistaken.system, count)))
        else:
            others.append((mistake, mistaken))
    if singles:
        return _once(singles)
    simplest = sorted(range(len(telling)), key=lambda number: at[number].volume)[:FIRST_LOOK]
    looked = [found[number] for number in simplest], [at[number] for number in simplest]
    for pair, mistaken in _pairs(others, time.monotonic() + seconds):
        if agree(looked[0], mistaken.system, value, looked[1], factor) >= 0 and (count := agreed(mistaken)):
            return (Explanation(pair, mistaken.places, confirm(mistaken.system, count)),)
    return ()


def _tells(system: EquationSystem, value: str, instance: Instance, found: Rounded, factor: float) -> bool:
    """Whether what was found at an instance is not the system's own value."""
    seen = difference(values_at(instance, system)[value], found)
    return seen is not None and not seen.ratio <= factor


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
