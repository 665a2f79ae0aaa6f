"""Decimals: correctly rounded to any number of digits, against integer arithmetic and mpmath."""

import random
from decimal import ROUND_HALF_EVEN, Context, Decimal, localcontext
from fractions import Fraction

import mpmath
import pytest

from symattn import limits
from symattn.errors import InputError, LimitError
from symattn.exact import Element, functions
from symattn.exact.deciding import rounded_quotient

of = Element.of


def test_rational_values_are_rounded_half_to_even_with_their_zeros():
    assert str(of("1/2").decimal(5)) == "0.50000"
    assert str(of("1/8").decimal(2)) == "0.12"
    assert str(of("3/8").decimal(2)) == "0.38"
    assert str(of(2).decimal(20)) == "2.0000000000000000000"
    assert str(of("0.99996").decimal(4)) == "1.000"
    assert of(0).decimal(7) == Decimal(0)
    assert str(of(0).decimal(7)) == "0"


@pytest.mark.parametrize("seed", range(200))
def test_rounding_agrees_with_the_standard_library(seed):
    random.seed(seed)
    above = random.choice([-1, 1]) * random.getrandbits(random.randint(1, 90)) or 1
    below = random.getrandbits(random.randint(1, 90)) or 1
    digits = random.randint(1, 40)
    with localcontext(Context(prec=digits, rounding=ROUND_HALF_EVEN)):
        assert rounded_quotient(above, below, digits) == Decimal(above) / Decimal(below)


def softmax_value(scores, values, digits):
    with mpmath.workdps(digits):
        powers = [mpmath.exp(score) for score in scores]
        total = mpmath.fsum(p * v for p, v in zip(powers, values, strict=True)) / mpmath.fsum(powers)
        return mpmath.nstr(total, digits - 20)


@pytest.mark.parametrize("seed", range(10))
def test_irrational_values_agree_with_mpmath(seed):
    random.seed(seed)
    scores = [Fraction(random.randint(-40, 40), random.randint(1, 6)) for _ in range(5)]
    values = [random.randint(-9, 9) for _ in range(5)]
    weights = functions.softmax([of(score) for score in scores])
    found = sum((w * v for w, v in zip(weights, values, strict=True)), of(0))
    with mpmath.workdps(80):
        exact = [mpmath.mpf(s.numerator) / s.denominator for s in scores]
    expected = Decimal(softmax_value(exact, values, 80))
    with localcontext(Context(prec=40, rounding=ROUND_HALF_EVEN)):
        assert found.decimal(40) == +expected


@pytest.mark.parametrize(
    "function, reference",
    [
        (functions.exp, mpmath.exp),
        (functions.tanh, mpmath.tanh),
        (functions.erf, mpmath.erf),
        (functions.sigmoid, lambda x: 1 / (1 + mpmath.exp(-x))),
        (functions.gelu, lambda x: x * (1 + mpmath.erf(x / mpmath.sqrt(2))) / 2),
    ],
)
@pytest.mark.parametrize("x", ["1/3", "-5/2", "7", "-13", "1e-12", "40"])
def test_functions_agree_with_mpmath(function, reference, x):
    with mpmath.workdps(120):
        number = Fraction(x)
        expected = Decimal(mpmath.nstr(reference(mpmath.mpf(number.numerator) / number.denominator), 70))
    with localcontext(Context(prec=50, rounding=ROUND_HALF_EVEN)):
        assert function(of(x)).decimal(50) == +expected


@pytest.mark.parametrize("digits", [1, 2, 3, 10, 100, 1000])
def test_longer_decimals_round_to_shorter_ones(digits):
    value = functions.exp(of(1)) / 3 - functions.sqrt(of(2))
    with localcontext(Context(prec=digits, rounding=ROUND_HALF_EVEN)):
        assert value.decimal(digits) == +value.decimal(digits + 30)


def test_cancellation_does_not_cost_digits():
    tiny = functions.exp(of(-200)) * 3
    value = (1 + tiny) - functions.exp(of("1e-80"))
    with mpmath.workdps(200):
        expected = Decimal(mpmath.nstr(1 + 3 * mpmath.exp(-200) - mpmath.exp(mpmath.mpf(10) ** -80), 60))
    with localcontext(Context(prec=30)):
        assert value.decimal(30) == +expected


def test_the_largest_number_of_digits_is_reached():
    text = str(functions.exp(of(1)).decimal(limits.DECIMAL_DIGITS))
    with mpmath.workdps(limits.DECIMAL_DIGITS + 10):
        assert text[:-1] == mpmath.nstr(mpmath.e, limits.DECIMAL_DIGITS + 5)[: limits.DECIMAL_DIGITS]


def test_decimals_beyond_the_standard_librarys_exponents_are_refused():
    assert functions.exp(of(10**16)).decimal(3) == Decimal("1.89E+4342944819032518")
    with pytest.raises(LimitError, match="decimals end"):
        functions.exp(of(10**19)).decimal(3)


@pytest.mark.parametrize("digits", [0, -1, 2.0, True, "3"])
def test_digits_are_a_whole_number_from_1_on(digits):
    with pytest.raises(InputError):
        of(1).decimal(digits)


def test_too_many_digits_are_refused():
    with pytest.raises(LimitError):
        of(1).decimal(limits.DECIMAL_DIGITS + 1)


@pytest.mark.parametrize("precision", [20, 53, 200])
def test_enclosures_hold_the_value(precision):
    value = functions.log(of("2/3")) * functions.tanh(of(2)) + functions.exp(functions.sqrt(of(5)))
    interval = value.enclosure(precision)
    with mpmath.workdps(100):
        exact = mpmath.log(mpmath.mpf(2) / 3) * mpmath.tanh(2) + mpmath.exp(mpmath.sqrt(5))
        assert interval.a <= exact <= interval.b
        assert interval.delta < mpmath.mpf(2) ** (8 - precision)
