"""Stretches lie inside for every value of their indices, or are refused; every acceptance is counted out in numbers."""

from itertools import product

import pytest
from sympy import Max, Min, floor

from symattn.errors import ShapeError
from symattn.language import parse_equations, parse_shape
from symattn.language.declarations import declare
from symattn.language.ranges import direction, largest, smallest
from symattn.nodes import index
from symattn.shapes import size

h, g = index("h"), index("g")
H, d = size("H"), size("d")


def stretch(bounds, columns, length):
    """The equation ``A[h] = w[h] * X[:, bounds]``, ``h`` from 0 below ``length``."""
    inputs = {
        name: declare(name, parse_shape(shape, name))
        for name, shape in {"X": f"n {columns}", "w": f"{length} 1"}.items()
    }
    return parse_equations(f"A[h] = w[h] * X[:, {bounds}]", inputs)[0]


INSIDE = [("h:h+1", "5", "5"), ("4-h:5-h", "5", "5"), ("(H-1-h)*d:(H-h)*d", "H*d", "H"), ("h//2:h//2+1", "3", "6")]
INSIDE += [
    ("max(h, 2):max(h, 2)+1", "5", "5"),
    ("min(h, 2):min(h, 2)+1", "3", "5"),
    ("(h//2)*d:(h//2+1)*d", "H*d", "2*H"),
]


@pytest.mark.parametrize(("bounds", "columns", "length"), INSIDE)
def test_a_stretch_that_lies_inside_for_every_index_is_read(bounds, columns, length):
    assert stretch(bounds, columns, length).axes


OUTSIDE = [
    ("3-h:4-h", "4", "5"),
    ("h*(4-h):h*(4-h)+1", "2", "5"),
    ("(h-2)**2:(h-2)**2+1", "4", "5"),
    ("h:h+1", "4", "5"),
]
OUTSIDE += [("(H-1-h)*d:(H-h)*d", "H*d", "H+1"), ("h%3:h%3+1", "2", "5"), ("h//2:h//2+1", "2", "6")]


@pytest.mark.parametrize(("bounds", "columns", "length"), OUTSIDE)
def test_a_stretch_that_lies_outside_for_some_index_is_refused(bounds, columns, length):
    with pytest.raises(ShapeError, match="does not lie inside a length of"):
        stretch(bounds, columns, length)


def test_parts_that_an_index_selects_are_of_one_length():
    with pytest.raises(ShapeError, match=r"has h \+ 1 entries; the parts that an index selects are all of one length"):
        stretch("h:2*h+1", "9", "5")


@pytest.mark.parametrize("bounds", ["h//2:h//2+1", "h%3:h%3+1", "4-h:5-h", "h**2:h**2+1", "max(h, 2):max(h, 2)+1"])
def test_only_stretches_one_after_the_other_give_an_index_its_range(bounds):
    inputs = {"X": declare("X", parse_shape("n m", "X"))}
    with pytest.raises(ShapeError, match="the range of h does not follow"):
        parse_equations(f"A[h] = X[:, {bounds}]", inputs)


BOUNDS = [
    2 * h + 3 * g,
    3 * h - 2 * g + 1,
    5 - h,
    floor(h / 2) + g,
    Max(h, g + 2),
    Min(h, 3 - h),
    -floor(-h / 3),
    7 * h * g,
]
BOUNDS += [h * (3 - h), Max(h, -g), h * floor(g / 2) - h]


@pytest.mark.parametrize("bound", BOUNDS, ids=str)
def test_the_smallest_and_the_largest_are_those_of_all_values_or_are_not_told(bound):
    lengths = {h: 4, g: 3}
    values = [bound.subs({h: a, g: b}) for a, b in product(range(4), range(3))]
    assert smallest(bound, lengths) in (None, min(values))
    assert largest(bound, lengths) in (None, max(values))


def test_what_rises_and_falls_has_no_direction():
    assert direction(h * (3 - h), h) is None and direction(Min(h, 3 - h), h) is None
    assert direction(d * floor(h / 2) - 1, h) == 1 and direction((1 - d) * h, h) == -1
