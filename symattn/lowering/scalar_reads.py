"""What is known of the blocks of entries before code is written for them: numbers, last reads, an order in memory."""

from __future__ import annotations

from collections.abc import Sequence

from symattn.closed_form.steps import ALONG
from symattn.lowering.scalar_entries import Entries

Numbers = list[float] | None
"""The entries of a block that rests on no input; 0 at positions that do not matter."""


def known_numbers(entries: Entries) -> list[Numbers]:
    """For each step the numbers that its block is made of, or nothing if some are variables."""
    made: list[Numbers] = []
    for step in entries.steps.program.steps:
        found = [entries.of.get(step.start + position, 0.0) for position in range(step.size)]
        numbers = [entry for entry in found if not isinstance(entry, str)]
        made.append(numbers if len(numbers) == len(found) else None)
    return made


def last_reads(entries: Entries, known: Sequence[Numbers]) -> dict[int, int]:
    """For each block that the outputs rest on the last step that reads its memory, under whatever name."""
    steps = entries.steps.program.steps
    last: dict[int, int] = {}

    def read(source: int, place: int) -> None:
        last[source] = max(last.get(source, place), place)
        if steps[source].operation == "copy":
            (view,) = steps[source].operands
            read(view.source, place)

    for name in entries.steps.outputs:
        read(entries.steps.view(name).source, len(steps))
    for place in range(len(steps) - 1, -1, -1):
        if place in last and known[place] is None:
            for view in steps[place].operands:
                read(view.source, place)
    return last


def memory_order(entries: Entries, name: str) -> tuple[int, ...]:
    """The order in which the axes of an input are to lie in memory: one that a product runs along comes last."""
    view, steps = entries.steps.program.named[name], entries.steps.program.steps
    own, source = range(len(steps[view.source].axes)), steps[view.source]
    for step in steps:
        for operand in step.operands if step.operation == "dot" else ():
            if operand.source == view.source and ALONG in operand.strides:
                along = operand.strides[ALONG]
                found = [place for place, (axis, _) in enumerate(source.axes) if source.strides.get(axis) == along]
                return (*(place for place in own if place not in found), *found)
    return tuple(own)
