"""Exercises about what stands in softmax's place: sparsemax, entmax, softmax off by one, linear attention."""

from __future__ import annotations

from fractions import Fraction

from symattn.examples import matrix_of
from symattn.exercises.drawing import Draw
from symattn.exercises.task import Kind, Slip, Task, equations

ONE_ROW = {"S": "1 m"}


def halves(draw: Draw) -> list[list[Fraction]]:
    """Three scores that are halves, the largest and the smallest not too far apart."""
    return [[Fraction(each, 2) for each in draw.row(3, 0, 4)]]


def sparsemax(draw: Draw) -> Task:
    """Rational scores give rational weights; drawn until one score is below the threshold and two are above."""
    system = equations(ONE_ROW, "P = sparsemax(S)")
    while True:
        numbers = {"S": halves(draw)}
        if sorted(weight == 0 for weight in matrix_of(system.bind(numbers), "P").rows[0]) == [False, False, True]:
            break
    slips = (
        Slip("slip softmax instead", {"P": "softmax(S)"}),
        Slip("slip entmax instead", {"P": "entmax(S, 3/2)"}),
        Slip("slip cut off without threshold", {"P": "relu(S) / rowsum(relu(S))"}),
        Slip("slip value of the best key", {"P": "hardmax(S)"}),
    )
    return Task(system, numbers, "P", slips=slips, remark="remark sparse")


def entmax(draw: Draw) -> Task:
    """The same for alpha = 3/2, whose weights have roots."""
    slips = (Slip("slip softmax instead", {"P": "softmax(S)"}), Slip("slip sparsemax instead", {"P": "sparsemax(S)"}))
    return Task(equations(ONE_ROW, "P = entmax(S, 3/2)"), {"S": halves(draw)}, "P", slips=slips)


def off_by_one(draw: Draw) -> Task:
    """Scores below 0, where the 1 in the denominator is felt."""
    system = equations(ONE_ROW, "P = exp(S) / (1 + rowsum(exp(S)))")
    slips = (
        Slip("slip softmax instead", {"P": "softmax(S)"}),
        Slip("slip e for one", {"P": "exp(S) / (exp(1) + rowsum(exp(S)))"}),
    )
    return Task(system, {"S": [draw.row(2, -4, 0)]}, "P", slips=slips, remark="remark off by one")


def linear(draw: Draw) -> Task:
    """Queries and keys that are not negative, so that elu + 1 is x + 1 and the answer is rational."""
    system = equations(
        {"Q": "n d_k", "K": "m d_k", "V": "m d_v"},
        """
        F = elu(Q) + 1
        G = elu(K) + 1
        M = G.T @ V
        O = F @ M / (F @ colsum(G).T)
        """,
    )
    numbers = {"Q": draw.matrix(1, 2, 0, 3), "K": draw.matrix(3, 2, 0, 3), "V": draw.matrix(3, 2, 0, 6)}
    slips = (
        Slip("slip feature without one", {"F": "elu(Q)", "G": "elu(K)"}),
        Slip("slip softmax instead", {"O": "softmax(Q @ K.T) @ V"}),
    )
    return Task(system, numbers, "O", slips=slips)


KINDS = (
    Kind("sparsemax", "normalisers", sparsemax),
    Kind("entmax", "normalisers", entmax),
    Kind("off-by-one", "normalisers", off_by_one),
    Kind("linear-attention", "normalisers", linear),
)
