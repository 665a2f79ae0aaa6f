"""From steps to single entries: each a number or a variable, each computed once, numbers put together beforehand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import NamedTuple

from sympy import Expr

from symattn.closed_form.gathering import decides, value
from symattn.closed_form.growth import needed_positions
from symattn.closed_form.steps import ALONG, GATHER, Step, View
from symattn.errors import LoweringError
from symattn.lowering.scalar_folding import Entry, folded
from symattn.lowering.scalar_steps import Steps

OVER_A_ROW = frozenset({"dot", "sum", "max", "top", "threshold"})
"""Operations whose operands run along a row: of a dot product one factor and the other by turns."""


class Assignment(NamedTuple):
    """``name = operation(*operands)``; an operand is a number or the name of an earlier entry."""

    name: str
    operation: str
    operands: tuple[Entry, ...]
    step: int


class Entries:
    """Every entry that the outputs rest on.

    ``of`` has the number or the variable of each entry by its number, ``assignments`` those that are computed, in
    order, ``inputs`` the variables of each input by its name, or nothing where an input's entry is not needed.
    """

    def __init__(self, steps: Steps) -> None:
        self.steps = steps
        self.of: dict[int, Entry] = {}
        self.inputs: dict[str, list[str]] = {}
        self._made: dict[tuple, str] = {}
        self._by_name: dict[str, Assignment] = {}
        self._taken = {*steps.system.inputs, *steps.system.by_name}
        self._stems = {steps.view(name).source: name for name in steps.ends}
        program = steps.program
        self.needed = self._needed()
        for place, step in enumerate(program.steps):
            positions: Sequence[int] = range(step.size) if self.needed is None else self.needed[place]
            if not positions:
                continue
            for position, entry in zip(positions, self._block(place, step, positions), strict=True):
                self.of[step.start + position] = entry
        self.outputs = {name: [self.of[number] for number in self._numbers(name)] for name in steps.outputs}
        self.assignments = self._used()

    def _needed(self) -> list[list[int]] | None:
        """The positions that matter where entries are looked up by place: others may lie outside their matrix."""
        program = self.steps.program
        if not any(step.operation == GATHER for step in program.steps):
            return None
        wanted = chain.from_iterable(self._numbers(name) for name in self.steps.outputs)
        return needed_positions(program, wanted, {})

    def _numbers(self, name: str) -> list[int]:
        """The entry numbers of a value, row by row."""
        view, numbers = self.steps.view(name), [self.steps.view(name).start]
        for axis, length in self.steps.axes(name).items():
            stride = view.strides.get(axis, 0)
            numbers = [number + stride * place for number in numbers for place in range(length)]
        return numbers

    def _block(self, place: int, step: Step, positions: Sequence[int]) -> Iterable[Entry]:
        """The entries of a step at some positions."""
        operation, found = step.operation, self.of
        if operation == "input":
            return self._leaves(step, positions)
        if operation == "number":
            return [_float(step.detail)]
        if operation == "formula":
            number = value(*step.detail)
            return [_float(number(at)) for at in step.places(positions)]
        if operation == "condition":
            holds = decides(*step.detail)
            return [float(holds(at)) for at in step.places(positions)]
        if operation == "identity":
            return [float(position // step.shape[1] == position % step.shape[1]) for position in positions]
        if operation == GATHER:
            return [found[number] for number in step.sources(positions)[0]]
        if operation in OVER_A_ROW:
            rows = [self._rows(step, view, positions) for view in step.operands]
            if operation == "dot":
                operands: Iterable[tuple[Entry, ...]] = (
                    tuple(chain.from_iterable(zip(*sides, strict=True))) for sides in zip(*rows, strict=True)
                )
            elif operation == "threshold":
                operands = ((alphas[0], *scores) for scores, alphas in zip(*rows, strict=True))
            else:
                operands = rows[0]
        else:
            numbers = [step.first_numbers(view, positions) for view in step.operands]
            operands = [tuple(found[number] for number in each) for each in zip(*numbers, strict=True)]
            if operation == "copy":
                return [each[0] for each in operands]
        return [
            self._made_from(place, step, position, each) for position, each in zip(positions, operands, strict=True)
        ]

    def _rows(self, step: Step, view: View, positions: Sequence[int]) -> list[tuple[Entry, ...]]:
        stride, found = view.strides.get(ALONG, 0), self.of
        offsets = [stride * place for place in range(step.along)]
        return [tuple(found[first + offset] for offset in offsets) for first in step.first_numbers(view, positions)]

    def _leaves(self, step: Step, positions: Sequence[int]) -> Iterator[str]:
        """The variables of an input's entries."""
        name = step.detail.name
        names = self.inputs[name] = [""] * step.size
        for position, at in zip(positions, step.places(positions), strict=True):
            names[position] = self._fresh("_".join([name, *map(str, at)]))
            yield names[position]

    def _made_from(self, place: int, step: Step, position: int, operands: tuple[Entry, ...]) -> Entry:
        operation, operands = folded(step.operation, operands)
        if not operation:
            return operands[0]
        key = operation, operands
        if key not in self._made:
            stem = self._stems.get(place)
            if stem is None:
                name = self._fresh(f"_{len(self._by_name)}")
            else:
                (at,) = step.places([position])
                name = self._fresh("_".join([stem, *map(str, at)]))
            self._made[key] = name
            self._by_name[name] = Assignment(name, operation, operands, place)
        return self._made[key]

    def _fresh(self, name: str) -> str:
        while name in self._taken:
            name += "_"
        self._taken.add(name)
        return name

    def _used(self) -> list[Assignment]:
        """The assignments that an output rests on."""
        used = {entry for entries in self.outputs.values() for entry in entries}
        kept = []
        for assignment in reversed(self._by_name.values()):
            if assignment.name in used:
                used.update(assignment.operands)
                kept.append(assignment)
        self.inputs = {name: [entry if entry in used else "" for entry in all_] for name, all_ in self.inputs.items()}
        return kept[::-1]


def _float(number: Expr) -> float:
    """A number as a float. Errors: ``LoweringError`` for what is none."""
    try:
        return float(number)
    except (TypeError, OverflowError):
        raise LoweringError(f"asked for a number that a float can hold, found {str(number)[:60]}.") from None
