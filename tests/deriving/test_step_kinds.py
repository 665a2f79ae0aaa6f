"""Steps that are no equalities of formulas: moments, bounds, derivatives and limits, each shown failing."""

import itertools
import random
from fractions import Fraction

import pytest

from symattn import theorems
from symattn.deriving import Derivation, IndependentEntries
from symattn.deriving.claim import Claim, Setting
from symattn.deriving.differentials import Differentiated, Moving
from symattn.deriving.index_polynomials import partitions
from symattn.deriving.moving_instances import counterexample
from symattn.deriving.rules import moment
from symattn.errors import LanguageError, RefutedError

VECTORS = {"q": "d 1", "k": "d 1"}
standard = IndependentEntries({"q": ("0", "1", "0", "3"), "k": ("0", "1", "0", "3")})
TWO_VALUES = IndependentEntries({"q": ("1/2", "5/2"), "k": ("0", "1")})


def expectation(start, after, entries=standard, inputs=None):
    return Derivation("t", start, inputs or VECTORS, checker=entries).to(after, by=moment)


@pytest.mark.parametrize(
    ("start", "after"),
    [
        ("E(q.T @ k)", "zeros(1, 1)"),
        ("E((q.T @ k)**2)", "d * ones(1, 1)"),
        ("E((q.T @ k)**4)", "(3 * d**2 + 6 * d) * ones(1, 1)"),
        ("Var(q.T @ q)", "2 * d * ones(1, 1)"),
        ("E(q @ q.T)", "eye(d)"),
        ("E((q @ k.T)**2)", "ones(d, d)"),
        ("E(q @ q.T @ k)", "zeros(d, 1)"),
        ("Var(q + k)", "2 * ones(d, 1)"),
    ],
)
def test_expectations_of_polynomials_are_decided_at_every_size(start, after):
    assert expectation(start, after).evidence == "proved"


@pytest.mark.parametrize(
    ("start", "after"),
    [
        ("E((q.T @ k)**2)", "d**2 * ones(1, 1)"),
        ("E((q.T @ k)**4)", "3 * d**2 * ones(1, 1)"),
        ("Var(q.T @ k)", "ones(1, 1)"),
        ("E(q * q)", "zeros(d, 1)"),
    ],
)
def test_wrong_moments_are_refuted_at_the_smallest_size(start, after):
    with pytest.raises(RefutedError, match="the moments are"):
        expectation(start, after)


def test_moments_agree_with_all_outcomes_written_out():
    """Entries of q are -1 or 2 with equal chances, those of k -1 or 1: every outcome of d = 3 entries each."""
    size, total, square = 3, Fraction(0), Fraction(0)
    for q in itertools.product((-1, 2), repeat=size):
        for k in itertools.product((-1, 1), repeat=size):
            dot = sum(a * b for a, b in zip(q, k, strict=True))
            total += dot
            square += dot**2
    outcomes = 2 ** (2 * size)
    variance = square / outcomes - (total / outcomes) ** 2
    assert variance == 3 * Fraction(5, 2)
    assert expectation("Var(q.T @ k)", "5 / 2 * d * ones(1, 1)", TWO_VALUES).evidence == "proved"


def test_a_moment_that_is_not_given_is_not_guessed():
    chain = expectation("E((q.T @ k)**4)", "zeros(1, 1)", TWO_VALUES)
    assert chain.evidence == "unknown"
    assert "not given" in chain.steps[0].verdict.reason


@pytest.mark.parametrize("start", ["q.T @ k", "E(exp(q))", "E(q[0, :] * q[0, :]) * q[0, :]"])
def test_what_is_no_expectation_of_a_polynomial_is_not_decided(start):
    claim = Claim(start, "=", f"0 * ({start})", Setting(VECTORS))
    assert standard(claim).kind == "unknown"


def test_there_are_as_many_partitions_as_bell_counted():
    assert [len(list(partitions(list(range(count))))) for count in range(7)] == [1, 1, 2, 5, 15, 52, 203]


ROW = {"S": "n m", "V": "m d"}


@pytest.mark.parametrize(
    ("inputs", "start", "after", "slack"),
    [
        (ROW, "softmax(S) @ V", "ones(n, 1) @ colmax(V)", "softmax(S) @ (colmax(V) - V)"),
        ({"x": "n m"}, "x", "exp(x) - 1", "exp(x) - (1 + x)"),
        ({"x": "n m"}, "2 * x", "x**2 + 1", "(x - 1)**2"),
        ({"x": "n m"}, "rowmax(x)", "lse(x)", None),
        ({"x": "n m"}, "tanh(x)", "ones(n, m)", None),
        ({"x": "n m"}, "x", "relu(x)", "relu(-x)"),
    ],
)
def test_a_bound_with_its_slack_holds_for_every_size(inputs, start, after, slack):
    chain = Derivation("t", start, inputs).at_most(after, slack=slack)
    assert chain.evidence == "proved", chain.steps[0].verdict.reason


