"""Each node's entry, by definition, against NumPy's own operation on the same numbers."""

import math

import numpy as np
import pytest
from sympy import Identity, Le, Matrix, MatrixSymbol, OneMatrix, Rational, Symbol, Transpose, ZeroMatrix

import symattn.nodes as nodes
from symattn.errors import MissingRowError, ShapeError
from symattn.nodes import FamilySymbol, Indices, Node, entry_of, index
from symattn.shapes import size

A = MatrixSymbol("A", 2, 3)
B = MatrixSymbol("B", 3, 4)
C = MatrixSymbol("C", 2, 3)
r = MatrixSymbol("r", 1, 3)
M = MatrixSymbol("M", 2, 3)
k = index("k")
F = FamilySymbol("F", 3, 4, 2)

NUMBERS = {
    A: np.array([[0.5, -1.25, 2.0], [1.5, 0.25, -0.75]]),
    B: np.array([[1.0, -2.0, 0.5, 3.0], [0.0, 1.0, 2.0, -1.0], [4.0, 0.25, -0.5, 1.0]]),
    C: np.array([[3.0, 1.0, 0.5], [0.25, 2.0, 1.0]]),
    r: np.array([[1.0, 2.0, -1.0]]),
    M: np.array([[0.0, 0.0, 0.0], [1.0, 0.0, 1.0]]),
}
a, b, c, row, mask = NUMBERS.values()
f = np.array([b, 2 - b])
NUMBERS |= {nodes.Member(F, place): member for place, member in enumerate(f)}


def softmax(scores):
    return np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)


def softmax_where(scores, allowed):
    """Exponentials over the allowed keys, divided by their sum; a row without any stays 0."""
    weights = np.where(allowed != 0, np.exp(scores), 0)
    return np.array([row / row.sum() if row.any() else row for row in weights])


CAUSAL = nodes.IndexCondition(Le(index("j"), index("i")), index("i"), index("j"), 2, 3)

