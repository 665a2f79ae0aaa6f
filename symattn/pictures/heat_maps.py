"""Heat maps of attention weights: rows queries, columns keys, weights printed, keys that are not allowed hatched."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from symattn.exact import Element, ExactMatrix
from symattn.pictures.labels import Labels
from symattn.pictures.marks import Cell, HeatMap
from symattn.pictures.numerals import shown
from symattn.pictures.weights import Attention, Numbered, attention_in, check_cells
from symattn.pictures.wording import ENGLISH, Wording

ONE = Decimal(1)


def weight_maps(
    bound: Numbered, labels: Labels, digits: int, value: str | None = None, words: Wording = ENGLISH
) -> tuple[HeatMap, ...]:
    """A map of each matrix of weights, in one scale of colours.

    Errors: those of :func:`symattn.pictures.weights.attention_in` and of the labels.
    """
    found = attention_in(bound, value)
    check_cells(len(found), max(a.weights.shape[0] * a.weights.shape[1] for a in found), "what is drawn")
    maps = in_one_scale([map_of(attention, attention.weights, labels, digits, words) for attention in found])
    if value is None or found[0].normaliser is not None or labels != Labels():
        return maps
    row, column = words("row"), words("column")  # of any value, as V
    return tuple(replace(one, row_label=row, column_label=column) for one in maps)


def map_of(
    attention: Attention, values: ExactMatrix, labels: Labels, digits: int, words: Wording = ENGLISH, title: str = ""
) -> HeatMap:
    """The map of weights, or of scores, of one head."""
    n, m = values.shape
    cells = tuple(
        tuple(cell_of(value, digits, attention.is_allowed(i, j)) for j, value in enumerate(row))
        for i, row in enumerate(values.rows)
    )
    reach = max((abs(cell.value) for row in cells for cell in row), default=ONE)
    is_bounded = all(0 <= cell.value <= 1 for row in cells for cell in row)
    return HeatMap(
        title or attention.called(words),
        labels.for_queries(n),
        labels.for_keys(m),
        cells,
        ONE if is_bounded else reach,
        words("query"),
        words("key"),
        words,
    )


def cell_of(value: Element, digits: int, allowed: bool = True) -> Cell:
    """One weight; of a key that is not allowed nothing is printed, as it is no weight that happens to be 0."""
    if not allowed:
        return Cell(Decimal(0), "", masked=True)
    rounded, text = shown(value, digits)
    return Cell(rounded, text)


def in_one_scale(maps: list[HeatMap]) -> tuple[HeatMap, ...]:
    """The maps with the same colour for the same number."""
    reach = max(one.reach for one in maps)
    return tuple(replace(one, reach=reach) for one in maps)
