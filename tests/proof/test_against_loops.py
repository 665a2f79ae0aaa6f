"""The algebra of index notation against loops over numbers: random formulas, to which no rule was fitted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from random import Random
from typing import Any

import pytest
from changed_trees import Tree, changed
from evaluating import Evaluator, UndefinedHereError
from hypothesis import given, settings
from hypothesis import strategies as st
from planting import planted
from trees import SIZES, Direct, Entries, Grower, built, close, length_expression, length_value

from symattn.errors import LimitError
from symattn.proof import (
    deciding,
    differentiation,
    functions,
    largest_values,
    positions,
    powers,
    ranges,
    sums,
    truth_values,
    truths,
)
from symattn.proof.normal_form import UndefinedError
from symattn.proof.patience import OutOfTimeError, within_seconds
from symattn.proof.terms import Expression, Index, of_index, subtracted

GIVEN_UP = (UndefinedError, LimitError, OutOfTimeError, RecursionError)
"""What the algebra may answer instead of a value."""

NOT_HERE = (UndefinedHereError, OverflowError)
"""What loops answer where a formula has no value."""

SEEDS = st.integers(0, 10**6)
QUICK = settings(max_examples=120, deadline=None, derandomize=True, database=None)
QUICKER = settings(QUICK, max_examples=50)


def free_indices(random: Random) -> dict[str, str]:
    lengths = {"i": ["n", "m", "n w"], "j": ["m", "w", "3"], "p": ["n", "m"], "q": ["m", "w", "n w"]}
    return {name: random.choice(choice) for name, choice in lengths.items()}


def as_expression(tree: Tree, free: dict[str, str]) -> Expression:
    return built(tree, indices(free))


def indices(free: dict[str, str]) -> dict[str, Index]:
    return {name: Index(name, length_expression(length)) for name, length in free.items()}


def instances(
    random: Random, free: dict[str, str], count: int, generic: bool = False
) -> Iterator[tuple[dict[str, int], Any, dict[str, int]]]:
    """Sizes from 1 to 3, entries, and a value of each free index."""
    for _ in range(count):
        sizes = {name: random.randint(1, 3) for name in SIZES}
        at = {name: random.randrange(length_value(length, sizes)) for name, length in free.items()}
        yield sizes, Entries(random, generic), at


def agree(tree: Tree, free: dict[str, str], random: Random, count: int = 5) -> bool:
    """Whether a formula and its normal form have one value wherever the formula has one."""
    try:
        with within_seconds(2):
            made = as_expression(tree, free)
    except GIVEN_UP:
        return True
    for sizes, entries, at in instances(random, free, count):
        try:
            wanted = Direct(sizes, entries).value(tree, at)
            found = Evaluator(sizes, entries).value(made, at)
        except NOT_HERE:
            continue
        if not close(wanted, found):
            return False
    return True


def called_zero(left: Tree, right: Tree, free: dict[str, str]) -> bool:
    try:
        with within_seconds(1):
            return deciding.is_zero(subtracted(as_expression(left, free), as_expression(right, free)))
    except GIVEN_UP:
        return False


def differ(left: Tree, right: Tree, free: dict[str, str], random: Random, count: int = 12) -> bool:
    """Whether two formulas are seen to differ at some numbers."""
    for sizes, entries, at in instances(random, free, count):
        try:
            loops = Direct(sizes, entries)
            if not close(loops.value(left, at), loops.value(right, at)):
                return True
        except NOT_HERE:
            continue
    return False


@QUICK
@given(SEEDS)
def test_a_normal_form_has_the_value_of_the_formula(seed):
    random = Random(seed)
    free = free_indices(random)
    assert agree(Grower(random, free).real(2), free, random)


@QUICK
@given(SEEDS)
def test_formulas_that_differ_at_numbers_are_not_called_equal(seed):
    random = Random(seed)
    free = free_indices(random)
    left = Grower(random, free).real(2)
    right = changed(random, left, free)
    assert not (called_zero(left, right, free) and differ(left, right, free, random))


def test_both_answers_occur_among_random_pairs():
    """The test above would be empty if nothing were called equal, or if nothing differed."""
    seen = set()
    for seed in range(40):
        random = Random(seed)
        free = free_indices(random)
        left = Grower(random, free).real(2)
        right = changed(random, left, free)
        seen.add((called_zero(left, right, free), differ(left, right, free, random)))
    assert seen >= {(True, False), (False, True)}


STEP = Fraction(1, 10**4)


def slope(value: Callable[[Fraction], float]) -> float | None:
    """The central difference; nothing at a kink, which differences from two sides and of two widths show."""
    wide = (value(STEP) - value(-STEP)) / float(2 * STEP)
    middle, right, left = (value(shift) for shift in (Fraction(0), STEP / 3, -STEP / 3))
    narrow = (right - left) / float(2 * STEP / 3)
    found = (9 * narrow - wide) / 8
    smooth = abs(wide - narrow) < 1e-4 * (1 + abs(found))
    one_sided = abs(right - 2 * middle + left) / float(STEP / 3)
    return found if smooth and one_sided < 1e-2 * (1 + abs(found)) else None


def wrong_slope(tree: Tree, free: dict[str, str], random: Random, count: int = 2) -> bool:
    """Whether the derivative by ``A[p, q]`` has another value than the central difference."""
    at_entry = tuple(of_index(indices(free)[name]) for name in "pq")
    try:
        with within_seconds(1):
            made = differentiation.derivative(as_expression(tree, free), "A", at_entry)
    except GIVEN_UP:
        return False
    for sizes, entries, at in instances(random, free, count, generic=True):
        place = ("A", (at["p"], at["q"]))
        known = entries(*place)

        def moved(shift: Fraction, sizes=sizes, entries=entries, at=at, place=place, known=known) -> float:
            entries.known[place] = known + shift
            return float(Direct(sizes, entries).value(tree, at))

        try:
            wanted = slope(moved)
            entries.known[place] = known
            found = float(Evaluator(sizes, entries).value(made, at))
        except NOT_HERE:
            continue
        if wanted is not None and abs(wanted - found) > 3e-4 * (1 + abs(wanted)):
            return True
    return False


def total_over_places(tree: Tree) -> Tree:
    """A sum in which each entry of A is met somewhere."""
    entry = ("entry", "A", ("index", "r"), ("index", "s"))
    return ("sum", "r", "n", ("sum", "s", "m", ("times", tree, entry)))


@QUICKER
@given(SEEDS)
def test_a_derivative_is_the_central_difference(seed):
    random = Random(seed)
    free = free_indices(random)
    tree = Grower(random, {name: free[name] for name in "ij"}).real(2)
    assert not wrong_slope(total_over_places(tree) if random.random() < 0.5 else tree, free, random)


ROW, COLUMN = ("index", "i"), ("index", "j")
HELD = ("holds", ("minus", ROW, COLUMN))
A_IJ = ("entry", "A", ROW, COLUMN)
ROOT_OF_A_SQUARE = ("power", ("times", A_IJ, A_IJ), Fraction(1, 2))


def summed(inside: Tree, length: str = "n") -> Tree:
    return ("sum", "r", length, inside)


def where(truth: Tree, value: Tree) -> Tree:
    return ("where", truth, value, ("whole", 0))


R = ("index", "r")
B_R = ("entry", "B", R)
BOTH = ("plus", ("times", where(HELD, A_IJ), where(("not", HELD), A_IJ)), A_IJ)
LARGEST_MULTIPLE = ("largest", "r", "n", ("times", A_IJ, B_R))
NOT_FIRST = ("holds", ("minus", R, ("whole", 1)))
AT_MOST_ONE = ("holds", ("minus", ("whole", 1), R))
S, WIDTH = ("index", "s"), ("size", "w")
A_RS, START = ("entry", "A", R, S), ("times", R, WIDTH)
BLOCKS = ("sum", "s", "w", summed(where(("delta", ("plus", START, S), COLUMN), A_RS)))
INSIDE = ("minus", COLUMN, START)
BLOCK = summed(where(("both", ("holds", INSIDE), ("holds", ("minus", ("minus", WIDTH, ("whole", 1)), INSIDE))), B_R))
IN_BLOCKS = summed(("entry", "A", ("floor", R, WIDTH), R), "n w")
BEHIND = ("minus", R, COLUMN)
ENDS = ("both", ("holds", BEHIND), ("holds", ("minus", ("minus", ("size", "m"), ("whole", 1)), BEHIND)))
RAISED = "apart.append((factor, e * exponent))"
MISTAKES = [
    # What reads otherwise in which module, and a formula that then has another value.
    (truths, "within(value, index.length), ", "", summed(where(("delta", R, ("plus", ROW, COLUMN)), B_R))),
    (truths, "in held:\n            return zero()", "in held:\n            return one()", BOTH),
    (sums, "start = bound_on if upward else zero()", "start = zero()", summed(where(NOT_FIRST, B_R), "n + 1")),
    (sums, "added(bound_on, one())", "bound_on", summed(where(AT_MOST_ONE, B_R), "3")),
    (sums, "algebra.multiplied(rest, *(index.length for index in unused))", "rest", summed(A_IJ)),
    (sums, "range(int(count))", "range(int(count) - 1)", summed(where(("holds", ("minus", ROW, R)), B_R), "3")),
    (sums, "algebra.multiplied(within(block, index.length), rest)", "rest", BLOCK),
    (sums, "algebra.multiplied(within(place, index.length), rest)", "rest", summed(where(ENDS, B_R), "n w")),
    (truths, "algebra.multiplied(*ranged, ", "algebra.multiplied(", BLOCKS),
    (sums, "algebra.multiplied(of_index(block), width)", "of_index(block)", IN_BLOCKS),
    (ranges, "return subtracted(index.length, one())", "return one()", summed(where(AT_MOST_ONE, B_R), "3")),
    (
        ranges,
        "subtracted(negated(value), number(1))",
        "negated(value)",
        where(("holds", ("minus", ("whole", 0), ROW)), A_IJ),
    ),
    (
        ranges,
        "c > 0 and _never_negative(term)",
        "True",
        where(("holds", ("floor", ("minus", ROW, COLUMN), ("whole", 2))), A_IJ),
    ),
    (
        positions,
        "-coefficient)\n    return value",
        "coefficient)\n    return value",
        summed(where(("delta", R, COLUMN), B_R)),
    ),
    (functions, "subtracted(_exponential(rest), one())", "_exponential(rest)", ("apply", "exp", where(HELD, A_IJ))),
    (functions, "_cosine(first), _sine(rest)", "_sine(first), _sine(rest)", ("apply", "sin", ("plus", A_IJ, ROW))),
    (functions, "known.numerator // known.denominator", "round(known)", ("floor", ("whole", 7), ("whole", 4))),
    (powers, f"{RAISED}\n", f"{RAISED}\n        elif e == 2:\n            {RAISED}\n", ROOT_OF_A_SQUARE),
    (
        largest_values,
        "moving)) if moving.terms else constant",
        "moving)) if moving.terms else moving",
        ("largest", "r", "n", A_IJ),
    ),
    (largest_values, "in pair[0].free and is_positive_factor(pair[0])", "in pair[0].free", LARGEST_MULTIPLE),
    (
        truth_values,
        "return known > 0 if",
        "return known >= 0 if",
        where(("compare", ">", ("minus", A_IJ, A_IJ)), ("whole", 1)),
    ),
]


@pytest.mark.parametrize(
    ("module", "right", "wrong", "tree"), MISTAKES, ids=lambda part: part if isinstance(part, str) else ""
)
def test_a_broken_rule_gives_another_value(module, right, wrong, tree):
    free = {"i": "n w", "j": "m"}
    assert agree(tree, free, Random(1), 30)
    with planted(module, right, wrong):
        assert not agree(tree, free, Random(1), 30)


WRONG_SLOPES = [
    (differentiation, "coefficient * exponent", "coefficient", ("power", A_IJ, Fraction(3))),
    (differentiation, "(factor, exponent - 1)", "(factor, exponent)", ("power", A_IJ, Fraction(-1))),
]


@pytest.mark.parametrize(
    ("module", "right", "wrong", "tree"), WRONG_SLOPES, ids=lambda part: part if isinstance(part, str) else ""
)
def test_a_broken_derivative_is_another_slope(module, right, wrong, tree):
    free = {"i": "n", "j": "m", "p": "n", "q": "m"}
    assert not wrong_slope(tree, free, Random(3), 20)
    with planted(module, right, wrong):
        assert wrong_slope(tree, free, Random(3), 20)
