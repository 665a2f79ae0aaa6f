"""Evaluation in exact numbers: every node has a row, every row is right, every size is bounded."""

import time
from decimal import Decimal

import pytest
import sympy
from exact_cases import CROSS, SQUARE, system_of
from sympy import MatrixSymbol

from symattn import nodes
from symattn.equations import Equation, EquationSystem
from symattn.errors import ExactnessError, LimitError, MissingRowError
from symattn.exact import EXACT, Element, ExactMatrix, evaluate
from symattn.nodes.base import Node
from symattn.worked import bind

ABSTRACT = {
    nodes.Arithmetic,
    nodes.ElementwiseFunction,
    nodes.ByRowAndColumn,
    nodes.OverAllowedKeys,
    nodes.OverAnIndex,
    nodes.Reduction,
}


def concrete_nodes(kind=Node):
    for child in kind.__subclasses__():
        if child.__module__.startswith("symattn.nodes."):
            yield child
            yield from concrete_nodes(child)


@pytest.mark.parametrize("node", sorted(set(concrete_nodes()) - ABSTRACT, key=lambda node: node.__name__))
def test_every_node_has_a_row(node):
    assert node in EXACT


class Sorted(nodes.ElementwiseFunction):
    """A node that no table knows."""


def test_a_made_up_node_is_an_error_that_names_the_table_and_the_node():
    a = MatrixSymbol("A", 2, 2)
    system = EquationSystem("made up", (a,), (Equation("B", nodes.Softmax(Sorted(a))),), "B")
    with pytest.raises(
        MissingRowError, match=r"cannot evaluate Sorted, inside Softmax; add a row to exact/evaluation.py"
    ):
        evaluate(system, {"A": ExactMatrix.of([[1, 2], [3, 4]])})


A = sympy.Matrix([[2, -1, 3], [sympy.Rational(1, 2), 4, -2]])
B = sympy.Matrix([[1, 5, sympy.Rational(1, 3)], [-3, 2, 1]])
C = sympy.Matrix([[3], [-2]])
GIVEN = {"A": A, "B": B, "C": C, "c": 7}

