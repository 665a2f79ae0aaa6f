"""A document as Markdown for a forge: formulas in fences and backquotes, and no macro that its typesetter forbids."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
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
    Steps,
    Table,
    Title,
    row_of,
)
from symattn.publishing.fitting import fitted_lines
from symattn.publishing.languages import CURRENT
from symattn.publishing.latex_notation import LatexNotation
from symattn.publishing.notation import Piece
from symattn.publishing.settings import Settings
from symattn.publishing.text_notation import plain
from symattn.publishing.to_latex import LatexPrinter

LINE = 48.0
"""Width of a line in ems: that of a page on the forge."""

SIGNS = LatexNotation().sign

SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|$~&])")
LINE_START = re.compile(r"^(\s*)([-+=]|\d+[.)])", re.MULTILINE)

WORDS = str.maketrans({"{": r"\{", "}": r"\}", "$": r"\$", "\\": "∖", "|": "∣"})
"""Signs that are not text between the braces of words; a bar would end a cell of a table."""


class ForgeNotation(LatexNotation):
    """LaTeX for the typesetter of a forge, which has no macro for operators and reads none inside words."""

    def call(self, word: str, *arguments: Piece, below: str = "") -> Piece:
        piece = super().call(word, *arguments, below=below)
        return piece._replace(text=piece.text.replace(r"\operatorname", r"\mathrm", 1))

    def words(self, text: str) -> str:
        return rf"\text{{{plain(text).translate(WORDS)}}}"


def render_markdown(document: Document, settings: Settings) -> str:
    """The whole document; blocks are parted by blank lines."""
    blocks = [f"# {escape(document.title)}"] if document.title else []
    if document.source:
        blocks.append(escape(CURRENT.get().source.format(source=document.source)))
    blocks += [block_markdown(block, settings) for block in document.blocks]
    return "\n\n".join(blocks) + "\n"


def block_markdown(block: Block, settings: Settings) -> str:
    """One block."""
    return row_of(block, BLOCKS, "render_markdown.py")(block, settings)


def _title(block: Title, settings: Settings) -> str:
    """A chapter can be led to by its anchor, whatever words its title has."""
    anchor = f'<a id="{block.anchor}"></a>\n\n' if block.anchor else ""
    return f"{anchor}# {escape(block.text)}"


def _heading(block: Heading, settings: Settings) -> str:
    return f"{'#' * min(max(block.level, 1), 6)} {inline(block.parts, settings)}"


def _paragraph(block: Paragraph, settings: Settings) -> str:
    return LINE_START.sub(r"\1\\\2", inline(block.parts, settings))


def _code(block: Code, settings: Settings) -> str:
    return fenced(block.text.expandtabs().split("\n"), block.language)


def escape(text: str) -> str:
    """Words as they are: no sign in them is Markdown, HTML or mathematics.

    >>> print(escape("W_Q *is* <b>"))
    W\\_Q \\*is\\* &lt;b&gt;
    """
    entities = {"<": "&lt;", ">": "&gt;", "&": "&amp;"}
    return SPECIAL.sub(lambda found: entities.get(found[1], f"\\{found[1]}"), plain(text))


def inline(parts: Sequence[Any], settings: Settings) -> str:
    """Words and formulas in one line; a formula stands between a dollar and a backquote on each side."""
    return "".join(escape(part) if isinstance(part, str) else f"$`{_math(part, settings)}`$" for part in parts)


def fenced(lines: Iterable[str], language: str) -> str:
    """Lines kept as they are, between fences longer than any in them.

    >>> print(fenced(["x = 1"], "python"))
    ```python
    x = 1
    ```
    """
    kept = [plain(line) for line in lines]
    longest = max((len(found) for line in kept for found in re.findall("`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    return "\n".join([f"{fence}{re.sub('[^a-z0-9]', '', language.lower())}", *kept, fence])


def _math(value: Any, settings: Settings) -> str:
    return LatexPrinter.printed(ForgeNotation, value, digits=settings.digits)[0]


def _aligned(lines: list[str]) -> str:
    body = " \\\\\n".join(lines)
    return fenced(["\\begin{aligned}", *body.split("\n"), "\\end{aligned}"], "math")


def _formula(block: Formula, settings: Settings) -> str:
    """Steps below each other, their signs aligned."""
    lines = []
    for line in fitted_lines(block, settings, LINE):
        left = "" if line.left is None else _math(line.left, settings)
        lines.append(f"{left} &{' '.join(f'{SIGNS(sign)} {_math(part, settings)}' for sign, part in line.steps)}")
    return _aligned(lines)


def _steps(block: Steps, settings: Settings) -> str:
    """The chain with a number behind each step, and a list of the reasons under it."""
    lines, reasons = [f"& {_math(block.start, settings)}"], []
    for place, line in enumerate(block.lines, 1):
        lines.append(f"&{SIGNS(line.sign)} {_math(line.value, settings)} &&({place})")
        remark = inline(line.remark, settings)
        reasons.append(f"{place}. {escape(line.reason)}{f': {remark}' if remark and line.reason else remark}")
    return "\n\n".join([_aligned(lines), *(["\n".join(reasons)] if reasons else [])])


def _table(block: Table, settings: Settings) -> str:
    rows = [[_cell(cell, settings) for cell in row] for row in (block.header, *block.rows)]
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([lines[0], f"|{'---|' * len(block.header)}", *lines[1:]])


def _cell(cell: Any, settings: Settings) -> str:
    if isinstance(cell, str):
        return escape(cell).replace("\n", " ")
    return inline((cell,), settings).replace("|", r"\vert ")


def _listing(block: Listing, settings: Settings) -> str:
    marks = [f"{number}." if block.numbered else "-" for number in range(1, len(block.items) + 1)]
    return _marked(marks, block.items, settings)


def _marked(marks: Sequence[str], items: Sequence[Sequence[Any]], settings: Settings) -> str:
    """An item a line; what would begin a list inside an item does not."""
    shown = (LINE_START.sub(r"\1\\\2", inline(parts, settings).replace("\n", " ")) for parts in items)
    return "\n".join(f"{mark} {item}" for mark, item in zip(marks, shown, strict=True))


def _figure(block: Figure, settings: Settings) -> str:
    """The picture from its file beside the document, and its caption."""
    words = escape(" ".join(block.drawing.description.split()))
    caption = inline(block.caption, settings)
    return f"![{words}]({block.file('svg')})" + (f"\n\n{caption}" if caption else "")


def _references(block: References, settings: Settings) -> str:
    marks = [f"{number}." for number in range(1, len(block.sources) + 1)]
    return f"## {escape(CURRENT.get().references)}\n\n{_marked(marks, block.sources, settings)}"


def _contents(block: Contents, settings: Settings) -> str:
    lines = [f"{place}. [{escape(title.text)}](#{title.anchor})" for place, title in enumerate(block.titles, 1)]
    return "\n".join([f"## {escape(CURRENT.get().contents)}", "", *lines])


BLOCKS: dict[type, Callable[[Any, Settings], str]] = {
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
