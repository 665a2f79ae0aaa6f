"""Instances to compare at: numbers for the inputs, of sizes, batches and memory layouts that tell mistakes apart."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import partial
from math import prod
from typing import Any

from sympy.matrices.expressions.matexpr import MatrixElement

from symattn import limits
from symattn.equations import EquationSystem
from symattn.errors import LimitError
from symattn.nodes import Column, Member, OverAllowedKeys, Row, full_shape, is_matrix, lengths_of
from symattn.verification.work import operations

Draw = Callable[[], Any]
"""What draws a number."""

LAYOUTS = ("contiguous", "transposed", "strided")
"""How an input lies in memory: row by row; column by column; every second entry of a larger array."""

LARGE = 40.0
"""Factor on the entries of the instance whose products are in the thousands."""

HUGE = 200.0
"""Factor on the entries of instances whose products differ by more than the 10⁴ that some take for infinity."""

MOST_OPERATIONS = 300_000
"""Multiplications for one instance, which the reference does in some tenths of a second."""

MOST_EXACT_OPERATIONS = 2_500
"""The same for exact arithmetic."""

FEW_SIZES = 4
"""Sizes up to which every kind of plan is reached in as many instances as there usually are."""

Chosen = tuple[tuple[str, int], ...]
"""Values for the sizes of a system, by name."""

SOME, WITHOUT, SINGLE, ALL = ALLOWED = ("some keys", "a row without keys", "one key a row", "all keys")
"""Kinds of allowed sets among the inputs, one after the other."""


@dataclass(frozen=True)
class Instance:
    """Numbers for every input, once or several times as a batch.

    ``elements`` holds, for each element of the batch in order (one if there is no batch), rows of numbers by input;
    the inputs in ``shared`` are the same in all elements and have no leading axes.
    """

    system: EquationSystem
    sizes: tuple[tuple[str, int], ...]
    elements: tuple[Mapping[str, Any], ...]
    batch: tuple[int, ...] = ()
    shared: frozenset[str] = frozenset()
    layout: str = "contiguous"
    remark: str = field(default="")

    @property
    def label(self) -> str:
        """The instance in a line: sizes, batch, layout, remark."""
        parts = [f"{name}={value}" for name, value in self.sizes]
        if self.batch:
            parts.append(f"batch {'×'.join(map(str, self.batch))}")
        if self.layout != "contiguous":
            parts.append(self.layout)
        return " ".join(parts) + (f" ({self.remark})" if self.remark else "") or "fixed sizes"

    @property
    def volume(self) -> int:
        """How many numbers it takes to write the instance down."""
        return prod(self.batch) * sum(prod(map(int, full_shape(symbol))) for symbol in self.system.input_symbols)

    def arrays(self, precision: str) -> dict[str, Any]:
        """The inputs as NumPy arrays of a precision, leading axes first, laid out in memory as ``layout`` says."""
        import numpy as np

        made = {}
        for name, symbol in self.system.inputs.items():
            values = [np.array(_floats(element[name]), dtype=np.float64) for element in self.elements]
            stacked = values[0] if name in self.shared else np.stack(values).reshape(self.batch + values[0].shape)
            array = stacked.astype(precision)
            made[name] = _laid_out(np, array, self.layout) if is_matrix(symbol) else array
        return made


def _floats(values: Any) -> Any:
    return [_floats(value) for value in values] if isinstance(values, (list, tuple)) else float(values)


def _laid_out(np: Any, array: Any, layout: str) -> Any:
    if layout == "transposed":
        return np.ascontiguousarray(array.swapaxes(-1, -2)).swapaxes(-1, -2)
    if layout == "strided":
        wide = np.full((*array.shape[:-2], 2 * array.shape[-2], 2 * array.shape[-1]), np.nan, dtype=array.dtype)
        wide[..., ::2, ::2] = array
        return wide[..., ::2, ::2]
    return np.ascontiguousarray(array)


@dataclass(frozen=True)
class Plan:
    """What an instance is to look like, before its numbers are drawn."""

    sizes: tuple[tuple[str, int], ...]
    batch: tuple[int, ...] = ()
    layout: str = "contiguous"
    spread: float = 1.0
    shares_last: bool = False
    allowed: str = SOME
    values_only: bool = False

    def draw(self, system: EquationSystem, generator: random.Random, positive: bool = False) -> Instance:
        """Normally distributed entries with all the bits that a float64 has; all of one sign where asked for.

        Matrices that only say which keys are allowed hold 0 and 1, or with a ``spread`` 0 and any other number.
        """
        made = system.with_sizes(**dict(self.sizes))
        matrices = [name for name, symbol in made.inputs.items() if is_matrix(symbol)]
        shared = {name for name in made.inputs if name not in matrices}
        if self.shares_last and len(matrices) > 1:
            shared.add(matrices[-1])
        if not self.batch:
            shared = set(made.inputs)

        def entry() -> float:
            x = self.spread * generator.gauss(0.0, 1.0)
            return abs(x) + 0.125 if positive else x

        elements: list[dict[str, Any]] = []
        for _ in range(prod(self.batch)):
            drawn = filled_inputs(made, entry, self.allowed, generator, lambda: 1.0 if self.spread == 1 else entry())
            elements.append({name: elements[0][name] if elements and name in shared else drawn[name] for name in drawn})
        remarks = ["entries are positive"] * positive + [f"entries × {self.spread:g}"] * (self.spread != 1)
        remarks += [self.allowed] * bool(made.allowed_inputs)
        remark = ", ".join(remarks)
        return Instance(made, self.sizes, tuple(elements), self.batch, frozenset(shared), self.layout, remark)


def least_sizes(system: EquationSystem) -> dict[str, int]:
    """The least value of each symbolic size: 1, or what a fixed subscript such as ``A[:, 2]`` asks for."""
    least = {symbol.name: 1 for symbol in system.sizes}
    for equation in system.equations:
        for part in equation.expression.atoms(Column, MatrixElement, Member):
            for length, position in _subscripts(part):
                names = [symbol.name for symbol in length.free_symbols]
                while position.is_Integer and names and _at(length, least) <= position:
                    least.update({name: least[name] + 1 for name in names})
    return least


def _at(length: Any, sizes: Mapping[str, int]) -> Any:
    return length.subs({symbol: sizes[symbol.name] for symbol in length.free_symbols})


def _subscripts(part: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(part, Member):
        yield from zip(part.family.lengths, part.positions, strict=True)
    elif isinstance(part, MatrixElement):
        yield from zip(part.parent.shape, (part.i, part.j), strict=True)
    else:
        yield part.matrix.shape[0 if isinstance(part, Row) else 1], part.position


def filled_inputs(
    system: EquationSystem, entry: Draw, allowed: str, generator: random.Random, kept: Draw
) -> dict[str, Any]:
    """Drawn numbers for every input; where only the zeros of a matrix count, ``kept`` draws the others."""
    drawn, kind = {}, allowed
    for name, symbol in system.inputs.items():
        if name in system.allowed_inputs:
            drawn[name] = of_members(symbol, partial(allowed_set, symbol, kind, generator, kept))
            # Sets that are met together: the first is of the kind asked for, and the others leave it so.
            kind = SOME if kind in (SOME, WITHOUT) else ALL
        else:
            drawn[name] = of_members(symbol, partial(filled, symbol, entry))
    return drawn


def of_members(symbol: Any, draw: Draw) -> Any:
    """What is drawn for a symbol; for a family anew for each member, one list deeper for each axis."""

    def at(lengths: Sequence[Any]) -> Any:
        return [at(lengths[1:]) for _ in range(int(lengths[0]))] if lengths else draw()

    return at(lengths_of(symbol))


def allowed_set(symbol: Any, kind: str, generator: random.Random, kept: Draw) -> list[list[Any]]:
    """Rows of 0, and of drawn numbers where a key is allowed."""
    rows, columns = (int(length) for length in symbol.shape)
    flags = [[kind == ALL or generator.random() < 0.6 for _ in range(columns)] for _ in range(rows)]
    if kind == SINGLE:
        single = [generator.randrange(columns) for _ in range(rows)]
        flags = [[j == key for j in range(columns)] for key in single]
    if kind == WITHOUT:
        flags[generator.randrange(rows)] = [False] * columns
    return [[kept() if flag else 0 for flag in row] for row in flags]


def filled(symbol: Any, entry: Any) -> Any:
    """Rows of drawn numbers in the shape of a symbol; one number for a scalar."""
    if not is_matrix(symbol):
        return entry()
    rows, columns = (int(length) for length in symbol.shape)
    return [[entry() for _ in range(columns)] for _ in range(rows)]


def axis_sizes(system: EquationSystem) -> frozenset[str]:
    """The sizes that say how many members a family has; a few tell as much as many."""
    lengths = [length for equation in system.equations for length in equation.lengths]
    lengths += [length for symbol in system.input_symbols for length in lengths_of(symbol)]
    return frozenset(symbol.name for length in lengths for symbol in length.free_symbols)


class _Sizes:
    """Draws of values for the sizes of a system: all different if that is not too much work, those of axes small."""

    def __init__(self, system: EquationSystem, generator: random.Random) -> None:
        self.least = least_sizes(system)
        self.axes = axis_sizes(system)
        self.generator = generator
        self.name = system.name
        self.operations = operations(system)
        self.gradients = 1 + 2 * len(set(system.inputs) - system.allowed_inputs)

    def drawn(self, low: int, high: int, fixed: Mapping[str, int]) -> dict[str, int]:
        """From ``low`` to ``high`` or further, if there are many, above what the system admits; axes from 2 on."""
        count = len(self.least)
        few = self.generator.sample(range(2, 4 + len(self.axes)), len(self.axes))
        values = [x for x in range(low, max(high, low + 1 + count)) if x not in few]
        many, small = iter(self.generator.sample(values, count - len(few))), iter(few)
        own = {name: next(small if name in self.axes else many) for name in self.least}
        return {name: fixed.get(name, own[name]) + self.least[name] - 1 for name in self.least}

    def distinct(self, elements: int = 1, **fixed: int) -> Chosen:
        """Sizes for a batch of so many elements whose gradients are differences, too."""
        return self._affordable(self.drawn(2, 8 + len(self.axes), fixed), elements * self.gradients)

    def larger(self) -> Chosen:
        """Sizes past a stride of 8 or 16; too many numbers for finite differences."""
        return self._affordable(self.drawn(17, 24, {}), 1, 3 * MOST_OPERATIONS)

    def square(self) -> Chosen:
        """All sizes equal: 3, or 2 where that is too much, or as small as the system admits."""
        most = max(self.least.values(), default=1)
        three = dict.fromkeys(self.least, max(3, most))
        too_much = self.operations(three) * 3 * self.gradients > MOST_OPERATIONS
        return tuple(dict.fromkeys(self.least, max(2, most)).items()) if too_much else tuple(three.items())

    def exact(self) -> Chosen:
        """The three least values of each size, of axes the two least, for exact arithmetic."""
        drawn = {
            name: self.generator.randint(least, least + (1 if name in self.axes else 2))
            for name, least in self.least.items()
        }
        return self._affordable(drawn, 1, MOST_EXACT_OPERATIONS, above=1)

    def _affordable(self, sizes: dict[str, int], times: int, most: int = MOST_OPERATIONS, above: int = 2) -> Chosen:
        """The sizes, the largest of those that matter taken down by steps until evaluating so often takes a moment.

        A size stays above 1 and above what the system admits, and different from the others while it can.
        Errors: ``LimitError`` where sizes that are numbers make it too much all the same.
        """
        while (now := self.operations(sizes)) * times > most:
            smaller = [name for name, value in sizes.items() if value > max(above, self.least[name])]
            if not smaller:
                self._check(now)
                break
            apart = [name for name in smaller if sizes[name] - 1 not in sizes.values()] or smaller
            # By how much the work grows, in per cent, if a size grows by one per cent.
            degree = {
                name: sizes[name] * (1 - self.operations({**sizes, name: sizes[name] - 1}) / now) for name in apart
            }
            weighty = [name for name in apart if degree[name] >= max(degree.values()) / 3]
            taken = max(weighty, key=lambda name: (sizes[name], degree[name]))
            sizes = {**sizes, taken: sizes[taken] - 1}
        return tuple(sizes.items())

    def _check(self, work: int) -> None:
        if work > limits.VERIFIED_OPERATIONS:
            raise LimitError(
                f"one instance of {self.name} takes about {work:.0e} multiplications; the most is "
                f"{limits.VERIFIED_OPERATIONS:.0e}. Verify it with smaller sizes."
            )


def plans(system: EquationSystem, count: int, generator: random.Random) -> Iterator[Plan]:
    """Plans for a number of instances: sizes different, equal, 17 or more, each 1 in turn; batches, layouts, spread.

    A plan whose sizes do not do can be had with others, see ``resized``.
    """
    sizes = _Sizes(system, generator)
    names, distinct = list(sizes.least), sizes.distinct
    has_sets = any(part.allowed is not None for eq in system.equations for part in eq.expression.atoms(OverAllowedKeys))

    def special() -> Iterator[Plan]:
        kinds = itertools.cycle(ALLOWED)
        yield Plan(distinct())
        yield Plan(distinct(3), batch=(3,), allowed=WITHOUT)
        yield Plan(distinct(), layout="transposed", allowed=SINGLE)
        if names:  # what mistakes one axis for another may show only where the other is as long
            square = sizes.square()
            yield Plan(square, batch=(square[0][1],))
            yield Plan(sizes.larger(), values_only=True)
        if has_sets and len(names) > FEW_SIZES:  # they would not be reached behind so many sizes
            yield Plan(distinct(), spread=HUGE)
        for name in names:
            yield Plan(distinct(**{name: 1}), allowed=next(kinds))
        yield Plan(distinct(4), batch=(2, 2), layout="strided", shares_last=True)
        yield Plan(distinct(), spread=LARGE, allowed=WITHOUT)
        if has_sets:
            yield Plan(distinct(), spread=HUGE)
            yield Plan(distinct(), spread=HUGE, allowed=SINGLE)
        for layout in itertools.cycle(LAYOUTS):
            yield Plan(distinct(), layout=layout, allowed=next(kinds))

    return itertools.islice(special(), count)


def resized(plan: Plan, system: EquationSystem, generator: random.Random) -> Plan:
    """The plan with other sizes, those that were 1 still 1."""
    sizes = _Sizes(system, generator)
    ones = {name: 1 for name, value in plan.sizes if value == 1 and sizes.least[name] == 1}
    return replace(plan, sizes=sizes.larger() if plan.values_only else sizes.distinct(prod(plan.batch), **ones))


def tiny(system: EquationSystem, most: int = 64) -> Iterator[Plan]:
    """Plans with sizes of 1 and 2, or the least that the system admits, fewest numbers first: for counterexamples."""
    least = least_sizes(system)
    ranges = [(smallest, smallest + 1) for smallest in least.values()]
    choices = sorted(itertools.product(*ranges), key=sum) if len(least) <= 12 else []
    kinds = ALLOWED if system.allowed_inputs else (SOME,)
    return (Plan(tuple(zip(least, choice, strict=True)), allowed=kind) for choice in choices[:most] for kind in kinds)


def rational(system: EquationSystem, generator: random.Random) -> Iterator[Instance]:
    """Endless instances for exact arithmetic: the three least sizes, entries whole or half numbers from -2 to 2."""
    drawn_sizes = _Sizes(system, generator)
    while True:
        sizes = drawn_sizes.exact()
        made = system.with_sizes(**dict(sizes))
        kind = generator.choice(ALLOWED) if made.allowed_inputs else ""
        drawn = filled_inputs(made, lambda: Fraction(generator.randint(-4, 4), 2), kind, generator, lambda: Fraction(1))
        remark = f"halves, {kind}" if kind else "halves"
        yield Instance(made, sizes, (drawn,), shared=frozenset(made.inputs), remark=remark)
