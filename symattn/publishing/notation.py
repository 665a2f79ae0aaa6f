"""How pieces are put together, whatever the format: brackets exactly where an operand binds less than its place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from enum import IntEnum
from typing import NamedTuple

from symattn.publishing.letters import marked


class Level(IntEnum):
    """How tightly a piece binds; an operand that binds less than its place asks for stands in brackets."""

    REMAINDER = 0
    """A remainder, ``j mod 2``: in brackets wherever anything stands beside it."""
    SUM = 1
    QUOTIENT = 2
    """A quotient written on one line; a fraction with a bar is a FACTOR."""
    PRODUCT = 3
    FACTOR = 4
    """Whole beside a factor, but not under an exponent: a fraction, a root, a sum over an index."""
    POWER = 5
    ATOM = 6


class Piece(NamedTuple):
    """Printed text with what its surroundings must know of it.

    ``open_right``: it ends with a sum over an index, which would swallow what follows. ``tall``: higher than a line.
    """

    text: str
    level: Level = Level.ATOM
    open_right: bool = False
    tall: bool = False


class Notation:
    """The signs of one format; what is common to all is here, the signs themselves are in its subclasses."""

    plus = "+"
    minus = "-"
    hadamard = "⊙"
    hadamard_quotient = "⊘"
    has_bars = False
    """Whether a fraction has a bar, which does what brackets would."""
    infinity = "∞"
    gap = " "
    """What stands between the parts of a list, behind the comma."""
    threshold = "τ"
    dots = "…"
    differential = "d"
    """What stands before a name in the name of its cotangent."""
    signs: dict[str, str] = {}

    def glue(self, *texts: str) -> str:
        """Texts one after the other, apart where they would run together."""
        raise NotImplementedError

    def beside(self, left: str, right: str) -> str:
        """Two factors side by side."""
        raise NotImplementedError

    def bracket(self, piece: Piece) -> Piece:
        """A piece in brackets as high as it is."""
        raise NotImplementedError

    def at_least(self, piece: Piece, level: Level) -> Piece:
        """A piece fit for a place that binds so tightly."""
        return piece if piece.level >= level else self.bracket(piece)

    def product(self, factors: Sequence[Piece]) -> Piece:
        """Factors side by side. A factor after the first may itself not be a product."""
        if len(factors) == 1:
            return factors[0]
        text = ""
        for place, factor in enumerate(factors):
            needed = Level.FACTOR if place else Level.PRODUCT
            open_inside = factor.open_right and place < len(factors) - 1
            fitting = self.bracket(factor) if open_inside else self.at_least(factor, needed)
            text = self.beside(text, fitting.text) if place else fitting.text
        return Piece(text, Level.PRODUCT, factors[-1].open_right, any(factor.tall for factor in factors))

    def signed_product(self, factors: Sequence[Piece], sign: str) -> Piece:
        """Factors with a sign between them; a product among them stands in brackets, whatever its sign."""
        fitting = [
            self.bracket(factor)
            if factor.level <= Level.PRODUCT or (factor.open_right and place < len(factors) - 1)
            else factor
            for place, factor in enumerate(factors)
        ]
        text = fitting[0].text
        for factor in fitting[1:]:
            text = self.glue(text, sign, factor.text)
        return Piece(text, Level.PRODUCT, factors[-1].open_right, any(factor.tall for factor in factors))

    def total(self, terms: Iterable[tuple[bool, Piece]]) -> Piece:
        """A sum of terms with their signs (``True``: minus); a sum among those after the first stands in brackets."""
        terms = list(terms)
        text, tall = "", False
        for place, (negative, piece) in enumerate(terms):
            needed = Level.QUOTIENT if negative or place else Level.SUM
            alone = len(terms) == 1 and not negative
            if not alone and (piece.level < needed or (piece.open_right and place < len(terms) - 1)):
                piece = self.bracket(piece)
            if place:
                text = self.glue(text, self.minus if negative else self.plus, piece.text)
            else:
                text = self.glue("-", piece.text) if negative else piece.text
            tall = tall or piece.tall
        return Piece(text, Level.SUM, terms[-1][1].open_right, tall)

    # ---- what each format writes in its own way

    def name(self, text: str) -> str:
        """A name of the language, letter by letter; that of a value is a ``value_name``."""
        raise NotImplementedError

    def value_name(self, text: str) -> str:
        """The name of a value: of the cotangent ``dX`` and of the tangent ``X_dot`` with the signs of these."""
        name, cotangent, tangent = marked(text)
        return self.differential * cotangent + (self.dotted(name) if tangent else self.name(name))

    def dotted(self, text: str) -> str:
        """A name with a dot above it."""
        raise NotImplementedError

    def words(self, text: str) -> str:
        """Words in the midst of a formula."""
        raise NotImplementedError

    def fraction(self, above: Piece, below: Piece, inline: bool) -> Piece:
        """One piece over another; ``inline``: on one line, for an exponent."""
        raise NotImplementedError

    def root(self, inside: Piece, degree: int) -> Piece:
        """The root of a piece."""
        raise NotImplementedError

    def raised(self, base: Piece, exponent: Piece) -> Piece:
        """A power."""
        raise NotImplementedError

    def raised_by_entry(self, base: Piece, exponent: Piece) -> Piece:
        """A power of every entry of a matrix."""
        raise NotImplementedError

    def transposed(self, base: Piece) -> Piece:
        """A transpose."""
        raise NotImplementedError

    def euler(self, exponent: Piece | None) -> Piece | None:
        """A power of e (``None``: e itself), or ``None`` if this exponent is better written as ``exp(…)``."""
        raise NotImplementedError

    def call(self, word: str, *arguments: Piece, below: str = "") -> Piece:
        """A function of its arguments, always with brackets; ``below`` stands below its name."""
        raise NotImplementedError

    def absolute(self, inside: Piece) -> Piece:
        """The absolute value of a number."""
        raise NotImplementedError

    def cases(self, lines: Sequence[tuple[Piece, Piece | None]]) -> Piece:
        """A value by cases; the condition ``None`` is otherwise."""
        raise NotImplementedError

    def subscript(self, letter: Piece, positions: Sequence[str]) -> Piece:
        """An entry, a row or a column (``":"`` for all)."""
        raise NotImplementedError

    def member(self, letter: Piece, positions: Sequence[str], transposed: bool = False) -> Piece:
        """The member of a family, its positions above the name in brackets; ``transposed``: its transpose."""
        raise NotImplementedError

    def given_by_entry(self, formula: Piece, positions: Sequence[str]) -> Piece:
        """The matrix whose entry at some positions is a formula."""
        raise NotImplementedError

    def stacked(self, parts: Sequence[Piece], below: bool) -> Piece:
        """Matrices side by side, or one ``below`` the other, as one matrix."""
        raise NotImplementedError

    def floor(self, inside: Piece) -> Piece:
        """The largest whole number that is not above a number."""
        raise NotImplementedError

    def remainder(self, number: Piece, divisor: Piece) -> Piece:
        """What is left of a number after division."""
        raise NotImplementedError

    def range(self, symbol: str, upper: str) -> str:
        """The values of an index, from 1 on."""
        raise NotImplementedError

    def with_ranges(self, text: str, ranges: Sequence[str]) -> str:
        """A formula and the ranges of its indices."""
        raise NotImplementedError

    def parity(self, number: str, even: bool) -> str:
        """That a whole number is even, or odd."""
        raise NotImplementedError

    def sum_over(self, symbol: str, lower: str, upper: str, term: Piece) -> Piece:
        """A sum over an index."""
        raise NotImplementedError

    def sum_where(self, condition: str, term: Piece) -> Piece:
        """A sum over the values of an index that meet a condition."""
        raise NotImplementedError

    def all_of(self, conditions: Sequence[str], spelled: bool) -> str:
        """Conditions that all hold; ``spelled``: with words between them, else with commas."""
        raise NotImplementedError

    def such_that(self, symbol: str, condition: str) -> str:
        """An index and the condition on it."""
        raise NotImplementedError

    def keys_with(self, condition: Piece) -> Piece:
        """The set of the keys that meet a condition."""
        raise NotImplementedError

    def indicator(self, condition: Piece) -> Piece:
        """1 where a condition holds, else 0."""
        return Piece(f"[{condition.text}]")

    def largest_over(self, symbol: str, lower: str, upper: str, term: Piece) -> Piece:
        """The largest value over an index."""
        raise NotImplementedError

    def largest_where(self, condition: str, term: Piece) -> Piece:
        """The largest value over the values of an index that meet a condition."""
        raise NotImplementedError

    def constant(self, letter: str, sizes: Sequence[Piece]) -> Piece:
        """The matrices ``I``, ``1`` and ``0`` with their sizes."""
        raise NotImplementedError

    def delta(self, positions: Sequence[str]) -> Piece:
        """Kronecker's delta."""
        raise NotImplementedError

    def array(self, rows: Sequence[Sequence[Piece]], centred: bool = False) -> Piece:
        """A matrix of printed entries; ``centred``: of whole matrices, which no column of numbers lines up."""
        raise NotImplementedError

    def decimal(self, number: Decimal) -> Piece:
        """A decimal number."""
        raise NotImplementedError

    def real_matrices(self, sizes: Sequence[Piece]) -> Piece:
        """The real matrices of a shape; no sizes: the real numbers."""
        raise NotImplementedError

    def sign(self, sign: str) -> str:
        """A sign between two parts of a formula, or two factors."""
        return self.signs.get(sign, sign)
