"""How much work a mechanism is: the multiply-adds of its matrix products and the exponentials, counted statement by
statement, with what no query may attend to left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import prod

from sympy import Symbol, lambdify

from symattn.equations import EquationSystem
from symattn.errors import UnknownNameError
from symattn.lowering.building import program_of
from symattn.lowering.program import Program
from symattn.nodes import (
    Exponential,
    ExponentialLinear,
    GaussianLinear,
    HyperbolicTangent,
    IndexCondition,
    LogSumExp,
    MatrixProduct,
    OverAllowedKeys,
    Sigmoid,
    Softmax,
    Value,
    is_matrix,
)
from symattn.shapes import Shape

EXPONENTIALS = (Softmax, LogSumExp, Exponential, HyperbolicTangent, Sigmoid, ExponentialLinear, GaussianLinear)
"""What takes one exponential an entry, or something that costs no less."""

ROWS = 1024
"""Queries whose keys are counted, to find out how many an allowed set admits."""


@dataclass(frozen=True)
class Work:
    """Multiply-adds of matrix products, exponentials, and the entries of the largest array on the way."""

    multiply_adds: float
    exponentials: float
    largest: int

    @property
    def operations(self) -> float:
        """Operations on numbers, a multiply-add counted as two."""
        return 2 * self.multiply_adds


def work_of(system: EquationSystem, sizes: Mapping[str, int], outputs: tuple[str, ...] = ()) -> Work:
    """The work of computing the output, or the named values, at these sizes.

    Where an allowed set given by indices excludes keys, their share of the exponentials is not counted, nor that of any
    product that makes or reads a matrix of the weights' shape. A mask among the inputs is not looked into.
    Errors: ``UnknownNameError`` for a size without a value.

    >>> from symattn.mechanisms import named
    >>> work = work_of(named("scaled-dot"), {"n": 100, "m": 100, "d_k": 8, "d_v": 8})
    >>> work.multiply_adds, work.exponentials, work.largest
    (160000.0, 10000.0, 10000)
    """
    known = {symbol.name for symbol in system.sizes}
    if lacking := known - set(sizes):
        raise UnknownNameError(f"{system.name} has the sizes {', '.join(sorted(known))}; not given: {sorted(lacking)}.")
    values = {symbol: sizes[symbol.name] for symbol in system.sizes}
    program = program_of(system, outputs or (system.output,))
    shares = _shares(program, values)
    multiply_adds = exponentials = 0.0
    largest = 0
    for statement in program.statements:
        for part in _parts(statement.expression):
            entries = _entries(program, part, values)
            largest = max(largest, entries)
            if isinstance(part, MatrixProduct):
                inner = int(part.left.shape[1].subs(values))
                share = min(shares.get(each, 1.0) for side in (part, *part.args) for each in _both_ways(side.shape))
                multiply_adds += entries * inner * share
            elif isinstance(part, EXPONENTIALS):
                argument = part.scores if isinstance(part, OverAllowedKeys) else part
                exponentials += _entries(program, argument, values) * shares.get(argument.shape, 1.0)
    return Work(multiply_adds, exponentials, largest)


def _parts(value: Value) -> Iterator[Value]:
    """The matrices in an expression, the outermost first, each as often as it is written."""
    if is_matrix(value):
        yield value
        for part in value.args:
            yield from _parts(part)


def _entries(program: Program, value: Value, values: Mapping[Symbol, int]) -> int:
    axes = program.facts(value).axes
    return prod(int(length.subs(values)) for length in (*value.shape, *(program.lengths[axis] for axis in axes)))


def _both_ways(shape: Shape) -> tuple[Shape, Shape]:
    return shape, shape[::-1]


def _shares(program: Program, values: Mapping[Symbol, int]) -> dict[Shape, float]:
    """By the shape of weights, which share of them their allowed set admits, the largest if there are several sets."""
    defined = {statement.name: statement.expression for statement in program.statements}
    found: dict[Shape, float] = {}
    for value in defined.values():
        for node in _parts(value):
            if isinstance(node, OverAllowedKeys):
                allowed = node.allowed if node.allowed is None else defined.get(node.allowed.name, node.allowed)
                found[node.scores.shape] = max(found.get(node.scores.shape, 0.0), _share(allowed, values))
    return found


def _share(allowed: Value | None, values: Mapping[Symbol, int]) -> float:
    """Which part of all pairs of queries and keys an allowed set of indices admits; 1 where inputs decide.

    Counted in evenly spaced rows, in all of them if they are few.
    """
    import numpy as np

    if not isinstance(allowed, IndexCondition):
        return 1.0
    condition = allowed.condition.subs(values)
    if condition.free_symbols - {allowed.row, allowed.column}:
        return 1.0
    rows, columns = (int(length.subs(values)) for length in allowed.shape)
    counted = min(rows, ROWS)
    i = ((np.arange(counted) + 0.5) * rows / counted).astype(int)[:, None]
    found = lambdify((allowed.row, allowed.column), condition, "numpy")(i, np.arange(columns)[None])
    return float(np.broadcast_to(found, (counted, columns)).mean())
