"""Exercises about attention in vision: channels of DANet as its paper and its code have them, and fusion by a gate."""

from __future__ import annotations

from fractions import Fraction

from symattn.examples import matrix_of
from symattn.exercises.drawing import Draw
from symattn.exercises.task import Kind, Slip, Task, equations


def channels(draw: Draw) -> Task:
    """Two channels of two pixels; the weights between channels, in the paper's form or the code's."""
    of_code = draw.one_of((False, True))
    written = {False: "X = softmax(G)", True: "X = softmax(rowmax(G) - G)"}
    system = equations({"A": "C N"}, f"G = A @ A.T\n{written[of_code]}")
    other = Slip("slip form of the paper" if of_code else "slip form of the code", {"X": written[not of_code][4:]})
    while True:
        numbers = {"A": draw.matrix(2, 2, 0, 2)}
        task = Task(system, numbers, "X", slips=(other,), remark="remark channels")
        if len(set(matrix_of(task.bound, "G").rows[0])) > 1:
            return task


def fusion(draw: Draw) -> Task:
    """A gate and two features: fused by the paper's formula."""
    gate = Fraction(draw.one_of((1, 2, 3, 4, 6, 7, 8, 9)), 10)
    first, second = draw.row(2, 1, 8)
    system = equations({"M": "scalar", "x": "scalar", "y": "scalar"}, "z = M * x + (1 - M) * y")
    slips = (
        Slip("slip factor two of the code", {"z": "2 * M * x + 2 * (1 - M) * y"}),
        Slip("slip gate on the other", {"z": "(1 - M) * x + M * y"}),
        Slip("slip gate on one alone", {"z": "M * x + y"}),
    )
    return Task(system, {"M": gate, "x": first, "y": second}, "z", slips=slips, shown=False)


def iterated(draw: Draw) -> Task:
    """The same twice: the first gate fuses what the second gate is computed from, and the second one the features."""
    first, second = (Fraction(draw.one_of((2, 3, 4, 6, 7, 8)), 10) for _ in range(2))
    x, y = draw.row(2, 1, 8)
    system = equations(
        {"M_1": "scalar", "M_2": "scalar", "x": "scalar", "y": "scalar"},
        "u = M_1 * x + (1 - M_1) * y\nz = M_2 * x + (1 - M_2) * y",
    )
    slips = (
        Slip("slip first gate", {"z": "u"}),
        Slip("slip fused with the first fusion", {"z": "M_2 * u + (1 - M_2) * y"}),
        Slip("slip gate on the other", {"z": "(1 - M_2) * x + M_2 * y"}),
    )
    return Task(system, {"M_1": first, "M_2": second, "x": x, "y": y}, "z", slips=slips, shown=False)


KINDS = (
    Kind("channel-attention", "images", channels),
    Kind("fusion", "images", fusion),
    Kind("iterated-fusion", "images", iterated),
)
