"""Numbers for a page's inputs: those given, the worked example's for what a choice needs besides, else drawn."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from sympy import Expr, Integer

from symattn.errors import InputError
from symattn.examples import NUMBERS
from symattn.lowering import lambdify_system
from symattn.nodes import Value, full_shape
from symattn.page.lines import Workbench
from symattn.shapes import size
from symattn.verification.instances import SOME, axis_sizes, filled_inputs, least_sizes

Numbers = Any
"""One ``Fraction`` or whole number, rows of them, or a list of such for each axis of a family."""

SEED = 7
DRAWS = 20
RANGES = ((-2, 3), (-1, 2), (-1, 1), (1, 3))
"""How many draws from each range; the last one for what is defined for positive numbers alone."""

HEADS = 2
QUERIES, KEYS, OTHER = 3, 4, 2
"""Sizes where nothing is given: how many queries and keys, and all others."""

SIZES_BY_NAME = {"n": QUERIES, "m": KEYS, "d": 3}

ONE = Fraction(1)


def drawn_numbers(bench: Workbench) -> dict[str, Numbers]:
    """Small whole numbers for every input of the mechanism, at which its values are finite, and its weights tell.

    Sizes differ where they can, so that rows are not taken for columns. The same numbers each time; weights that are
    all next to 0 or 1 are taken only where nothing else was drawn.
    Errors: ``InputError`` if no draw gives finite numbers.
    """
    generator = random.Random(SEED)
    system = bench.system
    least, axes = least_sizes(system), axis_sizes(system)
    sizes = {name: HEADS if name in axes else SIZES_BY_NAME.get(name, OTHER) for name in least}
    made = system.with_sizes(**{name: value + least[name] - 1 for name, value in sizes.items()})
    weights = [line.equation.name for line in bench.lines if line.role == "normalise"]
    asked = [system.output, *(name for name in dict.fromkeys(weights) if name in system.by_name)]
    computed = lambdify_system(made, outputs=asked)
    finite: list[dict[str, Numbers]] = []
    for low, high in (drawn for drawn in RANGES for _ in range(DRAWS)):

        def entry(low: int = low, high: int = high) -> Fraction:
            return Fraction(generator.randint(low, high))

        drawn = filled_inputs(made, entry, SOME, generator, lambda: ONE)
        for name, symbol in made.inputs.items():
            if not full_shape(symbol):
                drawn[name] = generator.choice((ONE, ONE / 2))
        found = _computed(computed, drawn)
        if found is not None:
            finite.append(drawn)
            if all(_tells(found[name]) for name in asked[1:]):
                return drawn
    if not finite:
        raise InputError(f"no numbers were found at which {system.name} has finite values; give --set for each input.")
    return finite[0]


def _computed(function: Any, drawn: Mapping[str, Numbers]) -> dict[str, Any] | None:
    """The values at some numbers; ``None`` where one is not finite, or an entry is looked up that is not there."""
    import numpy as np

    with np.errstate(all="ignore"):
        try:
            found = function(**{name: _floats(value) for name, value in drawn.items()})
        except (IndexError, ValueError):
            return None
    return found if all(np.isfinite(value).all() for value in found.values()) else None


def _tells(weights: Any) -> bool:
    """Whether most rows of weights have an entry that is neither next to 0 nor next to 1."""
    between = ((weights > 0.02) & (weights < 0.98)).any(axis=-1)
    return bool(between.mean() > 0.5)


def _floats(value: Numbers) -> Any:
    import numpy as np

    return np.array([_floats(part) for part in value]) if isinstance(value, (list, tuple)) else float(value)


def added_numbers(bench: Workbench, sizes: Mapping[str, int]) -> tuple[dict[str, Numbers], dict[str, int]]:
    """Numbers for what choices need besides the mechanism's inputs, and the sizes that only these have.

    The worked example's where their shapes fit; else matrices of small whole numbers, numbers and biases that change
    nothing: 1 for a temperature, all keys for a set that a person picks.
    """
    generator = random.Random(SEED)
    known = dict(sizes)
    numbers: dict[str, Numbers] = {}
    for symbol in bench.added:
        shape = full_shape(symbol)
        example = _example(symbol.name, shape, known)
        if symbol.name == bench.picked:
            rows, columns = _lengths(shape, known)
            example = [[1] * columns for _ in range(rows)]
        elif example is None:
            for length in shape:
                known.update({each.name: OTHER for each in length.free_symbols if each.name not in known})
            example = _plain(symbol, _lengths(shape, known), generator)
        else:
            _learn(shape, example, known)
        numbers[symbol.name] = example
    return numbers, known


def _example(name: str, shape: Sequence[Expr], known: Mapping[str, int]) -> Numbers | None:
    """The worked example's numbers for a name of the library, if their shape is what is asked for."""
    stem = name if name in NUMBERS else name.rpartition("_")[0]
    found = NUMBERS.get(stem)
    if found is None or isinstance(found, tuple) != bool(shape):
        return None
    rows = found if isinstance(found, tuple) else ()
    given = (len(rows), len(rows[0])) if rows else ()
    if len(given) != len(shape):
        return None
    for length, actual in zip(shape, given, strict=True):
        wanted = _length(length, known)
        if wanted is not None and wanted != actual:
            return None
    return found


def _learn(shape: Sequence[Expr], numbers: Numbers, known: dict[str, int]) -> None:
    for length, actual in zip(shape, (len(numbers), len(numbers[0])) if shape else (), strict=True):
        if length.is_Symbol:
            known.setdefault(length.name, actual)


def _length(length: Expr, known: Mapping[str, int]) -> int | None:
    value = length.xreplace({size(name): Integer(number) for name, number in known.items()})
    return int(value) if value.is_Integer else None


def _lengths(shape: Sequence[Expr], known: Mapping[str, int]) -> list[int]:
    found = [_length(length, known) for length in shape]
    assert None not in found
    return [length for length in found if length is not None]


def _plain(symbol: Value, lengths: Sequence[int], generator: random.Random) -> Numbers:
    """Whole numbers from -1 to 2 for weights, zeros for a bias, ones for everything else."""
    if not lengths:
        return 0 if symbol.name.startswith("b") else 1
    if symbol.name.startswith("b"):
        return [[0] * lengths[1] for _ in range(lengths[0])]
    return [[generator.choice((-1, 0, 1, 2)) for _ in range(lengths[1])] for _ in range(lengths[0])]
