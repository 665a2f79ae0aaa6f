"""MathML from our LaTeX: converted by latex2mathml, mended to MathML Core, checked before it leaves."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from copy import copy
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from symattn.equations import EquationSystem
from symattn.errors import InputError, MissingExtraError
from symattn.publishing.latex_notation import LatexNotation, column
from symattn.publishing.mathml_mending import aligned_to, mend
from symattn.publishing.mathml_validator import NAMESPACE, check_element
from symattn.publishing.notation import Piece
from symattn.publishing.text_notation import plain
from symattn.publishing.to_latex import LatexPrinter, system_latex

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

MARK = re.compile(r"M([0-9]+)M\Z")
LINES = re.compile(r"\\begin\{(aligned|align\*?|split|gathered)\}(.*)\\end\{\1\}\Z", re.DOTALL)
UPRIGHT_LETTER = re.compile(r"\\mathrm\{([A-Za-z])\}")
"""latex2mathml forgets that a single letter is upright; as a text, it is mended to an upright name."""
ROW_GAP = re.compile(r"\\\\\[[0-9.]+[a-z]+\]")


class MathmlNotation(LatexNotation):
    """LaTeX in which matrices and words are marks; they are put in as elements after the conversion."""

    def __init__(self) -> None:
        self.marked: list[Sequence[Sequence[Piece]] | str] = []

    def _mark(self, content: Sequence[Sequence[Piece]] | str) -> Piece:
        self.marked.append(content)
        return Piece(rf"{{\text{{M{len(self.marked) - 1}M}}}}", tall=True)

    def array(self, rows: Sequence[Sequence[Piece]], centred: bool = False) -> Piece:
        return self._mark([[piece._replace(tall=piece.tall or centred) for piece in row] for row in rows])

    def words(self, text: str) -> str:
        return self._mark(plain(text)).text


def mathml(value: Any, *, display: bool = True, digits: int = 10) -> str:
    """A ``<math>`` element of a value, or of LaTeX given as ``str``; MathML Core, with ``display`` on its own line.

    Errors: those of ``latex``; ``InputError`` for LaTeX that does not convert to valid MathML;
    ``MissingExtraError`` if latex2mathml is not installed.

    >>> mathml("x", display=False)
    '<math xmlns="http://www.w3.org/1998/Math/MathML" display="inline"><mi>x</mi></math>'
    """
    return serialized(math_element(value, display=display, digits=digits))


def math_element(value: Any, *, display: bool, digits: int = 10) -> Element:
    """The checked ``<math>`` element of a value or of LaTeX."""
    from xml.etree.ElementTree import Element

    root = Element("math", {"xmlns": NAMESPACE, "display": "block" if display else "inline"})
    if isinstance(value, EquationSystem):
        value = system_latex(value)
    if isinstance(value, str):
        found = LINES.match(value.strip())
        root.extend([aligned(found[2])] if found else converted(value))
    else:
        root.extend(elements(value, digits=digits))
    check_element(root)
    return root


def elements(value: Any, *, digits: int, numbers: Mapping[str, Any] | None = None) -> tuple[Element, ...]:
    """The elements of a value of the language, exact number or other thing to print; not to be changed."""
    latex, notation = LatexPrinter.printed(MathmlNotation, value, digits=digits, numbers=numbers)
    found = converted(latex)
    return tuple(_put_in(each, notation.marked) for each in found) if notation.marked else found


@lru_cache(maxsize=4096)
def converted(latex: str) -> tuple[Element, ...]:
    """The mended elements of a piece of LaTeX; the same piece is converted once.

    They may stand in several places and are never changed: a large derivation holds the same number many times.

    Errors: ``InputError`` if latex2mathml cannot read it.
    """
    try:
        from latex2mathml.converter import convert
    except ImportError:
        raise MissingExtraError("MathML needs latex2mathml; install it with pip install symattn.") from None
    from xml.etree.ElementTree import ParseError, fromstring

    if not latex.strip():
        return ()
    try:
        root = fromstring(convert(UPRIGHT_LETTER.sub(r"\\text{\1}", ROW_GAP.sub(r"\\\\", latex)), display="block"))
    except ParseError as error:
        raise InputError(f"{latex[:60]!a} does not convert to MathML: {error}.") from None
    except Exception as error:  # latex2mathml raises its own kinds, and IndexError and the like on odd input
        raise InputError(f"{latex[:60]!a} is not LaTeX that can be converted: {type(error).__name__}.") from None
    return tuple(mend(root))


def aligned(body: str) -> Element:
    """The lines of an ``aligned`` block as a table of columns, which latex2mathml would run together."""
    lines = [line for line in split(body, "\\\\") if line.strip()]
    return table([[converted(cell.strip()) for cell in split(line, "&")] for line in lines])


def split(text: str, separator: str) -> list[str]:
    """A text taken apart at a separator, but not inside braces or an inner environment.

    >>> split("a & \\\\frac{b & c}{d} & e", "&")
    ['a ', ' \\\\frac{b & c}{d} ', ' e']
    """
    parts, depth, start, at = [], 0, 0, 0
    while at < len(text):
        if text.startswith(separator, at) and not depth:
            parts.append(text[start:at])
            at += len(separator)
            start = at
            continue
        if text[at] == "{" or text.startswith("\\begin", at):
            depth += 1
        elif text[at] == "}" or text.startswith("\\end", at):
            depth -= 1
        at += 2 if text[at] == "\\" and text[at + 1 : at + 2] in ("\\", "{", "}") else 1
    return [*parts, text[start:]]


def table(rows: Sequence[Sequence[Sequence[Element]]]) -> Element:
    """Lines whose cells stand under each other: the first column to the right, the others to the left."""
    from xml.etree.ElementTree import Element, SubElement

    made = Element("mtable", {"displaystyle": "true", "class": "lines"})
    for row in rows:
        line = SubElement(made, "mtr")
        for place, cell in enumerate(row):
            side = "left" if place else "right"
            SubElement(line, "mtd", {"style": f"{aligned_to(side)};padding:0.35em 0.15em"}).extend(cell)
    return made


def _put_in(element: Element, marked: Sequence[Any]) -> Element:
    """The element with every mark in it replaced by what it stands for."""
    found = MARK.match(element.text or "") if element.tag == "mtext" else None
    if found:
        content = marked[int(found[1])]
        return _words(content) if isinstance(content, str) else _matrix(content, marked)
    children = [_put_in(child, marked) for child in element]
    if all(new is old for new, old in zip(children, element, strict=True)):
        return element
    made = copy(element)
    made[:] = children
    return made


def _words(text: str) -> Element:
    from xml.etree.ElementTree import Element

    made = Element("mtext")
    made.text = text.replace("\\", "∖").replace("&", "＆").replace("$", "＄") or "\u00a0"
    return made


def _matrix(rows: Sequence[Sequence[Piece]], marked: Sequence[Any]) -> Element:
    from xml.etree.ElementTree import Element, SubElement

    made = Element("mrow")
    SubElement(made, "mo", {"form": "prefix", "stretchy": "true", "fence": "true"}).text = "["
    grid = SubElement(made, "mtable")
    tall = any(piece.tall for row in rows for piece in row)
    columns = [[piece.text for piece in each] for each in zip(*rows, strict=True)]
    sides, cells = zip(*(("center", each) if tall else column(each) for each in columns), strict=True)
    for row in zip(*cells, strict=True):
        line = SubElement(grid, "mtr")
        for side, text in zip(sides, row, strict=True):
            style = aligned_to(side) + (";padding:0.4em 0.5em" if tall else "")
            cell = SubElement(line, "mtd", {"style": style})
            cell.extend(_put_in(each, marked) for each in converted(text))
    SubElement(made, "mo", {"form": "postfix", "stretchy": "true", "fence": "true"}).text = "]"
    return made


def serialized(element: Element) -> str:
    """The XML of an element, its characters as they are."""
    from xml.etree.ElementTree import tostring

    return tostring(element, encoding="unicode", short_empty_elements=True)
