"""Exercises about scores: products of queries and keys, ties, and which key wins under which score."""

from __future__ import annotations

from symattn.examples import matrix_of
from symattn.exercises.drawing import Draw
from symattn.exercises.task import Kind, Task, equations

QUERIES_AND_KEYS = {"Q": "n d_k", "K": "m d_k"}

SCORES = {
    "dot": "S = Q @ K.T",
    "cosine": "S = (Q @ K.T) / (rownorm(Q) @ rownorm(K).T)",
    "distance": "S = -sum(c, (Q[:, c] - K[:, c].T)**2)",
}
"""Three scores under which different keys can win; of the Gaussian kernel the exponent alone decides."""


def scores(draw: Draw) -> Task:
    """Whole numbers; square, so that a transpose that is missing conforms and shows."""
    numbers = {"Q": draw.matrix(3, 3), "K": draw.matrix(3, 3)}
    task = Task(equations(QUERIES_AND_KEYS, SCORES["dot"]), numbers, "S")
    tied = [row for row in matrix_of(task.bound, "S").rows if len(set(row)) < len(row)]
    return Task(task.system, numbers, "S", remark="remark ties" if tied else "remark no ties")


def winners(draw: Draw) -> Task:
    """Keys of unequal lengths, drawn until the score that is asked has another winner than another score."""
    kind = draw.one_of(sorted(SCORES))
    systems = {name: equations(QUERIES_AND_KEYS, f"{text}\nW = hardmax(S)") for name, text in SCORES.items()}
    while True:
        numbers = {"Q": draw.matrix(2, 2, 0, 3), "K": draw.matrix(3, 2, 0, 4)}
        found = {name: system.bind(numbers).exact("W") for name, system in systems.items()}
        if any(winner != found[kind] for winner in found.values()):
            return Task(systems[kind], numbers, "W", remark="remark winners")


def additive(draw: Draw) -> Task:
    """One number each: a query, three keys, the weights of a network with one hidden unit."""
    system = equations(
        {"q": "scalar", "k": "1 m", "w": "scalar", "u": "scalar", "v": "scalar"},
        "S = v * tanh(w * q + u * k)\nP = softmax(S)",
    )
    numbers = {"q": draw.whole(1, 2), "k": [draw.row(3, 0, 3)], "w": 1, "u": draw.whole(1, 2), "v": draw.whole(1, 3)}
    return Task(system, numbers, "S")


def softcap(draw: Draw) -> Task:
    """A cap and a score above it."""
    numbers = {"c": 10 * draw.whole(2, 5), "s": 10 * draw.whole(6, 12)}
    system = equations({"s": "scalar", "c": "scalar"}, "y = c * tanh(s / c)")
    return Task(system, numbers, "y", remark="remark softcap")


KINDS = (
    Kind("scores", "scores", scores),
    Kind("winners", "scores", winners),
    Kind("additive-scores", "scores", additive),
    Kind("softcap", "scores", softcap),
)
