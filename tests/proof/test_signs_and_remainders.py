"""What is compared with 0, counted, or left over from a division: true statements about it, and false ones beside."""

import pytest

from symattn.proof import prove

A, AB = {"A": "n m"}, {"A": "n m", "B": "n m"}
SET, ONES = {"A": "n m", "M": "n m"}, "matrix(n, 1, 1)"
TRUE = [
    ("hardmax(A / 2)", "hardmax(A)", A),
    ("step(3 * A - 6 * B)", "step(A / 2 - B)", AB),
    ("step(rowsum(step(A)) / m)", "step(rowsum(step(A)))", A),
    ("step(A) * step(rowsum(step(A)))", "step(A)", A),
    ("step(A) / (rowsum(step(A)) + (1 - step(rowsum(step(A)))))", "step(A) / rowsum(step(A))", A),
    ("rowsum(matrix(n, d, 1 if j == i % d else 0))", ONES, {"A": "n d"}),
    ("rowsum(matrix(n, d, 1 if j == (2 * i + 1) % d else 0))", ONES, {"A": "n d"}),
    ("sparsemax(A)", ONES, {"A": "n 1"}),
    ("step(sparsemax(A, where=M)) * M / M", "step(sparsemax(A, where=M))", SET),
    ("softmax(A, where=M)", "softmax(A) * matrix(n, m, 1 if M[i, 0] != 0 else 0)", {"A": "n m", "M": "n 1"}),
]
FALSE = [
    ("hardmax(A / -2)", "hardmax(A)", A),
    ("step(3 * A - 6 * B)", "step(A - B)", AB),
    ("step(rowsum(A))", "step(rowsum(step(A)))", A),
    ("step(rowsum(step(A) - step(B)))", "step(rowsum(step(A)))", AB),
    ("step(A) * step(rowsum(step(B)))", "step(A)", AB),
    ("step(A) * step(colsum(step(B)))", "step(A)", AB),
    ("step(A) / (rowsum(step(A)) + (1 - step(rowsum(step(B)))))", "step(A) / rowsum(step(A))", AB),
    ("rowsum(matrix(n, d, 1 if j == i % e else 0))", ONES, {"A": "n d", "E": "e 1"}),
    ("rowsum(matrix(n, d, 1 if j == i % (d + 1) else 0))", ONES, {"A": "n d"}),
    ("sparsemax(A)", "matrix(n, m, 1)", A),
    ("step(sparsemax(A, where=M))", "step(sparsemax(A))", SET),
    ("softmax(A, where=M)", "softmax(A)", {"A": "n m", "M": "n 1"}),
]


@pytest.mark.parametrize(("left", "right", "inputs"), TRUE, ids=str)
def test_a_true_statement_is_proved(left, right, inputs):
    verdict = prove(left, right, inputs=inputs)
    assert verdict.kind == "proved", str(verdict)


@pytest.mark.parametrize(("left", "right", "inputs"), FALSE, ids=str)
def test_a_false_statement_is_refuted(left, right, inputs):
    verdict = prove(left, right, inputs=inputs)
    assert verdict.kind == "refuted", str(verdict)
