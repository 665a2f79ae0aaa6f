"""Sparse and hard relatives of softmax, and log-sum-exp over allowed keys, in exact numbers; beside other witnesses."""

import pickle
from decimal import Decimal
from fractions import Fraction
from itertools import combinations

import mpmath
import numpy as np
import pytest
import sympy
from exact_cases import system_of
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Matrix, Rational, sqrt

from symattn.errors import ExactnessError
from symattn.exact import Element, ExactMatrix, functions, normalisers
from symattn.exact.infinity import NEGATIVE_INFINITY
from symattn.worked import bind

ALPHAS = [Fraction(2), Fraction(3, 2)]
SCORES = [[3, Fraction(1, 2), 3, -1], [0, Fraction(1, 3), Fraction(1, 4), Fraction(2, 5)], [5, -5, 4, Fraction(9, 2)]]


def by_supports(row, alpha):
    """Entmax by trying every support: the one whose weights are above 0, and whose threshold leaves the others at 0."""
    x = [Rational(score.numerator, score.denominator) * (alpha - 1) for score in row]
    for size in range(1, len(x) + 1):
        for support in combinations(range(len(x)), size):
            chosen = [x[j] for j in support]
            if alpha == 2:
                tau = (sum(chosen) - 1) / size
            else:
                inside = sum(chosen) ** 2 - size * (sum(each**2 for each in chosen) - 1)
                if inside < 0:
                    continue
                tau = (sum(chosen) - sqrt(inside)) / size
            if all(x[j] > tau if j in support else x[j] <= tau for j in range(len(x))):
                return [(x[j] - tau) ** sympy.Integer(1 / (alpha - 1)) if j in support else 0 for j in range(len(x))]
    raise AssertionError(row)


scores = st.lists(st.fractions(-3, 3, max_denominator=6), min_size=1, max_size=5)


@settings(max_examples=60, deadline=None)
@given(row=scores, alpha=st.sampled_from(ALPHAS))
def test_entmax_is_the_one_support_that_fits(row, alpha):
    found = normalisers.entmax(ExactMatrix.of([row]), alpha)
    expected = by_supports(row, alpha)
    assert all(
        sympy.expand(mine.to_sympy() - theirs) == 0 for mine, theirs in zip(found.rows[0], expected, strict=True)
    )
    assert sum(found.rows[0], Element.of(0)) == 1


@pytest.mark.parametrize("alpha, name", [(2, "sparsemax"), (Fraction(3, 2), "entmax15")])
def test_the_entmax_package_agrees(alpha, name):
    entmax, torch = pytest.importorskip("entmax"), pytest.importorskip("torch")
    rows = np.random.default_rng(3).integers(-8, 9, (40, 7)) / 4
    found = normalisers.entmax(ExactMatrix.of(rows), Fraction(alpha))
    expected = getattr(entmax, name)(torch.tensor(rows, dtype=torch.float64), dim=-1).numpy()
    assert np.abs(np.array(found.decimal(17), dtype=float) - expected).max() < 1e-12


def test_the_other_alpha_would_be_seen():
    assert normalisers.entmax(ExactMatrix.of([[1, 0]]), Fraction(2)) == ExactMatrix.of([[1, 0]])
    assert normalisers.entmax(ExactMatrix.of([[1, 0]]), Fraction(3, 2)) != ExactMatrix.of([[1, 0]])


def test_a_score_that_falls_on_the_threshold_has_no_weight():
    assert normalisers.entmax(ExactMatrix.of([[1, 0, 0]]), Fraction(2)) == ExactMatrix.of([[1, 0, 0]])
    assert normalisers.entmax(ExactMatrix.of([[2, 0]]), Fraction(3, 2)) == ExactMatrix.of([[1, 0]])
    assert normalisers.entmax(ExactMatrix.of([[2, Fraction(1, 10**30)]]), Fraction(3, 2))[0, 1] > 0


