"""Softmax over allowed keys in exact numbers: published values, empty rows, conditions decided without rounding."""

from decimal import Decimal

import numpy as np
import pytest
import sympy
from exact_cases import CROSS, system_of
from sympy import Eq, MatrixSymbol, Or, Rational, Symbol, exp, sqrt

from symattn import article
from symattn.equations import Equation, EquationSystem
from symattn.errors import ExactnessError, InputError
from symattn.exact import ExactMatrix, evaluate
from symattn.nodes import IndexCondition, Softmax
from symattn.nodes.conditions import decider
from symattn.worked import bind

E12, E8, E6, E2 = exp(12), exp(8), exp(6), exp(2)

PUBLISHED = {
    "causal": (
        "",
        {},
        [[1, 0, 0], [1 / (1 + E12), E12 / (1 + E12), 0], [1 / (1 + E6 + E8), E8 / (1 + E6 + E8), E6 / (1 + E6 + E8)]],
        """1.0000000000000000000 0 0
        6.1441746022147178256e-6 0.99999385582539778528 0
        0.00029538722303456455904 0.88053690177496159855 0.11916771100200383689""",
        """1.0000000000000000000 2.0000000000000000000 3.0000000000000000000
        1.9999938558253977853 7.9999631349523867117 0.000018432523806644153477
        1.9997046127769654354 7.7598922546577849389 0.35838929467511520436""",
    ),
    "causal_lower_right": (
        " / sqrt(d_k)",
        {},
        [
            [1, 0, 0],
            [1 / (1 + exp(4 * sqrt(3))), 1 / (exp(-4 * sqrt(3)) + 1), 0],
            [
                1 / (1 + exp(2 * sqrt(3)) + exp(8 * sqrt(3) / 3)),
                1 / (exp(-8 * sqrt(3) / 3) + exp(-2 * sqrt(3) / 3) + 1),
                1 / (exp(-2 * sqrt(3)) + 1 + exp(2 * sqrt(3) / 3)),
            ],
        ],
        """1.0000000000000000000 0 0
        0.00097880070090046286838 0.99902119929909953713 0
        0.0074448923770739653755 0.75470758064146427248 0.23784752698146176214""",
        """1.0000000000000000000 2.0000000000000000000 3.0000000000000000000
        1.9990211992990995371 7.9941271957945972228 0.0029364021027013886051
        1.9925551076229260346 7.4796355917746326835 0.73587725807560718255""",
    ),
    "padding": (
        "",
        {"padding": [[True, True, False]]},
        [[1 / (1 + E2), E2 / (1 + E2), 0], [1 / (1 + E12), E12 / (1 + E12), 0], [1 / (1 + E8), E8 / (1 + E8), 0]],
        """0.11920292202211755594 0.88079707797788244406 0
        6.1441746022147178256e-6 0.99999385582539778528 0
        0.00033535013046647810388 0.99966464986953352190 0""",
        """1.8807970779778824441 7.2847824678672946644 0.35760876606635266782
        1.9999938558253977853 7.9999631349523867117 0.000018432523806644153477
        1.9996646498695335219 7.9979878992172011314 0.0010060503913994343116""",
    ),
    "window(1, 0)": (
        "",
        {},
        [[1, 0, 0], [1 / (1 + E12), E12 / (1 + E12), 0], [0, E2 / (1 + E2), 1 / (1 + E2)]],
        """1.0000000000000000000 0 0
        6.1441746022147178256e-6 0.99999385582539778528 0
        0 0.88079707797788244406 0.11920292202211755594""",
        """1.0000000000000000000 2.0000000000000000000 3.0000000000000000000
        1.9999938558253977853 7.9999631349523867117 0.000018432523806644153477
        2.0000000000000000000 7.7615941559557648881 0.35760876606635266782""",
    ),
}


def table(text):
    return tuple(tuple(map(Decimal, line.split())) for line in text.splitlines())


def attention(where, scale="", inputs=CROSS):
    return system_of(inputs, f"S = Q @ K.T{scale}\nP = softmax(S, where={where})\nO = P @ V")


@pytest.mark.parametrize("where", PUBLISHED)
def test_the_worked_example_has_the_published_weights_and_digits(where):
    scale, extra, weights, digits_of_weights, digits_of_output = PUBLISHED[where]
    inputs = {**CROSS, "padding": "1 m"} if extra else CROSS
    bound = bind(attention(where, scale, inputs), {**article.ATTENTION, **extra})
    assert (bound["P"] - sympy.Matrix(weights)).applyfunc(sympy.simplify).is_zero_matrix
    assert bound.decimal("P", 20) == table(digits_of_weights)
    assert bound.decimal("O", 20) == table(digits_of_output)
    assert all(element.in_lowest_terms for name in "PO" for row in bound.exact(name) for element in row)


SCORES = [[1, -2, 3], [0, 4, 1], [5, 5, -1], [2, 0, 2]]
VALUES = [[1, 2], [-1, 0], [3, 5]]


def by_definition(scores, allowed):
    """Exponentials over the allowed keys, divided by their sum; a row without any stays 0."""
    rows = []
    for row, keys in zip(scores, allowed, strict=True):
        powers = [exp(score) if key else 0 for score, key in zip(row, keys, strict=True)]
        rows.append([power / sum(powers) if any(keys) else 0 for power in powers])
    return sympy.Matrix(rows)


