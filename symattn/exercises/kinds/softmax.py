"""Exercises about softmax: weights of scores, scaled and shifted, their logarithm's sum, and the mean they make."""

from __future__ import annotations

from fractions import Fraction

from symattn.examples import matrix_of
from symattn.exercises.drawing import Draw
from symattn.exercises.task import Kind, Slip, Task, equations

ONE_ROW = {"S": "1 m"}

LARGEST_FLOAT = Fraction(2**128 - 2**104)
"""The largest number of float32."""


def softmax(draw: Draw) -> Task:
    """Three whole scores."""
    numbers = {"S": [draw.row(3, 0, 6)]}
    slips = (
        Slip("slip scores over their sum", {"P": "S / rowsum(S)"}),
        Slip("slip sign of the scores", {"P": "softmax(-S)"}),
    )
    return Task(equations(ONE_ROW, "P = softmax(S)"), numbers, "P", slips=slips)


def shifted(draw: Draw) -> Task:
    """The same far above what exp can take in float32, which only a shift of the row can compute."""
    base = 100 * draw.whole(3, 20)
    numbers = {"S": [[base + each for each in draw.row(3, 0, 6)]]}
    task = Task(equations(ONE_ROW, "P = softmax(S)"), numbers, "P")
    above = all(2**score > LARGEST_FLOAT for score in numbers["S"][0])  # e > 2, so that powers of e are above it too
    return Task(task.system, numbers, "P", remark="remark overflow" if above else "")


def weights(draw: Draw) -> Task:
    """Queries and keys; of width 4 the root is whole, of 2 and 3 it is in the exponents."""
    width = draw.one_of((2, 3, 4))
    system = equations({"Q": "n d_k", "K": "m d_k"}, "S = Q @ K.T / sqrt(d_k)\nP = softmax(S)")
    numbers = {"Q": draw.matrix(2, width, 0, 2), "K": draw.matrix(3, width, 0, 2)}
    return Task(system, numbers, "P", slips=(Slip("slip divided by d_k", {"S": "Q @ K.T / d_k"}),))


def output(draw: Draw) -> Task:
    """One query's scores, and three values of two numbers."""
    system = equations({"S": "1 m", "V": "m d_v"}, "P = softmax(S)\nO = P @ V")
    numbers = {"S": [draw.row(3, 0, 4)], "V": draw.matrix(3, 2, 0, 6)}
    slips = (
        Slip("slip value of the best key", {"P": "hardmax(S)"}),
        Slip("slip mean of all values", {"P": "softmax(0 * S)"}),
    )
    return Task(system, numbers, "O", slips=slips)


def log_sum_exp(draw: Draw) -> Task:
    """Three whole scores; the bounds are in the solution."""
    system = equations(ONE_ROW, "L = lse(S)")
    numbers = {"S": [draw.row(3, 0, 6)]}
    slips = (
        Slip("slip largest for lse", {"L": "rowmax(S)"}),
        Slip("slip sum of exponentials", {"L": "rowsum(exp(S))"}),
        Slip("slip sum of scores", {"L": "rowsum(S)"}),
        Slip("slip mean of exponentials", {"L": "log(rowmean(exp(S)))"}),
    )
    bounds = equations(ONE_ROW, "A = rowmax(S)\nB = rowmax(S) + log(m)\nC = rowmean(S) + log(m)").bind(numbers)
    words = {place: matrix_of(bounds, name)[0, 0] for place, name in (("low", "A"), ("high", "B"), ("jensen", "C"))}
    return Task(system, numbers, "L", slips=slips, remark="remark bounds", words=words)


def mixture(draw: Draw) -> Task:
    """Three values in the plane that are corners of a triangle, and a mean of them: which weights make it."""
    system = equations(
        {"V": "3 2", "o": "1 2"},
        """
        A = V[1:, :] - V[:1, :]
        w = o - V[:1, :]
        D = A[0, 0] * A[1, 1] - A[1, 0] * A[0, 1]
        b = (w[0, 0] * A[1, 1] - A[1, 0] * w[0, 1]) / D
        c = (A[0, 0] * w[0, 1] - w[0, 0] * A[0, 1]) / D
        P = hstack((1 - b - c) * ones(1, 1), b * ones(1, 1), c * ones(1, 1))
        """,
    )
    while True:
        values = draw.matrix(3, 2, 0, 6)
        (a, b), (c, d), (e, f) = values
        if (c - a) * (f - b) != (e - a) * (d - b):
            break
    drawn = draw.distribution(3)
    point = [sum(weight * row[k] for weight, row in zip(drawn, values, strict=True)) for k in range(2)]
    return Task(system, {"V": values, "o": [point]}, "P", shown=False, remark="remark hull")


KINDS = (
    Kind("softmax", "softmax", softmax),
    Kind("shifted-softmax", "softmax", shifted),
    Kind("weights", "softmax", weights),
    Kind("output", "softmax", output),
    Kind("log-sum-exp", "softmax", log_sum_exp),
    Kind("mixture", "softmax", mixture),
)
