"""Exercises about temperature and spread: entropy, perplexity, what temperature gives, what is left when it is 0."""

from __future__ import annotations

from fractions import Fraction

from symattn.exercises.drawing import Draw
from symattn.exercises.task import Kind, Slip, Task, equations

ONE_ROW = {"S": "1 m"}


def entropy(draw: Draw) -> Task:
    """Three whole scores; the entropy is in nats."""
    system = equations(ONE_ROW, "P = softmax(S)\nH = -rowsum(P * log(P))")
    slips = (
        Slip("slip entropy in bits", {"H": "-rowsum(P * log(P)) / log(2)"}),
        Slip("slip largest entropy", {"H": "log(m) * rowsum(P)"}),
        Slip("slip logarithms not weighed", {"H": "-rowsum(log(P))"}),
    )
    return Task(system, {"S": [draw.row(3, 0, 5)]}, "H", slips=slips)


def perplexity(draw: Draw) -> Task:
    """The perplexity of a distribution of fractions."""
    system = equations({"p": "1 m"}, "H = -rowsum(p * log(p))\nN = exp(H)")
    slips = (Slip("slip entropy for perplexity", {"N": "H"}), Slip("slip power of two", {"N": "exp(H * log(2))"}))
    return Task(system, {"p": [draw.distribution(3)]}, "N", slips=slips, remark="remark perplexity")


def temperature(draw: Draw) -> Task:
    """A gap of two scores and the weight that the larger one is to have."""
    target = Fraction(draw.one_of((6, 7, 8, 9)), 10)
    system = equations({"g": "scalar", "p": "scalar"}, "T = g / log(p / (1 - p))")
    slips = (
        Slip("slip inverse temperature", {"T": "log(p / (1 - p)) / g"}),
        Slip("slip no division by the rest", {"T": "-g / log(p)"}),
        Slip("slip sign of the scores", {"T": "g / log((1 - p) / p)"}),
    )
    return Task(system, {"g": draw.whole(1, 5), "p": target}, "T", slips=slips, shown=False)


def coldest(draw: Draw) -> Task:
    """Scores with ties of the largest: what is left as the temperature falls to 0."""
    top = draw.whole(4, 6)
    row = [top, top, draw.whole(0, 3), draw.whole(0, 3)]
    turn = draw.whole(0, 3)
    system = equations(ONE_ROW, "W = hardmax(S)")
    slips = (Slip("slip every largest a whole", {"W": "sign(rowmax(S) - S) * (-1) + 1"}),)
    return Task(system, {"S": [row[turn:] + row[:turn]]}, "W", slips=slips, shown=False, remark="remark coldest")


KINDS = (
    Kind("entropy", "temperature", entropy),
    Kind("perplexity", "temperature", perplexity),
    Kind("temperature", "temperature", temperature),
    Kind("coldest", "temperature", coldest),
)