SETS = {
    "causal": lambda i, j, n, m: j <= i,
    "causal_lower_right": lambda i, j, n, m: j <= i + m - n,
    "window(2, 0)": lambda i, j, n, m: i - 2 <= j <= i,
    "window(0, 1)": lambda i, j, n, m: i <= j <= i + 1,
    "j < i": lambda i, j, n, m: j < i,
    "i == j": lambda i, j, n, m: i == j,
    "i != j": lambda i, j, n, m: i != j,
    "3*j <= 2*i": lambda i, j, n, m: 3 * j <= 2 * i,
    "j <= i / 3": lambda i, j, n, m: 3 * j <= i,
    "j ** 2 > i - 1": lambda i, j, n, m: j**2 > i - 1,
    "j < sqrt(n)": lambda i, j, n, m: j * j < n,
    "n > m": lambda i, j, n, m: n > m,
    "M": lambda i, j, n, m: MASK[i][j] != 0,
    "M.T.T & causal": lambda i, j, n, m: MASK[i][j] != 0 and j <= i,
    "padding & (j <= i) & M": lambda i, j, n, m: j != 1 and MASK[i][j] != 0 and j <= i,
    "column": lambda i, j, n, m: i > 0,
    "M - 2": lambda i, j, n, m: MASK[i][j] != 2,
    "exp(M) - 1": lambda i, j, n, m: MASK[i][j] != 0,
    "causal & ones(n, m)": lambda i, j, n, m: j <= i,
    "causal & zeros(1, m)": lambda i, j, n, m: False,
}
MASK = [[0, 0, 0], [1, 0, 2], [0, -1, 0], [1, 1, 1]]
INPUTS = {"S": "n m", "V": "m d", "M": "n m", "padding": "1 m", "column": "n 1"}


def numbers(rows):
    return {
        "S": SCORES[:rows],
        "V": VALUES,
        "M": MASK[:rows],
        "padding": [[1, 0, 1]],
        "column": [[0], [1], [1], [1]][:rows],
    }


@pytest.mark.parametrize("rows", [2, 4], ids=["n < m", "n > m"])
@pytest.mark.parametrize("scores", ["S", "-S / 2", "S + log(2)"])
@pytest.mark.parametrize("where", SETS)
def test_weights_are_those_over_the_allowed_keys(where, scores, rows):
    bound = bind(system_of(INPUTS, f"P = softmax({scores}, where={where})\nO = P @ V"), numbers(rows))
    of = {"S": lambda x: x, "-S / 2": lambda x: Rational(-x, 2), "S + log(2)": lambda x: x}[scores]
    given = [[of(x) for x in row] for row in SCORES[:rows]]
    allowed = [[SETS[where](i, j, rows, 3) for j in range(3)] for i in range(rows)]
    expected = by_definition(given, allowed)
    for name, right in (("P", expected), ("O", expected * sympy.Matrix(VALUES))):
        assert (bound[name] - right).applyfunc(sympy.simplify).is_zero_matrix
    assert [[bool(element.n) for element in row] for row in bound.exact("P")] == allowed


def test_an_inverted_set_would_be_seen():
    allowed = [[j > i for j in range(3)] for i in range(2)]
    bound = bind(system_of({"S": "n m"}, "P = softmax(S, where=causal)"), {"S": SCORES[:2]})
    assert bound["P"] != by_definition(SCORES[:2], allowed)


def test_a_masked_score_may_be_huge():
    system = system_of({"S": "n m", "V": "m d"}, "P = softmax(S, where=causal)\nO = P @ V")
    huge = bind(system, {"S": [[1, "1e900", "-1e900"], [2, 3, "1e900"]], "V": VALUES})
    small = bind(system, {"S": [[1, 0, 0], [2, 3, 0]], "V": VALUES})
    assert huge["P"] == small["P"] and huge["O"] == small["O"]


def test_sets_stand_as_matrices_of_0_and_1_too():
    i, j = Symbol("i", integer=True), Symbol("j", integer=True)
    causal, S = IndexCondition(j <= i, i, j, 2, 3), MatrixSymbol("S", 2, 3)
    system = EquationSystem("sets", (S,), (Equation("A", causal), Equation("P", Softmax(S, causal))), "P")
    found = evaluate(system, {"S": ExactMatrix.of(SCORES[:2])})
    assert found["A"] == ExactMatrix.of([[1, 0, 0], [1, 1, 0]])


def test_conditions_use_the_index_of_a_sum_around_them():
    bound = bind(system_of({"S": "n m"}, "Y = sum(a, S[:, a] * softmax(S, where=(j <= a)))"), {"S": SCORES})
    expected = sympy.zeros(4, 3)
    for a in range(3):
        weights = by_definition(SCORES, [[j <= a for j in range(3)]] * 4)
        expected += sympy.Matrix(4, 3, lambda i, j, a=a, weights=weights: SCORES[i][a] * weights[i, j])
    assert (bound["Y"] - expected).applyfunc(sympy.simplify).is_zero_matrix


def test_only_a_set_may_hold_truth_values():
    values = {"S": [[1, 2]], "M": np.array([[True, False]])}
    assert bind(system_of({"S": "n m", "M": "n m"}, "P = softmax(S, where=M)"), values)["P"][0, 0] == 1
    with pytest.raises(InputError, match="bool"):
        bind(system_of({"S": "n m", "M": "n m"}, "P = softmax(S, where=M) * M"), values)


def test_conditions_are_decided_and_never_guessed():
    i, j = Symbol("i", integer=True), Symbol("j", integer=True)
    assert decider(Eq(3 * (i / 3), j), (i, j))((10**30, 10**30))
    assert decider(j / 3 + j / 3 + j / 3 >= i, (i, j))((1, 1))
    assert decider(Or(i < 1, j < 1), (i, j))((5, 0))
    assert decider(j < sqrt(2) * i, (i, j))((10**20, 141421356237309504880))
    assert not decider(j < sqrt(2) * i, (i, j))((10**20, 141421356237309504881))
    with pytest.raises(ExactnessError, match="found no answer"):
        decider(i < Symbol("t"), (i, j))((0, 0))
