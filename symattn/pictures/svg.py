"""SVG: one self-contained, accessible picture that follows a page's light or dark theme and asks for no other file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Any, NamedTuple

from symattn.pictures.fonts import FOR_CHINESE
from symattn.pictures.marks import Chart, HeatMap, Panel
from symattn.pictures.styles import COLOURS, COLOURS_ON_DARK
from symattn.pictures.svg_chart import draw_chart, size_of_chart
from symattn.pictures.svg_elements import INK, Size, element, text, width_of
from symattn.pictures.svg_heat import draw_map, size_of_map
from symattn.pictures.wording import Wording

WIDTH = 960.0
"""The width that panels fill before another row is begun, in CSS pixels."""

MARGIN, GAP, HEADING, HEADING_SIZE = 16.0, 24.0, 34.0, 15.0


FONTS = {"en": "system-ui,sans-serif", "zh": ",".join(["system-ui", *map(repr, FOR_CHINESE), "sans-serif"])}
"""Families of fonts by language, of which a reader's program takes the first that it has for each letter."""


class Drawing(NamedTuple):
    """How one kind of panel is drawn: its size, and its marks from the upper left corner of that."""

    size: Callable[[Any], Size]
    draw: Callable[[Any, str], str]


DRAWINGS: dict[type, Drawing] = {
    HeatMap: Drawing(size_of_map, draw_map),
    Chart: Drawing(size_of_chart, draw_chart),
}
"""How each kind of panel is drawn."""


def to_svg(
    title: str, description: str, panels: Sequence[Panel], columns: int | None = None, language: str = "en"
) -> str:
    """The picture as an ``<svg>`` element, which stands in a page as it is or in a file of its own.

    Colours are variables (``--symattn-ink``, ``--symattn-paper``, ``--symattn-0`` and so on) that a page may set; on
    their own they follow the reader's preference for light or dark. Programs that know no variables draw it light.
    Fonts are those of the reader; of a language with letters of its own, fonts that have these are named first.
    """
    places, width, height = _arranged(panels, columns)
    width = max(width, width_of(title, HEADING_SIZE) + 2 * MARGIN)
    name = "symattn-" + sha256("\0".join((title, description, *map(repr, panels))).encode()).hexdigest()[:12]
    body = [
        element("title", {"id": f"{name}-title"}, text(title)),
        element("desc", {"id": f"{name}-desc"}, text(description)),
        element("style", {}, _theme(name, FONTS[language])),
        element("defs", {}, _hatching(name)),
        element("rect", {"class": "paper", "fill": "#ffffff", "width": width, "height": height}),
        element("text", {"class": "heading", "x": MARGIN, "y": MARGIN + 14}, text(title)),
    ]
    for panel, (x, y) in zip(panels, places, strict=True):
        drawn = DRAWINGS[type(panel)].draw(panel, f"{name}-hatch")
        body.append(element("g", {"transform": f"translate({x:g} {y:g})"}, drawn))
    attributes = {
        "xmlns": "http://www.w3.org/2000/svg",
        "id": name,
        "lang": Wording(language).tag,
        "class": "symattn-picture",
        "role": "img",
        "aria-labelledby": f"{name}-title {name}-desc",
        "width": width,
        "height": height,
        "viewBox": f"0 0 {width:g} {height:g}",
    }
    return element("svg", attributes, "\n".join(body)) + "\n"


def _arranged(panels: Sequence[Panel], columns: int | None) -> tuple[list[tuple[float, float]], float, float]:
    """Where each panel stands, and the width and height of them all."""
    places: list[tuple[float, float]] = []
    x, y, in_row, tallest, widest = MARGIN, MARGIN + HEADING, 0, 0.0, 0.0
    for panel in panels:
        width, height = DRAWINGS[type(panel)].size(panel)
        full = in_row >= columns if columns else x + width > WIDTH
        if in_row and full:
            x, y, in_row, tallest = MARGIN, y + tallest + GAP, 0, 0.0
        places.append((x, y))
        widest = max(widest, x + width)
        x, in_row, tallest = x + width + GAP, in_row + 1, max(tallest, height)
    return places, widest + MARGIN, y + tallest + MARGIN


def _theme(name: str, fonts: str) -> str:
    """The styles of one picture, which reach nothing else on a page."""
    light = "".join(f"--symattn-{place}:{colour};" for place, colour in enumerate(COLOURS))
    dark = "".join(f"--symattn-{place}:{colour};" for place, colour in enumerate(COLOURS_ON_DARK))
    curves = "".join(
        f"#{name} .c{place}{{stroke:var(--symattn-{place})}}#{name} .m{place}{{fill:var(--symattn-{place})}}"
        for place in range(len(COLOURS))
    )
    return (
        f".symattn-picture{{--symattn-ink:#1b1b1b;--symattn-paper:#ffffff;--symattn-faint:#8a8a8a;{light}}}"
        "@media (prefers-color-scheme:dark){.symattn-picture{"
        f"--symattn-ink:#ececec;--symattn-paper:#16181c;--symattn-faint:#8f949c;{dark}}}}}"
        f"#{name}{{color:var(--symattn-ink);font:13px {fonts};font-variant-numeric:tabular-nums;"
        "max-width:100%;height:auto}"
        f"#{name} text{{fill:currentColor}}#{name} .paper{{fill:var(--symattn-paper)}}"
        f"#{name} .heading{{font-size:15px;font-weight:600}}#{name} .panel{{font-weight:600}}"
        f"#{name} .small{{font-size:12px}}#{name} .line{{stroke:currentColor}}"
        f"#{name} .faint{{stroke:var(--symattn-faint)}}#{name} .curve{{stroke-width:2}}"
        f"#{name} .hatch{{stroke:currentColor}}#{name} .onpale{{fill:#000000}}#{name} .ondark{{fill:#ffffff}}{curves}"
    )


def _hatching(name: str) -> str:
    stroke = element(
        "path", {"class": "hatch", "stroke": INK, "d": "M0 8L8 0M-2 2L2 -2M6 10L10 6", "stroke-width": 1.2}
    )
    attributes = {"id": f"{name}-hatch", "width": 8, "height": 8, "patternUnits": "userSpaceOnUse"}
    return element("pattern", attributes, stroke)
