"""Limits for every size: what continuity and bounds show, and what they do not."""

import pytest

from symattn.deriving import Derivation
from symattn.deriving.continuity import positive_names
from symattn.deriving.rules import bound
from symattn.errors import LanguageError, RefutedError

SCORES = {"S": "n m", "T": "scalar"}
MASK = "C = matrix(n, m, 1 if j <= i else 0)"

SEEN = [
    ("softmax(S / T)", "ones(n, m) / m", "T -> oo", "", ()),
    ("softmax(S - T * (1 - C))", "softmax(S, where=causal)", "T -> oo", MASK, ()),
    ("rowmax(S) + T * log(m)", "rowmax(S)", "T -> 0", "", ()),
    ("rowmax(S + T * S**2)", "rowmax(S)", "T -> 0", "", ()),
    ("1 / (exp(S) + T)", "exp(-S)", "T -> 0", "", ()),
    ("sqrt(exp(S) + T)", "exp(S / 2)", "T -> 0", "", ()),
    ("log(exp(S) + tanh(T))", "S", "T -> 0", "", ()),
    ("(3 * T + 1) / (2 * T + S**0)", "ones(n, m) * 3 / 2", "T -> oo", "", ()),
    ("exp(-exp(S) / T)", "zeros(n, m)", "T -> 0", "", ()),
]


@pytest.mark.parametrize(("start", "end", "when", "given", "conditions"), SEEN)
def test_continuity_shows_a_limit_for_every_size(start, end, when, given, conditions):
    chain = Derivation("a limit", start, SCORES, given, conditions).tends_to(end, when=when)
    assert chain.evidence == "proved"


NOT_SEEN = [
    ("softmax(S / T)", "ones(n, m) / n", "T -> oo", ""),
    ("softmax(S - T * (1 - C))", "softmax(S)", "T -> oo", MASK),
    ("softmax(S - T * (1 - C))", "softmax(S, where=(j < i))", "T -> oo", MASK.replace("<=", "<")),
    ("softmax(S / T)", "hardmax(S)", "T -> 0", ""),
    ("exp(-S / T)", "zeros(n, m)", "T -> 0", ""),
    ("exp(-exp(S) / T)", "zeros(n, m)", "T -> oo", ""),
    ("1 / (S + T)", "1 / S", "T -> 0", ""),
    ("log(S + T)", "log(S)", "T -> 0", ""),
    ("S / T", "zeros(n, m)", "T -> 0", ""),
    ("T * exp(S)", "exp(S)", "T -> oo", ""),
    ("exp(T) / T * S", "zeros(n, m)", "T -> oo", ""),
]


@pytest.mark.parametrize(("start", "end", "when", "given"), NOT_SEEN)
def test_what_is_no_limit_or_not_seen_to_be_one_is_not_proved(start, end, when, given):
    with pytest.raises(LanguageError, match="not seen by continuity"):
        Derivation("no limit", start, SCORES, given).tends_to(end, when=when)


def test_an_instance_refutes_a_wrong_limit():
    with pytest.raises(RefutedError, match="limits differ"):
        Derivation("hot", "softmax(S / T)", SCORES).tends_to("ones(n, m) / n", when="T -> oo", at=[{"S": [[1, 2]]}])


def test_a_condition_says_that_an_exponent_falls():
    rate = {"S": "n m", "T": "scalar", "delta": "scalar"}
    chain = Derivation("a rate", "exp(-delta / T) * S", rate, conditions=["delta > 0"])
    assert chain.tends_to("zeros(n, m)", when="T -> 0").evidence == "proved"
    for conditions in ((), ("delta >= 0",), ("S > 0",)):
        with pytest.raises(LanguageError):
            Derivation("a rate", "exp(-delta / T) * S", rate, "", conditions).tends_to("zeros(n, m)", when="T -> 0")
    assert positive_names(["delta > 0", "a < b", "c is positive"]) == ["delta"]


def about(relation, end, slack, conditions=("T > 0",)):
    chain = Derivation(f"{relation} {end}", "T * tanh(S)", SCORES, conditions=conditions)
    step = chain.at_least if relation == ">=" else chain.at_most
    return step(end, by=bound, slack=slack)


LOWER = about(">=", "-T * ones(n, m)", "T * (1 - tanh(-S))")
UPPER = about("<=", "T * ones(n, m)", "T * (1 - tanh(S))")


def test_what_lies_between_two_bounds_with_one_limit_has_that_limit():
    chain = Derivation("small", "T * tanh(S)", SCORES, conditions=["T > 0"])
    small = chain.tends_to("zeros(n, m)", when="T -> 0", between=(LOWER, UPPER))
    assert small.evidence == "proved"
    assert small.steps[0].using == (LOWER, UPPER)


def test_bounds_of_something_else_or_the_wrong_way_round_are_refused():
    chain = Derivation("small", "T * tanh(S)", SCORES, conditions=["T > 0"])
    with pytest.raises(LanguageError, match="lower and an upper"):
        chain.tends_to("zeros(n, m)", when="T -> 0", between=(UPPER, LOWER))
    with pytest.raises(LanguageError, match="not seen"):
        chain.tends_to("ones(n, m)", when="T -> 0", between=(LOWER, UPPER))
    other = Derivation("other", "T * S", SCORES, conditions=["T > 0"])
    with pytest.raises(LanguageError, match="bounds T"):
        other.tends_to("zeros(n, m)", when="T -> 0", between=(LOWER, UPPER))
    with pytest.raises(LanguageError, match="under its conditions"):
        Derivation("free", "T * tanh(S)", SCORES).tends_to("zeros(n, m)", when="T -> 0", between=(LOWER, UPPER))
