"""Two named values of a system, computed side by side: in floating point to find a difference, exactly to decide it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from symattn import lowering
from symattn.equations import EquationSystem
from symattn.errors import ExactnessError, ShapeError, SymattnError
from symattn.exact import Element, Evaluation, ExactFamily, ExactMatrix, evaluate_equation
from symattn.exact.infinity import NEGATIVE_INFINITY
from symattn.nodes import lengths_of, shape_of
from symattn.proof.candidates import Candidate, Shapes, reduced, shapes_at
from symattn.proof.enclosing import enclosed
from symattn.shapes import same_size, show

if TYPE_CHECKING:
    from symattn.exact.evaluation import Known

NEAR = 1e-9
"""Values in floating point that are nearer than this, measured by the largest one or by 1, are taken for equal there:
what tiny sizes and entries of a few units lose to rounding is far below."""


PRECISIONS = (96, 256)
"""Bits of the enclosures, one attempt after the other."""


@dataclass(frozen=True)
class Outcome:
    """What comparing both sides at a candidate comes to.

    ``kind`` is ``"equal"``, ``"different"`` (then there are a place and both values), ``"undefined"`` where a side has
    no value or a condition does not hold, or ``"undecided"``; ``reason`` says why for the last two, and ``condition``
    names the value that has an entry 0.
    ``evidence`` is how a difference is known: ``"exact"``, or ``"enclosed"`` where rigorous enclosures are apart.
    """

    kind: str
    place: tuple[int, ...] = ()
    left: Any = None
    right: Any = None
    evidence: str = ""
    reason: str = ""
    condition: str = ""


class Sides:
    """The values called ``left`` and ``right`` of a system, and those called ``conditions``, which have no entry 0.

    Errors: ``UnknownNameError`` for a name that the system does not have, ``ShapeError`` unless both have one shape.
    """

    def __init__(self, system: EquationSystem, left: str, right: str, conditions: Sequence[str] = ()) -> None:
        shapes = system.shape(left), system.shape(right)
        if len(shapes[0]) != len(shapes[1]) or not all(map(same_size, *shapes)):
            raise ShapeError(
                f"{left} and {right} cannot be compared: {left} is {show(shapes[0])}, {right} is {show(shapes[1])}."
            )
        self.left, self.right, self.conditions = left, right, tuple(conditions)
        self.names = tuple(dict.fromkeys((left, right, *conditions)))
        self.system = reduced(system, self.names)
        self.allowed = self.system.allowed_inputs - set(self.names)
        self.scalars = any(not shape_of(symbol) for symbol in self.system.input_symbols)
        self.refusals: list[str] = []
        self._sized: dict[tuple[tuple[str, int], ...], EquationSystem] = {}
        self._lengths = [len(self.system.shape(name)) for name in self.names]
        self._lowered = self._function()

    def shapes(self, sizes: Mapping[str, int]) -> Shapes | None:
        """The shape of every input; nothing where there are no inputs of these sizes."""
        return shapes_at(self.system, sizes)

    # Floating point.

    @property
    def lowered(self) -> bool:
        """Whether there is code in floating point."""
        return self._lowered is not None

    def _function(self) -> Callable[..., Any] | None:
        try:
            return lowering.lambdify_system(self.system, "numpy", self.names)
        except SymattnError as error:
            self.refusals.append(f"no code in floating point: {error.message}")
            return None

    def floating(self, candidates: Sequence[Candidate]) -> list[str]:
        """Of candidates of the same sizes, which look ``"equal"``, ``"different"`` and ``"undefined"``.

        All of them are computed at once, unless there are scalars among the inputs, which have no batches.
        """
        assert self._lowered is not None
        if self.scalars and len(candidates) > 1:
            return [kind for candidate in candidates for kind in self.floating([candidate])]
        import numpy as np

        count = len(candidates)
        arrays = {}
        for name, symbol in self.system.inputs.items():
            values = [candidate.inputs[name] for candidate in candidates]
            arrays[name] = np.array(values if shape_of(symbol) else values[0], dtype=np.float64)
        try:
            with np.errstate(all="ignore"):
                found = self._lowered(**arrays)
        except (ArithmeticError, LookupError, ValueError):  # an entry that is not there, the largest of no entries
            return ["undefined"] * count
        except TypeError as error:  # a number of rows or columns that is another one for each value of an index
            self.refusals.append(f"no code in floating point: {error}")
            self._lowered = None
            return ["different"] * count
        values = []
        for name, axes in zip(self.names, self._lengths, strict=True):
            array = np.asarray(found[name], dtype=np.float64)
            inner = array.shape[array.ndim - axes :]
            values.append(np.broadcast_to(array, (count, *inner)).reshape(count, -1))
        return _kinds(np, values[self.names.index(self.left)], values[self.names.index(self.right)], self._held(values))

    def _held(self, values: Sequence[Any]) -> list[Any]:
        return [values[self.names.index(name)] for name in self.conditions]

    # Exact numbers.

    def decided(self, candidate: Candidate) -> Outcome:
        """Both sides compared entry by entry: in exact numbers, and where these are refused between rigorous ends.

        Equality and inequality are decided, never guessed; what is equal is so in exact numbers.
        """
        outcome = self._exactly(candidate)
        if outcome.kind in ("equal", "different") or outcome.condition:
            return outcome
        for bits in PRECISIONS:
            try:
                found = self._enclosed(candidate, bits)
            except (SymattnError, LookupError):  # no value, no definition, or an entry that is not there
                return outcome
            if found.kind != "undecided":
                return found
        return Outcome("undecided", reason=f"{outcome.reason} Enclosures of {PRECISIONS[-1]} bits overlap.")

    def _enclosed(self, candidate: Candidate, bits: int) -> Outcome:
        sizes = tuple(candidate.sizes.items())
        if sizes not in self._sized:
            self._sized[sizes] = self.system.with_sizes(**candidate.sizes) if sizes else self.system
        values = enclosed(self._sized[sizes], candidate.inputs, bits)
        for name in self.conditions:
            if any(number.may_be_0 for _, number in entries_of_lists(values[name])):
                return _without(name)
        pairs = zip(entries_of_lists(values[self.left]), entries_of_lists(values[self.right]), strict=True)
        for (place, a), (_, b) in pairs:
            if a.apart(b):
                return Outcome("different", place, a, b, "enclosed")
        return Outcome("undecided")

    def _exactly(self, candidate: Candidate) -> Outcome:
        try:
            left, right, conditions = self._exact_values(candidate)
            for name, value in conditions.items():
                if any(number.is_zero for _, number in entries(value)):
                    return _without(name)
        except (ExactnessError, ShapeError) as error:
            return Outcome("undefined", reason=error.message)
        except SymattnError as error:
            return Outcome("undecided", reason=error.message)
        return compared(left, right)

    def _exact_values(self, candidate: Candidate) -> tuple[Known, Known, dict[str, Known]]:
        values: dict[str, Any] = {name: Element.constant(length) for name, length in candidate.sizes.items()}
        for name, symbol in self.system.inputs.items():
            given = candidate.inputs[name]
            if axes := len(lengths_of(symbol)):
                values[name] = ExactFamily.of(given, axes)
            else:
                values[name] = ExactMatrix.of(given) if shape_of(symbol) else Element.of(given)
        evaluation = Evaluation(values)
        for equation in self.system:
            evaluation.values[equation.name] = evaluate_equation(equation, evaluation)
        found = evaluation.values
        return found[self.left], found[self.right], {name: found[name] for name in self.conditions}


def _without(name: str) -> Outcome:
    return Outcome("undefined", reason=f"an entry of {name} is 0", condition=name)


def entries_of_lists(values: Any) -> Iterator[tuple[tuple[int, ...], Any]]:
    """Every number of nested lists with its place.

    >>> list(entries_of_lists([[1, 2]])), list(entries_of_lists(3))
    ([((0, 0), 1), ((0, 1), 2)], [((), 3)])
    """
    if not isinstance(values, list):
        yield (), values
        return
    for position, part in enumerate(values):
        for place, number in entries_of_lists(part):
            yield (position, *place), number


def _kinds(np: Any, left: Any, right: Any, held: Sequence[Any]) -> list[str]:
    with np.errstate(all="ignore"):
        size = np.maximum(1.0, np.where(np.isfinite(left), abs(left), 0).max(axis=1, initial=0))
        size = np.maximum(size, np.where(np.isfinite(right), abs(right), 0).max(axis=1, initial=0))
        apart = (left != right) & ~(abs(left - right) <= NEAR * size[:, None])
    missing = np.isnan(left).any(axis=1) | np.isnan(right).any(axis=1)
    for values in held:
        missing |= (~(abs(values) > NEAR)).any(axis=1)
    pairs = zip(missing, apart.any(axis=1), strict=True)
    return ["undefined" if nowhere else "different" if differ else "equal" for nowhere, differ in pairs]


def entries(value: Known) -> Iterator[tuple[tuple[int, ...], Element]]:
    """Every number of an exact value with its place, row after row."""
    if isinstance(value, Element):
        yield (), value
    elif isinstance(value, ExactFamily):
        for positions, member in value.items():
            for place, number in entries(member):
                yield (*positions, *place), number
    else:
        for i, row in enumerate(value.rows):
            for j, number in enumerate(row):
                yield (i, j), number


def compared(left: Known, right: Known) -> Outcome:
    """The first place at which two exact values of one shape differ, if there is one."""
    reason = ""
    for (place, a), (_, b) in zip(entries(left), entries(right), strict=True):
        infinite = a is NEGATIVE_INFINITY or b is NEGATIVE_INFINITY
        try:
            if a is b if infinite else a == b:
                continue
        except SymattnError as error:
            reason = error.message
            continue
        # Powers of e and roots are different by a theorem; with atoms such as tanh(1) their enclosures were apart.
        exact = infinite or not (a.atoms or b.atoms)
        return Outcome("different", place, a, b, "exact" if exact else "enclosed")
    return Outcome("undecided", reason=reason) if reason else Outcome("equal")
