"""Pictures of attention: heat maps, curves and sweeps from exact numbers, as SVG, PDF or PNG."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symattn.lazy import loader

if TYPE_CHECKING:
    from symattn.pictures.marks import Axis, Cell, Chart, HeatMap, Line, Point, Series, Tick
    from symattn.pictures.picture import Picture
    from symattn.pictures.plotting import KINDS, plot, plot_without_numbers

__all__ = [
    "Axis",
    "Cell",
    "Chart",
    "HeatMap",
    "KINDS",
    "Line",
    "Picture",
    "Point",
    "Series",
    "Tick",
    "plot",
    "plot_without_numbers",
]

_HOMES = {
    "marks": ("Axis", "Cell", "Chart", "HeatMap", "Line", "Point", "Series", "Tick"),
    "picture": ("Picture",),
    "plotting": ("KINDS", "plot", "plot_without_numbers"),
}

__getattr__ = loader(__name__, _HOMES)
