"""Exercises about masks: causal attention, a window, and keys that are padding."""

from __future__ import annotations

from symattn.exercises.drawing import Draw
from symattn.exercises.task import Kind, Task, equations


def causal(draw: Draw) -> Task:
    """Three queries and keys; each query sees the keys up to its own."""
    system = equations({"S": "n n", "V": "n d_v"}, "P = softmax(S, where=j <= i)\nO = P @ V")
    return Task(system, {"S": draw.matrix(3, 3, 0, 4), "V": draw.matrix(3, 2, 0, 6)}, "O")


def padded(draw: Draw) -> Task:
    """Two queries and three keys, one of which is padding."""
    system = equations({"S": "n m", "M": "1 m"}, "P = softmax(S, where=M)")
    allowed = [1, 1, 1]
    allowed[draw.whole(0, 2)] = 0
    return Task(system, {"S": draw.matrix(2, 3, 0, 4), "M": [allowed]}, "P", remark="remark masked")


KINDS = (Kind("causal", "masks", causal), Kind("padding", "masks", padded))
