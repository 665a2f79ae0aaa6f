"""Boxes of text: matrices set in columns, and lines in which they stand side by side with the words around them."""

from __future__ import annotations

import re
import textwrap
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Box:
    """Lines of one width; the middle one is where the text around it runs."""

    lines: tuple[str, ...]

    @property
    def width(self) -> int:
        return max(columns(line) for line in self.lines)

    @property
    def middle(self) -> int:
        return (len(self.lines) - 1) // 2


def columns(text: str) -> int:
    """How many columns of a terminal a line takes: a wide letter takes two, a combining mark none.

    >>> columns("P ≈"), columns("注意")
    (3, 4)
    """
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )


NEVER_FIRST = frozenset("，。；：、！？）”’》」…")
"""Signs of Chinese that no line begins with."""


def filled(text: str, width: int) -> list[str]:
    """A paragraph in lines of at most so many columns where that can be; Chinese breaks between any two characters.

    >>> filled("softmax 忽略平移。", 12)
    ['softmax 忽略', '平移。']
    """
    if columns(text) == len(text):
        return textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False) or [""]
    lines, line = list[str](), ""
    for piece in _breakable(text):
        if line.strip() and columns(line + piece.rstrip()) > width:
            lines.append(line.rstrip())
            line = ""
        line += piece if line else piece.lstrip()
    return [*lines, line.rstrip()]


def _breakable(text: str) -> list[str]:
    """Words with the space behind them, and wide characters, each with the signs that stay on its line."""
    pieces: list[str] = []
    for character in text:
        wide = columns(character) == 2
        joins = character in NEVER_FIRST or (
            bool(pieces) and not wide and columns(pieces[-1][-1]) == 1 and not pieces[-1][-1].isspace()
        )
        if pieces and (joins or character == " "):
            pieces[-1] += character
        else:
            pieces.append(character)
    return pieces


MAY_BREAK_INSIDE = re.compile(r"[^\W\d]-\w|--|\s\s|[^\S ]|^ | $")
"""Where ``textwrap`` does more than to break at single spaces: it parts words at hyphens, and drops spaces."""


def wrapped_words(text: str, width: int, indent: int) -> list[str]:
    """A line in lines of at most so many characters where words allow it, as ``textwrap`` sets it, in a few steps.

    >>> wrapped_words("p = e^3 / (1 + e^3)", 12, 2)
    ['p = e^3 / (1', '  + e^3)']
    """
    margin = " " * indent
    if MAY_BREAK_INSIDE.search(text):
        return textwrap.wrap(text, width, subsequent_indent=margin, break_long_words=False) or [text]
    lines, start, room = list[str](), 0, width
    while len(text) - start > room:
        end = text.rfind(" ", start, start + room + 1)
        if end < 0:
            end = text.find(" ", start + room)
            if end < 0:
                break
        lines.append(text[start:end])
        start, room = end + 1, width - indent
    lines.append(text[start:])
    return [lines[0], *(margin + line for line in lines[1:])]


def padded(text: str, width: int, right: bool = False) -> str:
    """A text filled up with spaces, after it or before it."""
    space = " " * (width - columns(text))
    return space + text if right else text + space


def matrix_box(rows: Sequence[Sequence[str]]) -> Box:
    """A matrix in square brackets, its columns aligned at the decimal point, or to the right if there is none.

    >>> print("\\n".join(matrix_box([["1", "0.5"], ["-12", "0.25"]]).lines))
    ⎡  1  0.5 ⎤
    ⎣-12  0.25⎦
    """
    aligned = [aligned_column([row[place] for row in rows]) for place in range(len(rows[0]))]
    lines = ["  ".join(cells) for cells in zip(*aligned, strict=True)]
    if len(lines) == 1:
        return Box((f"[{lines[0]}]",))
    last = len(lines) - 1
    return Box(
        tuple(
            ("⎡" if place == 0 else "⎣" if place == last else "⎢")
            + line
            + ("⎤" if place == 0 else "⎦" if place == last else "⎥")
            for place, line in enumerate(lines)
        )
    )


def aligned_column(cells: Sequence[str]) -> list[str]:
    """The cells of one column, filled up to one width."""
    if any(cell[:1].isalpha() or " " in cell or "(" in cell for cell in cells):
        width = max(map(columns, cells))
        return [padded(cell, width) for cell in cells]
    before = [columns(cell.partition(".")[0]) for cell in cells] if any("." in cell for cell in cells) else None
    if before:
        cells = [" " * (max(before) - length) + cell for cell, length in zip(cells, before, strict=True)]
    width = max(map(columns, cells))
    return [padded(cell, width, right=before is None) for cell in cells]


def tokens(text: str, boxes: Sequence[Box], first_mark: int) -> list[str | Box]:
    """A line taken apart into words and boxes; a word keeps the space after it."""
    found: list[str | Box] = []
    word = ""
    for character in text:
        place = ord(character) - first_mark
        if 0 <= place < len(boxes):
            if word:
                found.append(word)
                word = ""
            found.append(boxes[place])
        elif character == " ":
            found.append(word + " ")
            word = ""
        else:
            word += character
    return [*found, word] if word else found


def wrapped(parts: Sequence[str | Box], width: int, indent: int) -> list[str]:
    """Words and boxes in lines of at most ``width`` columns where they can be; lines after the first are indented.

    >>> wrapped(["a ", Box(("⎡1⎤", "⎣2⎦")), " b"], 20, 2)
    ['a ⎡1⎤ b', '  ⎣2⎦']
    """
    lines: list[str] = []
    row: list[str | Box] = []
    used = 0
    for part in parts:
        length = part.width if isinstance(part, Box) else columns(part.rstrip())
        if row and used + length > width - (indent if lines else 0):
            lines += _set(row, indent if lines else 0)
            row, used = [], 0
        row.append(part)
        used += part.width if isinstance(part, Box) else columns(part)
    return lines + (_set(row, indent if lines else 0) if row else [])


def _set(row: Sequence[str | Box], indent: int) -> list[str]:
    """One row of words and boxes as lines of text, boxes centred on the line of the words."""
    boxes = [part for part in row if isinstance(part, Box)]
    above = max((box.middle for box in boxes), default=0)
    below = max((len(box.lines) - 1 - box.middle for box in boxes), default=0)
    lines = [" " * indent] * (above + 1 + below)
    for part in row:
        if isinstance(part, str):
            for place in range(len(lines)):
                lines[place] += part if place == above else " " * columns(part)
        else:
            top = above - part.middle
            width = part.width
            for place in range(len(lines)):
                inside = 0 <= place - top < len(part.lines)
                lines[place] += padded(part.lines[place - top], width) if inside else " " * width
    return [line.rstrip() for line in lines]
