"""A document as slides for beamer: sections as frames, a chain built up a step at a time, nothing beyond a frame."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from symattn.publishing.breaking import broken, column_widths
from symattn.publishing.document import (
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
from symattn.publishing.frames import LINE, ROOM, SIZES, Deck, Piece, Row, fitted
from symattn.publishing.heights import LINE as BELOW
from symattn.publishing.heights import height
from symattn.publishing.languages import CURRENT
from symattn.publishing.latex_notation import LatexNotation, escape
from symattn.publishing.layout import columns
from symattn.publishing.measure import width
from symattn.publishing.render_latex import how_to_compile, loading
from symattn.publishing.settings import Settings
from symattn.publishing.text_notation import plain
from symattn.publishing.to_latex import latex

SIGNS = LatexNotation().sign

PREAMBLE = r"""\documentclass[aspectratio=169,11pt]{beamer}
%s\usefonttheme[onlymath]{serif}
\setbeamertemplate{navigation symbols}{}
\setbeamertemplate{footline}[frame number]
\setlength{\parskip}{4pt}
\begin{document}
"""

LETTER = 0.52
"""Width of a letter of words, in ems; a Chinese character takes two."""

SMALL = 1.35
"""How many letters of the smallest type stand in the place of one."""

SIGN = 2.2
"""Width of the column of signs before a chain."""


def render_slides(document: Document, settings: Settings) -> str:
    """The frames, to be pasted into slides of one's own; ``standalone`` with everything that TeX needs around them."""
    deck = Deck()
    if document.title:
        source = escape(plain(CURRENT.get().source.format(source=document.source))) if document.source else ""
        title = escape(plain(document.title))
        deck.alone(title + (rf"\par\bigskip\normalsize {source}" if source else ""))
        deck.title, deck.shown = title, True
    for block in document.blocks:
        row_of(block, BLOCKS, "render_slides.py")(deck, block, settings)
    body = "\n\n".join(deck.finished()) + "\n"
    if not settings.standalone:
        return body
    packages = ("amsmath", "amssymb")
    return how_to_compile(("beamer", *packages), runs=2) + PREAMBLE % loading(packages) + body + "\\end{document}\n"


def _title(deck: Deck, block: Title, settings: Settings) -> None:
    words = escape(plain(block.text))
    deck.begin("")
    deck.alone(words, section=words)
    deck.title, deck.shown = words, True


def _heading(deck: Deck, block: Heading, settings: Settings) -> None:
    deck.begin(_inline(block.parts, settings))


def _paragraph(deck: Deck, block: Paragraph, settings: Settings) -> None:
    for piece in _filled(block.parts, settings):
        deck.add(piece)


def _inline(parts: Sequence[Any], settings: Settings) -> str:
    return "".join(text for text, _, _ in _atoms(parts, settings))


def _atoms(parts: Sequence[Any], settings: Settings) -> Iterator[tuple[str, float, float]]:
    """Words and formulas one by one, each with its width and height; between any two of them a line may end."""
    for part in parts:
        if not isinstance(part, str):
            formula = latex(part, digits=settings.digits)
            yield f"${formula}$", width(formula), 0.85 * height(formula)
            continue
        for word in (piece for whole in _words(plain(part)) for piece in _pieces(whole)):
            shown = escape(word).replace(r"\_", r"\_\allowbreak{}")
            yield shown, LETTER * columns(word), BELOW


def _pieces(word: str) -> Iterator[str]:
    """A word, or what fits on a line of one that is longer than that, such as an address."""
    most = int(0.6 * LINE / LETTER)
    yield from (word[start : start + most] for start in range(0, len(word), most))


def _words(text: str) -> Iterator[str]:
    """Words with the space after them; wide characters one by one."""
    word = ""
    for character in text:
        if columns(character) == 2:
            if word:
                yield word
            word = ""
            yield character
        else:
            word += character
            if character.isspace():
                yield word
                word = ""
    if word:
        yield word


def _filled(parts: Sequence[Any], settings: Settings, mark: str = "", margin: float = 0.0) -> Iterator[Piece]:
    """A paragraph as pieces no higher than a frame; a formula too wide or too high has a line of its own."""
    lines, line, used, high = list[str](), "", 0.0, 0.0
    room, total = LINE - margin, 0.0
    begin = rf"\noindent\hangindent={margin:.1f}em\hangafter=1\makebox[{margin:.1f}em][l]{{{mark}}}" if mark else ""

    def closed() -> Piece:
        nonlocal lines, total, begin
        before, begin = begin or r"\noindent ", rf"\noindent\hspace*{{{margin:.1f}em}}" if mark else ""
        made = Piece(f"{{\\raggedright {before}{''.join(lines)}\\par}}", total)
        lines, total = [], 0.0
        return made

    for text, natural, tall in _atoms(parts, settings):
        if natural > room or tall > ROOM / 2:
            if line:
                lines, total = [*lines, line], total + high
            if lines:
                yield closed()
            line, used, high = "", 0.0, 0.0
            yield fitted(text[1:-1], natural, tall)
            continue
        if line and used + natural > room:
            if lines and total + 2 * high > ROOM:
                yield closed()
            lines, total = [*lines, line], total + high
            line, used, high = "", 0.0, 0.0
        line, used, high = line + text, used + natural, max(high, tall)
    if line:
        if lines and total + high > ROOM:
            yield closed()
        lines, total = [*lines, line], total + high
    if lines:
        yield closed()


