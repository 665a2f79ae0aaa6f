"""Answers: what a learner writes, read into exact numbers by the language's whitelist; decimals keep their places."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from symattn import limits
from symattn.errors import ExactnessError, InputError, LimitError, SymattnError
from symattn.exact import Element, Evaluation
from symattn.exact.functions import exp
from symattn.language import parse_expression
from symattn.language.declarations import declare
from symattn.reading.numerals import number_or_none, what_would_do

DECIMAL = re.compile(r"[+-]?[0-9]*\.([0-9]*)(?:[eE]([+-]?[0-9]{1,4}))?|[+-]?[0-9]+[eE]([+-]?[0-9]{1,4})")

DECIMAL_COMMA = re.compile(r"[+-]?[0-9]+,[0-9]+")

POWER_OF_E = re.compile(r"\be\s*\*\*\s*\(")
"""``e**(`` is written ``exp(``: a power of a number may be undefined where an exponential never is."""

SIGNS = {"−": "-", "–": "-", "⁄": "/", "×": "*", "·": "*", "÷": "/", "^": "**", "π": "pi"}
"""What is written for signs of the language; full-width forms are brought to narrow ones before."""

RAISED = re.compile("⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]+")
LOWERED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")

RESPELLED = (
    (re.compile(r"√\s*([0-9]+)"), r"sqrt(\1)"),
    (re.compile("√"), "sqrt"),
    (re.compile(r"\bln\b"), "log"),
    (re.compile(r"(?<=[0-9])(?=e(?![0-9+-]))|(?<=[0-9)])(?=(?:sqrt|log|exp|tanh|cos|sin)\()|(?<=\))(?=e)"), "*"),
    (POWER_OF_E, "exp("),
)
"""How a key is printed and a learner writes: roots by their sign, products by putting factors side by side."""

EULER = ("e", "E")


UNDECIDED_DIGITS = 1_000
"""Digits that agree where equality is not decided."""

SIDE_BY_SIDE = re.compile(r"(?<=[0-9a-z)])\s+(?=[a-zA-Z(])|(?<=\))\s*(?=[(0-9])")
"""Between factors of one entry; a name and its bracket stand together."""


@dataclass(frozen=True)
class Entry:
    """One number of an answer: its value, and the places after the point if it was written as a decimal."""

    value: Element
    places: int | None = None

    def is_exactly(self, exact: Element) -> bool:
        """Whether it is the number; where no rule decides that, as for powers of roots, by a thousand digits."""
        try:
            return self.value == exact
        except ExactnessError:
            return self.value.decimal(UNDECIDED_DIGITS) == exact.decimal(UNDECIDED_DIGITS)

    def is_decided(self, exact: Element) -> bool:
        """Whether equality with the number is decided."""
        try:
            return (self.value == exact) is not None
        except ExactnessError:
            return False

    def is_rounded(self, exact: Element) -> bool:
        """Whether it is a decimal that the number rounds to; of a number in the middle of two, either of them."""
        if self.places is None:
            return False
        half_a_unit = Fraction(1, 2) / Fraction(10) ** self.places
        return abs(exact - self.value) <= half_a_unit

    def agrees(self, exact: Element) -> bool:
        """Whether it stands for the number, exactly or rounded."""
        return self.is_rounded(exact) if self.places is not None else self.is_exactly(exact)


Answer = tuple[tuple[Entry, ...], ...]
"""The rows of an answer; a number is one row of one entry."""


def read_answer(text: str, one_number: bool = False) -> Answer:
    """The rows of numbers that an answer stands for; ``one_number`` if blanks separate nothing.

    >>> [entry.places for entry in read_answer("1/(1 + e**2) 0.25; 2 -0.5")[0]]
    [None, 2]

    Errors: ``InputError`` for text that is no answer, ``LimitError`` for one too long, and the errors of the language.
    """
    if len(text) > limits.ANSWER_LENGTH:
        raise LimitError(f"an answer of {len(text)} characters; the most is {limits.ANSWER_LENGTH}.")
    plain = RAISED.sub(lambda found: f"**({found[0].translate(LOWERED)})", text)
    plain = unicodedata.normalize("NFKC", plain)
    plain = "".join(SIGNS.get(character, character) for character in plain).strip()
    for pattern, spelled in RESPELLED:
        plain = pattern.sub(spelled, plain)
    if not plain:
        raise InputError("the answer is empty; write a number such as 1/3, or a matrix such as '1 2; 3 4'.")
    if one_number and DECIMAL_COMMA.fullmatch(plain):
        raise InputError(f"the answer is one number, found {plain}; {what_would_do(plain)}.")
    rows = tuple(tuple(map(_entry, _entries(row, one_number))) for row in _divided(_without_brackets(plain), ";"))
    for number, row in enumerate(rows, 1):
        if len(row) != len(rows[0]):
            raise InputError(
                f"the rows of an answer are of one length: row 1 has {len(rows[0])} entries, "
                f"row {number} has {len(row)}."
            )
    return rows


def _without_brackets(text: str) -> str:
    """``[1, 2]`` and ``[[1, 2], [3, 4]]`` as ``1, 2`` and ``1, 2; 3, 4``."""
    if not (text.startswith("[") and text.endswith("]")):
        return text
    inner = text[1:-1].strip()
    if not inner.startswith("["):
        return inner
    rows = _divided(inner, ",") if "," in inner else [inner]
    return "; ".join(_without_brackets(row.strip()) for row in rows)


def _divided(text: str, mark: str) -> list[str]:
    """The text at each mark that stands in no bracket.

    >>> _divided("max(1, 2), 3", ",")
    ['max(1, 2)', ' 3']
    """
    parts, depth = [""], 0
    for character in text:
        depth += (character in "([") - (character in ")]")
        if character == mark and depth <= 0:
            parts.append("")
        else:
            parts[-1] += character
    return parts


def _entries(row: str, one_number: bool) -> Iterator[str]:
    """The entries of a row: at its commas, or else at its blanks where no operation goes on across them."""
    row = row.strip()
    commas = [piece for piece in row.split() if DECIMAL_COMMA.fullmatch(piece)]
    if len(commas) > 1 and len(commas) == len(row.split()):
        raise InputError(f"the answer has the entry {commas[0]}; {what_would_do(commas[0])}.")
    if "," in row and len(pieces := _divided(row, ",")) > 1:
        yield from pieces
        return
    if one_number:
        yield row
        return
    entry = ""
    for piece in filter(None, _divided(re.sub(r"\s", " ", row), " ")):
        ends_open = not entry or entry.endswith(("+", "-", "*", "/"))
        goes_on = piece in ("+", "-") or piece.startswith(("*", "/"))
        if ends_open or goes_on:
            entry += piece
        else:
            yield entry
            entry = piece
    yield entry


def _entry(text: str) -> Entry:
    """One number, a decimal or an exact formula of numbers."""
    text = text.strip()
    if not text:
        raise InputError("an entry of the answer is empty; write 0 where a zero is meant.")
    value = number_or_none(text)
    if value is not None:
        found = DECIMAL.fullmatch(text)
        if found is None:
            return Entry(Element.of(value))
        return Entry(Element.of(value), len(found[1] or "") - int(found[2] or found[3] or 0))
    try:
        parsed = parse_expression(SIDE_BY_SIDE.sub(" * ", text), {name: declare(name, ()) for name in EULER})
        number = Evaluation(dict.fromkeys(EULER, exp(Element.of(1))))(parsed)
    except SymattnError as error:
        raise error.in_context("in the answer") from None
    if not isinstance(number, Element):
        raise InputError(f"an entry of the answer is a number, found {text[:60]!a}.")
    return Entry(number)
