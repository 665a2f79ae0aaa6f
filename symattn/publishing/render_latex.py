"""A document as LaTeX: a piece to paste, or a whole file that compiles as it stands; amsmath and amssymb, no macro besides."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from symattn.publishing.document import (
    Block,
    Code,
    Formula,
    Heading,
    Paragraph,
    Rounded,
    Substituted,
    Table,
    Title,
)
from symattn.publishing.latex import latex
from symattn.publishing.latex_notation import LatexNotation, escape
from symattn.publishing.measure import width
from symattn.publishing.numbers import rows_of
from symattn.publishing.render_text import entry_name
from symattn.publishing.settings import Settings, shown_steps
from symattn.publishing.text_notation import plain

if TYPE_CHECKING:
    from symattn.publishing.derivation import Derivation

LINE = 44.0
"""Width of a line in ems of normal type: 17 cm at 11 points, less the space that a display needs."""

SIZES = (("", 1.0), (r"\small", 1.09), (r"\footnotesize", 1.2), (r"\scriptsize", 1.35))
"""Smaller type and how much more it holds; smaller than this, the entries of a matrix are listed instead."""

SMALLEST = SIZES[-1][1]

ARRAY = re.compile(r"\\begin\{array\}")

PREAMBLE = r"""\documentclass[11pt]{article}
\usepackage[T1]{fontenc}
\usepackage[utf8]{inputenc}
\usepackage{amsmath,amssymb}
\usepackage[%s]{geometry}
\allowdisplaybreaks
\setlength{\parindent}{0pt}
\setlength{\parskip}{6pt}
\begin{document}
"""


def render_latex(document: Derivation, settings: Settings) -> str:
    """The document; ``standalone`` with everything around it that TeX needs, on paper wide enough for its widest line."""
    parts = [rf"\section*{{{escape(plain(document.title))}}}"] if document.title else []
    if document.source:
        parts.append(f"Source: {escape(plain(document.source))}")
    widest = LINE
    for block in document.blocks:
        text, needed = block_latex(block, settings)
        parts.append(text)
        widest = max(widest, needed)
    body = "\n\n".join(parts) + "\n"
    if not settings.standalone:
        return body
    paper = "a4paper,margin=2cm"
    if widest > LINE:  # a single entry that no size of type makes fit: the sheet gives way
        paper = f"paperwidth={min(widest * 0.4 + 5, 570):.0f}cm,paperheight=29.7cm,margin=2cm"
    return PREAMBLE % paper + body + "\\end{document}\n"


def block_latex(block: Block, settings: Settings) -> tuple[str, float]:
    """One block, and how wide a line it needs, in ems of normal type."""
    if isinstance(block, Title):
        return rf"\section*{{{escape(plain(block.text))}}}", 0
    if isinstance(block, Heading):
        command = r"\subsection*" if block.level <= 2 else r"\subsubsection*"
        return f"{command}{{{inline(block.parts, settings)}}}", 0
    if isinstance(block, Paragraph):
        return inline(block.parts, settings), 0
    if isinstance(block, Formula):
        return _formula(block, settings)
    if isinstance(block, Table):
        return _table(block, settings)
    assert isinstance(block, Code)
    return _code(block.text)


def inline(parts: Sequence[Any], settings: Settings) -> str:
    """Words and formulas in one line of text."""
    return "".join(
        escape(plain(part)) if isinstance(part, str) else f"${latex(part, digits=settings.digits)}$" for part in parts
    )


def _formula(block: Formula, settings: Settings) -> tuple[str, float]:
    """Steps below each other, their signs aligned; in smaller type, or entry by entry, where a step is too wide."""
    left = latex(block.parts[0], digits=settings.digits)
    lines: list[str] = []
    before = width(left) + 1.5
    first = left
    for sign, part in shown_steps(block, settings.digits):
        for name, each_sign, shown in _step(block.parts[0], left, sign, part, settings, LINE * SMALLEST - before):
            start = first if name is None else (f"{first} \\\\\n{name}" if first and first != name else name)
            lines.append(f"{start} &{LatexNotation().sign(each_sign)} {shown}")
            first = ""
    if not lines:
        lines = [left]
    longest = max(width(line.replace("&", "", 1)) for line in lines)
    size, needed = _size(longest)
    body = " \\\\\n".join(lines)
    shown = f"\\begin{{align*}}\n{body}\n\\end{{align*}}"
    return (f"{{{size}\n{shown}\n\\par}}" if size else shown), needed


def _step(left: Any, shown_left: str, sign: str, part: Any, settings: Settings, room: float) -> list[tuple]:
    """The lines of one step: the step itself, or the entries of its matrix where it is too wide."""
    if isinstance(part, Substituted):
        part = fitting(part, settings, room)
    text = latex(part, digits=settings.digits)
    inner = part.value if isinstance(part, Rounded) else part
    rows = rows_of(inner)
    if rows is None or width(text) <= room:
        return [(None, sign, text)]
    lines = []
    for i, row in enumerate(rows):
        for j, number in enumerate(row):
            shown = Rounded(number, part.digits) if isinstance(part, Rounded) else number
            lines.append((latex(entry_name(left, i, j)), sign, latex(shown, digits=settings.digits)))
    return lines


def fitting(part: Substituted, settings: Settings, room: float) -> Substituted:
    """Numbers put in as far as the line holds them: the widest matrices keep their names."""
    numbers = dict(part.numbers)
    while numbers and width(latex(Substituted(part.value, numbers), digits=settings.digits)) > room:
        matrices = {name: width(latex(number)) for name, number in numbers.items() if rows_of(number) is not None}
        if not matrices:
            break
        del numbers[max(matrices, key=lambda name: matrices[name])]
    return Substituted(part.value, numbers)


def _size(longest: float) -> tuple[str, float]:
    for command, factor in SIZES:
        if longest <= LINE * factor:
            return command, 0
    return SIZES[-1][0], longest / SMALLEST


def _table(block: Table, settings: Settings) -> tuple[str, float]:
    rows = [
        " & ".join(inline((cell,), settings) for cell in row) + r" \\" for row in (block.header, *block.rows)
    ]
    body = "\n".join([rows[0], r"\hline", *rows[1:]])
    columns = "l" * len(block.header)
    characters = [max(len(inline((row[at],), settings)) for row in (block.header, *block.rows)) for at in range(len(columns))]
    size, needed = _size(0.55 * sum(characters) + len(columns))
    return f"{{{size}\n\\begin{{tabular}}{{{columns}}}\n{body}\n\\end{{tabular}}\n\\par}}", needed


def _code(text: str) -> tuple[str, float]:
    """Letters of one width, spaces kept; nothing in them is a command."""
    lines = [plain(line.expandtabs()) for line in text.split("\n")]
    size, needed = _size(0.53 * max(map(len, lines)))
    shown = r" \\".join("\n" + (escape(line).replace(" ", "~") or "~") for line in lines)
    return f"{{{size}\\ttfamily\\noindent{shown}\n\\par}}", needed
