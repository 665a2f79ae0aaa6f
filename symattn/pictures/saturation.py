"""Saturation: how the gradient of a softmax shrinks as the vectors of its dot products grow longer, unless scaled."""

from __future__ import annotations

from decimal import Decimal

from symattn.equations import EquationSystem
from symattn.errors import InputError
from symattn.nodes import Softmax
from symattn.pictures.dot_products import dot_products
from symattn.pictures.marks import Chart, Line, Point, Series
from symattn.pictures.normal_gaps import far_slope, mean_slope, middle_slope
from symattn.pictures.ticks import in_powers
from symattn.pictures.weights import makers
from symattn.pictures.wording import ENGLISH, Wording

LENGTHS = (1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 28, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256)
"""Lengths of queries and keys, every one a whole number."""

LOWEST, HIGHEST = Decimal("1E-7"), Decimal(1)


def saturation_chart(system: EquationSystem, own_length: int | None = None, words: Wording = ENGLISH) -> Chart:
    """``p (1 - p)`` of two keys against d_k: median and mean over standard normal queries and keys, scaled and not.

    ``own_length`` is marked in it. Errors: ``InputError`` for a mechanism whose weights are no softmax of products.
    """
    if not any(
        isinstance(node, Softmax) and dot_products(system, node.scores) is not None for _, node in makers(system)
    ):
        raise InputError(
            f"a picture of saturation is about a softmax of dot products; {system.name} has none. "
            "scaled-dot, dot and multi-head have."
        )
    series = (
        _series(words("scaled median"), dict.fromkeys(LENGTHS, middle_slope(2)), 0),
        _series(words("scaled mean"), dict.fromkeys(LENGTHS, mean_slope(2)), 1),
        _series(words("unscaled mean"), {length: mean_slope(2 * length) for length in LENGTHS}, 2),
        _series("1/(2√(π d_k))", {length: far_slope(length) for length in LENGTHS}, 3),
        _series(
            words("unscaled median"),
            {length: middle_slope(2 * length) for length in LENGTHS},
            4,
        ),
    )
    own = own_length if own_length is not None and LENGTHS[0] <= own_length <= LENGTHS[-1] else None
    return Chart(
        words("gradient"),
        in_powers(words("length"), Decimal(1), Decimal(LENGTHS[-1]), 2, every=2),
        in_powers("p(1 − p)", LOWEST, HIGHEST, 10),
        series,
        () if own is None else (Line(Decimal(own), f"d_k = {own}"),),
        words,
    )


def length_in(system: EquationSystem) -> int | None:
    """The length of the vectors in the first softmax of dot products, if it is a number."""
    for _, node in makers(system):
        found = dot_products(system, node.scores)
        if found is not None and getattr(found.length, "is_Integer", False):
            return int(found.length)
    return None


def _series(label: str, values: dict[int, Decimal], style: int) -> Series:
    return Series(label, tuple(Point(Decimal(length), value) for length, value in values.items()), style)
