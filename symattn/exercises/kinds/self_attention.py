"""Exercises about self-attention: from inputs and weights to queries, keys, values, and to the output."""

from __future__ import annotations

from symattn.examples import matrix_of
from symattn.exercises.drawing import Draw
from symattn.exercises.task import Kind, Slip, Task, equations

PROJECTIONS = """
    Q = X @ W_Q
    K = X @ W_K
    V = X @ W_V
"""


def projections(draw: Draw) -> Task:
    """Small whole numbers for X and the weights; one of Q, K and V is asked, with all the weights given."""
    system = equations(
        {"X": "n d_model", "W_Q": "d_model d_k", "W_K": "d_model d_k", "W_V": "d_model d_k"}, PROJECTIONS
    )
    numbers = {"X": draw.matrix(3, 4), **{name: draw.matrix(4, 3, 0, 2) for name in ("W_Q", "W_K", "W_V")}}
    asked = draw.one_of("QKV")
    slips = tuple(Slip("slip other weight", {asked: f"X @ W_{other}"}) for other in "QKV" if other != asked)
    return Task(system, numbers, asked, slips=slips, more_given=True)


def output(draw: Draw) -> Task:
    """Two inputs of three numbers, queries and keys of two: the root of the width is not that of the model's."""
    system = equations(
        {"X": "n d_model", "W_Q": "d_model d_k", "W_K": "d_model d_k", "W_V": "d_model d_v"},
        PROJECTIONS + "    S = Q @ K.T / sqrt(d_k)\n    P = softmax(S)\n    O = P @ V\n",
    )
    slips = (
        Slip("slip weights of the keys for the values", {"V": "X @ W_K"}),
        Slip("mistake d_model for d_k", {"S": "Q @ K.T / sqrt(d_model)"}),
        Slip("mistake 1/√d_k missing", {"S": "Q @ K.T"}),
    )
    while True:
        numbers = {"X": draw.matrix(2, 3, 0, 2), **{name: draw.matrix(3, 2, 0, 1) for name in ("W_Q", "W_K", "W_V")}}
        task = Task(system, numbers, "O", slips=slips)
        if all(len(set(matrix_of(task.bound, name).rows)) == 2 for name in "SV"):
            return task


KINDS = (
    Kind("projections", "self-attention", projections),
    Kind("self-attention", "self-attention", output),
)
