"""Functions of exact numbers: they stay in the field where they can, and are refused where they are not real."""

from fractions import Fraction

import pytest
import sympy
from sympy import Rational

from symattn.errors import ExactnessError, LimitError
from symattn.exact import Element, functions
from symattn.exact.constants import constant, coprime_base, inverse, square_root

of = Element.of
exp, log, sqrt, tanh = functions.exp, functions.log, functions.sqrt, functions.tanh


@pytest.mark.parametrize(
    "found, expected",
    [
        (lambda: exp(of(0)), 1),
        (lambda: exp(log(of(3)) * 2), 9),
        (lambda: exp(-log(of("4/3"))), Fraction(3, 4)),
        (lambda: exp(log(of(4)) * Fraction(1, 2)), 2),
        (lambda: exp(of(1) + log(of(3))) / exp(of(1)), 3),
        (lambda: log(exp(of("5/2"))), Fraction(5, 2)),
        (lambda: log(of(6)) - log(of(2)) - log(of(3)), 0),
        (lambda: log(of(8)) / log(of(2)), 3),
        (lambda: log(sqrt(of(6)) / 2) * 2 - log(of(3)) + log(of(2)), 0),
        (lambda: log((1 - exp(of(2))) / (1 - exp(of(4)))) + log(exp(of(2)) + 1), 0),
        (lambda: sqrt(of("9/4")), Fraction(3, 2)),
        (lambda: sqrt(of(6)) * sqrt(of(10)) / sqrt(of(15)), 2),
        (lambda: sqrt(exp(of(4)) * 9) / exp(of(2)), 3),
        (lambda: tanh(of(-2)) + tanh(of(2)), 0),
        (lambda: functions.sigmoid(of(3)) + functions.sigmoid(of(-3)), 1),
        (lambda: functions.gelu(of(2)) - functions.gelu(of(-2)), 2),
        (lambda: functions.relu(sqrt(of(2)) - Fraction(3, 2)), 0),
        (lambda: functions.elu(of("0.5")), Fraction(1, 2)),
        (lambda: functions.elu(of(-1)) + 1 - exp(of(-1)), 0),
        (lambda: functions.absolute(sqrt(of(2)) - 2) + sqrt(of(2)), 2),
        (lambda: functions.norm([of(3), of(4)]), 5),
        (lambda: functions.power(of(8), Fraction(1, 3)), 2),
        (lambda: functions.power(of("2/3"), Fraction(-3)), Fraction(27, 8)),
        (lambda: functions.largest([sqrt(of(2)), of("1.4"), of(-7)]) - sqrt(of(2)), 0),
    ],
)
def test_values_fold_back_into_the_field(found, expected):
    assert found().as_fraction() == expected


def test_the_square_of_a_root_folds_back():
    inside = exp(of(2)) + 1
    root = sqrt(inside)
    assert root * root == inside
    assert (root * root).to_sympy() == 1 + sympy.exp(2)
    assert 1 / root == root / inside
    assert root**3 == inside * root


def test_log_sum_exp_is_written_over_the_smallest_score():
    found = functions.log_sum_exp([of(2), of(4), of(4)])
    assert found.to_sympy() == 2 + sympy.log(1 + 2 * sympy.exp(2))
    assert str(found.decimal(20)) == "4.7586236756795134713"


def test_powers_of_values_with_e_in_them_combine():
    weights = functions.softmax([of(1), of(2), of(3)])
    assert exp(weights[0]) * exp(weights[1]) * exp(weights[2]) == exp(of(1))
    assert exp(weights[0]) * exp(-weights[0]) == 1
    assert exp(exp(of(2))) ** 2 == exp(2 * exp(of(2)))


def test_logarithms_go_into_softmax_as_factors():
    weights = functions.softmax([log(of(3)), log(of(1)), log(of(4))])
    assert [weight.as_fraction() for weight in weights] == [Fraction(3, 8), Fraction(1, 8), Fraction(1, 2)]
    mixed = functions.softmax([of(1) + log(of(3)), of(1)])
    assert [weight.as_fraction() for weight in mixed] == [Fraction(3, 4), Fraction(1, 4)]


def test_softmax_weights_sum_to_one():
    weights = functions.softmax([sqrt(of(2)), of("1/2"), -sqrt(of(3)), tanh(of(1))])
    assert sum(weights, of(0)) == 1


@pytest.mark.parametrize(
    "function, number, found",
    [
        (log, of(0), "logarithm of 0"),
        (log, of("-1/2"), "logarithm of -1/2"),
        (sqrt, of(-2), "square root of -2"),
        (sqrt, 1 - sqrt(of(2)), "square root of 1 - sqrt"),
        (lambda x: functions.power(x, Fraction(1, 3)), of(-8), "not real"),
        (lambda x: functions.power(x, Fraction(-1, 3)), of(0), "division by zero"),
    ],
)
def test_what_is_not_real_is_refused_with_what_was_found(function, number, found):
    with pytest.raises(ExactnessError, match=found):
        function(number)


def test_roots_of_numbers_that_resist_factoring_stay_exact():
    hard = (2**89 - 1) * (2**107 - 1)
    assert square_root(hard)[2] == hard
    root = sqrt(of(hard))
    assert root * root == hard
    assert square_root(4 * hard * hard) == (2 * hard, 1, 1)


def test_nested_functions_are_bounded():
    value = of(1)
    with pytest.raises(LimitError, match="deep"):
        for _ in range(200):
            value = tanh(value)


@pytest.mark.parametrize("roots", [(2,), (2, 3), (6, 10, 15), (2, 3, 5, 30)])
def test_the_inverse_of_a_sum_of_roots_is_exact(roots):
    number = constant({(r, ()): k + 1 for k, r in enumerate(roots)} | {(1, ()): 1})
    assert number * inverse(number) == 1


def test_coprime_bases_divide_all_numbers():
    base = coprime_base([6, 35, 10, 77])
    assert base == [2, 3, 5, 7, 11]


def test_sympy_agrees_on_products_of_sums_of_roots():
    x = 1 + sqrt(of(2)) * Fraction(1, 3) - sqrt(of(6))
    y = sqrt(of(3)) - 2
    expected = (1 + sympy.sqrt(2) / 3 - sympy.sqrt(6)) * (sympy.sqrt(3) - 2)
    assert sympy.expand((x * y).to_sympy() - expected) == 0
    assert sympy.radsimp((x / y).to_sympy() - expected / (sympy.sqrt(3) - 2) ** 2).equals(0)
    assert (x * y).to_sympy().has(sympy.sqrt(2)) and Rational(1, 3) * 3 == 1