def _formula(deck: Deck, block: Formula, settings: Settings) -> None:
    """A formula with several steps builds up as a chain does; entries one below another come all at once."""
    lines = []
    for line in fitted_lines(block, settings, LINE * SIZES[-1][1], most=1.5 * LINE * SIZES[-1][1]):
        left = "" if line.left is None else latex(line.left, digits=settings.digits)
        signed = " ".join(f"{SIGNS(sign)} {latex(part, digits=settings.digits)}" for sign, part in line.steps)
        lines.append((left, signed))
    if len(lines) > 2 and not any(left for left, _ in lines[1:]):
        deck.build_up(_aligned(lines))
        return
    before = max((width(left) for left, _ in lines), default=0.0)
    high = [max(height(left), height(signed)) + 0.5 for left, signed in lines]
    natural = [before + width(signed) + 1 for _, signed in lines]
    for first, last in _divided(high, natural):
        body = " \\\\[4pt] ".join(f"{left} &{signed}" for left, signed in lines[first:last])
        formula = rf"\begin{{aligned}} {body} \end{{aligned}}"
        deck.add(fitted(formula, max(natural[first:last]), sum(high[first:last])))


def _aligned(lines: Sequence[tuple[str, str]]) -> list[Row]:
    """The lines of one formula in one size, each set in as far as the first one's left side reaches."""
    name = lines[0][0]
    widest = max(width(name) + width(signed) + 1 for _, signed in lines)
    space = rf"\hphantom{{{name}}}"
    return [
        Row(fitted(f"{left or space} {{}}{signed}", widest, max(height(name), height(signed)) + 0.3))
        for left, signed in lines
    ]


def _divided(high: Sequence[float], natural: Sequence[float]) -> Iterator[tuple[int, int]]:
    """Where lines are divided among frames; they are lower where a wide one makes all of them smaller."""
    first = 0
    for last in range(1, len(high) + 1):
        ends = last == len(high)
        wider = max(natural[first : last + 1]) / LINE
        if ends or sum(high[first : last + 1]) / max(1.0, wider) > ROOM:
            yield first, last
            first = last


def _steps(deck: Deck, block: Steps, settings: Settings) -> None:
    rows = [Row(_signed("", _in_lines(latex(block.start, digits=settings.digits))))]
    for line in block.lines:
        formula = _in_lines(latex(line.value, digits=settings.digits))
        reason = plain(line.reason)
        beside = width(formula) + SIGN + LETTER * columns(reason) / SMALL + 2 <= LINE
        kept = _signed(SIGNS(line.sign), formula, reason if beside else "")
        rows.append(Row(kept, _below(line, "" if beside else reason, settings)))
    deck.build_up(rows)


def _in_lines(formula: str) -> str:
    """A formula that no size of type makes fit, as lines below each other."""
    lines = broken(formula, (LINE - SIGN) * SIZES[-1][1])
    if len(lines) == 1:
        return formula
    body = r" \\ ".join([f"& {lines[0]}", *(rf"& \quad {{}} {line}" for line in lines[1:])])
    return rf"\begin{{aligned}}[t] {body} \end{{aligned}}"


def _signed(sign: str, formula: str, reason: str = "") -> Piece:
    """A line of a chain: its sign, the formula, and the reason at the end of the line."""
    return fitted(
        rf"\mathrel{{\makebox[{SIGN - 0.4:.1f}em][l]{{${sign}$}}}} {formula}",
        width(formula) + SIGN,
        height(formula),
        beside=rf"\hfill{{\scriptsize {escape(reason)}}}" if reason else "",
    )


def _below(line: StepLine, reason: str, settings: Settings) -> Piece | None:
    """Small type under a step: its reason, where it does not fit beside it, and the remark."""
    texts = [parts for parts in ((reason,), line.remark) if parts and parts != ("",)]
    if not texts:
        return None
    shown, high = [], 0.0
    for parts in texts:
        atoms = list(_atoms(parts, settings))
        shown.append("".join(text for text, _, _ in atoms))
        lines = 1 + int(sum(natural for _, natural, _ in atoms) / (SMALL * (LINE - SIGN - 2)))
        high += lines * max((tall for _, _, tall in atoms), default=BELOW) / SMALL + 0.1
    body = r"\par ".join(shown)
    margin = rf"\hspace*{{{SIGN:.1f}em}}"
    return Piece(
        rf"{{\scriptsize\noindent{margin}\parbox{{0.9\linewidth}}{{\raggedright {body}}}\par}}",
        high,
    )


