"""Numbers as a user writes them are read exactly, and everything else is refused with what would do."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symattn.errors import InputError
from symattn.reading.numerals import exact_number


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.1", Fraction(1, 10)),
        ("1/3", Fraction(1, 3)),
        ("-2/6", Fraction(-1, 3)),
        ("+7", Fraction(7)),
        ("007", Fraction(7)),
        ("true", Fraction(1)),
        ("False", Fraction(0)),
        (".5", Fraction(1, 2)),
        ("5.", Fraction(5)),
        ("1e-3", Fraction(1, 1000)),
        ("2.50E2", Fraction(250)),
        ("-0", Fraction(0)),
        ("0e0", Fraction(0)),
        ("0." + "3" * 500, Fraction(int("3" * 500), 10**500)),
        ("1.7976931348623157e308", Fraction("1.7976931348623157e308")),
        ("4.95e-324", Fraction("4.95e-324")),
    ],
)
def test_a_number_is_read_exactly(text, value):
    assert exact_number(text, "X") == value


@given(st.fractions())
def test_every_fraction_comes_back(value):
    assert exact_number(str(value), "X") == value


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_the_shortest_text_of_a_float_is_that_decimal_exactly(value):
    assert exact_number(repr(value), "X") == Fraction(repr(value))


REFUSED = [
    ("", "an empty cell"),
    ("abc", "a number is written as 2, -0.5, 1e-3 or 1/3"),
    ("nan", "finite"),
    ("NaN", "finite"),
    ("-inf", "finite"),
    ("Infinity", "finite"),
    ("1.#QNAN", "finite"),
    ("1_000", "without underscores, as in 1000"),
    ("0,5", "with a point, as in 0.5"),
    ("−1", "minus sign"),
    ("1+2j", "real"),
    ("3i", "real"),
    ("1/0", "quotient by zero"),
    ("1/-3", "a number is written"),
    ("1/2/3", "a number is written"),
    ("1.5/2", "a number is written"),
    ("0x10", "a number is written"),
    ("--1", "a number is written"),
    ("1e", "a number is written"),
    (".", "a number is written"),
    ("١", "a number is written"),
    ("¼", "a number is written"),
    ("1e400", "range of float64"),
    ("-1e400", "range of float64"),
    ("1e-400", "range of float64"),
    ("1e999999999", "range of float64"),
    ("1e-999999999", "range of float64"),
    ("1" + "0" * 400, "range of float64"),
    ("9" * 5000, "5000 characters"),
    ("1\x1b[31m", r"\x1b"),
    ("1\u200b", r"\u200b"),
    ("9**9**9", "a number is written"),
    ("__import__('os')", "a number is written"),
]


@pytest.mark.parametrize(("text", "reason"), REFUSED, ids=[ascii(text[:20]) for text, _ in REFUSED])
def test_anything_else_is_refused_with_its_place_and_a_reason(text, reason):
    with pytest.raises(InputError) as caught:
        exact_number(text, "X, row 2, entry 3")
    message = str(caught.value)
    assert message.startswith("X, row 2, entry 3: ") and reason in message
    assert message.isprintable() and len(message) < 300
