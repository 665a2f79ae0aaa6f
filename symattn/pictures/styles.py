"""Colours, dashes and markers: told apart in grey as well, and by eyes that see red and green alike."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

POSITIVE = ((247, 251, 255), (198, 219, 239), (107, 174, 214), (33, 113, 181), (8, 48, 107))
NEGATIVE = ((255, 245, 235), (253, 208, 162), (253, 141, 60), (217, 72, 1), (127, 39, 4))
"""From 0 to the full colour, each stop darker than the one before, so that a copy in grey keeps the order.

Source: C. Brewer, ColorBrewer 2.0, schemes Blues and Oranges, which the colour-blind can read.
"""

COLOURS = ("#0072b2", "#d55e00", "#007a5a", "#b5558b", "#8a6d00", "#5b4bb7", "#4d4d4d")
COLOURS_ON_DARK = ("#56b4e9", "#ff9a57", "#3fd0a5", "#f0a6cf", "#f0e442", "#b3a7ff", "#cccccc")
"""Of curves, on a light and on a dark ground; after Okabe & Ito 2008, "Color Universal Design"."""

DASHES = ((), (8, 3), (2, 3), (10, 3, 2, 3), (14, 4), (5, 2, 1, 2, 1, 2), (1, 2), (16, 3, 4, 3))
"""Lengths of strokes and gaps of a curve, none for a whole line."""

MARKERS = ("circle", "square", "triangle", "diamond", "cross", "plus", "wedge")


class Style(NamedTuple):
    """How one series looks: the place of its colour, its dashes and its marker."""

    colour: int
    dashes: tuple[int, ...]
    marker: str


def style_of(number: int) -> Style:
    """The style of that number; the first 56 differ from one another without colour and marker too, or by colour.

    >>> style_of(0) == style_of(1), style_of(7).dashes == style_of(0).dashes
    (False, False)
    """
    return Style(number % len(COLOURS), DASHES[number % len(DASHES)], MARKERS[number % len(MARKERS)])


def fill_of(value: Decimal, reach: Decimal) -> tuple[int, int, int]:
    """The colour of a cell: pale for 0, dark for a value as large as ``reach``; orange below 0.

    >>> fill_of(Decimal(0), Decimal(1)), fill_of(Decimal(1), Decimal(1))
    ((247, 251, 255), (8, 48, 107))
    """
    stops = NEGATIVE if value < 0 else POSITIVE
    part = min(float(abs(value) / reach), 1.0) * (len(stops) - 1) if reach else 0.0
    place = min(int(part), len(stops) - 2)
    low, high = stops[place], stops[place + 1]
    red, green, blue = (round(a + (b - a) * (part - place)) for a, b in zip(low, high, strict=True))
    return red, green, blue


def ink_on(fill: tuple[int, int, int]) -> str:
    """Black or white, whichever is told more clearly from a colour.

    >>> ink_on((247, 251, 255)), ink_on((8, 48, 107))
    ('#000000', '#ffffff')
    """
    light = luminance(fill)
    return "#000000" if (light + 0.05) ** 2 >= 1.05 * 0.05 else "#ffffff"


def luminance(fill: tuple[int, int, int]) -> float:
    """The relative luminance of a colour. Source: WCAG 2.2, "relative luminance".

    >>> luminance((0, 0, 0)), round(luminance((255, 255, 255)), 12)
    (0.0, 1.0)
    """
    parts = [part / 255 for part in fill]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def as_hex(fill: tuple[int, int, int]) -> str:
    """A colour as pages write it.

    >>> as_hex((8, 48, 107))
    '#08306b'
    """
    return "#" + "".join(f"{part:02x}" for part in fill)