def _table(deck: Deck, block: Table, settings: Settings) -> None:
    """The header above as many rows as a frame holds; the widest columns are broken into lines."""
    cells = [[list(_atoms((cell,), settings)) for cell in row] for row in (block.header, *block.rows)]
    natural = [max(sum(each for _, each, _ in row[at]) for row in cells) for at in range(len(block.header))]
    size, factor = SIZES[2]
    room = factor * LINE - 1.2 * len(natural)
    least = [max((each for row in cells for _, each, _ in row[at]), default=0.0) for at in range(len(natural))]
    widths = column_widths(natural, least, room)
    broken = [have < want for have, want in zip(widths, natural, strict=True)]
    spec = "".join(f"p{{{have:.1f}em}}" if is_broken else "l" for have, is_broken in zip(widths, broken, strict=True))
    lines = []
    for row in cells:
        texts, high = [], BELOW
        for at, cell in enumerate(row):
            text = "".join(each for each, _, _ in cell).strip()
            texts.append(rf"\raggedright {text}" if broken[at] else text)
            needed = sum(each for _, each, _ in cell)
            tall = max((each for _, _, each in cell), default=BELOW)
            high = max(high, tall * (1 + int(1.15 * needed / widths[at]) if broken[at] else 1))
        lines.append((" & ".join(texts) + r" \tabularnewline", (high + 0.2) / factor))
    header, *rows = lines
    for first, last in _divided([high for _, high in rows], [0.0] * len(rows)) if rows else [(0, 0)]:
        body = "\n".join([header[0], r"\hline", *(text for text, _ in rows[first:last])])
        made = f"\\begin{{tabular}}{{@{{}}{spec}@{{}}}}\n{body}\n\\end{{tabular}}"
        high = header[1] + sum(each for _, each in rows[first:last])
        deck.add(Piece(_boxed(size, made), min(high, ROOM)))


def _boxed(size: str, made: str) -> str:
    """What is set in a box, made smaller where it is wider than the line."""
    scaled = r"\ifdim\wd0>\linewidth\setbox0=\hbox{\resizebox{\linewidth}{!}{\box0}}\fi"
    return f"{{{size}\\setbox0=\\hbox{{{made}}}{scaled}\\noindent\\box0\\par}}"


def _code(deck: Deck, block: Code, settings: Settings) -> None:
    """Letters of one width, as many lines as a frame holds; nothing in them is a command."""
    size, factor = SIZES[-1]
    lines = [plain(line.expandtabs()) for line in block.text.split("\n")]
    low = 1.0 / factor
    most = int((ROOM - 1) / (BELOW * low))
    for first in range(0, len(lines), most):
        shown = lines[first : first + most]
        body = r" \\ ".join(escape(line).replace(" ", "~") or "~" for line in shown)
        made = f"\\ttfamily\\begin{{tabular}}{{@{{}}l@{{}}}}{body}\\end{{tabular}}"
        deck.add(Piece(_boxed(size, made), len(shown) * BELOW * low))


def _items(deck: Deck, items: Iterable[tuple[str, Sequence[Any]]], settings: Settings) -> None:
    for mark, parts in items:
        for piece in _filled(parts, settings, mark, margin=2.0):
            deck.add(piece)


def _listing(deck: Deck, block: Listing, settings: Settings) -> None:
    marks = [f"{number}." if block.numbered else r"$\bullet$" for number in range(1, len(block.items) + 1)]
    _items(deck, zip(marks, block.items, strict=True), settings)


def _figure(deck: Deck, block: Figure, settings: Settings) -> None:
    """A picture that has the frame to itself, or what it shows in words where its file is not there."""
    deck.end()
    file = block.file("pdf")
    shown = rf"\includegraphics[width=\linewidth,height=0.68\textheight,keepaspectratio]{{{file}}}"
    words = escape(plain(" ".join(block.drawing.description.split())))
    scaled = rf"\resizebox{{!}}{{0.6\textheight}}{{\parbox{{2\linewidth}}{{{words}}}}}"
    beside = rf"\ifdim\dimexpr\ht0+\dp0\relax>0.6\textheight {scaled}\else\usebox0\fi"
    instead = rf"\setbox0=\vbox{{\small {words}}}{beside}"
    caption = _inline(block.caption, settings)
    below = rf"\par\small {caption}" if caption else ""
    text = f"\\begin{{center}}\n\\IfFileExists{{{file}}}{{{shown}}}\n{{{instead}}}{below}\n\\end{{center}}"
    deck.add(Piece(text, ROOM))
    deck.end()


def _references(deck: Deck, block: References, settings: Settings) -> None:
    deck.begin(escape(CURRENT.get().references))
    _items(deck, ((f"[{number}]", each) for number, each in enumerate(block.sources, 1)), settings)


def _contents(deck: Deck, block: Contents, settings: Settings) -> None:
    deck.begin(escape(CURRENT.get().contents))
    _items(deck, ((f"{number}.", (title.text,)) for number, title in enumerate(block.titles, 1)), settings)


BLOCKS: dict[type, Callable[[Deck, Any, Settings], None]] = {
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
