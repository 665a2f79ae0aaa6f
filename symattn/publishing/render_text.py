"""A document as plain text for a terminal: matrices aligned, exact and decimal beside each other where they fit."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Sequence
from itertools import zip_longest
from typing import Any

from symattn.publishing.document import (
    Block,
    Code,
    Contents,
    Document,
    Figure,
    Formula,
    Heading,
    Listing,
    Paragraph,
    References,
    Rounded,
    StepLine,
    Steps,
    Substituted,
    Table,
    Title,
    row_of,
)
from symattn.publishing.fitting import matrix_of_entries
from symattn.publishing.languages import CURRENT
from symattn.publishing.layout import Box, columns, filled, padded, tokens, wrapped, wrapped_words
from symattn.publishing.numbers import distinct, is_whole, matrices_of, rows_of
from symattn.publishing.settings import Settings, shown_steps
from symattn.publishing.text_notation import FIRST_MARK, plain
from symattn.publishing.to_text import line_and_boxes, names_of_entries, text

Parts = list[str | Box]


def render_text(document: Document, settings: Settings) -> str:
    """The whole document; every line ends in a line feed."""
    blocks: list[list[str]] = [_underlined(plain(document.title), "=")] if document.title else []
    if document.source:
        source = CURRENT.get().source.format(source=document.source)
        blocks.append(_paragraph(Paragraph(source), settings))
    blocks += [block_lines(block, settings) for block in document.blocks]
    return "\n\n".join("\n".join(lines) for lines in blocks) + "\n"


def block_lines(block: Block, settings: Settings) -> list[str]:
    """The lines of one block."""
    return row_of(block, BLOCKS, "render_text.py")(block, settings)


def _title(block: Title, settings: Settings) -> list[str]:
    return _underlined(plain(block.text), "=")


def _heading(block: Heading, settings: Settings) -> list[str]:
    return _underlined(_inline(block.parts, settings), "-" if block.level <= 2 else "~")


def _code(block: Code, settings: Settings) -> list[str]:
    return [plain(line.expandtabs()) for line in block.text.split("\n")]


def _underlined(line: str, sign: str) -> list[str]:
    return [line, sign * columns(line)]


def _inline(parts: Sequence[Any], settings: Settings) -> str:
    return "".join(plain(part) if isinstance(part, str) else text(part, digits=settings.digits) for part in parts)


def _paragraph(block: Paragraph, settings: Settings) -> list[str]:
    line = _inline(block.parts, settings)
    if "\n" in line:
        return line.split("\n")
    return filled(line, settings.width)


def _formula(block: Formula, settings: Settings) -> list[str]:
    """The first part with the first step beside it, the other steps below, their signs under each other."""
    left = _parts(block.parts[0], settings, settings.width)
    indent, lines = _width(left), list[str]()
    if indent > settings.width // 3:
        lines, indent, left = wrapped(left, settings.width, 4), 2, []
    row: Parts = left
    room = settings.width - indent - 3
    steps = list(shown_steps(block, settings.digits))
    while steps:
        sign, part = steps.pop(0)
        if _is_wide(part, settings, room):
            if row and row is not left:
                lines += wrapped(row, settings.width, indent + 3)
            beside = bool(steps) and isinstance(steps[0][1], Rounded) and steps[0][1].value == part
            decimals = steps.pop(0) if beside else None
            lines += _listed(block.parts[0], sign, part, decimals, settings, indent + 1)
            row = []
            continue
        step = _parts(part, settings, room)
        if row is not left and isinstance(part, Substituted) and step == _parts(part.value, settings, room):
            continue  # nothing could be put in: the formula stands above already
        fits = row and row is not left and _width(row) + 3 + _width(step) <= settings.width
        if fits and isinstance(part, Rounded):
            row = [*row, f" {sign} ", *step]
            continue
        if row and row is not left:
            lines += wrapped(row, settings.width, indent + 3)
            row = []
        row = [*(row or [" " * indent]), f" {sign} ", *step]
    return lines + (wrapped(row, settings.width, indent + 3) if row else [])


def _steps(block: Steps, settings: Settings) -> list[str]:
    """The start, then a step a line with its sign in front; reasons in a column where they fit, else below."""
    indent, shown = 6, [(line, _parts(line.value, settings, settings.width - 6)) for line in block.lines]
    reasons = [f"[{line.reason}]" if line.reason else "" for line in block.lines]
    fitting = [
        _width(parts)
        for (_, parts), reason in zip(shown, reasons, strict=True)
        if indent + _width(parts) + 3 + columns(reason) <= settings.width
    ]
    column = max(fitting, default=0)
    lines = wrapped([" " * indent, *_parts(block.start, settings, settings.width - indent)], settings.width, indent)
    for (line, parts), reason in zip(shown, reasons, strict=True):
        beside = indent + column + 3 + columns(reason) <= settings.width and _width(parts) <= column
        row: Parts = [f"{line.sign:>{indent - 1}} ", *parts]
        if beside and reason:
            row.append(" " * (column - _width(parts) + 3) + reason)
        lines += wrapped(row, settings.width, indent)
        lines += _below(line, "" if beside else reason, indent + 4, settings)
    return [line.rstrip() for line in lines]


def _below(line: StepLine, reason: str, indent: int, settings: Settings) -> list[str]:
    """What stands under a step: its reason, where it does not fit beside it, and the remark."""
    texts = [words for words in (reason, _inline(line.remark, settings)) if words]
    margin = " " * indent
    return [
        part
        for text in texts
        for part in textwrap.wrap(text, settings.width, initial_indent=margin, subsequent_indent=margin)
    ]


def _width(parts: Sequence[str | Box]) -> int:
    return sum(part.width if isinstance(part, Box) else columns(part) for part in parts)


def _parts(value: Any, settings: Settings, room: int) -> Parts:
    """A part of a formula; matrices too wide for the line keep their names where numbers were to be put in."""
    if isinstance(value, Substituted):
        fitting = {name: number for name, number in value.numbers.items() if _fits(number, settings, room)}
        value = Substituted(value.value, fitting)
    line, boxes = line_and_boxes(value, digits=settings.digits)
    return tokens(line, boxes, FIRST_MARK)


def _fits(number: Any, settings: Settings, room: int) -> bool:
    """Whether the matrices of a number are no wider than the room; the first row alone shows that most are not."""
    digits = number.digits if isinstance(number, Rounded) else None
    for each in matrices_of(number.value if isinstance(number, Rounded) else number):
        rows = rows_of(each) or ()
        for some in (rows[:1], rows):
            if 3 * len(some[0]) > room + 2:
                return False
            shown = Rounded(some, digits) if isinstance(number, Rounded) else some
            if any(box.width > room for box in line_and_boxes(shown, digits=settings.digits)[1]):
                return False
    return True


def _is_wide(value: Any, settings: Settings, room: int) -> bool:
    """Whether a part is a matrix of numbers that a line cannot hold."""
    inner = value.value if isinstance(value, Rounded) else value
    return rows_of(inner) is not None and not _fits(value, settings, room)


def _listed(left: Any, sign: str, value: Any, decimals: Any, settings: Settings, indent: int) -> list[str]:
    """The entries of a matrix line by line, each with its decimals beside it; equal entries are wrapped once."""
    rows = rows_of(value.value if isinstance(value, Rounded) else value) or ((),)
    matrix = matrix_of_entries(left, len(rows), len(rows[0]))
    room, margin = max(settings.width - indent, 20), " " * indent

    def behind_its_name(number: Any) -> str:
        shown = Rounded(number, value.digits) if isinstance(value, Rounded) else number
        line = f"{sign} {text(shown, digits=settings.digits)}"
        if decimals is not None and not is_whole(number):
            rounded = Rounded(number, decimals[1].digits)
            line += f" {decimals[0]} {text(rounded, digits=settings.digits)}"
        return line

    made = {id(number): behind_its_name(number) for number in distinct(rows)}
    below: dict[tuple[int, int], str] = {}
    lines = []
    for i, row in enumerate(rows):
        for name, number in zip(names_of_entries(matrix, i, len(row)), row, strict=True):
            place = id(number), len(name)
            if place not in below:
                first, *more = wrapped_words(f"{'x' * len(name)} {made[place[0]]}", room, 4)
                below[place] = "\n".join([first[len(name) :], *(margin + line for line in more)])
            lines.append(margin + name + below[place])
    return lines


def _table(block: Table, settings: Settings) -> list[str]:
    """Columns as wide as their widest cell, the widest wrapped where they would not fit; a line under the header."""
    cells = [[_cell(cell, settings) for cell in row] for row in (block.header, *block.rows)]
    widths = [max(columns(row[place]) for row in cells) for place in range(len(block.header))]
    longest_words = [
        max(columns(word) for row in cells for word in (row[place].split() or [""])) for place in range(len(widths))
    ]
    while sum(widths) + 2 * (len(widths) - 1) > settings.width:
        slack = [width - least for width, least in zip(widths, longest_words, strict=True)]
        if max(slack) == 0:
            break
        widths[slack.index(max(slack))] -= 1
    rows = [_row_lines(row, widths) for row in cells]
    return [*rows[0], "  ".join("-" * width for width in widths), *(line for row in rows[1:] for line in row)]


def _row_lines(row: list[str], widths: list[int]) -> list[str]:
    """One row of a table, each cell wrapped to the width of its column."""
    wrapped_cells = [
        textwrap.wrap(cell, width, break_long_words=False, break_on_hyphens=False) or [""]
        for cell, width in zip(row, widths, strict=True)
    ]
    return [
        "  ".join(padded(part, width) for part, width in zip(parts, widths, strict=True)).rstrip()
        for parts in zip_longest(*wrapped_cells, fillvalue="")
    ]


def _cell(cell: Any, settings: Settings) -> str:
    return plain(cell) if isinstance(cell, str) else " ".join(text(cell, digits=settings.digits).split("\n"))


def _listing(block: Listing, settings: Settings) -> list[str]:
    marks = [f"{number}." if block.numbered else "-" for number in range(1, len(block.items) + 1)]
    return _marked(zip(marks, block.items, strict=True), settings)


def _marked(items: Iterable[tuple[str, Sequence[Any]]], settings: Settings) -> list[str]:
    """Items with their marks in a column of their own."""
    kept = list(items)
    margin = max((len(mark) for mark, _ in kept), default=0) + 1
    lines: list[str] = []
    for mark, parts in kept:
        first, *more = filled(" ".join(_inline(parts, settings).split()), max(settings.width - margin, 20))
        lines += [f"{mark:<{margin}}{first}".rstrip(), *(" " * margin + line for line in more)]
    return lines


def _figure(block: Figure, settings: Settings) -> list[str]:
    """What the picture shows, in words; its caption first."""
    described = [" ".join(line.split()) for line in plain_lines(block.drawing.description)]
    lines = [line for each in described for line in filled(each, max(settings.width - 4, 20))]
    caption = _paragraph(Paragraph(*block.caption), settings) if block.caption else []
    return [*caption, *(f"    {line}".rstrip() for line in lines)]


def plain_lines(text: str) -> list[str]:
    """The lines of a text as a terminal may show them."""
    return [plain(line) for line in text.strip().split("\n")]


def _references(block: References, settings: Settings) -> list[str]:
    marks = (f"[{number}]" for number in range(1, len(block.sources) + 1))
    heading = _underlined(CURRENT.get().references, "-")
    return [*heading, "", *_marked(zip(marks, block.sources, strict=True), settings)]


def _contents(block: Contents, settings: Settings) -> list[str]:
    listed = Listing([title.text for title in block.titles], numbered=True)
    return [*_underlined(CURRENT.get().contents, "-"), "", *_listing(listed, settings)]


BLOCKS: dict[type, Callable[[Any, Settings], list[str]]] = {
    Title: _title,
    Heading: _heading,
    Paragraph: _paragraph,
    Formula: _formula,
    Steps: _steps,
    Table: _table,
    Code: _code,
    Listing: _listing,
    Figure: _figure,
    References: _references,
    Contents: _contents,
}
"""One row a block."""
