"""What a picture is made of: heat maps of cells, and charts of curves between axes, as data without any drawing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from math import log
from typing import TypeAlias

from symattn.pictures.wording import ENGLISH, Wording


@dataclass(frozen=True)
class Cell:
    """One entry of a heat map: its value, rounded, and the text that is printed; ``masked`` ones are only hatched."""

    value: Decimal
    text: str
    masked: bool = False


@dataclass(frozen=True)
class HeatMap:
    """A matrix as cells: a row of ``cells`` for each of ``rows`` (queries), an entry for each of ``columns`` (keys).

    ``reach`` is the absolute value that is filled with the full colour; ``row_label`` and ``column_label`` say what
    rows and columns are, ``wording`` has the other words.

    >>> HeatMap("P", ("1",), ("1",), ((Cell(Decimal(1), "1"),),), Decimal(1)).shape
    (1, 1)
    """

    title: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[tuple[Cell, ...], ...]
    reach: Decimal
    row_label: str = "query"
    column_label: str = "key"
    wording: Wording = ENGLISH

    @property
    def shape(self) -> tuple[int, int]:
        """The number of rows and of columns."""
        return len(self.rows), len(self.columns)

    def said_of(self, i: int, j: int) -> str:
        """What a reader is told of one cell: its row, its column, and its number or that it is not allowed."""
        words, cell = self.wording, self.cells[i][j]
        return words(
            "cell",
            rows=self.row_label,
            row=self.rows[i],
            columns=self.column_label,
            column=self.columns[j],
            value=words("not allowed") if cell.masked else cell.text,
        )

    @property
    def has_masked(self) -> bool:
        """Whether any cell is hatched."""
        return any(cell.masked for row in self.cells for cell in row)


@dataclass(frozen=True)
class Tick:
    """A place on an axis that carries a number."""

    at: float
    text: str


@dataclass(frozen=True)
class Axis:
    """One side of a chart: what it measures, from where to where, its ticks, and whether it is logarithmic.

    >>> Axis("T", 1.0, 4.0, (), logarithmic=True).part(2.0)
    0.5
    """

    label: str
    low: float
    high: float
    ticks: tuple[Tick, ...]
    logarithmic: bool = False

    def part(self, value: float) -> float:
        """How far along the axis a value is: 0 at its low end, 1 at its high end."""
        if self.logarithmic:
            return log(value / self.low) / log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)


@dataclass(frozen=True)
class Point:
    """A place in a chart in decimals that are correctly rounded, and what is said of it, if anything."""

    x: Decimal
    y: Decimal
    text: str = ""


@dataclass(frozen=True)
class Series:
    """Points under one name: joined to a curve, or marked one by one.

    ``style`` counts the styles of a chart, each with a colour, a pattern of dashes and a marker of its own, so that
    series are told apart without colours; a curve and the marks on it share one.
    """

    label: str
    points: tuple[Point, ...]
    style: int
    joined: bool = True


@dataclass(frozen=True)
class Line:
    """A vertical line through a chart, at a value of the horizontal axis, with its label."""

    at: Decimal
    label: str


@dataclass(frozen=True)
class Chart:
    """Curves and marked points between two axes."""

    title: str
    x: Axis
    y: Axis
    series: tuple[Series, ...]
    lines: tuple[Line, ...] = ()
    wording: Wording = ENGLISH

    @property
    def legend(self) -> Iterator[Series]:
        """The series that are named, one of each style."""
        seen = set()
        for series in self.series:
            if series.label and series.style not in seen:
                seen.add(series.style)
                yield series


Panel: TypeAlias = HeatMap | Chart
