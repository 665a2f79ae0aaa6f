"""Exercises about rounding: what weights rounded by hand do to their sum, and to the output."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from typing import Any

from symattn.exercises.drawing import Draw
from symattn.exercises.task import Kind, Slip, Task, equations

WEIGHTS = equations({"S": "n m"}, "P = softmax(S)")


def to_places(matrix: Any, places: int) -> list[list[Fraction]]:
    """A matrix of exact numbers rounded to decimal places.

    >>> from symattn.exact import ExactMatrix
    >>> to_places(ExactMatrix.of([["0.26", "0.74"]]), 1)
    [[Fraction(3, 10), Fraction(7, 10)]]
    """
    unit = Decimal(1).scaleb(-places)
    return [[Fraction(number.quantize(unit, ROUND_HALF_EVEN)) for number in row] for row in matrix.decimal(places + 25)]


def rounded_row(draw: Draw) -> Task:
    """A row whose weights, rounded to one decimal, do not add up to 1."""
    while True:
        scores = [draw.row(draw.one_of((3, 4)), 0, 6)]
        rounded = to_places(WEIGHTS.bind(S=scores).exact("P"), 1)
        if sum(rounded[0]) != 1:
            break
    system = equations({"S": "1 m", "P_rounded": "1 m"}, "P = softmax(S)\nT = rowsum(P_rounded)")
    slips = (Slip("slip sum of the exact row", {"T": "rowsum(softmax(S))"}),)
    numbers = {"S": scores, "P_rounded": rounded}
    hidden = frozenset({"P_rounded"})
    return Task(system, numbers, "T", slips=slips, shown=False, hidden=hidden, more_given=True, also=("P",))


def rounded_weights(draw: Draw) -> Task:
    """Weights rounded to one decimal and values: the largest error of the output."""
    while True:
        scores, values = draw.matrix(2, 3, 0, 5), draw.matrix(3, 2, 0, 6)
        rounded = to_places(WEIGHTS.bind(S=scores).exact("P"), 1)
        system = equations(
            {"S": "n m", "V": "m d_v", "P_rounded": "n m"},
            """
            P = softmax(S)
            O = P @ V
            R = P_rounded @ V
            E = colmax(rowmax(abs(R - O)))
            """,
        )
        slips = (Slip("slip error of the weights", {"E": "colmax(rowmax(abs(P_rounded - P)))"}),)
        task = Task(system, {"S": scores, "V": values, "P_rounded": rounded}, "E", slips=slips)
        if task.answer != 0:
            return task


KINDS = (
    Kind("rounded-row", "rounding", rounded_row),
    Kind("rounded-weights", "rounding", rounded_weights),
)