CASES = {
    "product": (nodes.MatrixProduct(A, B), a @ b),
    "transposed product": (Transpose(nodes.MatrixProduct(A, B)), (a @ b).T),
    "sum": (nodes.ElementwiseSum(A, r), a + row),
    "difference": (nodes.ElementwiseDifference(r, C), row - c),
    "elementwise product": (nodes.ElementwiseProduct(A, C), a * c),
    "quotient": (nodes.ElementwiseQuotient(r, C), row / c),
    "power": (nodes.ElementwisePower(C, Rational(3, 2)), c**1.5),
    "negation": (nodes.Negation(A), -a),
    "exp": (nodes.Exponential(A), np.exp(a)),
    "log": (nodes.Logarithm(C), np.log(c)),
    "tanh": (nodes.HyperbolicTangent(A), np.tanh(a)),
    "sigmoid": (nodes.Sigmoid(A), 1 / (1 + np.exp(-a))),
    "relu": (nodes.RectifiedLinear(A), np.maximum(a, 0)),
    "elu": (nodes.ExponentialLinear(A), np.where(a > 0, a, np.exp(a) - 1)),
    "gelu": (nodes.GaussianLinear(A), a * (1 + np.vectorize(math.erf)(a / math.sqrt(2))) / 2),
    "sqrt": (nodes.SquareRoot(C), np.sqrt(c)),
    "abs": (nodes.AbsoluteValue(A), np.abs(a)),
    "erf": (nodes.ErrorFunction(A), np.vectorize(math.erf)(a)),
    "step": (nodes.Step(nodes.ElementwiseProduct(A, M)), np.array([[0.0, 0, 0], [1, 0, 0]])),
    "sign": (nodes.Sign(nodes.ElementwiseProduct(A, M)), np.array([[0.0, 0, 0], [1, 0, -1]])),
    "softmax": (nodes.Softmax(A), softmax(a)),
    "causal softmax": (nodes.Softmax(A, CAUSAL), softmax_where(a, np.tril(np.ones((2, 3))))),
    "softmax where": (nodes.Softmax(A, M), softmax_where(a, mask)),
    "softmax where both": (nodes.Softmax(A, nodes.Intersection(M, CAUSAL)), softmax_where(a, mask * np.tril(mask))),
    "index condition": (nodes.ElementwiseProduct(A, CAUSAL), np.tril(a)),
    "rowsum": (nodes.RowSum(A), a.sum(axis=1, keepdims=True)),
    "colsum": (nodes.ColumnSum(A), a.sum(axis=0, keepdims=True)),
    "rowmean": (nodes.RowMean(A), a.mean(axis=1, keepdims=True)),
    "colmean": (nodes.ColumnMean(A), a.mean(axis=0, keepdims=True)),
    "rowmax": (nodes.RowMax(A), a.max(axis=1, keepdims=True)),
    "colmax": (nodes.ColumnMax(A), a.max(axis=0, keepdims=True)),
    "rownorm": (nodes.RowNorm(A), np.linalg.norm(a, axis=1, keepdims=True)),
    "lse": (nodes.LogSumExp(A), np.log(np.exp(a).sum(axis=1, keepdims=True))),
    "column": (nodes.Column(A, 2), a[:, 2:]),
    "row": (nodes.Row(B, 1), b[1:2, :]),
    "index sum": (nodes.IndexSum(nodes.MatrixProduct(nodes.Column(A, k), nodes.Row(B, k)), k, 3), a @ b),
    "identity": (nodes.MatrixProduct(Identity(2), A), a),
    "ones": (nodes.ElementwiseSum(OneMatrix(2, 3), A), 1 + a),
    "zeros": (nodes.ElementwiseSum(ZeroMatrix(2, 3), A), a),
    "cos": (nodes.Cosine(A), np.cos(a)),
    "sin": (nodes.Sine(A), np.sin(a)),
    "causal lse": (nodes.LogSumExp(A, CAUSAL), np.log(np.tril(np.exp(a)).sum(axis=1, keepdims=True))),
    "hardmax": (nodes.Hardmax(nodes.AbsoluteValue(C)), np.array([[1.0, 0, 0], [0, 1, 0]])),
    "hardmax of equals where": (
        nodes.Hardmax(M, nodes.IndexCondition(Le(1, index("j")), index("i"), index("j"), 2, 3)),
        np.array([[0, 0.5, 0.5], [0, 0, 1]]),
    ),
    "sparsemax": (nodes.Entmax(A, 2), np.array([[0.0, 0, 1], [1, 0, 0]])),
    "causal sparsemax": (
        nodes.Entmax(nodes.ElementwiseProduct(A, C), 2, CAUSAL),
        np.array([[1.0, 0, 0], [0.4375, 0.5625, 0]]),
    ),
    "entmax": (nodes.Entmax(nodes.ElementwiseDifference(A, A), Rational(3, 2)), np.full((2, 3), 1 / 3)),
    "member": (nodes.Member(F, 1), f[1]),
    "sum of members": (nodes.IndexSum(nodes.Member(F, k), k, 2), f.sum(axis=0)),
    "concatenation": (
        nodes.Concatenation(nodes.MatrixProduct(A, nodes.Member(F, k)), k, 2),
        np.hstack([a @ f[0], a @ f[1]]),
    ),
    "block": (nodes.Block(B, 1, 2, 2, 1), b[1:3, 2:3]),
    "side by side": (nodes.HorizontalStack(A, nodes.Negation(C), A), np.hstack([a, -c, a])),
    "one below another": (nodes.VerticalStack(A, r), np.vstack([a, row])),
    "scattered": (
        nodes.Scatter(A, index("j") - 1, (index("i") + 2) % 4, index("i"), index("j"), 2, 4),
        np.array([[0, 0, a[0, 1], a[1, 1]], [0, 0, a[0, 2], a[1, 2]]]),
    ),
    "diagonals added up": (
        nodes.Scatter(nodes.Negation(A), 0, index("i") + index("j"), index("i"), index("j"), 1, 4),
        -np.array([[a[0, 0], a[0, 1] + a[1, 0], a[0, 2] + a[1, 1], a[1, 2]]]),
    ),
    "by formula": (
        nodes.IndexedMatrix(A[index("j"), index("i")] * index("i"), index("i"), index("j"), 3, 2),
        a.T * np.arange(3)[:, None],
    ),
}


