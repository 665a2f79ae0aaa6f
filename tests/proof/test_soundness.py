"""What could make a false statement come out proved: doubts as false statements, and guards taken away one by one."""

from dataclasses import replace

import pytest
from planting import planted
from sympy import MatrixSymbol, Symbol, symbols

import symattn as sa
from symattn.defining import mechanism
from symattn.errors import InputError, LanguageError
from symattn.nodes import ElementwiseProduct
from symattn.proof import absorbing, deciding, equality, largest_values, positivity, prove, prove_values, ranges
from symattn.proof.equality import argue
from symattn.proof.gradients import prove_gradients
from symattn.proof.statement import stated

A = {"A": "n m"}
GUARDED = "1 / (A[i, j] + B[i, j]) if (C[i, j] > 0) & (C[i, j] < 0) else (1 if A[i, j] + B[i, j] == 0 else 0)"
ONLY_KEYS = "D = matrix(n, 1, 1 if M[i, 0] != 0 else 0)"
GUARDS = [
    # The guard, what is left without it, and a false statement that would then be proved.
    (
        deciding,
        "harmless and (not open",
        "harmless or (not open",
        f"matrix(n, m, {GUARDED})",
        "zeros(n, m)",
        {**A, "B": "n m", "C": "n m"},
    ),
    (deciding, "yield at_zero", "pass", "matrix(n, m, 1 if A[i, j] != 0 else 0)", "ones(n, m)", A),
    (deciding, "for sign in (1, -1)", "for sign in (1,)", "abs(A)", "-A", A),
    (
        positivity,
        "and not any(",
        "or any(",
        "abs(matrix(n, m, s**i))",
        "matrix(n, m, s**i)",
        {**A, "s": "scalar"},
    ),
    (ranges, "c > 0 and _never_negative(term)", "True", "matrix(n, m, 1 if (i - j) // 2 >= 0 else 0)", "ones(n, m)", A),
    (
        largest_values,
        "Fraction(head) - 1)",
        "Fraction(head))",
        "entmax(A + c, 1.5)",
        "entmax(A, 1.5)",
        {**A, "c": "n 1"},
    ),
]


@pytest.mark.parametrize(("module", "right", "wrong", "left_side", "right_side", "inputs"), GUARDS[:5])
def test_without_its_guard_a_false_statement_would_be_proved(module, right, wrong, left_side, right_side, inputs):
    statement = stated(left_side, right_side, inputs)
    assert not argue(statement.system, statement.left, statement.right, 5).holds
    with planted(module, right, wrong):
        assert argue(statement.system, statement.left, statement.right, 5).holds


NEEDED = [
    # A rule said wrongly, and a true statement that is then not proved.
    (*GUARDS[5],),
    (
        absorbing,
        "scaled(made, 1 / coefficient)",
        "scaled(made, coefficient + 1)",
        "rowsum(softmax(A))",
        "ones(n, 1)",
        A,
    ),
    (absorbing, "exponent - 2", "exponent - 1", "sin(A)**2 + cos(A)**2", "ones(n, m)", A),
]


@pytest.mark.parametrize(("module", "right", "wrong", "left_side", "right_side", "inputs"), NEEDED)
def test_with_a_wrong_rule_a_true_statement_is_not_proved(module, right, wrong, left_side, right_side, inputs):
    statement = stated(left_side, right_side, inputs)
    assert argue(statement.system, statement.left, statement.right, 5).holds
    with planted(module, right, wrong):
        assert not argue(statement.system, statement.left, statement.right, 5).holds


TURNED = mechanism(
    "members and rows exchanged",
    {"X": "n n m"},
    """
    L[i] = X[i] * 1
    R[a] = matrix(n, m, X[i][a, j])
    O[i] = L[i] + R[i]
    """,
)


def test_the_index_of_a_family_is_not_the_row_of_the_same_name():
    assert prove_values(TURNED, "L", "R").kind == "refuted"
    with planted(equality, "while letter in letters", "while False and letter in letters"):
        assert prove_values(TURNED, "L", "R").kind == "proved"


def test_a_size_and_a_scalar_of_one_name_are_refused():
    n, m = symbols("n m", integer=True, positive=True)
    matrix = MatrixSymbol("A", n, m)
    with pytest.raises(LanguageError, match="n is both a size and another value"):
        prove(n * matrix, Symbol("n", real=True) * matrix)


def test_a_name_of_the_language_in_an_expression_is_only_a_name():
    """A matrix called floor is not made of whole numbers."""
    n, m = symbols("n m", integer=True, positive=True)
    floor, other = MatrixSymbol("floor", n, m), MatrixSymbol("exp", n, m)
    assert prove(floor, other).kind == "refuted"


def test_the_right_cotangents_of_another_forward_pass_prove_nothing():
    system = sa.named("scaled-dot")
    right = system.backward()
    equations = tuple(
        replace(each, expression=ElementwiseProduct(2, each.expression)) if each.name == "S" else each
        for each in right.equations
    )
    with pytest.raises(InputError, match="S with named parts is not shown to be the mechanism's"):
        prove_gradients(system, claimed=replace(right, equations=equations))


@pytest.mark.parametrize("seconds", [1e-6, 1e-3, 1e-2])
def test_a_false_statement_is_not_proved_when_time_runs_out_halfway(seconds):
    statement = stated("softmax(A, where=(j < i))", "softmax(A, where=(j <= i))", A)
    assert not argue(statement.system, statement.left, statement.right, seconds).holds
