"""Lowest terms: common factors found, coprimality proved, and the proofs shown failing where there is a factor."""

import random
from fractions import Fraction

import pytest
import sympy
from sympy import Poly, Symbol

from symattn import limits
from symattn.exact import Element, functions
from symattn.exact.field_factors import share_no_factor_modulo
from symattn.exact.lattices import Lattice
from symattn.exact.lowest_terms import lowest_terms
from symattn.exact.polynomials import (
    common_factor,
    digits,
    exact_quotient,
    root_bound_bits,
    share_no_factor,
    value_at,
)
from symattn.exact.sums import atoms_of

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
    image, _ = Lattice(value.n, value.d).polynomials(value.n, value.d)
    assert len(image) == len(value.n)


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


def test_many_independent_roots_in_the_exponents_are_no_hindrance():
    scores = [functions.sqrt(Element.of(r)) * Fraction(r, 420) for r in (2, 3, 5, 6, 7, 10, 11)]
    weights = functions.softmax(scores)
    mean = sum((weight * k for k, weight in enumerate(weights)), Element.of(0))
    assert mean.in_lowest_terms
    shared = 1 + functions.exp(scores[0]) * 2 - functions.exp(scores[5])
    quotient = (shared * (3 + functions.exp(scores[1]))) / (shared * (1 + functions.exp(scores[2] + scores[3])))
    assert quotient.in_lowest_terms
    assert len(quotient.numerator) == len(quotient.denominator) == 2


U, ROOT, T = functions.exp(Element.of(1)), functions.sqrt(Element.of(2)), functions.tanh(Element.of(1))
V = functions.exp(ROOT)


def proved_modulo(n, d):
    lattice = Lattice(n, d)
    places = [lattice.coordinates(terms)[1] for terms in (n, d)]
    return share_no_factor_modulo(n, d, places, atoms_of([*n.values(), *d.values()]), [2, 3])


@pytest.mark.parametrize("shared", [U - ROOT, U * ROOT + V, T + U, T * T - 2, 1 + ROOT * T * V])
def test_a_planted_factor_with_roots_or_atoms_is_found(shared):
    left, right = U + 2 * ROOT - V, 3 + U * V + T
    assert not proved_modulo((shared * left).n, (shared * right).n)
    assert proved_modulo(left.n, right.n)
    quotient = Element((shared * left).n, (shared * right).n)
    assert quotient.in_lowest_terms
    assert (quotient.n, quotient.d) == (Element(left.n, right.n).reduced().n, Element(left.n, right.n).d)
