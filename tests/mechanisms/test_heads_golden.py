"""The worked example in three heads: exactly, and to twenty digits."""

from decimal import Decimal

import pytest
from sympy import E, Rational, exp, simplify

from symattn.mechanisms import named

X = [[1, 0, 1, 0], [0, 2, 0, 2], [1, 1, 1, 1]]
WEIGHTS = {
    "W_Q": [[1, 0, 1], [1, 0, 0], [0, 0, 1], [0, 1, 1]],
    "W_K": [[0, 0, 1], [1, 1, 0], [0, 1, 0], [1, 1, 0]],
    "W_V": [[0, 2, 0], [0, 3, 0], [1, 0, 3], [1, 1, 0]],
}
SPLIT = {name: [[[row[h]] for row in rows] for h in range(3)] for name, rows in WEIGHTS.items()}
OUT = [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]]
"""A row a head; the last of an output's four numbers stays 0."""

BIASES = {name: [[[0]]] * 3 for name in ("b_Q", "b_K", "b_V")}
INPUTS = {
    "multi-head": {"X": X, "Y": X, **SPLIT, **BIASES, "W_O": OUT, "b_O": [[0] * 4]},
    "multi-head-sum": {"X": X, "Y": X, **SPLIT, "W_O": [[row] for row in OUT], "b_O": [[0] * 4]},
    "packed-multi-head": {"X": X, **WEIGHTS, "W_O": OUT, "B": [[[0] * 3] * 3] * 3},
    "grouped-query": {"X": X, "Y": X, **SPLIT, "W_Q": [[head] for head in SPLIT["W_Q"]], "W_O": OUT},
}
OUTPUT = """
    1.9841237600235332337 5.3333333333333333333 2.8098631850008871454
    1.9996706795610361071 7.7490424000355136982 2.8098631850008871454
    1.9996706795610361071 7.2702929175591234199 2.9271333069622103792
"""


def digits(text):
    """Rows of decimals."""
    return [[Decimal(number) for number in line.split()] for line in text.strip().splitlines()]


@pytest.mark.parametrize("name", INPUTS)
def test_three_heads_of_the_worked_example(name):
    found = named(name).bind(INPUTS[name]).decimal("A", digits=20)
    assert [list(row)[:3] for row in found] == digits(OUTPUT)
    assert all(row[3] == 0 for row in found)


def test_the_weights_of_three_heads_exactly():
    P = named("multi-head").bind(INPUTS["multi-head"])["P"]
    first = [1 / (1 + exp(2) + exp(4)), exp(4) / (1 + exp(2) + exp(4)), exp(2) / (1 + exp(2) + exp(4))]
    third = [1 / (1 + exp(2) + exp(3)), exp(3) / (1 + exp(2) + exp(3)), exp(2) / (1 + exp(2) + exp(3))]
    assert all(simplify(P[0][0, j] - first[j]) == 0 for j in range(3))
    assert list(P[1][0, :]) == [Rational(1, 3)] * 3
    assert all(simplify(P[1][2, j] - third[j]) == 0 for j in range(3))
    assert simplify(P[2][0, 1] - 1 / (1 + 2 * E**2)) == 0
