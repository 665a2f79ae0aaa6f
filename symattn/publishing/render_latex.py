"""A document as LaTeX: a piece to paste, or a whole file that compiles as it stands; amsmath and amssymb alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from symattn.publishing.breaking import broken, column_widths
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
    StepLine,
    Steps,
    Table,
    Title,
    row_of,
)
from symattn.publishing.fitting import fitted_lines
from symattn.publishing.languages import CURRENT, Language
from symattn.publishing.latex_notation import LatexNotation, escape
from symattn.publishing.layout import columns
from symattn.publishing.measure import width
from symattn.publishing.settings import Settings
from symattn.publishing.text_notation import plain
from symattn.publishing.to_latex import latex

LINE = 44.0
"""Width of a line in ems of normal type: 17 cm at 11 points, less the space that a display needs."""

SIZES = (("", 1.0), (r"\small", 1.09), (r"\footnotesize", 1.2), (r"\scriptsize", 1.35))
"""Smaller type and how much more it holds; smaller than this, the entries of a matrix are listed instead."""

SMALLEST = SIZES[-1][1]

LETTER = 0.5
"""Width of a letter of words, in ems."""

SIGNS = LatexNotation().sign

PREAMBLE = r"""\documentclass[11pt]{article}
%s\usepackage[%s]{geometry}
\allowdisplaybreaks
\setlength{\parindent}{0pt}
\setlength{\parskip}{6pt}
\setlength{\emergencystretch}{3em}
\begin{document}
"""

FRACTION_IN_A_MATRIX = re.compile(r"\\begin\{(?:bmatrix|array)\}(?:(?!\\end\{).)*?\\frac", re.DOTALL)
ROOM_FOR_FRACTIONS = r"\renewcommand{\arraystretch}{1.6}"
ROOM_UNDER_A_LINE = r"\renewcommand{\arraystretch}{1.2}"
"""TeX sets rows of a matrix or table closer than fractions and rules are high."""


def render_latex(document: Document, settings: Settings) -> str:
    """The document; ``standalone`` with everything that TeX needs around it, on paper wide enough for every line."""
    parts = [rf"\section*{{{escape(plain(document.title))}}}"] if document.title else []
    if document.source:
        parts.append(escape(plain(CURRENT.get().source.format(source=document.source))))
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
    packages = packages_of(document)
    head = how_to_compile((*packages, "geometry"), runs=2 if Contents in map(type, document.blocks) else 1)
    return head + PREAMBLE % (loading(packages), paper) + body + "\\end{document}\n"


def packages_of(document: Document) -> tuple[str, ...]:
    """The packages that the body needs, besides those of the language."""
    return ("amsmath", "amssymb", *(("graphicx",) if Figure in map(type, document.blocks) else ()))


def loading(packages: Sequence[str]) -> str:
    """The lines that load packages, and what the language needs; a TeX without the latter says so and stops."""
    own = CURRENT.get()
    lines = [rf"\usepackage{{{','.join(packages)}}}"] if packages else []
    if own.package:
        missing = f"symattn: this document needs the package {own.package}, which this TeX does not have"
        lines += [
            rf"\IfFileExists{{{own.package}.sty}}{{}}{{\errmessage{{{missing}}}\csname @@end\endcsname}}",
            rf"\usepackage[{own.options}]{{{own.package}}}",
        ]
    return "".join(f"{line}\n" for line in lines)


def how_to_compile(packages: Sequence[str], runs: int = 1) -> str:
    """Comments at the head of a document: the program for it, and what the program needs.

    >>> print(how_to_compile(["amsmath"]), end="")
    % Compile with pdflatex, lualatex or xelatex.
    % It needs the package amsmath, which comes with every TeX.
    """
    own: Language = CURRENT.get()
    *others, last = own.engines
    often = "" if runs == 1 else ", twice, for the numbers of its pages"
    several = "s" if len(packages) > 1 else ""
    *before, final = packages
    named = f"{', '.join(before)} and {final}" if before else final
    which = "which come" if several else "which comes"
    lines = [
        f"Compile with {', '.join(others)} or {last}{often}.",
        f"It needs the package{several} {named}, {which} with every TeX.",
    ]
    if own.package:
        lines.append(
            f"For {own.name} it needs the package {own.package} and the fonts of its option {own.options}: "
            "TeX Live has them in collection-langchinese, and MiKTeX installs them when they are first used."
        )
    return "".join(f"% {line}\n" for line in lines)


def block_latex(block: Block, settings: Settings) -> tuple[str, float]:
    """One block, and how wide a line it needs, in ems of normal type."""
    return row_of(block, BLOCKS, "render_latex.py")(block, settings)


def _title(block: Title, settings: Settings) -> tuple[str, float]:
    """A chapter begins a page and stands in the contents."""
    words = escape(plain(block.text))
    if not block.anchor:
        return rf"\section*{{{words}}}", 0
    return rf"\clearpage\section*{{{words}}}\addcontentsline{{toc}}{{section}}{{{words}}}", 0


def _heading(block: Heading, settings: Settings) -> tuple[str, float]:
    command = r"\subsection*" if block.level <= 2 else r"\subsubsection*"
    return f"{command}{{{inline(block.parts, settings)}}}", 0


def _paragraph(block: Paragraph, settings: Settings) -> tuple[str, float]:
    return inline(block.parts, settings), 0


def inline(parts: Sequence[Any], settings: Settings) -> str:
    """Words and formulas in one line of text; a name with underscores may go on in the next line."""
    return "".join(
        escape(plain(part)).replace(r"\_", r"\_\allowbreak{}")
        if isinstance(part, str)
        else f"${latex(part, digits=settings.digits)}$"
        for part in parts
    )


def _formula(block: Formula, settings: Settings) -> tuple[str, float]:
    """Steps below each other, their signs aligned; in smaller type, or entry by entry, where a step is too wide."""
    lines = []
    for line in fitted_lines(block, settings, LINE * SMALLEST, most=1.5 * LINE * SMALLEST):
        left = "" if line.left is None else latex(line.left, digits=settings.digits)
        signed = (f"{SIGNS(sign)} {latex(part, digits=settings.digits)}" for sign, part in line.steps)
        lines.append(f"{left} &{' '.join(signed)}")
    size, needed = _size(max(width(line.replace("&", "", 1)) for line in lines))
    body = " \\\\[4pt]\n".join(lines)
    shown = f"\\begin{{align*}}\n{body}\n\\end{{align*}}"
    setting = size + (ROOM_FOR_FRACTIONS if FRACTION_IN_A_MATRIX.search(body) else "")
    return (f"{{{setting}\n{shown}\n\\par}}" if setting else shown), needed


def _steps(block: Steps, settings: Settings) -> tuple[str, float]:
    """The start and the steps flush left, reasons in a column of their own, or below where the line is full."""
    start, *formulas = [
        broken(f"{sign}{latex(value, digits=settings.digits)}", LINE * SMALLEST)
        for sign, value in [("", block.start), *((f"{SIGNS(line.sign)} ", line.value) for line in block.lines)]
    ]
    widest = [max(map(width, lines)) for lines in formulas]
    beside = _beside(widest, [line.reason for line in block.lines])
    rows = _rows(start, any(beside))
    for line, formula, has_room in zip(block.lines, formulas, beside, strict=True):
        *before, last = formula
        if has_room:
            rows += [_indented(place, part) for place, part in enumerate(before)]
            reason = rf"&& \text{{\footnotesize {escape(plain(line.reason))}}}"
            rows.append(f"{_indented(len(before), last)} {reason}")
        else:
            rows += _rows(formula, any(beside))
        rows += _below(line, "" if has_room else line.reason, settings)
    size, needed = _size(max([*map(width, start), *widest]))
    body = " \\\\[3pt]\n".join(f"{row} &" for row in rows)
    shown = f"\\begin{{flalign*}}\n{body}\n\\end{{flalign*}}"
    setting = size + (ROOM_FOR_FRACTIONS if FRACTION_IN_A_MATRIX.search(body) else "")
    return (f"{{{setting}\n{shown}\n\\par}}" if setting else shown), needed


def _rows(lines: Sequence[str], overlapping: bool) -> list[str]:
    """The lines of one formula, those after the first set in."""
    indented = [_indented(place, line) for place, line in enumerate(lines)]
    return [_overlapping(line.removeprefix("& ")) for line in indented] if overlapping else indented


def _indented(place: int, line: str) -> str:
    return rf"& \qquad {{}}{line}" if place else f"& {line}"


def _beside(widths: Sequence[float], reasons: Sequence[str]) -> list[bool]:
    """Which formulas have their reasons beside them: those that leave room for the widest of these reasons."""
    reach = [0.45 * columns(reason) + 2 for reason in reasons]
    chosen = [bool(reason) and own + far <= LINE for own, far, reason in zip(widths, reach, reasons, strict=True)]
    while any(chosen):
        places = [place for place, is_beside in enumerate(chosen) if is_beside]
        widest = max(places, key=lambda place: widths[place])
        if widths[widest] + max(reach[place] for place in places) <= LINE:
            break
        chosen[widest] = False
    return chosen


def _overlapping(formula: str) -> str:
    """A row that does not push the column of reasons away."""
    return rf"& \rlap{{$\displaystyle {{}}{formula}$}}"


def _below(line: StepLine, reason: str, settings: Settings) -> list[str]:
    """Lines of small type under a step: its reason, where it does not fit beside it, and the remark."""
    texts = [text for text in (escape(plain(reason)), inline(line.remark, settings)) if text]
    return [rf"& \rlap{{\quad\parbox{{0.8\linewidth}}{{\raggedright\footnotesize {text}}}}}" for text in texts]


def _size(longest: float) -> tuple[str, float]:
    for command, factor in SIZES:
        if longest <= LINE * factor:
            return command, 0
    return SIZES[-1][0], longest / SMALLEST


def _table(block: Table, settings: Settings) -> tuple[str, float]:
    """Columns as wide as their widest cell, or, where that is too wide for the line, broken into lines."""
    cells = [[inline((cell,), settings) for cell in row] for row in (block.header, *block.rows)]
    natural = [max(LETTER * columns(row[at]) for row in cells) for at in range(len(block.header))]
    size, needed = _size(sum(natural) + len(natural))
    letters, end = "l" * len(natural), r" \\"
    if size == SIZES[-1][0]:
        size, factor = SIZES[2]
        least = [
            max((LETTER * columns(word) for row in cells for word in _unbreakable(row[at])), default=0.0)
            for at in range(len(natural))
        ]
        widths = column_widths(natural, least, 0.95 * factor * LINE - 1.2 * len(natural))
        needed = max(0.0, sum(widths) + 1.2 * len(natural) - factor * LINE)
        needed = LINE + needed if needed else 0
        parts = [have < want for have, want in zip(widths, natural, strict=True)]
        letters = "".join(f"p{{{have:.1f}em}}" if part else "l" for have, part in zip(widths, parts, strict=True))
        cells = [
            [rf"\raggedright {cell}" if part else cell for cell, part in zip(row, parts, strict=True)] for row in cells
        ]
        end = r" \tabularnewline"
    rows = [" & ".join(row) + end for row in cells]
    body = "\n".join([rows[0], r"\hline", *rows[1:]])
    shown = f"\\begin{{tabular}}{{{letters}}}\n{body}\n\\end{{tabular}}"
    return f"{{{size}{ROOM_UNDER_A_LINE}\n{shown}\n\\par}}", needed


def _typed(line: str) -> str:
    """A line of code: its spaces kept, after a box where they begin it, and its quotes upright."""
    return r"\char34{}".join(escape(part) for part in line.split('"')).replace(" ", "~")


def _unbreakable(cell: str) -> list[str]:
    """Words and formulas of a cell; Chinese breaks anywhere."""
    return re.findall(r"\$[^$]*\$|[^\s\u3000-\u9fff\uff00-\uffef]+", cell)


def _code(block: Code, settings: Settings) -> tuple[str, float]:
    """Letters of one width, spaces kept; nothing in them is a command."""
    lines = [plain(line.expandtabs()) for line in block.text.split("\n")]
    size, needed = _size(0.53 * max(map(len, lines)))
    shown = r" \\".join("\n\\mbox{}" + _typed(line) for line in lines)
    return f"{{{size}\\ttfamily\\noindent{shown}\n\\par}}", needed


def _listing(block: Listing, settings: Settings) -> tuple[str, float]:
    kind = "enumerate" if block.numbered else "itemize"
    return environment(kind, [rf"\item {{}}{inline(item, settings)}" for item in block.items]), 0


def environment(kind: str, items: Sequence[str]) -> str:
    """A list of items, which TeX refuses to be without any."""
    body = "\n".join(items or [r"\item[] {}"])
    return f"\\begin{{{kind}}}\n{body}\n\\end{{{kind}}}"


def _figure(block: Figure, settings: Settings) -> tuple[str, float]:
    """The picture from its file beside the document, or what it shows in words where the file is not there."""
    file, caption = block.file("pdf"), inline(block.caption, settings)
    words = escape(plain(" ".join(block.drawing.description.split())))
    shown = rf"\includegraphics[width=\linewidth,height=0.8\textheight,keepaspectratio]{{{file}}}"
    below = rf"\par\small {caption}" if caption else ""
    return f"\\begin{{center}}\n\\IfFileExists{{{file}}}{{{shown}}}\n{{\\small {words}}}{below}\n\\end{{center}}", 0


def _references(block: References, settings: Settings) -> tuple[str, float]:
    items = [rf"\item[{{[{number}]}}] {inline(each, settings)}" for number, each in enumerate(block.sources, 1)]
    return rf"\subsection*{{{escape(CURRENT.get().references)}}}" + "\n\n" + environment("itemize", items), 0


def _contents(block: Contents, settings: Settings) -> tuple[str, float]:
    return r"\tableofcontents", 0


BLOCKS: dict[type, Callable[[Any, Settings], tuple[str, float]]] = {
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
"""One row a block; a row gives the LaTeX, and how wide a line it needs, in ems of normal type."""
