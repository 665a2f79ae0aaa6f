"""Pi among exact numbers: an indeterminate with enclosures, of which nothing is guessed."""

import mpmath
import pytest
from mpmath.libmp import fone, mpf_cmp, mpf_shift, mpf_sub
from sympy import S

from symattn import mechanism
from symattn.errors import ExactnessError, LanguageError
from symattn.exact import Element, functions
from symattn.exact.enclosures import ATOMS

PI = functions.PI


@pytest.mark.parametrize("precision", [20, 53, 64, 200, 1000])
def test_an_enclosure_holds_pi_and_is_narrow(precision):
    low, high = ATOMS["pi"](None, precision)
    with mpmath.workprec(precision + 200):
        true = (+mpmath.pi)._mpf_
    assert mpf_cmp(low, true) < 0 < mpf_cmp(high, true)
    assert mpf_cmp(mpf_sub(high, low), mpf_shift(fone, 4 - precision)) < 0


def test_sums_and_quotients_of_pi_are_exact():
    assert PI / PI == 1 and (PI * PI - PI * (PI - 1)) / PI == 1
    assert (PI * Element.of(2)).to_sympy() == 2 * S.Pi
    assert functions.floor(PI * 10**20) == 314159265358979323846
    assert (PI - Element.of("355/113")).sign == -1


def test_what_only_a_property_of_pi_decides_is_no_guess():
    with pytest.raises(ExactnessError):
        functions.step(functions.sin(PI))


def test_the_name_is_taken():
    assert mechanism("area", {"r": "n 1"}, "A = pi * r ** 2").bind(r=[[2]])["A"][0, 0] == 4 * S.Pi
    with pytest.raises(LanguageError, match="pi"):
        mechanism("taken", {"pi": "n 1"}, "A = pi + 1")
