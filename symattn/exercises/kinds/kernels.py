"""Exercises about attention as a kernel mean: regression, a step of mean shift, a step of a Hopfield network."""

from __future__ import annotations

from fractions import Fraction

from symattn.exercises.drawing import Draw
from symattn.exercises.task import Kind, Slip, Task, equations


def regression(draw: Draw) -> Task:
    """Three points on a line and their values: the Nadaraya-Watson estimate between them."""
    system = equations(
        {"q": "scalar", "x": "1 m", "y": "1 m", "h": "scalar"},
        "S = -((x - q)**2) / (2 * h**2)\nP = softmax(S)\nf = rowsum(P * y)",
    )
    numbers = {"q": Fraction(1, 2), "x": [[0, 1, 2]], "y": [draw.row(3, 0, 6)], "h": draw.one_of((1, 2))}
    slips = (
        Slip("slip factor two of the Gaussian", {"S": "-((x - q)**2) / h**2"}),
        Slip("slip distance not squared", {"S": "-abs(x - q) / (2 * h**2)"}),
        Slip("slip not a mean", {"P": "exp(S)"}),
    )
    return Task(system, numbers, "f", slips=slips)


def mean_shift(draw: Draw) -> Task:
    """A step of mean shift on a line, by a Gaussian kernel of width 1."""
    system = equations({"z": "scalar", "x": "1 m"}, "S = -((x - z)**2) / 2\nP = softmax(S)\ny = rowsum(P * x)")
    numbers = {"z": draw.whole(1, 3), "x": [[0, draw.whole(1, 2), draw.whole(4, 6)]]}
    slips = (
        Slip("slip factor two of the Gaussian", {"S": "-((x - z)**2)"}),
        Slip("slip move for the place", {"y": "rowsum(P * x) - z"}),
    )
    return Task(system, numbers, "y", slips=slips)


def hopfield(draw: Draw) -> Task:
    """One update of a modern Hopfield network with three patterns."""
    system = equations({"x": "1 d", "K": "m d", "beta": "scalar"}, "S = beta * (x @ K.T)\nP = softmax(S)\ny = P @ K")
    numbers = {"x": [[Fraction(draw.whole(5, 9), 10), Fraction(draw.whole(1, 4), 10)]], "K": [[1, 0], [0, 1], [-1, 0]]}
    numbers["beta"] = draw.one_of((2, 4, 5))
    slips = (Slip("slip without beta", {"S": "x @ K.T"}), Slip("slip value of the best key", {"P": "hardmax(S)"}))
    return Task(system, numbers, "y", slips=slips)


KINDS = (
    Kind("kernel-regression", "kernels", regression),
    Kind("mean-shift", "kernels", mean_shift),
    Kind("hopfield", "kernels", hopfield),
)
