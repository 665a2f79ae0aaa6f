"""Shrinking: from a candidate at which two sides differ to one of smaller sizes and simpler entries."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import Any

from symattn.proof.candidates import HALF, Candidate, Number, Shapes, Sizes, flattened, nested

Differing = Callable[[Sequence[Candidate]], "int | None"]
"""The first of some candidates of the same sizes at which the sides differ, by its position."""

SIMPLEST: tuple[Number, ...] = (0, 1, -1, 2, HALF, -2, -HALF, 3, -3)
"""Entries from the simplest on; all others come after them."""

PASSES = 4
"""How often all entries are gone through; what one of them allows may be another's to use."""


def shrunk(
    candidate: Candidate, least: Sizes, shapes: Callable[[Sizes], Shapes | None], differing: Differing
) -> Candidate:
    """The candidate with sizes and entries made smaller one at a time while the sides still differ.

    ``least`` are the least sizes, ``shapes`` gives the inputs' shapes at some sizes. ``differing`` may refuse all that
    it is asked, which ends the shrinking.
    """
    smaller: Candidate | None = candidate
    while smaller is not None:
        candidate = smaller
        smaller = next(
            (
                parts[found]
                for parts in _smaller_by_one(candidate, least, shapes)
                if (found := differing(parts)) is not None
            ),
            None,
        )
    for _ in range(PASSES):
        simpler = _simpler(candidate, differing)
        if simpler is candidate:
            break
        candidate = simpler
    return candidate


def _smaller_by_one(
    candidate: Candidate, least: Sizes, shapes: Callable[[Sizes], Shapes | None]
) -> Iterator[list[Candidate]]:
    """For each size, the largest first, the candidate without its last or its first positions along it."""
    for name in sorted(candidate.sizes, key=lambda name: -candidate.sizes[name]):
        if candidate.sizes[name] <= least[name]:
            continue
        sizes = {**candidate.sizes, name: candidate.sizes[name] - 1}
        asked = shapes(sizes)
        if asked is not None:
            ends = (
                {key: part(candidate.inputs[key], shape) for key, shape in asked.items()} for part in (_first, _last)
            )
            yield [Candidate(sizes, inputs) for inputs in ends]


def _first(values: Any, shape: Sequence[int]) -> Any:
    return [_first(part, shape[1:]) for part in values[: shape[0]]] if shape else values


def _last(values: Any, shape: Sequence[int]) -> Any:
    return [_last(part, shape[1:]) for part in values[len(values) - shape[0] :]] if shape else values


def _simpler(candidate: Candidate, differing: Differing) -> Candidate:
    """The candidate with each entry as simple as it can be while the others are as they are; itself if all are."""
    shape = shape_by_input(candidate)
    for name in candidate.inputs:
        flat = flattened(candidate.inputs[name])
        for place, entry in enumerate(flat):
            tries = [number for number in SIMPLEST if rank(number) < rank(entry)]
            changed = [nested([*flat[:place], number, *flat[place + 1 :]], shape[name]) for number in tries]
            made = [Candidate(candidate.sizes, {**candidate.inputs, name: values}) for values in changed]
            found = differing(made) if made else None
            if found is not None:
                candidate, flat[place] = made[found], tries[found]
    return candidate


def shape_by_input(candidate: Candidate) -> dict[str, tuple[int, ...]]:
    """The shape of what each input holds."""
    return {name: _shape(values) for name, values in candidate.inputs.items()}


def _shape(values: Any) -> tuple[int, ...]:
    return (len(values), *_shape(values[0])) if isinstance(values, list) else ()


def rank(number: Number) -> tuple[int, Fraction]:
    """How simple an entry is: the position in the list of the simplest, then the size.

    >>> rank(0) < rank(-1) < rank(HALF) < rank(Fraction(-3, 2)) < rank(7)
    True
    """
    simplest = SIMPLEST.index(number) if number in SIMPLEST else len(SIMPLEST)
    return simplest, abs(Fraction(number))
