"""A heat map in SVG: filled cells with their numbers, hatched ones without, labels at the rows and columns."""

from __future__ import annotations

from decimal import Decimal

from symattn.pictures.marks import Cell, HeatMap
from symattn.pictures.styles import as_hex, fill_of, ink_on
from symattn.pictures.svg_elements import FAINT, INK, Size, element, shortened, text, width_of, words_at

CELL_HEIGHT, LEAST_WIDTH, PADDING, LINE = 36.0, 48.0, 14.0, 20.0
TITLE = 24.0


class _Layout:
    """Where the cells begin and how large they are."""

    def __init__(self, panel: HeatMap) -> None:
        self.rows = [shortened(label) for label in panel.rows]
        self.columns = [shortened(label) for label in panel.columns]
        widest = max((width_of(cell.text) for row in panel.cells for cell in row), default=0.0)
        self.cell = max(LEAST_WIDTH, widest + PADDING)
        longest = max(map(width_of, self.columns), default=0.0)
        self.turned = longest > self.cell - 4
        self.left = LINE + max(map(width_of, self.rows), default=0.0) + 8
        self.top = TITLE + LINE + (longest + 8 if self.turned else LINE)
        n, m = panel.shape
        self.note = LINE + 4 if panel.has_masked else 0.0
        wide = max(self.left + m * self.cell, width_of(panel.title) + 8, width_of(_note(panel)) + 34)
        self.size = Size(wide + 2, self.top + n * CELL_HEIGHT + self.note + 2)


def size_of_map(panel: HeatMap) -> Size:
    """The space that a map takes."""
    return _Layout(panel).size


def draw_map(panel: HeatMap, hatch: str) -> str:
    """The map from its upper left corner; ``hatch`` names the pattern of cells that are not allowed."""
    at = _Layout(panel)
    n, m = panel.shape
    drawn = [
        words_at(0, 14, panel.title, kind="panel"),
        words_at(at.left + m * at.cell / 2, TITLE + 14, panel.column_label, "middle", "small"),
        words_at(12, at.top + n * CELL_HEIGHT / 2, panel.row_label, "middle", "small", turned=True),
    ]
    for j, label in enumerate(at.columns):
        middle = at.left + (j + 0.5) * at.cell
        if at.turned:
            drawn.append(words_at(middle + 4, at.top - 6, label, turned=True))
        else:
            drawn.append(words_at(middle, at.top - 6, label, "middle"))
    for i, row in enumerate(panel.cells):
        drawn.append(words_at(at.left - 6, at.top + (i + 0.5) * CELL_HEIGHT + 5, at.rows[i], "end"))
        for j, cell in enumerate(row):
            place = at.left + j * at.cell, at.top + i * CELL_HEIGHT
            drawn.append(_cell(cell, panel.reach, *place, at.cell, panel.said_of(i, j), hatch))
    if panel.has_masked:
        y = at.top + n * CELL_HEIGHT + 8
        drawn.append(element("rect", {**_hatched(hatch), "x": 2, "y": y, "width": 22, "height": 14}))
        drawn.append(words_at(30, y + 12, _note(panel), kind="small"))
    return "\n".join(drawn)


def _note(panel: HeatMap) -> str:
    return panel.wording("hatched") if panel.has_masked else ""


def _hatched(hatch: str) -> dict[str, object]:
    return {"class": "line masked", "stroke": INK, "fill": f"url(#{hatch})"}


def _cell(cell: Cell, reach: Decimal, x: float, y: float, width: float, said: str, hatch: str) -> str:
    box: dict[str, object] = {"x": x, "y": y, "width": width, "height": CELL_HEIGHT}
    if cell.masked:
        return element("g", {}, element("title", {}, text(said)) + element("rect", {**_hatched(hatch), **box}))
    fill = fill_of(cell.value, reach)
    ink = "onpale" if ink_on(fill) == "#000000" else "ondark"
    return element(
        "g",
        {},
        element("title", {}, text(said))
        + element("rect", {"class": "faint", "stroke": FAINT, "fill": as_hex(fill), **box})
        + words_at(x + width / 2, y + CELL_HEIGHT / 2 + 5, cell.text, "middle", f"value {ink}"),
    )
