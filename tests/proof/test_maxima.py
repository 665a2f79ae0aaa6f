"""Maxima over joined parts: in any order, with any brackets, and never more than what is really the largest."""

import pytest

from symattn.proof import prove

COLUMNS = {"a": "n 1", "b": "n 1", "c": "n 1"}
PARTS = {"A": "n p", "B": "n q"}

EQUAL = [
    ("rowmax(hstack(a, b))", "rowmax(hstack(b, a))", COLUMNS),
    ("rowmax(hstack(a, a))", "a", COLUMNS),
    ("rowmax(hstack(a, hstack(b, c)))", "rowmax(hstack(rowmax(hstack(c, a)), b))", COLUMNS),
    ("rowmax(hstack(A, B))", "rowmax(hstack(B, A))", PARTS),
    ("rowmax(hstack(rowmax(A), rowmax(B)))", "rowmax(hstack(B, A))", PARTS),
    ("rowmax(hstack(rowmax(A) + c, B + c))", "c + rowmax(hstack(B, A))", {**PARTS, "c": "n 1"}),
    ("rowmax(hstack(A - c, B))", "rowmax(hstack(c + B, A)) - c", {**PARTS, "c": "n 1"}),
    ("rowmax(hstack(2 * A, 2 * B))", "2 * rowmax(hstack(B, A))", PARTS),
    ("colmax(vstack(S, s))", "colmax(vstack(colmax(S), s))", {"S": "t d", "s": "1 d"}),
    ("colmax(vstack(A, B, C))", "colmax(vstack(colmax(vstack(C, A)), B))", {"A": "p d", "B": "q d", "C": "r d"}),
    ("colmax(rowmax(A))", "rowmax(colmax(A))", {"A": "n m"}),
]

DIFFERENT = [
    ("rowmax(hstack(a, b))", "a", COLUMNS),
    ("rowmax(hstack(a, b))", "rowmax(hstack(b, c))", COLUMNS),
    ("rowmax(hstack(a, b))", "rowmax(hstack(a, rowmax(hstack(b, c))))", COLUMNS),
    ("rowmax(hstack(A, B))", "rowmax(A)", PARTS),
    ("rowmax(-hstack(A, B))", "-rowmax(hstack(B, A))", PARTS),
    ("rowmax(hstack(A, B)) + c", "rowmax(hstack(A + c, B))", {**PARTS, "c": "n 1"}),
    ("rowmax(hstack(2 * A, B))", "2 * rowmax(hstack(A, B))", PARTS),
    ("colmax(vstack(S, s))", "colmax(vstack(colmax(S) + 1, s))", {"S": "t d", "s": "1 d"}),
    ("colmax(vstack(S, s))", "colmax(vstack(S[0:1, :], s))", {"S": "t+1 d", "s": "1 d"}),
]


@pytest.mark.parametrize(("left", "right", "inputs"), EQUAL)
def test_equal_maxima_are_proved_equal(left, right, inputs):
    assert prove(left, right, inputs).kind == "proved"


@pytest.mark.parametrize(("left", "right", "inputs"), DIFFERENT)
def test_different_maxima_are_refuted_with_a_counterexample(left, right, inputs):
    verdict = prove(left, right, inputs)
    assert verdict.kind == "refuted"
    assert verdict.counterexample
