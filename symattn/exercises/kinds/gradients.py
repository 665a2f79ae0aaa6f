"""Exercises about gradients: the Jacobian of softmax, what it does to a cotangent, and where it vanishes."""

from __future__ import annotations

from symattn.exercises.drawing import Draw
from symattn.exercises.task import Kind, Slip, Task, equations


def jacobian(draw: Draw) -> Task:
    """A distribution of fractions."""
    system = equations({"p": "1 m"}, "J = eye(m) * p - p.T @ p")
    slips = (
        Slip("slip diagonal alone", {"J": "eye(m) * p * (1 - p)"}),
        Slip("slip sign of the product", {"J": "eye(m) * p + p.T @ p"}),
        Slip("slip product alone", {"J": "-p.T @ p"}),
    )
    return Task(system, {"p": [draw.distribution(3)]}, "J", slips=slips, shown=False, remark="remark jacobian")


def eigenvalue(draw: Draw) -> Task:
    """The same Jacobian of three weights: one eigenvalue is 0, the others solve a quadratic equation."""
    system = equations(
        {"p": "1 3"},
        """
        t = 1 - p[0, 0]**2 - p[0, 1]**2 - p[0, 2]**2
        d = 3 * p[0, 0] * p[0, 1] * p[0, 2]
        r = (t + sqrt(t**2 - 4 * d)) / 2
        """,
    )
    slips = (
        Slip("slip smaller eigenvalue", {"r": "(t - sqrt(t**2 - 4 * d)) / 2"}),
        Slip("slip trace for eigenvalue", {"r": "t"}),
    )
    return Task(system, {"p": [draw.distribution(3)]}, "r", slips=slips, shown=False, remark="remark eigenvalues")


def backward(draw: Draw) -> Task:
    """Weights of fractions and a cotangent of whole numbers."""
    system = equations({"P": "1 m", "dP": "1 m"}, "D = rowsum(P * dP)\ndS = P * (dP - D)")
    numbers = {"P": [draw.distribution(3)], "dP": [draw.row(3, -2, 5)]}
    slips = (
        Slip("slip without the mean", {"dS": "P * dP"}),
        Slip("slip diagonal alone", {"dS": "P * (1 - P) * dP"}),
        Slip("slip sum not weighed", {"D": "rowsum(dP)"}),
        Slip("slip mean not weighed", {"D": "rowmean(dP)"}),
        Slip("slip cotangent not weighed", {"dS": "dP - D"}),
    )
    return Task(system, numbers, "dS", slips=slips, shown=False, remark="remark sum of gradients")


def rate(draw: Draw) -> Task:
    """Weights of fractions whose scores move at whole rates, each at its own."""
    system = equations({"p": "1 m", "u": "1 m"}, "a = rowsum(p * u)\nr = p * (u - a)")
    slips = (
        Slip("slip mean rate missing", {"r": "p * u"}),
        Slip("slip plain mean rate", {"a": "rowmean(u)"}),
        Slip("slip rate not weighed", {"r": "u - a"}),
    )
    numbers = {"p": [draw.distribution(3)], "u": [draw.row(3, -3, 5)]}
    return Task(system, numbers, "r", slips=slips, shown=False, remark="remark sum of rates")


def curvature(draw: Draw) -> Task:
    """The same once more: squared deviations less the variance."""
    system = equations(
        {"p": "1 m", "u": "1 m"},
        "a = rowsum(p * u)\nv = rowsum(p * (u - a)**2)\nc = p * ((u - a)**2 - v)",
    )
    slips = (
        Slip("slip variance missing", {"c": "p * (u - a)**2"}),
        Slip("slip deviation not squared", {"c": "p * (u - a)"}),
    )
    numbers = {"p": [draw.distribution(3)], "u": [draw.row(3, -3, 5)]}
    return Task(system, numbers, "c", slips=slips, shown=False, remark="remark sum of rates")


def values(draw: Draw) -> Task:
    """The cotangent of the values: weights transposed times the cotangent of the output; square, not symmetric."""
    system = equations({"P": "n m", "dO": "n d_v"}, "dV = P.T @ dO")
    numbers = {"P": [draw.distribution(2), draw.distribution(2, 5)], "dO": draw.matrix(2, 2, -2, 3)}
    return Task(system, numbers, "dV", shown=False)


def of_itself(draw: Draw) -> Task:
    """Three inputs of one number, the first of them 0, so that its weights are equal."""
    forward = equations({"X": "n 1"}, "S = X @ X.T\nP = softmax(S)\nO = P @ X")
    numbers = {"X": [[0], [draw.whole(1, 6)], [-draw.whole(1, 6)]], "dO": [[1], [0], [0]]}
    return Task(forward.backward(wrt="X"), numbers, "dX", shown=False, hidden=frozenset({"dO"}))


def saturation(draw: Draw) -> Task:
    """The slope of the weight of two keys at a gap of their scores."""
    system = equations({"g": "scalar"}, "p = 1 / (1 + exp(-g))\ny = p * (1 - p)")
    slips = (Slip("slip weight for slope", {"y": "p"}), Slip("slip weight squared", {"y": "p * p"}))
    return Task(system, {"g": draw.whole(0, 8)}, "y", slips=slips, shown=False, remark="remark saturation")


KINDS = (
    Kind("jacobian", "gradients", jacobian),
    Kind("largest-eigenvalue", "gradients", eigenvalue),
    Kind("weight-rate", "gradients", rate),
    Kind("weight-curvature", "gradients", curvature),
    Kind("softmax-gradient", "gradients", backward),
    Kind("value-gradient", "gradients", values),
    Kind("self-gradient", "gradients", of_itself),
    Kind("saturation", "gradients", saturation),
)
