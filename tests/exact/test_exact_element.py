"""Elements of the field: normal form, arithmetic, decided equality and order, what is refused."""

import pickle
from decimal import Decimal
from fractions import Fraction

import pytest
import sympy
from sympy import Integer, Rational, exp, sqrt, tanh

from symattn.errors import ExactnessError, InputError, LimitError
from symattn.exact import Element, Term, functions

of = Element.of
e2 = functions.exp(of(2))
root3 = functions.sqrt(of(3))
tanh1 = functions.tanh(of(1))


def test_the_worked_entry_has_the_textbook_form():
    weights = functions.softmax([of(2), of(4), of(4)])
    entry = weights[0] + 2 * weights[1] + 2 * weights[2]
    assert entry.numerator == (Term(Integer(1), Integer(0)), Term(Integer(4), Integer(2)))
    assert entry.denominator == (Term(Integer(1), Integer(0)), Term(Integer(2), Integer(2)))
    assert entry.to_sympy() == (1 + 4 * exp(2)) / (1 + 2 * exp(2))
    assert entry.in_lowest_terms


def test_a_number_without_denominator_says_so():
    assert of(3).denominator == (Term(Integer(1), Integer(0)),)
    assert of("1/3").numerator == (Term(Integer(1), Integer(0)),)
    assert of("1/3").denominator == (Term(Integer(3), Integer(0)),)
    assert of(0).numerator == ()


@pytest.mark.parametrize(
    "given, value",
    [
        (3, 3),
        ("0.1", Fraction(1, 10)),
        ("1/3", Fraction(1, 3)),
        ("-2e-3", Fraction(-1, 500)),
        (" +.5 ", Fraction(1, 2)),
        (0.1, Fraction(1, 10)),
        (1e-7, Fraction(1, 10**7)),
        (Decimal("2.50"), Fraction(5, 2)),
        (Fraction(2, 6), Fraction(1, 3)),
        (Rational(1, 7), Fraction(1, 7)),
        (Integer(-4), -4),
        (sympy.Float("0.1"), Fraction(1, 10)),
    ],
)
def test_numbers_are_read_exactly(given, value):
    assert of(given).as_fraction() == value


@pytest.mark.parametrize(
    "given", ["", "x", "1_0", "1/0", "1/2/3", "0x10", "١", "1e", ".", "--1", "1 2", None, True, [1]]
)
def test_what_is_no_number_is_refused(given):
    with pytest.raises(InputError):
        of(given)


@pytest.mark.parametrize("given", [float("nan"), float("inf"), "nan", "-Infinity", Decimal("NaN")])
def test_what_is_not_finite_is_refused(given):
    with pytest.raises(InputError, match="not a finite number"):
        of(given)


@pytest.mark.parametrize(
    "given",
    ["1e999999999", "1e-99999999999999999999", "9" * 5000, 10**5000, Fraction(1, 10**3000)],
    ids=["exponent", "negative exponent", "digits", "int", "Fraction"],
)
def test_numbers_are_bounded_before_they_are_built(given):
    with pytest.raises(LimitError):
        of(given)


def test_arithmetic_agrees_with_sympy_on_a_generic_expression():
    u = sympy.Symbol("u")
    element = (1 + e2 * 3) / (e2 - 5) - e2**2 / (2 + e2) + Fraction(1, 7)
    expected = (1 + 3 * u) / (u - 5) - u**2 / (2 + u) + Rational(1, 7)
    found = element.to_sympy().replace(exp, lambda exponent: u ** (exponent / 2))
    assert sympy.cancel(found - expected) == 0
    above, below = sympy.fraction(sympy.cancel(expected))
    assert len(element.numerator) == len(sympy.Poly(above, u).terms())
    assert len(element.denominator) == len(sympy.Poly(below, u).terms())


def test_common_factors_are_taken_out():
    assert ((e2 * e2 - 1) / (e2 - 1)).to_sympy() == 1 + exp(2)
    assert ((e2 - 3) / (e2 * e2 - 9)).denominator == (e2 + 3).numerator


def test_a_square_root_below_is_moved_above():
    assert (1 / (root3 - 1)).to_sympy() == sqrt(3) / 2 + Rational(1, 2)
    quotient = 1 / (root3 + e2)
    assert quotient.denominator[0].coefficient.is_Rational
    assert quotient * (root3 + e2) == 1


def test_factors_with_square_roots_are_found():
    assert (e2 * e2 - 3) / (e2 - root3) == e2 + root3
    assert ((e2 * e2 - 3) / (e2 - root3)).denominator == (Term(Integer(1), Integer(0)),)


def test_factors_in_independent_powers_of_e_are_found():
    u, v = functions.exp(of(1)), functions.exp(root3)
    quotient = ((u + v) * (u - v)) / ((u + v) * (1 + v))
    assert quotient.numerator == (u - v).numerator
    assert len(quotient.denominator) == 2


def test_equality_is_decided_where_digits_would_not_tell():
    tiny = functions.exp(of(-(10**6)))
    assert e2 + tiny != e2
    assert e2 + tiny > e2
    assert e2 + tiny - e2 == tiny


def test_equality_sees_through_tanh():
    same = (e2 - 1) / (e2 + 1)
    assert tanh1 == same
    assert hash(tanh1) == hash(same)
    assert tanh1 != same + Fraction(1, 10**30)


def test_a_difference_that_no_rule_decides_is_an_error_and_not_a_guess():
    nested = functions.sqrt(3 + 2 * functions.sqrt(of(2)))  # equals 1 + sqrt(2)
    with pytest.raises(ExactnessError, match="no rule decides"):
        assert nested == 1 + functions.sqrt(of(2))
    assert nested != functions.sqrt(of(2))


def test_order_is_that_of_the_real_numbers():
    shuffled = [e2, of("1.7"), of(0), -root3, functions.exp(of(1)), root3, of(-3)]
    assert sorted(shuffled) == [of(-3), -root3, of(0), of("1.7"), root3, functions.exp(of(1)), e2]
    assert root3 > 1 and root3 < 2 and root3 >= root3 and Fraction(7, 4) >= root3


def test_equal_numbers_have_equal_hashes():
    assert hash(of("1/2")) == hash(Fraction(1, 2))
    left, right = (e2 * e2 - 1) / (e2 - 1), e2 + 1
    assert left == right and hash(left) == hash(right)
    assert len({left, right, of(1), of("2/2")}) == 2


@pytest.mark.parametrize("element", [of("1/3"), e2 / (e2 + 1), root3, tanh1 * e2, functions.sqrt(e2 + 1)])
def test_elements_survive_pickling(element):
    assert pickle.loads(pickle.dumps(element)) == element


def test_division_by_zero_is_refused_even_when_zero_is_hidden():
    with pytest.raises(ExactnessError, match="division by zero"):
        e2 / (tanh1 - (e2 - 1) / (e2 + 1))
    with pytest.raises(ExactnessError, match="division by zero"):
        1 / of(0)


def test_a_fraction_is_asked_of_rational_numbers_only():
    assert (e2 / e2).as_fraction() == 1
    with pytest.raises(ExactnessError, match="found exp"):
        e2.as_fraction()


def test_elements_do_not_change():
    with pytest.raises(AttributeError):
        of(1).numerator = ()


def test_powers_are_bounded_before_they_are_built():
    with pytest.raises(LimitError):
        of(3) ** 100_000
    with pytest.raises(LimitError):
        (1 + e2 + root3) ** 100_000


def test_to_sympy_keeps_tanh():
    assert functions.exp(-2 * tanh1 + functions.tanh(of(3))).to_sympy() == exp(-2 * tanh(1) + tanh(3))