@pytest.mark.parametrize(
    ("start", "after", "slack"),
    [("x", "x**2", None), ("exp(x)", "1 + x", None), ("softmax(x)", "ones(n, m) / 2", None), ("x", "x - exp(x)", None)],
)
def test_a_wrong_bound_is_refuted_with_numbers(start, after, slack):
    with pytest.raises(RefutedError, match="on the left"):
        Derivation("t", start, {"x": "n m"}).at_most(after, slack=slack)


def test_a_slack_that_is_not_the_difference_is_refused():
    with pytest.raises(LanguageError, match="slack"):
        Derivation("t", "2 * x", {"x": "n m"}).at_most("x**2 + 1", slack="(x + 1)**2")


def test_a_slack_whose_sign_is_not_seen_shows_nothing():
    chain = Derivation("t", "x", {"x": "n m"}).at_most("x + exp(x) - x", slack="exp(x) - x")
    assert chain.evidence == "unknown"


def test_a_condition_makes_a_sign_known():
    free = {"g": "n m"}
    with pytest.raises(RefutedError):
        Derivation("t", "1 - g", free).at_most("ones(n, m)", slack="g")
    assert Derivation("t", "1 - g", free, conditions=["g >= 0"]).at_most("ones(n, m)", slack="g").evidence == "proved"


SCORES = {"S": "n m", "U": "n m", "W": "n m"}


@pytest.mark.parametrize(
    ("start", "after"),
    [
        ("D(exp(S))", "exp(S) * U"),
        ("D(lse(S))", "rowsum(softmax(S) * U)"),
        ("D(softmax(S))", "softmax(S) * (U - rowsum(softmax(S) * U))"),
        ("D(D(exp(S)))", "exp(S) * U**2"),
        ("D(W)", "zeros(n, m)"),
    ],
)
def test_derivatives_along_a_direction_are_proved(start, after):
    assert Moving({"S": "U"})(Claim(start, "=", after, Setting(SCORES))).kind == "proved"


@pytest.mark.parametrize(
    "after",
    ["2 * softmax(S) * (U - rowsum(softmax(S) * U))", "softmax(S) * U", "softmax(S) * (U - colsum(softmax(S) * U))"],
)
def test_a_wrong_derivative_is_refuted_with_numbers(after):
    chain = Derivation("t", "D(softmax(S))", SCORES, checker=Moving({"S": "U"}))
    with pytest.raises(RefutedError, match="on the left"):
        chain.to(after, by=moment)


@pytest.mark.parametrize("name", ["backward-pass", "forward-mode", "second-order", "hopfield", "mean-shift"])
def test_derivatives_in_theorems_agree_with_those_of_sympy(name):
    """A second witness: entries as formulas of time, differentiated by SymPy at small sizes."""
    seen = 0
    for derivation in theorems.named(name).parts:
        for step in derivation.steps:
            if isinstance(derivation.checker, Moving) and step.relation == "=":
                claim = Claim(step.before, "=", step.after, derivation.setting)
                found = counterexample(derivation.checker.written(claim), derivation.checker.rates, Differentiated)
                assert found is None, f"{step.after}: {found}"
                seen += 1
    assert seen


def test_limits_are_found_at_instances_and_wrong_ones_refuted():
    cold = Derivation("t", "softmax(S / T)", {"S": "n m", "T": "scalar"})
    at = [{"S": [[1, 2, 2]]}]
    assert cold.tends_to("hardmax(S)", when="T -> 0", at=at).evidence == "exact"
    with pytest.raises(RefutedError):
        cold.tends_to("softmax(S)", when="T -> 0", at=at)
    with pytest.raises(LanguageError, match="instances"):
        cold.tends_to("hardmax(S)", when="T -> 0", at=[])
    with pytest.raises(LanguageError, match="scalar input"):
        cold.tends_to("hardmax(S)", when="S -> 0", at=at)


def test_exact_instances_do_not_depend_on_chance():
    random.seed(1)
    first = Derivation("t", "S", {"S": "n m"}).at_most("exp(S)").steps[0].verdict
    random.seed(2)
    assert Derivation("t", "S", {"S": "n m"}).at_most("exp(S)").steps[0].verdict == first
