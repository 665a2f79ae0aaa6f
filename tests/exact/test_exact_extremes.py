"""Extremes: values a hair from a rounding boundary, functions at their limits, many roots, numbers hard to factor."""

from decimal import Decimal
from fractions import Fraction
from math import prod

import mpmath
import pytest

from symattn.errors import ExactnessError
from symattn.exact import Element, functions
from symattn.exact.constants import prime_factors
from symattn.exact.field_factors import prime_with_roots

of = Element.of


def power_of_e(exponent):
    return functions.exp(of(exponent))


@pytest.mark.parametrize("distance", [1, 10**3, 10**9, 10**900])
def test_a_value_beside_the_middle_of_two_decimals_is_rounded_to_its_own_side(distance):
    assert (of("1/8") + power_of_e(-distance)).decimal(2) == Decimal("0.49" if distance == 1 else "0.13")
    assert (of("1/8") - power_of_e(-10 * distance)).decimal(2) == Decimal("0.12")
    assert (power_of_e(-10 * distance) - of("1/8")).decimal(2) == Decimal("-0.12")


def test_a_weighted_mean_beside_a_middle_is_rounded_to_its_own_side():
    small, large = functions.softmax([of(0), of(10**900)])
    assert (small * of(1) + large * of("2.5")).decimal(1) == 2
    assert (small * of(4) + large * of("2.5")).decimal(1) == 3


def test_a_middle_that_is_met_exactly_in_disguise_is_rounded_to_even():
    hidden = functions.tanh(of(1)) - (power_of_e(2) - 1) / (power_of_e(2) + 1)
    assert (hidden + of("1/8")).decimal(2) == Decimal("0.12")
    assert (hidden + of("3/8")).decimal(2) == Decimal("0.38")


@pytest.mark.parametrize("size", [1, 30, 10**5, 10**9, 10**900])
def test_tanh_and_erf_stay_below_one_however_large_their_argument(size):
    assert functions.tanh(of(size)) < 1
    assert functions.tanh(of(-size)) > -1
    assert functions.tanh(of(size)).decimal(3) == (Decimal("0.762") if size == 1 else 1)
    assert functions.tanh(power_of_e(size)).decimal(3) in (Decimal("0.991"), 1)
    assert functions.erf(of(size)).decimal(3) == (Decimal("0.843") if size == 1 else 1)
    assert functions.erf(power_of_e(size)).decimal(3) == 1 or size == 1


def test_what_erf_leaves_undecided_is_said():
    assert functions.gelu(of(-10)).decimal(5) == Decimal("-7.6199E-23")
    with pytest.raises(ExactnessError, match="zero"):
        functions.gelu(of(-1000)).decimal(5)


def test_powers_of_an_atom_are_common_factors():
    atom, root = functions.tanh(of(1)), functions.sqrt(of(2))
    fraction = (atom * (root * power_of_e(1) + 1)) / (atom * (power_of_e(1) + 2))
    assert not fraction.reduced().atoms
    assert fraction.key == ((root * power_of_e(1) + 1) / (power_of_e(1) + 2)).key
    square = (atom**3 * (root + power_of_e(1))) / (atom**2 * (power_of_e(1) + 2))
    assert square.key == (atom * (root + power_of_e(1)) / (power_of_e(1) + 2)).key


def test_a_conjugate_that_vanishes_is_not_multiplied_with():
    root = functions.sqrt((power_of_e(2) * 2 / (power_of_e(2) + 1)) ** 2)  # 1 + tanh(1)
    value = of(1) / (root + 1 + functions.tanh(of(1)))
    assert value.sign == 1
    assert value.decimal(10) == Decimal("0.2838338208")


@pytest.mark.parametrize("shift", [Fraction(1, 3), Fraction(-7, 2), 5])
def test_softmax_of_weights_ignores_a_shift_and_powers_add_up(shift):
    weight = power_of_e(1) / (power_of_e(1) + 1)
    scores = [weight, weight * weight, of(0)]
    assert functions.softmax([score + shift for score in scores]) == functions.softmax(scores)
    assert functions.exp(weight) * functions.exp(of(shift)) == functions.exp(weight + shift)
    assert functions.exp(weight * Fraction(1, 3)) ** 3 == functions.exp(weight)


