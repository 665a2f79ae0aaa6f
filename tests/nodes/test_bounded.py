"""What would be too long to build or to decide is refused in a moment; what is near the bound is still done."""

import pytest
from sympy import Eq, Integer, Lt, Mod, Pow, Rational, Symbol, exp, floor, pi

from symattn import limits, mechanism
from symattn.errors import LimitError, SymattnError
from symattn.nodes.bounded import built, check_decidable, check_digits, check_multiplied_out
from symattn.nodes.cases import put_in

i, j, n = (Symbol(name, integer=True, positive=True) for name in "ijn")


tau = Symbol("tau", real=True)


def test_a_power_is_built_up_to_the_bound_and_not_beyond():
    assert built(Pow, (Integer(10), Integer(limits.NUMBER_DIGITS))) == 10**limits.NUMBER_DIGITS
    with pytest.raises(LimitError, match="a power of about 1001 digits; the most is 1000"):
        built(Pow, (Integer(10), Integer(limits.NUMBER_DIGITS + 1)))
    with pytest.raises(LimitError, match=r"a power of about 5e\+29"):
        built(Pow, (Rational(1, 3), Integer(-(10**30))))


def test_numbers_put_into_a_power_of_powers_stop_before_it_is_built():
    assert put_in(2 ** (2**n), {n: Integer(3)}) == 256
    with pytest.raises(LimitError, match="a power of about"):
        put_in(2 ** (2**n), {n: Integer(60)})


@pytest.mark.parametrize(
    "decided", [floor, lambda value: Mod(value, 7), lambda value: Lt(value, n), lambda value: Eq(n, value)]
)
def test_what_has_too_many_digits_before_the_point_is_not_decided(decided):
    value = decided(exp(exp(i)))
    assert put_in(value, {i: Integer(1)}) == decided(exp(exp(1)))
    with pytest.raises(LimitError, match="digits; the most is 1000"):
        put_in(value, {i: Integer(100)})


@pytest.mark.parametrize(
    "small", [exp(-(10**9)), exp(2000), pi**500, 2 ** (-i * n), exp(exp(tau)), Rational(1, 3)], ids=str
)
def test_what_is_small_or_has_no_numbers_yet_can_be_decided(small):
    check_decidable(small)


def test_a_number_is_as_long_as_its_longer_part():
    check_digits(Rational(1, 10**1000))
    for value in (Integer(10) ** 1001, Rational(1, 10**1001)):
        with pytest.raises(LimitError, match="1001 digits"):
            check_digits(value)


@pytest.mark.parametrize(
    "formula", [(i + j) ** 400, i**1000, (i * j + floor(n / 2)) ** 30, (i + 1) * (i + 2) * (i + 3), i / n]
)
def test_formulas_of_few_terms_may_be_multiplied_out(formula):
    check_multiplied_out(formula)


@pytest.mark.parametrize(
    "formula", [(i + j) ** 600, i**1001, (i + j + n + 1) ** 20, ((i + j) ** 30 + n) ** 30], ids=str
)
def test_formulas_of_many_terms_may_not(formula):
    with pytest.raises(LimitError, match=r"multiplied out|of degree"):
        check_multiplied_out(formula)


ENDLESS = [
    "floor(exp(exp(100)))",
    "floor(i + exp(exp(exp(100))))",
    "1e1000 * 1e1000",
    "2**(2**n)",
    "n**n**n",
    "2**(i + 3**(j + 1))",
    "floor(exp(exp(i)))",
    "((i**1000)**1000) % 7",
    "((i + j)**1000 + j)**1000",
    f"({' * '.join(f'(i + j + n + {k})' for k in range(60))}) % n",
    f"max({', '.join(f'{k}*i - {k * k}*j' for k in range(60))})",
    "1 if exp(exp(1000)) > i else 0",
    "X[(i + j + n + m)**1000 % n, j]",
]


@pytest.mark.parametrize("formula", ENDLESS, ids=lambda text: text[:40])
def test_the_language_refuses_what_would_not_end_and_points_at_it(formula):
    with pytest.raises(LimitError, match=r"(the (most|largest) is \d+|too long to write out)\.\n  in equation 1: "):
        mechanism("a", {"X": "n m"}, f"O = X * matrix(n, m, {formula})")


@pytest.mark.parametrize(
    "formula", ["eye((n + m)**1000) @ X", "ones((n + m + 1)**900, n) @ X", "X[:, 0:(m + n)**1000]"]
)
def test_sizes_are_bounded_as_well(formula):
    with pytest.raises(LimitError, match="terms when multiplied out"):
        mechanism("a", {"X": "n m"}, f"O = {formula}")


@pytest.mark.parametrize("formula", ["2**(100*n)", "n**n", "n**1000", "floor(exp(100*n))"])
def test_concrete_sizes_do_not_make_numbers_without_end(formula):
    system = mechanism("a", {"X": "n m"}, f"O = X * matrix(n, m, {formula})")
    assert system.at(n=2, m=2)["O"].shape == (2, 2)
    with pytest.raises(SymattnError, match="digits; the most is 1000"):
        system.at(n=1000, m=2)