FORMULAS = {
    "A + B": A + B,
    "A - B": A - B,
    "A - 2": A - 2 * sympy.ones(2, 3),
    "1 - A": sympy.ones(2, 3) - A,
    "A * B": A.multiply_elementwise(B),
    "A / B": sympy.Matrix(2, 3, lambda i, j: A[i, j] / B[i, j]),
    "A / sqrt(2)": A / sympy.sqrt(2),
    "A / c": A / 7,
    "c / B": sympy.Matrix(2, 3, lambda i, j: 7 / B[i, j]),
    "A + C": sympy.Matrix(2, 3, lambda i, j: A[i, j] + C[i]),
    "C * A": sympy.Matrix(2, 3, lambda i, j: A[i, j] * C[i]),
    "A ** 3": A.applyfunc(lambda x: x**3),
    "A ** -1": A.applyfunc(lambda x: 1 / x),
    "(A*A) ** 0.5": A.applyfunc(abs),
    "-A": -A,
    "A.T": A.T,
    "A @ B.T": A * B.T,
    "sqrt(3) * A @ B.T / 5": sympy.sqrt(3) * A * B.T / 5,
    "exp(A) @ B.T": A.applyfunc(sympy.exp) * B.T,
    "B.T @ exp(A)": B.T * A.applyfunc(sympy.exp),
    "exp(A) @ exp(B).T": A.applyfunc(sympy.exp) * B.applyfunc(sympy.exp).T,
    "exp(A)": A.applyfunc(sympy.exp),
    "log(A * A)": A.applyfunc(lambda x: 2 * sympy.log(abs(x))),
    "tanh(A)": A.applyfunc(sympy.tanh),
    "sigmoid(A)": A.applyfunc(lambda x: 1 / (1 + sympy.exp(-x))),
    "relu(A)": A.applyfunc(lambda x: sympy.Max(x, 0)),
    "pi * A - exp(A / pi)": A.applyfunc(lambda x: sympy.pi * x - sympy.exp(x / sympy.pi)),
    "step(A - pi) + cos(pi * A / 7)": A.applyfunc(lambda x: (1 if x > sympy.pi else 0) + sympy.cos(sympy.pi * x / 7)),
    "erf(A / 3)": A.applyfunc(lambda x: sympy.erf(x / 3)),
    "step(A - 1)": A.applyfunc(lambda x: 1 if x > 1 else 0),
    "sign(log(A * A))": A.applyfunc(lambda x: sympy.sign(abs(x) - 1)),
    "elu(A)": A.applyfunc(lambda x: x if x > 0 else sympy.exp(x) - 1),
    "gelu(A)": A.applyfunc(lambda x: x * (1 + sympy.erf(x / sympy.sqrt(2))) / 2),
    "sqrt(A * A * 2)": A.applyfunc(lambda x: abs(x) * sympy.sqrt(2)),
    "abs(A)": A.applyfunc(abs),
    "scatter(m, n, exp(A), j, 1 - i)": sympy.Matrix(3, 2, lambda i, j: sympy.exp(A[1 - j, i])),
    "scatter(1, m, A, i - 1, max(j, 1))": sympy.Matrix([[0, A[1, 0] + A[1, 1], A[1, 2]]]),
    "rowsum(A)": A * sympy.ones(3, 1),
    "colsum(A)": sympy.ones(1, 2) * A,
    "rowmean(A)": A * sympy.ones(3, 1) / 3,
    "colmean(A)": sympy.ones(1, 2) * A / 2,
    "rowmax(A)": sympy.Matrix([3, 4]),
    "colmax(A)": sympy.Matrix([[2, 4, 3]]),
    "rowmax(-sqrt(2) * A)": sympy.sqrt(2) * sympy.Matrix([1, 2]),
    "rowmax(exp(A))": sympy.Matrix([sympy.exp(3), sympy.exp(4)]),
    "rownorm(A)": sympy.Matrix([sympy.sqrt(14), sympy.sqrt(81) / 2]),
    "lse(A)": sympy.Matrix([sympy.log(sum(map(sympy.exp, A[i, :]))) for i in range(2)]),
    "softmax(A)": sympy.Matrix(2, 3, lambda i, j: sympy.exp(A[i, j]) / sum(map(sympy.exp, A[i, :]))),
    "softmax(-sqrt(2) * A)": sympy.Matrix(
        2, 3, lambda i, j: sympy.exp(-sympy.sqrt(2) * A[i, j]) / sum(sympy.exp(-sympy.sqrt(2) * x) for x in A[i, :])
    ),
    "softmax(A) @ (B.T / 3)": sympy.Matrix(
        2, 2, lambda i, j: sum(sympy.exp(A[i, k]) * B[j, k] / 3 for k in range(3)) / sum(map(sympy.exp, A[i, :]))
    ),
    "softmax(A) @ (sqrt(5) * B.T)": sympy.Matrix(
        2,
        2,
        lambda i, j: sum(sympy.exp(A[i, k]) * B[j, k] * sympy.sqrt(5) for k in range(3)) / sum(map(sympy.exp, A[i, :])),
    ),
    "A[:, 1]": A[:, 1],
    "A[1, :]": A[1, :],
    "A * B[0, 1]": 5 * A,
    "sum(a, A[:, a] @ B[:, a].T)": A * B.T,
    "sum(a, C[a] * A[a, :])": C.T * A,
    "eye(n) @ A + ones(n, m) + zeros(n, m)": A + sympy.ones(2, 3),
    "A * exp(c / 7) + log(c) + tanh(c)": A * sympy.E + (sympy.log(7) + sympy.tanh(7)) * sympy.ones(2, 3),
}


