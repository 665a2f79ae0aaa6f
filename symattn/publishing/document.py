"""The document: titles, sentences, formulas, steps, tables and code as data, which every renderer prints its own way.

What stands in a formula is a thing to print, never a string in some format: a value of the language, exact numbers,
or one of the small wrappers below.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from symattn.errors import LanguageError
from symattn.shapes import Shape

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


@dataclass(frozen=True)
class Title:
    """What the document is called; at its beginning."""

    text: str


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


Block = Title | Heading | Paragraph | Formula | Steps | Table | Code


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
    """What its words are in, ``"en"`` or ``"zh"``."""
