"""Exercises about ranks: scores of rank 1 whose exponentials have full rank."""

from __future__ import annotations

from symattn.exercises.drawing import Draw
from symattn.exercises.task import Kind, Slip, Task, equations


def determinant(draw: Draw) -> Task:
    """Two tokens of one number each, not equal and none of them 0."""
    system = equations({"x": "2 1"}, "S = x @ x.T\nE = exp(S)\nD = E[0, 0] * E[1, 1] - E[0, 1] * E[1, 0]")
    slips = (
        Slip("slip determinant of the scores", {"D": "S[0, 0] * S[1, 1] - S[0, 1] * S[1, 0]"}),
        Slip("slip product of the diagonal", {"D": "E[0, 0] * E[1, 1]"}),
        Slip("slip sum for the determinant", {"D": "E[0, 0] * E[1, 1] + E[0, 1] * E[1, 0]"}),
    )
    first = draw.whole(1, 3)
    second = draw.one_of([number for number in (-3, -2, -1, 1, 2, 3) if number != first])
    return Task(system, {"x": [[first], [second]]}, "D", slips=slips, remark="remark full rank")


KINDS = (Kind("determinant", "ranks", determinant),)
