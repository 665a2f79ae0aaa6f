"""Exact matrices: what is read, what is refused, and the shortcuts held against plain arithmetic."""

import pickle
import random
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
import sympy

from symattn import limits
from symattn.errors import InputError, LimitError
from symattn.exact import Element, ExactMatrix, functions, normalisers, operations
from symattn.exact.packing import product_of_whole


@pytest.mark.parametrize(
    "given",
    [
        [[1, "1/2"], [0.1, Decimal("-3")]],
        ((1, Fraction(1, 2)), (Fraction(1, 10), -3)),
        np.array([[1, 0.5], [0.1, -3]]),
        np.array([[1, 0.5], [0.1, -3]], dtype=np.float32),
        sympy.Matrix([[1, sympy.Rational(1, 2)], [sympy.Rational(1, 10), -3]]),
        [list(np.array([1, 0.5])), [np.float32(0.1), np.int64(-3)]],
        [[Element.of(1), Fraction(1, 2)], ["0.1", -3]],
    ],
)
def test_matrices_are_read_exactly(given):
    matrix = ExactMatrix.of(given)
    assert matrix.shape == (2, 2)
    assert [[entry.as_fraction() for entry in row] for row in matrix] == [[1, Fraction(1, 2)], [Fraction(1, 10), -3]]


def test_arrays_of_whole_numbers_are_read():
    assert ExactMatrix.of(np.arange(6, dtype=np.int8).reshape(2, 3)) == ExactMatrix.of([[0, 1, 2], [3, 4, 5]])


@pytest.mark.parametrize(
    "given, message",
    [
        ([[1, 2], [3]], "row 1 has 2 entries, row 2 has 1"),
        ([], "at least one row"),
        ([[]], "row 1 is empty"),
        ([1, 2], "row 1 is 1"),
        (3, "found 3"),
        ("1 2; 3 4", "found '1 2; 3 4'"),
        (["12", "34"], "row 1 is '12'"),
        ([[[1]], [[2]]], "is not a number"),
        ([[1, None]], "column 2"),
        ([[1, True]], "True"),
        ([[1, float("nan")]], "nan is not a finite number"),
        ([[1, float("-inf")]], "inf is not a finite number"),
        ([[1, "x"]], "'x' is not a number"),
        (np.array([[1, np.nan]]), "nan is not a finite number"),
        (np.ones(3), "two axes"),
        (np.ones((2, 2, 2)), "two axes"),
        (np.ones((2, 2), dtype=complex), "complex"),
        (np.ones((2, 2), dtype=bool), "bool"),
        (np.array([[object()]], dtype=object), "is not a number"),
        ({"a": 1}, "rows of numbers"),
    ],
)
def test_what_is_no_matrix_of_numbers_is_refused(given, message):
    with pytest.raises(InputError) as caught:
        ExactMatrix.of(given)
    assert message in str(caught.value)


def test_too_many_entries_are_refused_before_they_are_read():
    with pytest.raises(LimitError):
        ExactMatrix.of(np.zeros((limits.EXACT_ENTRIES + 1, 1)))


@pytest.mark.parametrize("seed", range(30))
@pytest.mark.parametrize("size", [5, 10**9, 10**30])
def test_packed_products_agree_with_plain_ones(seed, size):
    generator = random.Random(seed)
    n, k, m = (generator.randint(1, 6) for _ in range(3))
    left = [[generator.randint(-size, size) for _ in range(k)] for _ in range(n)]
    right = [[generator.randint(-size, size) for _ in range(m)] for _ in range(k)]
    plain = tuple(tuple(sum(row[c] * right[c][j] for c in range(k)) for j in range(m)) for row in left)
    assert product_of_whole(left, right) == plain


@pytest.mark.parametrize("unit", [Element.of(1), functions.sqrt(Element.of("1/3")), -functions.sqrt(Element.of(2))])
def test_softmax_of_multiples_agrees_with_softmax_entry_by_entry(unit):
    generator = random.Random(5)
    scores = ExactMatrix.of([[generator.randint(-4, 9) for _ in range(7)] for _ in range(4)])
    values = ExactMatrix.of([[generator.randint(-4, 4) for _ in range(3)] for _ in range(7)])
    scaled = operations.multiply(scores, unit)
    weights = normalisers.softmax(scaled)
    assert weights.weights is not None
    plain = ExactMatrix(map(functions.softmax, scaled.rows))
    assert weights == plain
    for fast, slow in zip(
        sum(operations.product(weights, values).rows, ()), sum(operations.product(plain, values).rows, ()), strict=True
    ):
        assert (fast.numerator, fast.denominator) == (slow.numerator, slow.denominator)
        assert fast.in_lowest_terms


def test_weights_with_a_common_factor_are_reduced():
    scores = ExactMatrix.of([[0, 1, 1, 2]])  # 1 + 2u + u^2 = (1 + u)^2
    values = ExactMatrix.of([[1, 2], [1, 0], [0, 0], [0, -2]])  # 1 + u and 2 - 2u^2
    first, second = operations.product(normalisers.softmax(scores), values).rows[0]
    u = functions.exp(Element.of(1))
    assert (first.numerator, first.denominator) == ((1 / (1 + u)).numerator, (1 + u).numerator)
    assert (second.numerator, second.denominator) == ((2 - 2 * u).numerator, (1 + u).numerator)


def test_a_weight_times_zero_is_zero():
    found = operations.product(normalisers.softmax(ExactMatrix.of([[0, 1]])), ExactMatrix.of([[0, 1], [0, 1]]))
    assert found == ExactMatrix.of([[0, 1]])
    assert found.decimal(3) == ((Decimal(0), Decimal("1.00")),)


def test_matrices_are_values():
    matrix = normalisers.softmax(ExactMatrix.of([[1, 2], [0, "1/3"]]))
    assert pickle.loads(pickle.dumps(matrix)) == matrix
    assert pickle.loads(pickle.dumps(ExactMatrix.of([[1, "1/2"]]))) == ExactMatrix.of([[1, "1/2"]])
    assert hash(ExactMatrix.of([[1, "1/2"]])) == hash(ExactMatrix([[Element.of(1), Element.of("1/2")]]))
    assert matrix == matrix.T.T and matrix.T[1, 0] == matrix[0, 1]
    assert matrix != ExactMatrix.of([[1, 2], [0, "1/3"]]) and matrix != ExactMatrix.of([[1, 2]])


def test_sympy_sees_the_same_matrix():
    assert ExactMatrix.of([[1, "1/2"]]).to_sympy() == sympy.ImmutableDenseMatrix([[1, sympy.Rational(1, 2)]])
