"""Elements of SVG as text: every attribute and every text is escaped where it is written, and nowhere else."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import NamedTuple
from xml.sax.saxutils import escape, quoteattr

from symattn.publishing.text_notation import plain

INK, FAINT = "#1b1b1b", "#8a8a8a"
"""Of lines, for programs that know no variables; the styles of the whole picture go before them."""

FONT_SIZE = 13.0
LETTER, WIDE_LETTER = 0.62, 1.05
"""Widths of a character in units of the font's size, narrow and wide ones, with some room to spare."""


class Size(NamedTuple):
    """Width and height in CSS pixels."""

    width: float
    height: float


def element(name: str, attributes: Mapping[str, object], inside: str = "") -> str:
    """An element with its attributes escaped; what stands ``inside`` is elements, or a text from :func:`text`.

    >>> element("g", {"id": 'a"b'}, text("1 < 2"))
    '<g id=\\'a"b\\'>1 &lt; 2</g>'
    """
    written = "".join(f" {key}={quoteattr(_attribute(value))}" for key, value in attributes.items())
    return f"<{name}{written}>{inside}</{name}>" if inside else f"<{name}{written}/>"


def text(words: str) -> str:
    """Words that stand for themselves, whatever they are; characters that cannot be seen are named.

    >>> text("<script>\\x00")
    '&lt;script&gt;[U+0000]'
    """
    return "\n".join(escape(plain(line)) for line in words.split("\n"))


def words_at(x: float, y: float, words: str, anchor: str = "start", kind: str = "", turned: bool = False) -> str:
    """A line of text at a place, turned a quarter to the left or not."""
    attributes: dict[str, object] = {"x": x, "y": y, "text-anchor": anchor}
    if kind:
        attributes["class"] = kind
    if turned:
        attributes["transform"] = f"rotate(-90 {x:g} {y:g})"
    return element("text", attributes, text(words))


def width_of(words: str, size: float = FONT_SIZE) -> float:
    """About how wide a line of text is.

    >>> width_of("注意") > width_of("at")
    True
    """
    units = sum(WIDE_LETTER if unicodedata.east_asian_width(sign) in "WF" else LETTER for sign in words)
    return units * size


def shortened(words: str, most: int = 24) -> str:
    """A label that fits, with dots for what is left out.

    >>> shortened("a" * 30, 5)
    'aaaa…'
    """
    return words if len(words) <= most else words[: most - 1] + "…"


def _attribute(value: object) -> str:
    return (
        f"{round(value, 2):g}" if isinstance(value, int | float) and not isinstance(value, bool) else plain(str(value))
    )
