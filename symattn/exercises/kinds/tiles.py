"""Exercises about online softmax: two blocks of keys, each with its state, and the state of both together."""

from __future__ import annotations

from symattn.exercises.drawing import Draw
from symattn.exercises.task import Kind, Slip, Task, equations

STATES = """
    a = rowmax(A)
    b = rowmax(B)
    l = rowsum(exp(A - a))
    k = rowsum(exp(B - b))
    M = rowmax(hstack(a, b))
    L = exp(a - M) * l + exp(b - M) * k
"""

FORGOTTEN = {"L": "l + k"}


def denominators(draw: Draw) -> Task:
    """A block of two scores and one of one or two, whose largest differ: the denominator of both together."""
    numbers = _blocks(draw)
    system = equations({"A": "1 m_1", "B": "1 m_2"}, STATES)
    slips = (
        Slip("slip denominators added", FORGOTTEN),
        Slip("slip other maximum", {"M": "a + b - rowmax(hstack(a, b))"}),
    )
    return Task(system, numbers, "L", slips=slips)


def outputs(draw: Draw) -> Task:
    """The same with values: the output of both blocks from the outputs of each that are not yet divided."""
    system = equations(
        {"A": "1 m_1", "B": "1 m_2", "V_A": "m_1 d_v", "V_B": "m_2 d_v"},
        STATES
        + """
    Y = exp(A - a) @ V_A
    Z = exp(B - b) @ V_B
    O = (exp(a - M) * Y + exp(b - M) * Z) / L
""",
    )
    numbers = _blocks(draw)
    numbers |= {"V_A": draw.matrix(2, 2, 0, 6), "V_B": draw.matrix(len(numbers["B"][0]), 2, 0, 6)}
    slips = (
        Slip("slip denominators added", {**FORGOTTEN, "O": "(Y + Z) / (l + k)"}),
        Slip("slip mean of the blocks", {"O": "(Y / l + Z / k) / 2"}),
        Slip("slip outputs not rescaled", {"O": "(Y + Z) / L"}),
    )
    return Task(system, numbers, "O", slips=slips)


def _blocks(draw: Draw) -> dict:
    while True:
        blocks = {"A": [draw.row(2, 0, 5)], "B": [draw.row(draw.one_of((1, 2)), 0, 5)]}
        if max(blocks["A"][0]) != max(blocks["B"][0]):
            return blocks


KINDS = (Kind("online-denominator", "tiles", denominators), Kind("online-softmax", "tiles", outputs))
