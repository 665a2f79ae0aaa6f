"""Lowest terms: common factors found, coprimality proved, and the proofs shown failing where there is a factor."""

import random

import pytest
import sympy
from sympy import Poly, Symbol

from symattn import limits
from symattn.exact import Element, functions
from symattn.exact.lowest_terms import (
    Lattice,
    common_factor,
    digits,
    exact_quotient,
    lowest_terms,
    root_bound_bits,
    share_no_factor,
    value_at,
)

u = Symbol("u")


def random_polynomial(generator, degree, size):
    found = {k: generator.randint(-size, size) for k in range(degree)}
    found = {power: coefficient for power, coefficient in found.items() if coefficient}
    return {**found, 0: found.get(0, 1), degree: generator.randint(1, size)}


def as_poly(polynomial):
    return Poly({(power,): coefficient for power, coefficient in polynomial.items()}, u)


def times(a, b):
    product = {}
    for i, p in a.items():
        for j, q in b.items():
            product[i + j] = product.get(i + j, 0) + p * q
    return {power: coefficient for power, coefficient in product.items() if coefficient}


@pytest.mark.parametrize("seed", range(100))
def test_common_factors_agree_with_sympy(seed):
    generator = random.Random(seed)
    shared = random_polynomial(generator, generator.randint(0, 4), 5)
    a = times(shared, random_polynomial(generator, generator.randint(0, 9), 20))
    b = times(shared, random_polynomial(generator, generator.randint(1, 9), 20))
    if 0 not in a or 0 not in b:
        pytest.skip("a constant term is asked for")
    expected = sympy.gcd(as_poly(a).primitive()[1], as_poly(b).primitive()[1])
    found = as_poly(common_factor(a, b))
    assert found in (expected, -expected)


@pytest.mark.parametrize("seed", range(30))
def test_a_planted_factor_is_never_proved_away(seed):
    generator = random.Random(seed)
    shared = random_polynomial(generator, generator.randint(1, 3), 3)
    denominator = times(shared, random_polynomial(generator, 5, 9))
    numerators = [times(shared, random_polynomial(generator, 4, 9)), random_polynomial(generator, 6, 9)]
    assert not share_no_factor(numerators, denominator)


def test_one_evaluation_proves_several_numerators_coprime():
    assert share_no_factor([{0: 1, 4: 2, 6: 2}, {0: 2, 4: 6, 6: 8}, {0: 3, 4: 3}], {0: 1, 4: 1, 6: 1})


@pytest.mark.parametrize("seed", range(50))
def test_roots_lie_within_the_bound(seed):
    polynomial = random_polynomial(random.Random(seed), 6, 40)
    roots = sympy.Poly(as_poly(polynomial)).nroots(n=20, maxsteps=200)
    assert all(abs(root) < 2 ** root_bound_bits(polynomial) for root in roots)


def test_digits_undo_evaluation():
    polynomial = {0: -3, 2: 7, 5: -100}
    assert digits(value_at(polynomial, 9), 9) == polynomial


def test_a_quotient_that_is_not_exact_is_none():
    assert exact_quotient({0: 1, 2: 1}, {0: 1, 1: 1}) is None
    assert exact_quotient({0: 1, 1: 1}, {0: 2, 1: 2}) is None


def test_the_normal_form_does_not_depend_on_how_a_fraction_is_written():
    n, d = {0: 1, 2: 4}, {0: 1, 2: 2}
    for factor in ({0: -6}, {3: 5}, {0: 1, 1: 1, 7: -2}):
        assert lowest_terms(times(n, factor), times(d, factor)) == (n, d, True)


def test_exponents_packed_into_one_number_keep_their_terms_apart():
    first, second = functions.sqrt(Element.of(2)), functions.sqrt(Element.of(3))
    value = (1 + functions.exp(first)) * (1 + functions.exp(second)) ** 3
    lattice = Lattice.of(value.n)
    assert len(lattice.polynomial(value.n)) == len(value.n)


def test_powers_beyond_the_search_are_said_not_to_be_proved():
    high = functions.exp(Element.of(limits.GCD_BITS))
    value = (1 + 2 * high + functions.exp(Element.of(1))) / (1 + high + functions.exp(Element.of(1)))
    assert not value.in_lowest_terms
    assert value == (2 + 4 * high + 2 * functions.exp(Element.of(1))) / (
        2 + 2 * high + 2 * functions.exp(Element.of(1))
    )
    assert value != 1


def test_a_common_step_of_the_powers_does_not_make_them_high():
    high = functions.exp(Element.of(limits.GCD_BITS))
    assert ((high * high - 1) / (high - 1)).numerator == (high + 1).numerator