def test_fractions_with_twenty_roots_are_proved_to_be_in_lowest_terms():
    roots = [functions.sqrt(of(prime)) for prime in (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53)]
    above = sum((root * power_of_e(k) for k, root in enumerate(roots)), of(0))
    fraction = above / sum((power_of_e(k) for k in range(len(roots))), of(0))
    assert fraction.in_lowest_terms


def test_every_root_exists_modulo_the_prime_found():
    for roots in [(), (2,), (6, 35), tuple(range(2, 40))]:
        prime, values = prime_with_roots(roots)
        assert all((value * value - root) % prime == 0 for root, value in values.items())


def test_weights_of_weights_of_weights_are_reached_or_refused_but_do_not_hang():
    scores = [
        [of(a) for a in row] for row in ([0, Fraction(1, 2), -2], [Fraction(3, 2), 1, 2], [-1, 0, Fraction(1, 2)])
    ]
    first = [functions.softmax(row) for row in scores]
    for row in first:
        mixed = [sum((x * y for x, y in zip(row, other, strict=True)), of(0)) for other in zip(*first, strict=True)]
        assert sum(functions.softmax(mixed), of(0)).decimal(30) == 1


def test_large_numbers_are_factored_as_far_as_is_quick():
    hard = (10**300 + 331) * (10**310 + 7)
    factors, rest = prime_factors(360 * hard**2)
    assert 360 * hard**2 == rest * prod(prime**power for prime, power in factors)
    assert dict(factors)[2] == 3
    long = of(10**998 + 9) * of(10**997 + 7) * of(10**996 + 3) * of(10**995 + 1)
    assert functions.sqrt(long).decimal(3) == Decimal("1.00E+1993")
    assert functions.log(long).decimal(5) == Decimal("9178.1")


def test_sums_of_broken_powers_are_brought_to_lowest_terms():
    halves = power_of_e(Fraction(1, 2)) + power_of_e(Fraction(3, 2))
    assert (halves / (power_of_e(1) + 1)).key == power_of_e(Fraction(1, 2)).key
    assert (halves / (1 + 2 * power_of_e(1))).in_lowest_terms


@pytest.mark.parametrize(("exponent", "precision"), [(18, 200), (-37, 400), (-218, 20)])
def test_enclosures_of_powers_of_e_hold_the_value(exponent, precision):
    with mpmath.workprec(precision + 200):
        low, high = (mpmath.make_mpf(end) for end in power_of_e(exponent).enclosure(precision)._mpi_)
        assert low <= mpmath.exp(exponent) <= high
        assert high - low <= 8 * high / mpmath.mpf(2) ** precision


@pytest.mark.parametrize("number", [0, Fraction(1, 3), 10**15 + 1])
def test_a_fraction_in_disguise_has_the_hash_of_the_fraction(number):
    hidden = functions.tanh(of(1)) - (power_of_e(2) - 1) / (power_of_e(2) + 1)
    assert hidden + number == number
    assert hash(hidden + number) == hash(number)


def test_sums_of_quotients_by_roots_share_whole_denominators():
    weights = functions.softmax([functions.sqrt(of(n)) for n in (2, 3, 5, 6, 7)])
    total = sum((weight / functions.sqrt(of(n)) for weight, n in zip(weights, (2, 3, 106, 7, 10), strict=True)), of(0))
    assert set(map(type, total.d.values())) == {int}
    assert len(total.d) == 5


@pytest.mark.parametrize(("argument", "precision"), [("1e-30", 64), ("0.5", 300), (3, 64), (9, 1000), (20, 128)])
def test_enclosures_of_erf_hold_the_value_and_are_tight(argument, precision):
    value = functions.erf(of(argument))
    with mpmath.workprec(precision + 2000):
        low, high = (mpmath.make_mpf(end) for end in value.enclosure(precision)._mpi_)
        assert low <= mpmath.erf(mpmath.mpf(str(argument))) <= high
        assert high - low <= 32 * high / mpmath.mpf(2) ** precision


def test_many_digits_of_erf_are_reached():
    with mpmath.workdps(2010):
        expected = mpmath.nstr(mpmath.erf(2), 2000, strip_zeros=False)
    assert str(functions.erf(of(2)).decimal(2000)) == expected