@pytest.mark.parametrize(
    "formula", ["sqrt(2) * S", "S / sqrt(3)", "exp(S / 5)", "tanh(S)", "log(2) * S", "-S * sqrt(5)"]
)
@pytest.mark.parametrize("alpha", ALPHAS)
def test_irrational_scores_have_exact_weights_too(formula, alpha):
    equations = f"T = {formula}\nP = entmax(T, {alpha})\nQ = rowsum(P)"
    bound = bind(system_of({"S": "n m"}, equations), {"S": SCORES})
    assert bound.exact("Q") == ExactMatrix.of([[1], [1], [1]])
    for mine, row in zip(bound.decimal("P", 25), bound.decimal("T", 50), strict=True):
        with mpmath.workdps(50):
            near = bisected([mpmath.mpf(str(score)) for score in row], alpha)
            assert max(abs(mpmath.mpf(str(a)) - b) for a, b in zip(mine, near, strict=True)) < mpmath.mpf("1e-24")


def bisected(row, alpha):
    """Entmax by halving the interval that holds its threshold, at fifty digits."""
    steepness = mpmath.mpf(alpha.numerator) / alpha.denominator - 1
    x = [score * steepness for score in row]
    low, high = max(x) - 1, max(x)
    for _ in range(160):
        tau = (low + high) / 2
        weights = [max(each - tau, 0) ** (1 / steepness) for each in x]
        low, high = (tau, high) if sum(weights) > 1 else (low, tau)
    return weights


ALLOWED = [[0, 1, 0, 1], [0, 0, 0, 0], [1, 1, 1, 1]]


@pytest.mark.parametrize("call", ["softmax(S{})", "hardmax(S{})", "sparsemax(S{})", "entmax(S{}, 3/2)"])
def test_keys_that_are_not_allowed_do_not_count(call):
    call, where = (call.replace("{}", ""), ", where=M)")
    equations = f"P = {call[:-1]}{where}\nQ = {call}\nO = P @ S.T"
    bound = bind(system_of({"S": "n m", "M": "n m"}, equations), {"S": SCORES, "M": ALLOWED})
    alone = bind(system_of({"S": "n m"}, f"Q = {call}\nO = 2*Q"), {"S": [[SCORES[0][1], SCORES[0][3]]]})["Q"]
    assert bound["P"][0, :] == Matrix([[0, alone[0], 0, alone[1]]])
    assert bound["P"][1, :] == Matrix([[0, 0, 0, 0]])
    assert bound["P"][2, :] == bound["Q"][2, :]


def test_hardmax_shares_among_the_largest_exactly():
    found = normalisers.hardmax(ExactMatrix.of([[3, "1/2", 3, -1], [1, 1, 1, 1], [0, "1e-40", 0, 0]]))
    assert found.to_sympy() == Matrix([[Rational(1, 2), 0, Rational(1, 2), 0], [Rational(1, 4)] * 4, [0, 1, 0, 0]])
    root = functions.sqrt(Element.of(2))
    assert normalisers.hardmax(ExactMatrix([[root * root, Element.of(2), root]])).to_sympy() == Matrix(
        [[Rational(1, 2), Rational(1, 2), 0]]
    )


def test_a_tie_that_cannot_be_decided_is_refused():
    one = functions.cos(Element.of(1)) ** 2 + functions.sin(Element.of(1)) ** 2
    with pytest.raises(ExactnessError, match="no rule decides"):
        normalisers.hardmax(ExactMatrix([[one, Element.of(1)]]))


def test_other_alphas_are_refused_with_what_would_do():
    bound = bind(system_of({"S": "n m"}, "P = entmax(S, 1.25)"), {"S": [[1, 2]]})
    with pytest.raises(ExactnessError, match=r"alpha = 5/4; exact numbers have it for alpha = 2 and 3/2"):
        bound.exact("P")


# Log-sum-exp, and what it is for a row without keys.