@pytest.mark.parametrize("formula", FORMULAS)
def test_formulas_agree_with_sympy_at_30_digits(formula):
    bound = bind(system_of({"A": "n m", "B": "n m", "C": "n 1", "c": "scalar"}, f"F = {formula}"), GIVEN)
    expected = FORMULAS[formula]
    found = bound["F"]
    assert found.shape == expected.shape
    for mine, theirs, decimals in zip(found, expected, sum(bound.decimal("F", 30), ()), strict=True):
        assert abs(sympy.N(mine - theirs, 40)) < sympy.Float("1e-35")
        assert abs(sympy.N(sympy.Rational(str(decimals)) - theirs, 40)) < abs(sympy.N(theirs)) * sympy.Float(
            "1e-29"
        ) + sympy.Float("1e-39")


def test_a_wrong_expectation_would_be_seen():
    bound = bind(system_of({"A": "n m"}, "F = exp(A)"), {"A": A})
    assert abs(sympy.N(bound["F"][0, 0] - sympy.exp(2) - sympy.Float("1e-30"), 40)) > sympy.Float("1e-35")


def chain(first, step, count=60):
    return f"B0 = {first}\n" + "".join(f"B{i + 1} = {step.format(i=i)}\n" for i in range(count))


@pytest.mark.parametrize(
    "first, step",
    [
        ("A", "B{i} * B{i}"),
        ("A", "B{i} @ B{i}"),
        ("exp(A)", "B{i} * B{i} + B{i}"),
        ("softmax(A)", "B{i} * B{i} + B{i}"),
        ("softmax(A)", "B{i} @ B{i}"),
        ("sqrt(A)", "B{i} * B{i} + B{i}"),
        ("A / 3", "B{i} ** 7"),
        ("softmax(A)", "softmax(B{i} @ B{i}.T) @ A"),
    ],
)
def test_growth_is_stopped_and_the_equation_named(first, step):
    bound = bind(system_of(SQUARE, chain(first, step)), {"A": [[1, 2], [5, 3]]})
    start = time.perf_counter()
    with pytest.raises(LimitError) as caught:
        bound.exact("B60")
    assert "in the equation for B" in str(caught.value)
    assert time.perf_counter() - start < 30


def test_a_tower_of_powers_is_exact_but_has_no_decimals():
    bound = bind(system_of(SQUARE, chain("exp(A)", "exp(B{i})", 9)), {"A": [[1, 2], [5, 3]]})
    assert bound["B1"][0, 1] == sympy.exp(sympy.exp(2)).func(sympy.exp(2))
    assert bound.decimal("B1", 6)[0][0] == Decimal("15.1543")
    with pytest.raises(LimitError):
        bound.decimal("B9")


@pytest.mark.parametrize(
    "formula, found",
    [
        ("A / rownorm(A)", "division by zero"),
        ("log(A)", "logarithm of 0"),
        ("sqrt(A - 1)", "square root of -1"),
        ("A ** -2", "division by zero"),
    ],
)
def test_what_does_not_exist_is_an_error_that_names_the_equation(formula, found):
    bound = bind(system_of(SQUARE, f"B = A + 0\nC = {formula}"), {"A": [[0, 0], [1, 2]]})
    with pytest.raises(ExactnessError, match=found) as caught:
        bound.exact("C")
    assert "in the equation for C" in str(caught.value)
    assert bound.decimal("B", 1)[1][1] == 2


def test_evaluate_gives_every_value_by_name_in_order():
    system = system_of(CROSS, "S = Q @ K.T\nP = softmax(S)\nO = P @ V")
    given = {"Q": [[1, 0]], "K": [[1, 2], [0, 1], [3, 1]], "V": [[1], [2], [4]]}
    found = evaluate(system, {name: ExactMatrix.of(rows) for name, rows in given.items()})
    assert list(found) == ["Q", "K", "V", "S", "P", "O"]
    assert found["S"] == ExactMatrix.of([[1, 0, 3]])
    e = [Element.of(1), *(sum_of_powers(k) for k in (1, 3))]
    assert found["O"][0, 0] == (e[1] + 2 * e[0] + 4 * e[2]) / (e[0] + e[1] + e[2])


def sum_of_powers(k):
    return evaluate(system_of({"x": "scalar"}, "y = exp(x)"), {"x": Element.of(k)})["y"]
