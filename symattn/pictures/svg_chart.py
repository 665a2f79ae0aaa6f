"""A chart in SVG: axes with their ticks, curves told apart by dashes, points by markers, and a legend."""

from __future__ import annotations

from symattn.pictures.marks import Chart, Point, Series
from symattn.pictures.styles import COLOURS, style_of
from symattn.pictures.svg_elements import FAINT, INK, Size, element, shortened, text, width_of, words_at

WIDTH, HEIGHT = 300.0, 200.0
"""The area between the axes."""

TOP, BELOW, LINE = 38.0, 44.0, 19.0
MARK = 4.5


class _Layout:
    """Where the area between the axes lies."""

    def __init__(self, panel: Chart) -> None:
        ticks = max((width_of(tick.text, 12) for tick in panel.y.ticks), default=0.0)
        self.left = LINE + ticks + 10
        self.legend = [(series, shortened(series.label, 60)) for series in panel.legend]
        wide = max(
            [self.left + WIDTH + 14, width_of(panel.title) + 8, *(width_of(name) + 60 for _, name in self.legend)]
        )
        self.size = Size(wide, TOP + HEIGHT + BELOW + LINE * len(self.legend))
        self.panel = panel

    def x(self, value: float) -> float:
        return self.left + WIDTH * self.panel.x.part(value)

    def y(self, value: float) -> float:
        return TOP + HEIGHT * (1 - self.panel.y.part(value))


def size_of_chart(panel: Chart) -> Size:
    """The space that a chart takes."""
    return _Layout(panel).size


def draw_chart(panel: Chart, hatch: str = "") -> str:
    """The chart from its upper left corner."""
    at = _Layout(panel)
    bottom = TOP + HEIGHT
    drawn = [words_at(0, 14, panel.title, kind="panel")]
    for tick in panel.x.ticks:
        x = at.x(tick.at)
        drawn.append(
            element(
                "path", {"class": "faint", "stroke": FAINT, "stroke-width": 0.6, "d": f"M{x:.2f} {TOP:g}V{bottom:g}"}
            )
        )
        drawn.append(words_at(x, bottom + 16, tick.text, "middle", "small"))
    for tick in panel.y.ticks:
        y = at.y(tick.at)
        end = at.left + WIDTH
        drawn.append(
            element(
                "path",
                {"class": "faint", "stroke": FAINT, "stroke-width": 0.6, "d": f"M{at.left:.2f} {y:.2f}H{end:.2f}"},
            )
        )
        drawn.append(words_at(at.left - 6, y + 4, tick.text, "end", "small"))
    frame = {"class": "line", "stroke": INK, "fill": "none", "x": at.left, "y": TOP, "width": WIDTH, "height": HEIGHT}
    drawn.append(element("rect", frame))
    drawn.append(words_at(at.left + WIDTH / 2, bottom + 34, panel.x.label, "middle", "small"))
    drawn.append(words_at(12, TOP + HEIGHT / 2, panel.y.label, "middle", "small", turned=True))
    for line in panel.lines:
        x = at.x(float(line.at))
        attributes = {"class": "line", "stroke": INK, "stroke-dasharray": "3 3", "d": f"M{x:.2f} {TOP:g}V{bottom:g}"}
        drawn.append(element("path", attributes))
        drawn.append(words_at(x, TOP - 5, line.label, "middle", "small"))
    drawn += [_curve(series, at) if series.joined else _marks(series, at) for series in panel.series]
    marked = {series.style for series in panel.series if not series.joined}
    joined = {series.style for series in panel.series if series.joined}
    for place, (series, name) in enumerate(at.legend):
        y = bottom + BELOW + LINE * place + 6
        style = style_of(series.style)
        if series.style in joined:
            drawn.append(element("path", {**_stroke(series), "d": f"M4 {y:g}H40"}))
        if series.style in marked:
            drawn.append(_marker(style.marker, style.colour, 22, y))
        drawn.append(words_at(48, y + 4, name, kind="small"))
    return "\n".join(drawn)


def _stroke(series: Series) -> dict[str, object]:
    style = style_of(series.style)
    attributes: dict[str, object] = {
        "class": f"curve c{style.colour}",
        "stroke": COLOURS[style.colour],
        "fill": "none",
    }
    if style.dashes:
        attributes["stroke-dasharray"] = " ".join(map(str, style.dashes))
    return attributes


def _curve(series: Series, at: _Layout) -> str:
    places = [f"{at.x(float(point.x)):.2f} {at.y(float(point.y)):.2f}" for point in series.points]
    words = element("title", {}, text(series.label))
    return element("path", {**_stroke(series), "d": "M" + "L".join(places)}, words)


def _marks(series: Series, at: _Layout) -> str:
    style = style_of(series.style)
    return "".join(
        _marker(style.marker, style.colour, at.x(float(point.x)), at.y(float(point.y)), point)
        for point in series.points
    )


SHAPES = {
    "square": "M-4 -4H4V4H-4Z",
    "triangle": "M0 -5L5 4H-5Z",
    "diamond": "M0 -6L5 0L0 6L-5 0Z",
    "cross": "M-5 -3L-3 -5L0 -2L3 -5L5 -3L2 0L5 3L3 5L0 2L-3 5L-5 3L-2 0Z",
    "plus": "M-1.5 -5H1.5V-1.5H5V1.5H1.5V5H-1.5V1.5H-5V-1.5H-1.5Z",
    "wedge": "M0 5L5 -4H-5Z",
    "circle": f"M-{MARK} 0A{MARK} {MARK} 0 1 0 {MARK} 0A{MARK} {MARK} 0 1 0 -{MARK} 0Z",
}
"""The outline of each marker around the origin."""


def _marker(shape: str, colour: int, x: float, y: float, point: Point | None = None) -> str:
    words = element("title", {}, text(point.text)) if point is not None and point.text else ""
    attributes = {
        "class": f"mark m{colour}",
        "fill": COLOURS[colour],
        "d": SHAPES[shape],
        "transform": f"translate({x:.2f} {y:.2f})",
    }
    return element("path", attributes, words)
