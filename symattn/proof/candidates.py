"""Candidates for a counterexample: sizes from the smallest on, and small rational entries for the inputs."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import prod
from typing import Any

from sympy import Expr, Integer, Symbol

from symattn.equations import EquationSystem, mentioned_names, symbolic_sizes
from symattn.nodes import full_shape

Number = int | Fraction

Sizes = Mapping[str, int]
"""The value of each symbolic size."""

Shapes = Mapping[str, tuple[int, ...]]
"""The shape of each input: ``()`` for a scalar, the lengths of a family's axes in front."""

HALF = Fraction(1, 2)

ENTRIES: tuple[tuple[Number, ...], ...] = (
    (-1, 0, 1, 2),
    (0, 1),
    (1, 2, 3),
    (-2, -1, 1, 2),
    (0, 1, 2),
    (-3, -2, -1, 0, 1, 2, 3),
    (HALF, -HALF, 1, -1, 3 * HALF, -3 * HALF, 2),
    (HALF, 1, 3 * HALF, 2, 3),
    (-10, -7, -4, -1, 0, 1, 5, 6, 9),
    tuple(Fraction(numerator, 4) for numerator in range(-7, 8)),
)
"""What entries are drawn from, one candidate after the other: the simplest first, positive numbers among them."""

ALLOWED = ("some keys", "all keys", "a row without keys", "one key a row")
"""Kinds of the inputs that only say which keys are allowed, one candidate after the other."""


@dataclass(frozen=True)
class Candidate:
    """Sizes, and for every input a number, rows of numbers, or for a family lists of rows."""

    sizes: Sizes
    inputs: Mapping[str, Any]


def reduced(system: EquationSystem, names: Sequence[str]) -> EquationSystem:
    """The equations and inputs that the named values rest on, and inputs that say how large they are.

    Errors: ``UnknownNameError`` for a name that the system does not have.
    """
    equations = system.needed(*names)
    mentioned = set(names).union(*(mentioned_names(equation.expression) for equation in equations))
    sizes = {symbol for equation in equations for symbol in equation.expression.atoms(Symbol)} & set(system.sizes)
    sizes |= {symbol for equation in equations for length in equation.lengths for symbol in length.free_symbols}
    kept = {name for name in system.inputs if name in mentioned}
    unknown = sizes - _sizes_of(system, kept)
    for name in system.inputs:
        if unknown & _sizes_of(system, [name]):
            kept.add(name)
            unknown -= _sizes_of(system, [name])
    inputs = tuple(symbol for name, symbol in system.inputs.items() if name in kept)
    return EquationSystem(system.name, inputs, equations, names[0])


def _sizes_of(system: EquationSystem, names: Iterable[str]) -> set[Symbol]:
    return set(symbolic_sizes(full_shape(system.inputs[name]) for name in names))


def sizes_in_order(least: Sizes, largest: int) -> Iterator[dict[str, int]]:
    """All sizes up to ``largest``, by their total; of one total those with the most different sizes come first.

    A size is at least what ``least`` says, and goes up to three more where that is beyond ``largest``.

    >>> [tuple(sizes.values()) for sizes in sizes_in_order({"n": 1, "m": 1}, 2)]
    [(1, 1), (1, 2), (2, 1), (2, 2)]
    """
    room = [max(largest - smallest, 3 if smallest >= largest else 0) for smallest in least.values()]
    for total in range(sum(room) + 1):
        found = [
            [smallest + more for smallest, more in zip(least.values(), parts, strict=True)]
            for parts in _parts(total, room)
        ]
        for values in sorted(found, key=lambda values: (-len(set(values)), values)):
            yield dict(zip(least, values, strict=True))


def _parts(total: int, room: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """The ways to make a total of one number for each bound."""
    if not room:
        if not total:
            yield ()
        return
    for first in range(max(0, total - sum(room[1:])), min(total, room[0]) + 1):
        for rest in _parts(total - first, room[1:]):
            yield (first, *rest)


def probes(least: Sizes, largest: int) -> Iterator[dict[str, int]]:
    """Sizes that are reached late one by one: all different, in either order, and all equal."""
    count = len(least)
    values = [2 + k % max(1, largest) for k in range(count)]
    for chosen in (values, values[::-1], [3] * count, [largest] * count):
        yield {name: smallest - 1 + value for (name, smallest), value in zip(least.items(), chosen, strict=True)}


def shapes_at(system: EquationSystem, sizes: Sizes) -> Shapes | None:
    """The shape of every input; nothing where one of its lengths is no whole number from 1 on."""
    found: dict[str, tuple[int, ...]] = {}
    for name, symbol in system.inputs.items():
        lengths = [_length(length, sizes) for length in full_shape(symbol)]
        if any(length is None for length in lengths):
            return None
        found[name] = tuple(length for length in lengths if length is not None)
    return found


def _length(length: Expr, sizes: Sizes) -> int | None:
    if isinstance(length, Symbol):
        return sizes[length.name]
    if not isinstance(length, Integer):
        length = length.xreplace({symbol: Integer(sizes[symbol.name]) for symbol in length.free_symbols})
    return int(length) if length.is_Integer and length >= 1 else None


def drawn(shapes: Shapes, allowed: frozenset[str], number: int, generator: random.Random) -> dict[str, Any]:
    """Entries for every input, of the kind whose turn it is with this ``number``.

    Inputs in ``allowed`` only say which keys are allowed: they hold 0 and 1.
    """
    entries, kind = ENTRIES[number % len(ENTRIES)], ALLOWED[number % len(ALLOWED)]
    found: dict[str, Any] = {}
    for name, shape in shapes.items():
        flat = _flags(shape, kind, generator) if name in allowed else generator.choices(entries, k=prod(shape))
        if name in allowed and kind == "a row without keys":
            kind = "all keys"  # sets that are met together: the first leaves a row empty, and the others leave it so
        found[name] = nested(flat, shape)
    return found


def _flags(shape: tuple[int, ...], kind: str, generator: random.Random) -> list[int]:
    """0 and 1, row after row."""
    columns = shape[-1]
    flags: list[int] = []
    for _ in range(prod(shape[:-1])):
        if kind == "one key a row":
            key = generator.randrange(columns)
            flags += [int(column == key) for column in range(columns)]
        else:
            flags += [1] * columns if kind != "some keys" else generator.choices((0, 1), k=columns)
    if kind == "a row without keys":
        row = generator.randrange(prod(shape[:-1]))
        flags[row * columns : (row + 1) * columns] = [0] * columns
    return flags


def nested(flat: Sequence[Any], shape: Sequence[int]) -> Any:
    """Numbers, the last axis running fastest, in lists one inside the other.

    >>> nested([1, 2, 3, 4], (2, 2)), nested([5], ())
    ([[1, 2], [3, 4]], 5)
    """
    if not shape:
        return flat[0]
    step = prod(shape[1:])
    return [nested(flat[k * step : (k + 1) * step], shape[1:]) for k in range(shape[0])]


def flattened(values: Any) -> list[Number]:
    """The numbers of nested lists in order.

    >>> flattened([[1, 2], [3, 4]]), flattened(5)
    ([1, 2, 3, 4], [5])
    """
    return [number for part in values for number in flattened(part)] if isinstance(values, list) else [values]
