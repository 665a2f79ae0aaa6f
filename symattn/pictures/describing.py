"""A picture in words: what it shows and every number in a heat map, for whoever hears it instead."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from symattn.pictures.marks import Chart, HeatMap, Panel
from symattn.pictures.numerals import text_of


def description(panels: tuple[Panel, ...]) -> str:
    """One sentence after another, panel by panel.

    >>> from symattn.examples import worked_example
    >>> worked_example().plot().description.splitlines()[1]
    'query 1: 0.0634, 0.468, 0.468'
    """
    return "\n".join(line for panel in panels for line in TELLING[type(panel)](panel))


def _of_map(panel: HeatMap) -> Iterator[str]:
    words, rows = panel.wording, panel.row_label
    labels = words.listed(list(panel.columns))
    yield words("map", title=panel.title, rows=rows, columns=panel.column_label, labels=labels)
    for label, row in zip(panel.rows, panel.cells, strict=True):
        values = words.listed([words("not allowed") if cell.masked else cell.text for cell in row])
        yield words("line of a map", rows=rows, row=label, values=values)


def _of_chart(panel: Chart) -> Iterator[str]:
    words = panel.wording
    yield words("chart", title=panel.title, across=panel.x.label, up=panel.y.label)
    for series in panel.series:
        if series.joined and series.points:
            first, last = series.points[0], series.points[-1]
            yield words(
                "curve",
                label=series.label,
                first=text_of(first.y.normalize()),
                begin=text_of(first.x.normalize()),
                last=text_of(last.y.normalize()),
                end=text_of(last.x.normalize()),
            )
        else:
            yield from (said for at in series.points if (said := at.text))


TELLING: dict[type, Callable[[Any], Iterator[str]]] = {HeatMap: _of_map, Chart: _of_chart}
"""How each kind of panel is told in words."""
