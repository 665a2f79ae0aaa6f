"""Exercises about positions: the penalty of ALiBi, and the rotation of RoPE."""

from __future__ import annotations

from fractions import Fraction

from symattn.exercises.drawing import Draw
from symattn.exercises.task import Kind, Slip, Task, equations


def alibi(draw: Draw) -> Task:
    """A slope and a distance: how a weight compares with that of an equal key at distance 0."""
    numbers = {"m": Fraction(1, 2 ** draw.whole(1, 4)), "d": draw.whole(2, 12)}
    slips = (
        Slip("slip sign of the penalty", {"r": "exp(m * d)"}),
        Slip("slip penalty without exp", {"r": "-m * d"}),
        Slip("slip slope divided", {"r": "exp(-d / m)"}),
    )
    return Task(equations({"m": "scalar", "d": "scalar"}, "r = exp(-m * d)"), numbers, "r", slips=slips, shown=False)


def rope(draw: Draw) -> Task:
    """Query and key (1, 0) with the frequency 1 at two positions: their product."""
    first = draw.whole(0, 9)
    numbers = {"a": first, "b": first + draw.whole(1, 6)}
    system = equations({"a": "scalar", "b": "scalar"}, "s = cos(a - b)")
    slips = (
        Slip("slip sum of the positions", {"s": "cos(a + b)"}),
        Slip("slip sine for cosine", {"s": "sin(b - a)"}),
        Slip("slip product of cosines", {"s": "cos(a) * cos(b)"}),
    )
    return Task(system, numbers, "s", slips=slips, shown=False, remark="remark rope")


KINDS = (Kind("alibi", "positions", alibi), Kind("rope", "positions", rope))
