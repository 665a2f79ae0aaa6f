"""Derivatives of scalar formulas: against SymPy's where that has one, and by cases where it does not."""

import pytest
from sympy import Abs, MatrixSymbol, Max, Min, Rational, Symbol, cos, diff, erf, exp, floor, gamma, log, sin, sqrt, tanh

from symattn.calculus.activity import Activity
from symattn.calculus.scalars import partial_derivatives
from symattn.errors import MissingRowError
from symattn.nodes import Cases

x, y = Symbol("x", real=True), Symbol("y", real=True)
n = Symbol("n", integer=True, positive=True)
BOTH = Activity(["x", "y", "A"])
AT = {x: Rational(7, 10), y: Rational(13, 10), n: 3}

SMOOTH = [
    x * y + 3,
    x**2 * y**3 / (x + y),
    exp(x * y) - sin(x) * cos(y),
    tanh(x / y) + erf(x) * log(y),
    sqrt(x + y) ** 3,
    x**y,
    n * x / (1 - y),
]


@pytest.mark.parametrize("formula", SMOOTH, ids=str)
def test_smooth_formulas_have_the_slopes_that_sympy_gives(formula):
    found = partial_derivatives(formula, BOTH)
    for symbol in (x, y):
        expected = diff(formula, symbol).subs(AT).evalf(20)
        assert abs((found.get(symbol, 0) * 1).subs(AT).evalf(20) - expected) < 1e-15


@pytest.mark.parametrize(
    "formula, slope",
    [
        (Abs(x), 1),
        (Max(x, y), 0),
        (Min(x, y), 1),
        (Max(0, x), 1),
        (Max(0, -x), 0),
        (Max(x, y, x * y), 0),
        (floor(x), None),
        (Cases((x**2, x < y), (y, True)), Rational(14, 10)),
        (Cases((y, x < y), (x, True)), 0),
    ],
    ids=str,
)
def test_formulas_with_kinks_have_the_slope_of_their_case(formula, slope):
    found = partial_derivatives(formula, BOTH)
    if slope is None:
        assert found == {}
        return
    value = found.get(x, 0) * 1
    assert abs(value.subs(AT) - slope) < 1e-15


def test_equal_values_share_the_slope_of_the_largest():
    slopes = partial_derivatives(Max(x, y), BOTH)
    assert [slopes[symbol].subs({x: 1, y: 1}) for symbol in (x, y)] == [Rational(1, 2)] * 2


def test_conditions_and_positions_do_not_move():
    A, i = MatrixSymbol("A", 3, 3), Symbol("i", integer=True, nonnegative=True)
    assert partial_derivatives(Cases((A[i, 0], x > 0), (0, True)), BOTH).keys() == {A[i, 0]}
    assert partial_derivatives(A[i, 0] * x, Activity(["x"])).keys() == {x}


def test_a_function_without_a_row_names_the_table():
    with pytest.raises(MissingRowError, match=r"gamma has no derivative; add a row to calculus/scalars\.py"):
        partial_derivatives(gamma(x), BOTH)