def numeric(value):
    """The value of a matrix, entry by entry from the definition."""
    given = {symbol[i, j]: x for symbol, array in NUMBERS.items() for (i, j), x in np.ndenumerate(array)}
    rows, columns = (int(length) for length in value.shape)
    entries = Matrix(rows, columns, lambda i, j: entry_of(value, i, j, Indices()).doit().xreplace(given))
    return np.array(entries.evalf(30).tolist(), dtype=float)


@pytest.mark.parametrize(("value", "expected"), CASES.values(), ids=CASES)
def test_an_entry_is_what_the_definition_says(value, expected):
    assert tuple(value.shape) == expected.shape
    np.testing.assert_allclose(numeric(value), expected, rtol=1e-14)


def test_a_wrong_definition_would_be_seen(monkeypatch):
    monkeypatch.setattr(nodes.RowSum, "over_rows", False)
    with pytest.raises((AssertionError, ValueError)):
        np.testing.assert_allclose(numeric(nodes.RowSum(A)), a.sum(axis=1, keepdims=True))


def concrete(node):
    children = [child for kind in node.__subclasses__() for child in concrete(kind)]
    abstract = {
        nodes.Arithmetic,
        nodes.ElementwiseFunction,
        nodes.ByRowAndColumn,
        nodes.OverAllowedKeys,
        nodes.OverAnIndex,
        nodes.Reduction,
        Node,
    }
    return children + ([node] if node not in abstract and node.__module__.startswith("symattn.nodes") else [])


def test_every_node_has_a_case_here():
    tried = {type(part) for value, _ in CASES.values() for part in value.atoms(Node) | {value}}
    assert set(concrete(Node)) <= tried


def test_bound_indices_never_clash():
    n, m, d = size("n"), size("m"), size("d")
    Q, K, V = MatrixSymbol("Q", n, d), MatrixSymbol("K", m, d), MatrixSymbol("V", m, d)
    output = nodes.MatrixProduct(nodes.Softmax(nodes.MatrixProduct(Q, Transpose(K))), V)
    entry = output[index("i"), index("j")]
    bound = [limit[0] for total in entry.atoms(type(nodes.RowSum(Q)[0, 0])) for limit in total.limits]
    assert len(bound) == len(set(bound)) == 4
    assert not {index("i"), index("j")} & set(bound)


def test_sizes_that_are_equal_only_sometimes_do_not_conform():
    with pytest.raises(ShapeError, match="inner sizes n and m must be equal"):
        nodes.MatrixProduct(MatrixSymbol("A", 2, size("n")), MatrixSymbol("B", size("m"), 2))
    with pytest.raises(ShapeError, match="do not broadcast"):
        nodes.ElementwiseSum(MatrixSymbol("A", 2, size("n")), MatrixSymbol("B", 2, 3))


@pytest.mark.parametrize(
    "node", [node for node in concrete(Node) if node is not nodes.IndexSum], ids=lambda kind: kind.__name__
)
def test_a_node_refuses_scalars(node):
    x = Symbol("x", real=True)
    arguments = 2 if issubclass(node, (nodes.Arithmetic, nodes.MatrixProduct, nodes.Column)) else 1
    with pytest.raises(TypeError):
        node(*[x] * arguments)


def test_an_unknown_matrix_names_the_table():
    with pytest.raises(MissingRowError, match=r"nodes/base\.py"):
        entry_of(A * A.T, 0, 0, Indices())
