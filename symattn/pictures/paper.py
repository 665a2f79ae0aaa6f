"""PDF and PNG for a paper, drawn by matplotlib from the same marks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from io import BytesIO
from typing import Any
from warnings import catch_warnings, filterwarnings

from symattn.errors import InputError, MissingExtraError
from symattn.pictures.fonts import families
from symattn.pictures.marks import Chart, HeatMap, Panel
from symattn.pictures.styles import COLOURS, as_hex, fill_of, ink_on, style_of
from symattn.pictures.svg_elements import LETTER as NARROW
from symattn.pictures.svg_elements import shortened, width_of

MARKERS = {"circle": "o", "square": "s", "triangle": "^", "diamond": "D", "cross": "X", "plus": "P", "wedge": "v"}
"""Markers as matplotlib calls them."""

PER_ROW = 3
DOTS_PER_INCH = 200
LETTER = 0.085
"""Inches that a letter of the title takes, about."""


def to_paper(title: str, panels: Sequence[Panel], columns: int | None, format_name: str) -> bytes:
    """The picture as ``"pdf"`` or ``"png"``, the same bytes for the same picture.

    Errors: ``MissingExtraError`` if matplotlib is not installed, ``InputError`` for a label that no font can show.
    """
    try:
        from matplotlib import rc_context
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError:
        raise MissingExtraError(
            "PDF and PNG are drawn by matplotlib, which is not installed: pip install 'symattn[plots]'."
        ) from None
    # Without pyplot: it would choose a window system and keep every figure.
    settings = {
        "text.usetex": False,
        "text.parse_math": False,  # a label is no formula
        "pdf.fonttype": 42,
        "font.size": 9,
        "font.family": families((title, panels)),
    }
    with rc_context(settings):
        across = min(columns or PER_ROW, len(panels))
        down = -(-len(panels) // across)
        sizes = [SIZES[type(panel)](panel) for panel in panels]
        width, height = max(size[0] for size in sizes), max(size[1] for size in sizes)
        least = LETTER * width_of(title, 1 / NARROW)
        figure = Figure(figsize=(max(width * across, least), height * down + 0.4), layout="constrained")
        FigureCanvasAgg(figure)
        figure.suptitle(title, fontsize=10)
        for place, panel in enumerate(panels):
            axes = figure.add_subplot(down, across, place + 1)
            axes.set_title(panel.title, fontsize=9, loc="left")
            DRAWINGS[type(panel)](panel, axes)
        stream = BytesIO()
        nothing = {"CreationDate": None} if format_name == "pdf" else {"Software": None}
        with catch_warnings():
            filterwarnings("ignore", message="constrained_layout not applied", category=UserWarning)
            filterwarnings("error", message="Glyph .* missing from font", category=UserWarning)
            try:
                figure.savefig(stream, format=format_name, dpi=DOTS_PER_INCH, metadata=nothing)
            except UserWarning as warning:
                raise InputError(f"a label cannot be drawn: {warning} Draw the picture as SVG.") from None
    return stream.getvalue()


def _size_of_map(panel: HeatMap) -> tuple[float, float]:
    n, m = panel.shape
    longest = max(len(cell.text) for row in panel.cells for cell in row)
    return max(2.2, 0.9 + m * max(0.45, 0.085 * longest)), max(1.6, 0.9 + 0.35 * n)


def _draw_map(panel: HeatMap, axes: Any) -> None:
    from matplotlib.patches import Rectangle

    n, m = panel.shape
    for i, row in enumerate(panel.cells):
        for j, cell in enumerate(row):
            if cell.masked:
                look: dict[str, Any] = {"facecolor": "white", "hatch": "////"}
            else:
                fill = fill_of(cell.value, panel.reach)
                look = {"facecolor": as_hex(fill)}
                axes.text(j, i, cell.text, ha="center", va="center", color=ink_on(fill), fontsize=8)
            axes.add_patch(Rectangle((j - 0.5, i - 0.5), 1, 1, edgecolor="#8a8a8a", linewidth=0.5, **look))
    axes.set_xlim(-0.5, m - 0.5)
    axes.set_ylim(n - 0.5, -0.5)
    columns, rows = ([shortened(label) for label in labels] for labels in (panel.columns, panel.rows))
    axes.set_xticks(range(m), columns, rotation=90 if max(map(len, columns)) > 6 else 0)
    axes.set_yticks(range(n), rows)
    below, words = panel.column_label, panel.wording
    if panel.has_masked:
        below = words("below a map", columns=below, note=words("hatched"))
    axes.set_xlabel(below)
    axes.set_ylabel(panel.row_label)
    axes.tick_params(length=0)


def _size_of_chart(panel: Chart) -> tuple[float, float]:
    return 3.6, 2.5 + 0.16 * sum(1 for _ in panel.legend)


def _draw_chart(panel: Chart, axes: Any) -> None:
    for axis, setter, scale, limit, name in (
        (panel.x, axes.set_xticks, axes.set_xscale, axes.set_xlim, axes.set_xlabel),
        (panel.y, axes.set_yticks, axes.set_yscale, axes.set_ylim, axes.set_ylabel),
    ):
        if axis.logarithmic:
            scale("log")
        setter([tick.at for tick in axis.ticks], [tick.text for tick in axis.ticks])
        setter([], minor=True)
        limit(axis.low, axis.high)
        name(axis.label)
    axes.grid(linewidth=0.4)
    named = {id(series) for series in panel.legend}
    for series in panel.series:
        style = style_of(series.style)
        places = [float(point.x) for point in series.points], [float(point.y) for point in series.points]
        label = shortened(series.label, 60) if id(series) in named else None
        if series.joined:
            dashes = (0, style.dashes) if style.dashes else "solid"
            axes.plot(*places, color=COLOURS[style.colour], linestyle=dashes, linewidth=1.4, label=label)
        else:
            marker = MARKERS[style.marker]
            look = {"color": COLOURS[style.colour], "marker": marker, "markersize": 4, "clip_on": False}
            axes.plot(*places, linestyle="none", label=label, **look)
    for line in panel.lines:
        axes.axvline(float(line.at), color="#1b1b1b", linestyle=(0, (3, 3)), linewidth=0.8)
        axes.annotate(
            line.label,
            (float(line.at), 1),
            (2, -9),
            xycoords=("data", "axes fraction"),
            textcoords="offset points",
            fontsize=7,
        )
    if named:
        axes.legend(fontsize=7, loc="upper center", bbox_to_anchor=(0.5, -0.24), frameon=False, handlelength=4)


SIZES: dict[type, Callable[[Any], tuple[float, float]]] = {HeatMap: _size_of_map, Chart: _size_of_chart}
"""The width and height of each kind of panel in inches."""

DRAWINGS: dict[type, Callable[[Any, Any], None]] = {HeatMap: _draw_map, Chart: _draw_chart}
"""How each kind of panel is drawn."""
