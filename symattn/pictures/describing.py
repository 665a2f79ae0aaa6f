"""A picture in words: what it shows and every number in a heat map, for whoever hears it instead."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from symattn.pictures.marks import Chart, HeatMap, Panel
from symattn.pictures.numerals import text_of

NOT_ALLOWED = "not allowed"


def description(panels: tuple[Panel, ...]) -> str:
    """One sentence after another, panel by panel.

    >>> from symattn.examples import worked_example
    >>> worked_example().plot().description.splitlines()[1]
    'query 1: 0.0634, 0.468, 0.468'
    """
    return "\n".join(line for panel in panels for line in WORDS[type(panel)](panel))


def _of_map(panel: HeatMap) -> Iterator[str]:
    yield f"{panel.title}. Rows: {panel.row_label}; columns: {panel.column_label} {', '.join(panel.columns)}."
    for label, row in zip(panel.rows, panel.cells, strict=True):
        yield f"{panel.row_label} {label}: {', '.join(NOT_ALLOWED if cell.masked else cell.text for cell in row)}"


def _of_chart(panel: Chart) -> Iterator[str]:
    yield f"{panel.title}. Horizontally: {panel.x.label}; vertically: {panel.y.label}."
    for series in panel.series:
        if series.joined and series.points:
            first, last = (
                f"{text_of(at.y.normalize())} at {text_of(at.x.normalize())}"
                for at in series.points[:: len(series.points) - 1 or 1][:2]
            )
            yield f"{series.label}: from {first} to {last}"
        else:
            yield from (said for at in series.points if (said := at.text))


WORDS: dict[type, Callable[[Any], Iterator[str]]] = {HeatMap: _of_map, Chart: _of_chart}
"""How each kind of panel is told in words."""
