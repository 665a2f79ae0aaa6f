"""Digits and instances are whole numbers within bounds, wherever they are asked for."""

import pytest
from sympy import Integer

from symattn import latex, limits, named, worked_example
from symattn.counts import count
from symattn.errors import InputError, LimitError


@pytest.mark.parametrize("value", [0, -1, True, 2.0, 2.5, "3", None, Integer(3)])
def test_what_is_no_count_is_refused(value):
    with pytest.raises(InputError, match="digits are a whole number of at least 1"):
        count(value, "digits", 1, 10)


def test_a_count_above_its_bound_is_refused():
    assert count(10, "digits", 1, 10) == 10
    with pytest.raises(LimitError, match="digits = 11: the most is 10"):
        count(11, "digits", 1, 10)


ASKED_FOR_DIGITS = {
    "decimals of a number": lambda digits: worked_example().exact("O")[0, 0].decimal(digits),
    "decimals of a value": lambda digits: worked_example().decimal("O", digits),
    "a document": lambda digits: named("dot").derive().to("text", digits=digits),
    "a check": lambda digits: named("dot").verify(instances=0, digits=digits),
}


@pytest.mark.parametrize("ask", ASKED_FOR_DIGITS.values(), ids=ASKED_FOR_DIGITS)
def test_digits_have_the_same_bounds_everywhere(ask):
    for wrong in (0, 50.5, "x"):
        with pytest.raises(InputError, match="digits are a whole number"):
            ask(wrong)
    with pytest.raises(LimitError, match=f"the most is {limits.DECIMAL_DIGITS}"):
        ask(limits.DECIMAL_DIGITS + 1)


def test_instances_have_their_bounds():
    for wrong in (-1, 2.5, "3"):
        with pytest.raises(InputError, match="instances are a whole number of at least 0"):
            named("dot").verify(instances=wrong)
    with pytest.raises(LimitError, match=f"the most is {limits.INSTANCES}"):
        named("dot").verify(instances=limits.INSTANCES + 1)


@pytest.mark.parametrize("digits", [0, -1, "x"])
def test_digits_of_print_are_checked(digits):
    with pytest.raises(InputError, match="digits are"):
        latex(1.5, digits=digits)
