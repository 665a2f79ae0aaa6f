"""The terminal's signs: Unicode where it is clean, ASCII where it is not; a matrix stands in the line by a mark."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from decimal import Decimal

from symattn.publishing.formula_words import in_formula
from symattn.publishing.latex_notation import ENDS_IN_NUMBER, joined
from symattn.publishing.layout import Box, matrix_box
from symattn.publishing.letters import LARGE_GREEK, SMALL_GREEK, TANGENT, is_letter
from symattn.publishing.notation import Level, Notation, Piece
from symattn.publishing.numbers import scientific, superscript

GREEK = {
    word: unicodedata.lookup(f"GREEK {kind} LETTER {'lamda' if word.lower() == 'lambda' else word}")
    for kind, words in (("SMALL", SMALL_GREEK), ("CAPITAL", LARGE_GREEK))
    for word in words
}

RAISED = dict(zip("()0123456789abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVW",
    "⁽⁾⁰¹²³⁴⁵⁶⁷⁸⁹ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂ", strict=True))  # fmt: skip
"""Characters with a raised form in Unicode; some letters have none."""

DOT_ABOVE = unicodedata.lookup("COMBINING DOT ABOVE")

FIRST_MARK = 0xE000
"""Characters from here on, in Unicode's private area, hold the places of matrices; no name contains one."""


