"""Fonts for PDF and PNG: for every letter of a picture one is looked for among those that are installed."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any

from symattn.errors import InputError
from symattn.pictures.wording import Wording

FIRST = "DejaVu Sans"
"""Comes with matplotlib and has the letters of every picture in English."""

FOR_CHINESE = (
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Noto Sans SC",
    "PingFang SC",
    "Hiragino Sans GB",
    "Microsoft YaHei",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Droid Sans Fallback",
)
"""Fonts with Chinese characters in the forms of the mainland, those that are drawn best first."""

BOXES = ("Last Resort", "LastResort", "Adobe Blank", "Unifont Upper")
"""Beginnings of the names of fonts that have a box, or nothing, for every letter."""

NAMED = 4
"""Letters that an error names."""


def families(shown: Any) -> list[str]:
    """The families that have all letters of what is shown, in the order in which they are to be asked for a letter.

    Errors: ``InputError`` naming letters that no installed font has, and what to install.
    """
    chosen = [FIRST]
    missing = {letter for text in texts(shown) for letter in text if not _is_blank(letter)} - letters(FIRST)
    for family in _candidates():
        if not missing:
            break
        if found := missing & letters(family):
            chosen.append(family)
            missing -= found
    if missing:
        raise InputError(_not_found(sorted(missing)))
    return chosen


def texts(value: Any) -> Iterator[str]:
    """Every text in a picture, through all the marks that it is made of.

    >>> from symattn.pictures.marks import Tick
    >>> list(texts(("title", [Tick(1.0, "one")])))
    ['title', 'one']
    """
    if isinstance(value, str):
        yield value
    elif isinstance(value, Wording):
        yield from value.texts
    elif is_dataclass(value):
        for field in fields(value):
            yield from texts(getattr(value, field.name))
    elif isinstance(value, tuple | list):
        for part in value:
            yield from texts(part)


@cache
def letters(family: str) -> frozenset[str]:
    """The letters that the upright font of a family has, none if it is not installed or cannot be read."""
    from matplotlib.font_manager import fontManager, get_font

    # Not by findfont, which writes to the log about the weights of fonts that are only looked at.
    files = [(font.style != "normal", font.fname) for font in fontManager.ttflist if font.name == family]
    try:
        return frozenset(map(chr, get_font(min(files)[1]).get_charmap())) if files else frozenset()
    except (OSError, RuntimeError):
        return frozenset()


def _candidates() -> Iterator[str]:
    """Families that are installed, the preferred ones first."""
    from matplotlib.font_manager import fontManager

    here = {font.name for font in fontManager.ttflist}
    yield from (family for family in FOR_CHINESE if family in here)
    yield from sorted(name for name in here - {*FOR_CHINESE, FIRST} if not name.startswith(BOXES))


def _is_blank(letter: str) -> bool:
    return letter.isspace() or unicodedata.category(letter) in ("Cf", "Mn")


def _not_found(missing: list[str]) -> str:
    told = ", ".join(f"{letter} (U+{ord(letter):04X})" for letter in missing[:NAMED])
    more = f" and {len(missing) - NAMED} more characters" if len(missing) > NAMED else ""
    install = "install one that has"
    if any("CJK" in unicodedata.name(letter, "") for letter in missing):
        install = "install one with Chinese characters, such as Noto Sans CJK SC (package fonts-noto-cjk), which has"
    return (
        f"no installed font has {told}{more}, so that PDF and PNG would show boxes; {install} them, "
        "or draw the picture as SVG."
    )
