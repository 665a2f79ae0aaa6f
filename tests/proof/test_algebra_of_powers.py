"""Powers, roots, quotients, logarithms and maxima in normal form, and what they may not be simplified to."""

from fractions import Fraction

import pytest

from symattn.proof import normal_form
from symattn.proof.algebra import nonzero
from symattn.proof.positivity import is_positive
from symattn.proof.terms import (
    Factor,
    Index,
    added,
    fresh,
    negated,
    number,
    of_factor,
    of_index,
    of_size,
    one,
    subtracted,
)

HALF, MINUS = Fraction(1, 2), Fraction(-1)
N = of_size("n")
I = Index("i", N)  # noqa: E741
X, Y = (of_factor(Factor("entry", name, (of_index(I),))) for name in "xy")


def times(*values):
    return normal_form.multiplied(*values)


def test_a_root_of_a_square_is_not_the_number():
    assert normal_form.power(times(X, X), HALF) != X
    assert normal_form.power(normal_form.applied("exp", added(X, X)), HALF) == normal_form.applied("exp", X)


def test_a_root_of_a_product_is_not_taken_apart_unless_one_is_positive():
    roots = times(normal_form.power(X, HALF), normal_form.power(Y, HALF))
    assert normal_form.power(times(X, Y), HALF) != roots
    assert normal_form.power(times(N, Y), HALF) == times(normal_form.power(N, HALF), normal_form.power(Y, HALF))


def test_roots_of_numbers_are_powers_of_primes():
    assert normal_form.power(number(8), HALF) == times(number(2), normal_form.power(number(2), HALF))


def test_a_logarithm_of_a_product_of_what_may_be_negative_stays():
    both = normal_form.applied("log", times(X, Y))
    assert both != added(normal_form.applied("log", X), normal_form.applied("log", Y))
    assert normal_form.applied("log", times(N, X)) == added(
        normal_form.applied("log", N), normal_form.applied("log", X)
    )


def test_a_power_of_what_may_be_negative_is_not_positive():
    raised = normal_form.applied("exp", times(of_index(I), normal_form.applied("ln", X)))
    assert not is_positive(raised)
    assert is_positive(normal_form.applied("exp", times(of_index(I), normal_form.applied("log", X))))
    assert is_positive(normal_form.applied("exp", times(X, raised))), "the power itself is a real number"


def test_a_denominator_that_some_products_lack_is_not_taken_out():
    value = added(normal_form.power(X, MINUS), Y)
    assert normal_form.content(value) == (one(), value)
    common, _ = normal_form.content(added(normal_form.power(N, MINUS), Y))
    assert common == normal_form.power(N, MINUS)


def test_a_sum_over_allowed_keys_divided_by_itself_is_one_only_where_a_key_is_allowed():
    r = fresh(N)
    at_r = of_index(r)
    allowed = normal_form.compare("!=", of_factor(Factor("entry", "M", (at_r,))))
    weights = normal_form.total(r, times(allowed, normal_form.applied("exp", of_factor(Factor("entry", "s", (at_r,))))))
    assert times(weights, normal_form.power(weights, MINUS)) == nonzero(weights) != one()
    assert nonzero(subtracted(weights, weights)).is_zero
    assert nonzero(times(normal_form.compare("!=", X), weights)) == times(
        normal_form.compare("!=", X), nonzero(weights)
    )


def test_a_maximum_keeps_what_rests_on_its_index():
    r = fresh(N)
    scores = normal_form.applied("exp", of_factor(Factor("entry", "s", (of_index(r),))))
    top = normal_form.largest(r, scores)
    assert not top.free, "no index is left that nothing binds"
    assert normal_form.largest(r, times(normal_form.applied("exp", X), scores)) == times(
        normal_form.applied("exp", X), top
    )
    assert normal_form.largest(r, times(X, scores)) != times(X, top), "x may be negative"


def test_a_shift_comes_out_of_a_maximum_and_by_its_steepness_out_of_a_threshold():
    r = fresh(N)
    score = of_factor(Factor("entry", "s", (of_index(r),)))
    assert normal_form.largest(r, added(score, X)) == added(normal_form.largest(r, score), X)
    for alpha, steepness in (("2", one()), ("3/2", number(HALF))):
        threshold = normal_form.largest(r, score, "threshold", alpha)
        shifted = normal_form.largest(r, added(score, X), "threshold", alpha)
        assert shifted == added(threshold, times(steepness, X))


@pytest.mark.parametrize("function", ["sin", "tanh", "erf"])
def test_odd_functions_turn_their_sign(function):
    assert normal_form.applied(function, negated(X)) == negated(normal_form.applied(function, X))


def test_cosine_does_not_turn_its_sign():
    assert normal_form.applied("cos", negated(X)) == normal_form.applied("cos", X)


def test_a_division_by_what_is_zero_is_refused():
    with pytest.raises(normal_form.UndefinedError):
        normal_form.power(subtracted(X, X), MINUS)
