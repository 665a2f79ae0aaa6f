"""The document: titles, sentences, formulas, steps, tables and code as data, which every renderer prints its own way.

What stands in a formula is a thing to print, never a string in some format: a value of the language, exact numbers,
or one of the small wrappers below.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Protocol, TypeVar

from symattn.errors import LanguageError, MissingRowError
from symattn.shapes import Shape

Row = TypeVar("Row")

RELATIONS = ("=", "≈", "≠", "≤", "≥", "<", ">", "∈", "→")
"""The signs that may stand between the parts of a formula."""

Printable = Any
"""A value of the language, a SymPy number, ``exact.Element``, ``exact.ExactMatrix``, rows of numbers (a tuple of
tuples), a ``Fraction``, an ``int``, a ``Decimal``, or a wrapper of this file."""


@dataclass(frozen=True)
class Rounded:
    """Exact numbers shown as decimals; ``digits`` significant ones, or as many as the document is printed with."""

    value: Printable
    digits: int | None = None


@dataclass(frozen=True)
class Substituted:
    """A value of the language with numbers in the place of names: ``numbers`` maps a name to what stands for it.

    Names without a number are printed as they are. Sizes may be given too, as whole numbers.
    """

    value: Printable
    numbers: Mapping[str, Printable] = field(hash=False)


@dataclass(frozen=True)
class Joined:
    """Several things to print, with a sign between them, as in a sum of matrices: ``Joined((A, B), "+")``."""

    parts: tuple[Printable, ...]
    sign: str = "+"


@dataclass(frozen=True)
class RealMatrices:
    """The real matrices of a shape, as in ``Q ∈ ℝ^{n × d_k}``; the shape ``()`` is the real numbers."""

    shape: Shape


@dataclass(frozen=True)
class ForEach:
    """A value for each value of some indices, as in ``X W^{(h)}, h = 1, …, H``; ``axes`` are indices and lengths."""

    value: Printable
    axes: tuple[tuple[Printable, Printable], ...]


@dataclass(frozen=True)
class Words:
    """A few words in the midst of a formula."""

    text: str


ANCHOR = re.compile(r"[a-z][a-z0-9-]*")


@dataclass(frozen=True)
class Title:
    """What the document is called, at its beginning, or what a part of it is.

    With an ``anchor``, a word of small letters, digits and hyphens, it begins a chapter, which ``Contents`` leads to.
    Errors: ``LanguageError`` for another anchor.
    """

    text: str
    anchor: str = ""

    def __post_init__(self) -> None:
        if self.anchor and not ANCHOR.fullmatch(self.anchor):
            raise LanguageError(f"{self.anchor!a} is no anchor: small letters, digits and hyphens, a letter first.")


@dataclass(frozen=True)
class Heading:
    """What a section is called: words, or words and things to print between them."""

    parts: tuple[str | Printable, ...]
    level: int

    def __init__(self, *parts: str | Printable, level: int = 2) -> None:
        object.__setattr__(self, "parts", parts)
        object.__setattr__(self, "level", level)


@dataclass(frozen=True)
class Paragraph:
    """Sentences, with things to print between the words: ``Paragraph("Each row of ", P, " sums to 1.")``.

    A ``str`` is words; everything else is printed as mathematics.
    """

    parts: tuple[str | Printable, ...]

    def __init__(self, *parts: str | Printable) -> None:
        object.__setattr__(self, "parts", parts)


@dataclass(frozen=True)
class Formula:
    """Parts with relation signs between them, one below the other: ``Formula(P, "=", softmax_of_S, "≈", Rounded(p))``.

    Errors: ``LanguageError`` for a sign that is not in ``RELATIONS``, or a part without a sign before it.

    >>> Formula(1, "=", 1, "≈", 1).relations
    ('=', '≈')
    """

    parts: tuple[Printable, ...]
    relations: tuple[str, ...]

    def __init__(self, *parts_and_signs: Printable | str) -> None:
        parts, relations = parts_and_signs[::2], parts_and_signs[1::2]
        if len(parts) != len(relations) + 1:
            raise LanguageError(f"a formula is parts with a sign between each two, found {len(parts_and_signs)} items.")
        for sign in relations:
            _check_sign(sign)
        object.__setattr__(self, "parts", parts)
        object.__setattr__(self, "relations", relations)


def _check_sign(sign: Any) -> None:
    if not isinstance(sign, str) or sign not in RELATIONS:
        known = " ".join(RELATIONS)
        raise LanguageError(f"{sign!r} is not a sign between parts of a formula; there are: {known}.")


@dataclass(frozen=True)
class Table:
    """Rows under a header; a cell is words (``str``) or a thing to print.

    Errors: ``LanguageError`` for a row with more or fewer cells than the header.
    """

    header: tuple[str | Printable, ...]
    rows: tuple[tuple[str | Printable, ...], ...]

    def __init__(self, header: Iterable[str | Printable], rows: Iterable[Iterable[str | Printable]]) -> None:
        object.__setattr__(self, "header", tuple(header))
        object.__setattr__(self, "rows", tuple(tuple(row) for row in rows))
        for row in self.rows:
            if len(row) != len(self.header):
                raise LanguageError(f"a table with {len(self.header)} columns has a row of {len(row)} cells.")


@dataclass(frozen=True)
class Code:
    """Text kept as it is, in letters of one width."""

    text: str
    language: str = ""


@dataclass(frozen=True)
class StepLine:
    """One step of a chain: its sign, what comes out, the reason, the kind of evidence, and what to see in it.

    ``reason`` is what is printed, as in ``by shift; proved``; ``evidence`` is one of the words of verdicts.
    """

    sign: str
    value: Printable
    reason: str = ""
    evidence: str = ""
    remark: tuple[str | Printable, ...] = ()

    def __post_init__(self) -> None:
        _check_sign(self.sign)


@dataclass(frozen=True)
class Steps:
    """A chain of formulas below each other: where it starts, then the steps, each with its reason beside it.

    >>> Steps(1, [StepLine("≤", 2, "by bound; proved", "proved")]).lines[0].evidence
    'proved'
    """

    start: Printable
    lines: tuple[StepLine, ...]

    def __init__(self, start: Printable, lines: Iterable[StepLine] = ()) -> None:
        object.__setattr__(self, "start", start)
        object.__setattr__(self, "lines", tuple(lines))


Parts = tuple[str | Printable, ...]
"""Words and things to print between them, as in a paragraph."""


@dataclass(frozen=True)
class Listing:
    """Items below each other, with a dot or a number before each; an item is words, or parts as in a paragraph.

    >>> Listing(["first", ("then ", 2)]).items
    (('first',), ('then ', 2))
    """

    items: tuple[Parts, ...]
    numbered: bool = False

    def __init__(self, items: Iterable[str | Parts], numbered: bool = False) -> None:
        object.__setattr__(self, "items", tuple((item,) if isinstance(item, str) else tuple(item) for item in items))
        object.__setattr__(self, "numbered", numbered)


class Drawing(Protocol):
    """What can stand in a figure, such as a picture of :mod:`symattn.pictures`."""

    @property
    def description(self) -> str:
        """What is to be seen, in words, for those who do not see it."""

    def to(self, format_name: str) -> str | bytes:
        """The drawing as ``"svg"``, a text, and as ``"pdf"``, bytes."""


@dataclass(frozen=True)
class Figure:
    """A picture with its caption; nothing is drawn before a format needs it.

    Where a format cannot hold a picture, its file stands beside the document; see :meth:`file`.
    """

    drawing: Drawing
    caption: Parts

    def __init__(self, drawing: Drawing, *caption: str | Printable) -> None:
        object.__setattr__(self, "drawing", drawing)
        object.__setattr__(self, "caption", caption)

    @property
    def svg(self) -> str:
        """The picture as SVG."""
        drawn = self.drawing.to("svg")
        return drawn if isinstance(drawn, str) else drawn.decode("utf-8")

    def file(self, kind: str) -> str:
        """The name of its file, ``kind`` being ``"svg"`` or ``"pdf"``; the same for the same picture."""
        return f"figure-{sha256(self.svg.encode()).hexdigest()[:12]}.{kind}"


@dataclass(frozen=True)
class References:
    """Sources with a number each, under a heading of their own."""

    sources: tuple[Parts, ...]

    def __init__(self, sources: Iterable[str | Parts]) -> None:
        object.__setattr__(self, "sources", Listing(sources).items)


@dataclass(frozen=True)
class Contents:
    """The chapters in order, by their titles.

    Errors: ``LanguageError`` for a title without an anchor.
    """

    titles: tuple[Title, ...]

    def __init__(self, titles: Iterable[Title]) -> None:
        object.__setattr__(self, "titles", tuple(titles))
        for title in self.titles:
            if not title.anchor:
                raise LanguageError(f"the contents lead to anchors, and the title {title.text!a} has none.")


Block = Title | Heading | Paragraph | Formula | Steps | Table | Code | Listing | Figure | References | Contents
"""A renderer has a table with one row for each of them."""


def row_of(block: Block, table: Mapping[type, Row], where: str) -> Row:
    """The row of a renderer's table for a block; ``where`` is the file that the table stands in.

    >>> row_of(Title("attention"), {Title: "printed so"}, "render_text.py")
    'printed so'

    Errors: ``MissingRowError`` naming the table and the block.
    """
    if type(block) not in table:
        raise MissingRowError(f"publishing/{where} has no row for the block {type(block).__name__}; add one to BLOCKS.")
    return table[type(block)]


@dataclass(frozen=True)
class Stage:
    """One input or equation for a machine: its name, shape, formula, and its numbers if there are any.

    ``formula`` is ``None`` for an input; ``numbers`` are those put in for the names, ``exact`` what comes out. The
    shape of a family has the lengths of its axes in front, and its formula is that of a member.
    """

    name: str
    shape: Shape
    formula: Printable = None
    numbers: Mapping[str, Printable] | None = field(default=None, hash=False)
    exact: Printable = None
    entry: tuple[Printable, Printable] | None = None
    """The entry that is asked for, and its formula; for symbolic sizes."""
    left: Printable = None
    """What stands before the equals sign, where that is more than a name: a member of a family."""


@dataclass(frozen=True)
class Document:
    """A title, blocks in order, the stages for a machine, and where the mathematics comes from."""

    title: str
    blocks: tuple[Block, ...] = ()
    stages: tuple[Stage, ...] = ()
    source: str = ""
    language: str = "en"
    """What its words are in: a code of the table in publishing/languages.py, ``"en"`` or ``"zh"``."""
    program: tuple[str, ...] = ()
    """Python that computes the numbers anew, piece by piece; a notebook runs each piece in a cell."""
