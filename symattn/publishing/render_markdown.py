"""A document as Markdown for a forge: formulas in fences and backquotes, and no macro that its typesetter forbids."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Flavour:
    """What differs between readers of Markdown: the notation of formulas, what is put around them, words as they are.

    ``inline`` takes a formula, ``display`` the lines of one, ``escape`` words.
    """

    settings: Settings
    notation: type[LatexNotation]
    inline: Callable[[str], str]
    display: Callable[[Sequence[str]], str]
    escape: Callable[[str], str]

    def math(self, value: Any) -> str:
        """A value in the notation."""
        return LatexPrinter.printed(self.notation, value, digits=self.settings.digits)[0]

    def line(self, parts: Sequence[Any]) -> str:
        """Words and formulas in one line."""
        return "".join(self.escape(part) if isinstance(part, str) else self.inline(self.math(part)) for part in parts)


def render_markdown(document: Document, settings: Settings) -> str:
    """The whole document; blocks are parted by blank lines."""
    flavour = Flavour(settings, ForgeNotation, _between_backquotes, _in_a_fence, escape)
    blocks = [*heading_markdown(document, flavour), *(block_markdown(block, flavour) for block in document.blocks)]
    return "\n\n".join(blocks) + "\n"


def heading_markdown(document: Document, flavour: Flavour) -> list[str]:
    """The title of a document and where it comes from, as far as it has them."""
    blocks = [f"# {flavour.escape(document.title)}"] if document.title else []
    if document.source:
        blocks.append(flavour.escape(CURRENT.get().source.format(source=document.source)))
    return blocks


def block_markdown(block: Block, flavour: Flavour) -> str:
    """One block."""
    return row_of(block, BLOCKS, "render_markdown.py")(block, flavour)


def _between_backquotes(formula: str) -> str:
    return f"$`{formula}`$"


def _in_a_fence(lines: Sequence[str]) -> str:
    body = " \\\\\n".join(lines)
    return fenced(["\\begin{aligned}", *body.split("\n"), "\\end{aligned}"], "math")


def _title(block: Title, flavour: Flavour) -> str:
    """A chapter can be led to by its anchor, whatever words its title has."""
    anchor = f'<a id="{block.anchor}"></a>\n\n' if block.anchor else ""
    return f"{anchor}# {flavour.escape(block.text)}"


def _heading(block: Heading, flavour: Flavour) -> str:
    return f"{'#' * min(max(block.level, 1), 6)} {flavour.line(block.parts)}"


def _paragraph(block: Paragraph, flavour: Flavour) -> str:
    return LINE_START.sub(r"\1\\\2", flavour.line(block.parts))


def _code(block: Code, flavour: Flavour) -> str:
    return fenced(block.text.expandtabs().split("\n"), block.language)


def escape(text: str) -> str:
    """Words as they are: no sign in them is Markdown, HTML or mathematics.

    >>> print(escape("W_Q *is* <b>"))
    W\\_Q \\*is\\* &lt;b&gt;
    """
    entities = {"<": "&lt;", ">": "&gt;", "&": "&amp;"}
    return SPECIAL.sub(lambda found: entities.get(found[1], f"\\{found[1]}"), plain(text))


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


def _formula(block: Formula, flavour: Flavour) -> str:
    """Steps below each other, their signs aligned."""
    lines = []
    for line in fitted_lines(block, flavour.settings, LINE):
        left = "" if line.left is None else flavour.math(line.left)
        lines.append(f"{left} &{' '.join(f'{SIGNS(sign)} {flavour.math(part)}' for sign, part in line.steps)}")
    return flavour.display(lines)


def _steps(block: Steps, flavour: Flavour) -> str:
    """The chain with a number behind each step, and a list of the reasons under it."""
    lines, reasons = [f"& {flavour.math(block.start)}"], []
    for place, line in enumerate(block.lines, 1):
        lines.append(f"&{SIGNS(line.sign)} {flavour.math(line.value)} &&({place})")
        remark = flavour.line(line.remark)
        reasons.append(f"{place}. {flavour.escape(line.reason)}{f': {remark}' if remark and line.reason else remark}")
    return "\n\n".join([flavour.display(lines), *(["\n".join(reasons)] if reasons else [])])


def _table(block: Table, flavour: Flavour) -> str:
    rows = [[_cell(cell, flavour) for cell in row] for row in (block.header, *block.rows)]
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([lines[0], f"|{'---|' * len(block.header)}", *lines[1:]])


def _cell(cell: Any, flavour: Flavour) -> str:
    if isinstance(cell, str):
        return flavour.escape(cell).replace("\n", " ")
    return flavour.line((cell,)).replace("|", r"\vert ")


def _listing(block: Listing, flavour: Flavour) -> str:
    marks = [f"{number}." if block.numbered else "-" for number in range(1, len(block.items) + 1)]
    return _marked(marks, block.items, flavour)


def _marked(marks: Sequence[str], items: Sequence[Sequence[Any]], flavour: Flavour) -> str:
    """An item a line; what would begin a list inside an item does not."""
    shown = (LINE_START.sub(r"\1\\\2", flavour.line(parts).replace("\n", " ")) for parts in items)
    return "\n".join(f"{mark} {item}" for mark, item in zip(marks, shown, strict=True))


def _figure(block: Figure, flavour: Flavour) -> str:
    """The picture from its file beside the document, and its caption."""
    words = flavour.escape(" ".join(block.drawing.description.split()))
    caption = flavour.line(block.caption)
    return f"![{words}]({block.file('svg')})" + (f"\n\n{caption}" if caption else "")


def _references(block: References, flavour: Flavour) -> str:
    marks = [f"{number}." for number in range(1, len(block.sources) + 1)]
    return f"## {flavour.escape(CURRENT.get().references)}\n\n{_marked(marks, block.sources, flavour)}"


def _contents(block: Contents, flavour: Flavour) -> str:
    lines = [f"{place}. [{flavour.escape(title.text)}](#{title.anchor})" for place, title in enumerate(block.titles, 1)]
    return "\n".join([f"## {flavour.escape(CURRENT.get().contents)}", "", *lines])


BLOCKS: dict[type, Callable[[Any, Flavour], str]] = {
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