class TextNotation(Notation):
    """Pieces of plain text; a matrix is a box in ``boxes``, its place in the text a single mark."""

    def __init__(self) -> None:
        self.boxes: list[Box] = []

    def name(self, text: str) -> str:
        """A name as it is typed; Greek letters as letters.

        >>> TextNotation().name("tau"), TextNotation().name("W_Q")
        ('τ', 'W_Q')
        """
        return "_".join(GREEK.get(part, part) for part in text.split("_"))

    def dotted(self, text: str) -> str:
        """A dot above a letter; the tangent of a word is called as it is typed.

        >>> TextNotation().dotted("W_Q"), TextNotation().dotted("slope")
        ('Ẇ_Q', 'slope_dot')
        """
        base, *below = text.split("_")
        if not is_letter(base):
            return self.name(text) + TANGENT
        letter = unicodedata.normalize("NFC", self.name(base) + DOT_ABOVE)
        return "_".join([letter, *map(self.name, below)])

    def words(self, text: str) -> str:
        return plain(text)

    def glue(self, *texts: str) -> str:
        """Texts with a space between them; a minus sign before the first term stands close to it."""
        first, *rest = texts
        return "".join(texts) if first == "-" and len(texts) == 2 else " ".join([first, *rest])

    def beside(self, left: str, right: str) -> str:
        if right[:1].isdigit():
            return f"{left}·{right}"
        close = right[:1] == "√" and ENDS_IN_NUMBER.search(left)
        return f"{left}{right}" if close else f"{left} {right}"

    def bracket(self, piece: Piece) -> Piece:
        return Piece(f"({piece.text})", tall=piece.tall)

    def fraction(self, above: Piece, below: Piece, inline: bool) -> Piece:
        """A quotient on the line; close together unless a product stands in it."""
        products = (piece for piece in (above, below) if piece.level == Level.PRODUCT or piece.open_right)
        spaced = any(" " in piece.text for piece in products)
        above, below = self.at_least(above, Level.PRODUCT), self.at_least(below, Level.FACTOR)
        if above.open_right:
            above = self.bracket(above)
        return Piece(f"{above.text}{' / ' if spaced else '/'}{below.text}", Level.QUOTIENT, below.open_right)

    def root(self, inside: Piece, degree: int) -> Piece:
        if degree != 2:
            return self.raised(inside, Piece(f"1/{degree}", Level.QUOTIENT))
        simple = inside.text.isdigit() or inside.text.replace("_", "").isalnum()
        return Piece(f"√{inside.text}" if simple else f"√({inside.text})", Level.FACTOR)

    def raised(self, base: Piece, exponent: Piece) -> Piece:
        """A power, raised where every character of the exponent has a raised form.

        >>> notation = TextNotation()
        >>> notation.raised(Piece("x"), Piece("12")).text, notation.raised(Piece("x"), Piece("n")).text
        ('x¹²', 'x^n')
        """
        high = superscript(exponent.text)
        shown = high if high is not None else f"^{self.at_least(exponent, Level.ATOM).text}"
        return Piece(self.at_least(base, Level.ATOM).text + shown, Level.POWER)

    def raised_by_entry(self, base: Piece, exponent: Piece) -> Piece:
        low, high = self.at_least(base, Level.ATOM), self.at_least(exponent, Level.FACTOR)
        return Piece(f"{low.text}^(⊙{high.text})", Level.POWER)

    def transposed(self, base: Piece) -> Piece:
        return Piece(f"{self.at_least(base, Level.ATOM).text}ᵀ", Level.POWER)

    def euler(self, exponent: Piece | None) -> Piece | None:
        return Piece("e") if exponent is None else self.raised(Piece("e"), exponent)

    def call(self, word: str, *arguments: Piece, below: str = "") -> Piece:
        name = self.subscript(Piece(word), [below]).text if below else word
        return Piece(f"{name}({', '.join(argument.text for argument in arguments)})")

    def absolute(self, inside: Piece) -> Piece:
        return Piece(f"|{inside.text}|")

    def cases(self, lines: Sequence[tuple[Piece, Piece | None]]) -> Piece:
        shown = [
            in_formula("last case on a line", value=value.text)
            if condition is None
            else in_formula("case on a line", value=value.text, condition=condition.text)
            for value, condition in lines
        ]
        return Piece(f"{{{in_formula('between cases').join(shown)}}}")

    def subscript(self, letter: Piece, positions: Sequence[str]) -> Piece:
        shown = joined(positions)
        return Piece(f"{letter.text}_{shown}" if shown.isalnum() else f"{letter.text}_{{{shown}}}")

    def member(self, letter: Piece, positions: Sequence[str], transposed: bool = False) -> Piece:
        """Raised where every character of the positions has a raised form.

        >>> notation = TextNotation()
        >>> notation.member(Piece("Q"), ["h"]).text, notation.member(Piece("K"), ["g", "r"], transposed=True).text
        ('Q⁽ʰ⁾', 'K^(g,r)ᵀ')
        """
        inside = f"({','.join(positions)})"
        high = "".join(RAISED.get(character, " ") for character in inside)
        shown = f"^{inside}" if " " in high else high
        return Piece(letter.text + shown + "ᵀ" * transposed, Level.POWER)

    def given_by_entry(self, formula: Piece, positions: Sequence[str]) -> Piece:
        return self.subscript(Piece(f"[{formula.text}]"), positions)._replace(level=Level.POWER)

    def stacked(self, parts: Sequence[Piece], below: bool) -> Piece:
        return Piece(f"[{('; ' if below else ', ').join(part.text for part in parts)}]")

    def floor(self, inside: Piece) -> Piece:
        return Piece(f"⌊{inside.text}⌋")

    def remainder(self, number: Piece, divisor: Piece) -> Piece:
        above, below = self.at_least(number, Level.FACTOR), self.at_least(divisor, Level.FACTOR)
        return Piece(f"{above.text} mod {below.text}", Level.REMAINDER)

    def range(self, symbol: str, upper: str) -> str:
        return f"{symbol} = 1, …, {upper}"

    def with_ranges(self, text: str, ranges: Sequence[str]) -> str:
        return ",  ".join([text, *ranges])

    def parity(self, number: str, even: bool) -> str:
        return number + in_formula("even" if even else "odd")

    def sum_over(self, symbol: str, lower: str, upper: str, term: Piece) -> Piece:
        return self._big(f"Σ_{{{symbol}={lower}..{upper}}}", term)

    def sum_where(self, condition: str, term: Piece) -> Piece:
        return self._big(f"Σ_{{{condition}}}", term)

    def all_of(self, conditions: Sequence[str], spelled: bool) -> str:
        return (in_formula("and") if spelled else ", ").join(conditions)

    def such_that(self, symbol: str, condition: str) -> str:
        return f"{symbol}: {condition}"

    def keys_with(self, condition: Piece) -> Piece:
        return Piece(f"({condition.text})")

    def largest_over(self, symbol: str, lower: str, upper: str, term: Piece) -> Piece:
        return self._big(f"max_{{{symbol}={lower}..{upper}}}", term)

    def largest_where(self, condition: str, term: Piece) -> Piece:
        return self._big(f"max_{{{condition}}}", term)

    def _big(self, sign: str, term: Piece) -> Piece:
        return Piece(f"{sign} {self.at_least(term, Level.QUOTIENT).text}", Level.FACTOR, open_right=True)

    def constant(self, letter: str, sizes: Sequence[Piece]) -> Piece:
        shown = self._sizes(sizes)
        return Piece(f"{letter}_{shown}" if shown.isalnum() else f"{letter}_{{{shown}}}")

    def _sizes(self, sizes: Sequence[Piece]) -> str:
        return "×".join(self.at_least(size, Level.FACTOR).text for size in sizes)

    def delta(self, positions: Sequence[str]) -> Piece:
        return self.subscript(Piece("δ"), positions)

    def array(self, rows: Sequence[Sequence[Piece]], centred: bool = False) -> Piece:
        self.boxes.append(matrix_box([[piece.text for piece in row] for row in rows]))
        return Piece(chr(FIRST_MARK + len(self.boxes) - 1), tall=True)

    def decimal(self, number: Decimal) -> Piece:
        digits, power = scientific(number)
        if number.is_infinite():
            return Piece("-" * (number < 0) + self.infinity, Level.SUM if number < 0 else Level.ATOM)
        level = Level.SUM if number.is_finite() and number < 0 else Level.ATOM
        if power is None:
            return Piece(digits, level)
        return Piece(f"{digits}×10{superscript(str(power))}", min(level, Level.PRODUCT))

    def real_matrices(self, sizes: Sequence[Piece]) -> Piece:
        shown = [self.at_least(size, Level.PRODUCT).text if len(sizes) > 1 else size.text for size in sizes]
        return Piece("ℝ" + (f"^({' × '.join(shown)})" if sizes else ""))


def plain(text: str) -> str:
    """Words as a terminal may show them: nothing that moves the cursor, changes colours or turns the direction.

    >>> plain("a\\x1b[31mb\\u202ec")
    'a[U+001B][31mb[U+202E]c'
    """
    return "".join(character if is_plain(character) else f"[U+{ord(character):04X}]" for character in text)


def is_plain(character: str) -> bool:
    """Whether a character is visible, or a space: no control, format, private or unassigned one."""
    return unicodedata.category(character)[0] != "C" and character not in "\u2028\u2029"