def lse(where="M"):
    system = system_of(
        {"S": "n m", "M": "n m"}, f"l = lse(S, where={where})\nr = l + 1\nE = exp(l)\nk = l - lse(S)\nB = 2 * l"
    )
    return bind(system, {"S": SCORES, "M": ALLOWED})


def test_log_sum_exp_is_over_the_allowed_keys():
    bound = lse()
    first, _, last = bound["l"]
    assert sympy.simplify(sympy.exp(first) - sympy.exp(Rational(1, 2)) - sympy.exp(-1)) == 0
    assert sympy.simplify(sympy.exp(last) - sum(map(sympy.exp, map(sympy.nsimplify, SCORES[2])))) == 0


def test_log_sum_exp_of_no_keys_is_minus_infinity():
    bound = lse()
    assert bound["l"][1] == -sympy.oo and bound["r"][1] == -sympy.oo and bound["k"][1] == -sympy.oo
    assert bound.decimal("l", 5)[1][0] == Decimal("-Infinity")
    assert bound["E"][1] == 0
    assert bound.exact("l") == bound.exact("l") and bound.exact("l") != bound.exact("r")


def test_other_arithmetic_with_minus_infinity_is_refused():
    with pytest.raises(
        ExactnessError, match=r"-infinity, the log-sum-exp of a row without allowed keys(?s:.*)equation for B"
    ):
        lse().exact("B")
    for wrong in (
        lambda x: -x,
        lambda x: 1 - x,
        lambda x: x - x,
        lambda x: x * 0,
        lambda x: 1 / x,
        lambda x: x**2,
        abs,
        lambda x: functions.log(x),
        lambda x: functions.tanh(x),
        lambda x: x.as_fraction(),
        lambda x: ExactMatrix([[x]]).primitive() if x.n else None,
    ):
        with pytest.raises(ExactnessError):
            wrong(NEGATIVE_INFINITY)


def test_products_of_matrices_do_not_pass_over_minus_infinity():
    for equations in (
        "B = lse(S, where=M).T @ S",
        "B = S.T @ lse(S, where=M)",
        "B = rowsum(lse(S, where=M) @ ones(1, m))",
    ):
        bound = bind(system_of({"S": "n m", "M": "n m"}, equations), {"S": SCORES, "M": ALLOWED})
        with pytest.raises(ExactnessError, match="-infinity"):
            bound.exact("B")


def test_minus_infinity_is_ordered_below_every_number():
    low = Element.of("-1e900")
    assert low > NEGATIVE_INFINITY and low > NEGATIVE_INFINITY and not low < NEGATIVE_INFINITY
    assert NEGATIVE_INFINITY <= NEGATIVE_INFINITY and low != NEGATIVE_INFINITY and low != NEGATIVE_INFINITY
    assert functions.largest([NEGATIVE_INFINITY, low]) == low == functions.largest([low, NEGATIVE_INFINITY])
    assert functions.largest([NEGATIVE_INFINITY, NEGATIVE_INFINITY]) is NEGATIVE_INFINITY
    assert NEGATIVE_INFINITY.sign == -1 and bool(NEGATIVE_INFINITY)
    assert pickle.loads(pickle.dumps(NEGATIVE_INFINITY)) is NEGATIVE_INFINITY


def test_parts_of_a_row_are_merged_by_their_log_sum_exps():
    equations = """a = lse(S, where=(j < 2))
    b = lse(S, where=(j >= 2) & M)
    l = lse(hstack(a, b))
    P = exp(a - l) * softmax(S, where=(j < 2)) + exp(b - l) * softmax(S, where=(j >= 2) & M)"""
    given = {"S": [[1, 2, 3], [0, 1, 5]], "M": [[1, 1, 1], [1, 1, 0]]}
    bound = bind(system_of({"S": "n 3", "M": "n 3"}, equations), given)
    expected = bind(system_of({"S": "n 3"}, "P = softmax(S, where=(j - 2*i < 3) & (i + j < 3))"), {"S": given["S"]})
    assert bound.exact("P") == expected.exact("P")
