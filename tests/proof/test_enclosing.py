"""Enclosures of a system's values: around the true ones, tight, and silent where they leave a question open."""

import random
from fractions import Fraction

import pytest
from mpmath.libmp import to_rational
from sympy import MatrixSymbol, Rational

from symattn.defining import mechanism
from symattn.equations import Equation, EquationSystem
from symattn.errors import ExactnessError
from symattn.mechanisms import named
from symattn.nodes import Entmax
from symattn.proof import enclosing
from symattn.proof.enclosing import enclosed
from symattn.proof.intervals import Context, Interval, exp, log, sqrt
from symattn.proof.sides import entries_of_lists
from symattn.verification.instances import rational
from symattn.verification.reference import Reference

BITS = 128
DIGITS = 60


def assert_around(reference, system, inputs):
    """The reference's values, to its own digits, are between the ends, and these are near each other."""
    truth, found = reference.evaluate(system, inputs), enclosed(system, inputs, BITS)
    for name in system.by_name:
        pairs = zip(entries_of_lists(truth[name]), entries_of_lists(found[name]), strict=True)
        for (place, value), (_, interval) in pairs:
            low, high = map(reference.mp.make_mpf, interval.ends)
            spare = reference.mp.mpf(10) ** (10 - DIGITS) * (1 + abs(value))
            assert low - spare <= value <= high + spare, (name, place)
            assert high - low < (1 + abs(value)) * 2.0**-90, (name, place)


NAMES = (
    "scaled-dot",
    "causal",
    "entmax",
    "entmax15",
    "sigmoid",
    "additive",
    "softcap",
    "multi-head",
    "rope",
    "linear",
    "masked",
    "local-p",
    "rbf",
)


@pytest.mark.parametrize("name", NAMES)
def test_the_true_values_are_between_the_ends(name):
    instance = next(rational(named(name), random.Random(1)))
    assert_around(Reference(DIGITS), instance.system, instance.elements[0])


@pytest.mark.parametrize("alpha", [Rational(4, 3), Rational(5, 4), Rational(7, 4), Rational(2), Rational(3)])
def test_entmax_is_enclosed_for_any_alpha(alpha):
    A = MatrixSymbol("A", 2, 3)
    system = EquationSystem("weights", (A,), (Equation("P", Entmax(A, alpha)),), "P")
    inputs = {"A": [[0, 1, Fraction(1, 2)], [3, 3, -4]]}
    assert_around(Reference(DIGITS), system, inputs)


def test_a_threshold_that_is_off_is_seen(monkeypatch):
    """The comparison with the reference can fail: Newton's threshold, which is near and no enclosure, does not pass."""
    honest = enclosing._threshold
    step = Fraction(1, 2**80)
    monkeypatch.setattr(enclosing, "_threshold", lambda *given: honest(*given) + step)
    with pytest.raises(AssertionError):
        test_entmax_is_enclosed_for_any_alpha(Rational(4, 3))


def test_what_the_ends_leave_open_is_refused():
    third = Interval.of(1, 64) / 3
    for question in (
        lambda: third * 3 == 1,
        lambda: third * 3 > 1,
        lambda: 1 / (third * 3 - 1),
        lambda: sqrt(third - Fraction(1, 3)),
        lambda: bool(third - Fraction(1, 3)),
        lambda: int(third * 3),
        lambda: Context(64).ninf,
    ):
        with pytest.raises(ExactnessError):
            question()


def test_a_tie_between_unknown_numbers_is_refused_and_one_between_known_numbers_is_not():
    system = mechanism("ties", inputs={"A": "n m"}, equations="B = hardmax(A / 3)\nC = hardmax(A)").at(n=1, m=2)
    with pytest.raises(ExactnessError, match="enclosures leave open"):
        enclosed(system, {"A": [[1, 1]]}, 64)
    known = mechanism("ties", inputs={"A": "n m"}, equations="C = hardmax(A)").at(n=1, m=2)
    assert [x.decimal(3) for x in enclosed(known, {"A": [[1, 1]]}, 64)["C"][0]] == [Fraction(1, 2)] * 2


def test_arithmetic_encloses_what_exact_fractions_give():
    generator = random.Random(3)
    for _ in range(200):
        a, b = (Fraction(generator.randint(-99, 99), generator.randint(1, 99)) for _ in range(2))
        x, y = Interval.of(a, 24), Interval.of(b, 24)
        pairs = [(x + y, a + b), (x - y, a - b), (x * y, a * b), (2 - x, 2 - a), (abs(x), abs(a)), (x**3, a**3)]
        pairs += [(x / y, a / b), (1 / y, 1 / b), (y**-2, b**-2)] if b else []
        for interval, value in pairs:
            low, high = (Fraction(*to_rational(end)) for end in interval.ends)
            assert low <= value <= high


def test_powers_that_are_not_whole_go_by_the_logarithm_and_start_at_0():
    two, half = Interval.of(2, 64), Interval.of(Fraction(1, 2), 64)
    assert not (two**half).apart(sqrt(two)) and not exp(log(two)).apart(two)
    assert (Interval.of(0, 64) ** half).decimal(3) == 0
    with pytest.raises(ExactnessError):
        (-two) ** half
