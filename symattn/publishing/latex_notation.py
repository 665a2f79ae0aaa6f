"""LaTeX's signs: amsmath and amssymb, and no macro besides."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from decimal import Decimal

from symattn.publishing.formula_words import in_formula
from symattn.publishing.languages import CURRENT
from symattn.publishing.letters import LARGE_GREEK, SMALL_GREEK
from symattn.publishing.notation import Level, Notation, Piece
from symattn.publishing.numbers import scientific

GREEK = {word: f"\\{word.replace('amda', 'ambda')}" for word in (*SMALL_GREEK, *LARGE_GREEK)}
"""Greek letters and the commands of LaTeX for them; lamda, the name in Unicode, stands for lambda, a word of Python."""

COMMANDS = {word: f"\\{word}" for word in ("cos", "exp", "log", "max", "min", "sin", "tanh", "tau")}
"""Functions with a command of their own, and the threshold; the others are upright words."""

ENDS_IN_WORD = re.compile(r"\\[A-Za-z]+\Z")
ENDS_IN_UPRIGHT = re.compile(r"(?<!_\{)\\mathrm\{\w+\}\Z")
ENDS_IN_COTANGENT = re.compile(r"\\mathrm\{d\}(?:[A-Za-z]|\\[A-Za-z]+(?:\{[^{}]*\})?)\Z")
ENDS_IN_NUMBER = re.compile(r"(?<![_^A-Za-z])[0-9.]+\Z")

DECIMAL = re.compile(r"(-?)(\d+)(\.\d+|)( \\times 10\^\{-?\d+\}|)")
"""A number as ``LatexNotation.decimal`` writes it: its sign, whole part, decimals and power of ten."""

TEXT_ESCAPES = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%", "_": r"\_",
    "^": r"\textasciicircum{}", "~": r"\textasciitilde{}", "<": r"\textless{}", ">": r"\textgreater{}",
    "|": r"\textbar{}", "×": r"\ensuremath{\times}", "−": r"\ensuremath{-}",
    "≈": r"\ensuremath{\approx}", "≤": r"\ensuremath{\leq}", "≥": r"\ensuremath{\geq}", "⊙": r"\ensuremath{\odot}",
    "⊘": r"\ensuremath{\oslash}", "√": r"\ensuremath{\surd}", "∩": r"\ensuremath{\cap}",
    "⌊": r"\ensuremath{\lfloor}", "⌋": r"\ensuremath{\rfloor}", "∞": r"\ensuremath{\infty}",
    "α": r"\ensuremath{\alpha}", "τ": r"\ensuremath{\tau}", "…": r"\ldots{}", "·": r"\ensuremath{\cdot}",
    "≠": r"\ensuremath{\neq}", "∂": r"\ensuremath{\partial}", "ℓ": r"\ensuremath{\ell}",
    "“": "``", "”": "''", "‘": "`", "’": "'", "–": "--", "—": "---",
}  # fmt: skip


class LatexNotation(Notation):
    """Pieces of LaTeX; see :class:`Notation`."""

    hadamard = r"\odot"
    hadamard_quotient = r"\oslash"
    has_bars = True
    infinity = r"\infty"
    gap = r"\quad "
    threshold = "tau"
    differential = r"\mathrm{d}"
    dots = r"\ldots"
    signs = {
        "≈": r"\approx", "≠": r"\neq", "≤": r"\leq", "≥": r"\geq", "∈": r"\in", "→": r"\to", "∩": r"\cap",
        "·": r"\cdot", "⊙": r"\odot", "⊘": r"\oslash", "×": r"\times",
    }  # fmt: skip

    def name(self, text: str) -> str:
        """One letter or Greek letter as it is, other words upright, parts after ``_`` below.

        >>> [LatexNotation().name(text) for text in ("d_k", "W_Q", "d_model", "tau", "W_Q_1")]
        ['d_k', 'W_{Q}', 'd_{\\\\mathrm{model}}', '\\\\tau', 'W_{Q,1}']
        """
        return _with_below(*map(_word, text.split("_")))

    def dotted(self, text: str) -> str:
        """A dot above the name, what stands below it left alone.

        >>> LatexNotation().dotted("W_Q"), LatexNotation().value_name("dgamma_q")
        ('\\\\dot{W}_{Q}', '\\\\mathrm{d}\\\\gamma_q')
        """
        base, *below = map(_word, text.split("_"))
        return _with_below(f"\\dot{{{base}}}", *below)

    def words(self, text: str) -> str:
        return rf"\text{{{escape(text)}}}"

    def glue(self, *texts: str) -> str:
        """Texts one after the other, with a space where a command would swallow the letter that follows.

        >>> LatexNotation().glue("\\\\tau", "Q"), LatexNotation().glue("\\\\tau", "(")
        ('\\\\tau Q', '\\\\tau(')
        """
        joined = ""
        for text in texts:
            joined += (" " if text[:1].isalpha() and ENDS_IN_WORD.search(joined) else "") + text
        return joined

    def beside(self, left: str, right: str) -> str:
        """Two factors, apart where they would read as one, with a dot between where that were a number."""
        if ENDS_IN_UPRIGHT.search(left) or ENDS_IN_COTANGENT.search(left) or right.startswith(r"\mathrm{"):
            return rf"{left}\,{right}"
        runs_together = right[:1].isdigit() or (right.startswith(r"\frac{") and ENDS_IN_NUMBER.search(left))
        return f"{left} \\cdot {right}" if runs_together else self.glue(left, right)

    def bracket(self, piece: Piece) -> Piece:
        left, right = (r"\left(", r"\right)") if piece.tall else ("(", ")")
        return Piece(self.glue(left, piece.text) + right, tall=piece.tall)

    def fraction(self, above: Piece, below: Piece, inline: bool) -> Piece:
        if inline:
            above, below = self.at_least(above, Level.PRODUCT), self.at_least(below, Level.FACTOR)
            return Piece(self.glue(above.text, "/", below.text), Level.QUOTIENT, tall=above.tall or below.tall)
        return Piece(f"\\frac{{{above.text}}}{{{below.text}}}", Level.FACTOR, tall=True)

    def root(self, inside: Piece, degree: int) -> Piece:
        return Piece(rf"\sqrt{'' if degree == 2 else f'[{degree}]'}{{{inside.text}}}", Level.FACTOR, tall=inside.tall)

    def raised(self, base: Piece, exponent: Piece) -> Piece:
        base = self.at_least(base, Level.ATOM)
        return Piece(f"{base.text}^{{{exponent.text}}}", Level.POWER, tall=base.tall)

    def raised_by_entry(self, base: Piece, exponent: Piece) -> Piece:
        return self.raised(base, Piece(self.glue(r"\odot ", self.at_least(exponent, Level.POWER).text)))

    def transposed(self, base: Piece) -> Piece:
        return self.raised(base, Piece(r"\top"))

    def euler(self, exponent: Piece | None) -> Piece | None:
        if exponent is None:
            return Piece("e")
        return None if exponent.tall else Piece(f"e^{{{exponent.text}}}", Level.POWER)

    def call(self, word: str, *arguments: Piece, below: str = "") -> Piece:
        texts = [arguments[0].text]
        for argument in arguments[1:]:
            texts += [",", argument.text]
        inside = Piece(self.glue(*texts), tall=any(argument.tall for argument in arguments))
        name = COMMANDS.get(word, rf"\operatorname{{{word}}}") + (f"_{{{below}}}" if below else "")
        return Piece(name + self.bracket(inside).text, tall=inside.tall)

    def absolute(self, inside: Piece) -> Piece:
        left, right = (r"\left\lvert", r"\right\rvert") if inside.tall else (r"\lvert", r"\rvert")
        return Piece(self.glue(left, inside.text, right), tall=inside.tall)

    def cases(self, lines: Sequence[tuple[Piece, Piece | None]]) -> Piece:
        shown = [
            (r"\displaystyle " if value.tall else "{}" if value.text.startswith("[") else "")
            + f"{value.text} & "
            + (_text("otherwise") if condition is None else f"{_text('if')} {condition.text}")
            for value, condition in lines
        ]
        gap = r" \\[8pt] " if any(value.tall for value, _ in lines) else r" \\ "
        return Piece(r"\begin{cases} " + gap.join(shown) + r" \end{cases}", Level.FACTOR, open_right=True, tall=True)

    def subscript(self, letter: Piece, positions: Sequence[str]) -> Piece:
        return Piece(f"{letter.text}_{{{joined(positions)}}}", tall=letter.tall)

    def member(self, letter: Piece, positions: Sequence[str], transposed: bool = False) -> Piece:
        top = r"\top" if transposed else ""
        return Piece(f"{letter.text}^{{({','.join(positions)}){top}}}", Level.POWER)

    def given_by_entry(self, formula: Piece, positions: Sequence[str]) -> Piece:
        text = self.glue(r"\left[", formula.text, r"\right]")
        return Piece(f"{{{text}}}_{{{joined(positions)}}}", Level.POWER, tall=True)

    def stacked(self, parts: Sequence[Piece], below: bool) -> Piece:
        return self.array([[part] for part in parts] if below else [parts], centred=True)

    def floor(self, inside: Piece) -> Piece:
        left, right = (r"\left\lfloor", r"\right\rfloor") if inside.tall else (r"\lfloor", r"\rfloor")
        return Piece(self.glue(left, inside.text, right), tall=inside.tall)

    def remainder(self, number: Piece, divisor: Piece) -> Piece:
        above, below = self.at_least(number, Level.FACTOR), self.at_least(divisor, Level.FACTOR)
        return Piece(self.glue(above.text, r"\bmod", below.text), Level.REMAINDER)

    def range(self, symbol: str, upper: str) -> str:
        return rf"{symbol}=1,\ldots,{upper}"

    def with_ranges(self, text: str, ranges: Sequence[str]) -> str:
        return r",\quad ".join([text, *ranges])

    def parity(self, number: str, even: bool) -> str:
        return number + _text("even" if even else "odd")

    def sum_over(self, symbol: str, lower: str, upper: str, term: Piece) -> Piece:
        return self._big(f"\\sum_{{{symbol}={lower}}}^{{{upper}}}", term)

    def sum_where(self, condition: str, term: Piece) -> Piece:
        return self._big(f"\\sum_{{{condition}}}", term)

    def all_of(self, conditions: Sequence[str], spelled: bool) -> str:
        return (f" {_text('and')} " if spelled else r",\,").join(conditions)

    def such_that(self, symbol: str, condition: str) -> str:
        return rf"{symbol}:\,{condition}"

    def keys_with(self, condition: Piece) -> Piece:
        return Piece(rf"\{{{condition.text}\}}")

    def largest_over(self, symbol: str, lower: str, upper: str, term: Piece) -> Piece:
        return self._big(rf"\max_{{{lower}\leq {symbol}\leq {upper}}}", term)

    def largest_where(self, condition: str, term: Piece) -> Piece:
        return self._big(rf"\max_{{{condition}}}", term)

    def _big(self, sign: str, term: Piece) -> Piece:
        inside = self.at_least(term, Level.PRODUCT)
        return Piece(self.glue(sign, inside.text), Level.FACTOR, open_right=True, tall=True)

    def constant(self, letter: str, sizes: Sequence[Piece]) -> Piece:
        shown = letter if letter.isalpha() else rf"\mathbf{{{letter}}}"
        return Piece(f"{shown}_{{{self._sizes(sizes)}}}")

    def _sizes(self, sizes: Sequence[Piece]) -> str:
        return r" \times ".join(self.at_least(size, Level.PRODUCT).text for size in sizes)

    def delta(self, positions: Sequence[str]) -> Piece:
        return Piece(rf"\delta_{{{joined(positions)}}}")

    def array(self, rows: Sequence[Sequence[Piece]], centred: bool = False) -> Piece:
        """Columns to the right, or centred where entries are fractions; grouped, so that a power is one of it all."""
        tall = any(piece.tall for row in rows for piece in row)
        columns = [[piece.text for piece in each] for each in zip(*rows, strict=True)]
        sides, cells = zip(*(("center", each) if tall or centred else column(each) for each in columns), strict=True)
        gap = r" \\[4pt] " if tall else r" \\ "
        body = gap.join(" & ".join(row) for row in zip(*cells, strict=True))
        letters = "".join(side[0] for side in sides)
        return Piece(f"{{\\left[\\begin{{array}}{{{letters}}} {body} \\end{{array}}\\right]}}", tall=True)

    def decimal(self, number: Decimal) -> Piece:
        digits, power = scientific(number)
        if number.is_infinite():
            return Piece("-" * (number < 0) + self.infinity, Level.SUM if number < 0 else Level.ATOM)
        if not number.is_finite():
            return Piece(rf"\mathrm{{{digits}}}")
        level = Level.SUM if number < 0 else Level.ATOM
        if power is None:
            return Piece(digits, level)
        return Piece(rf"{digits} \times 10^{{{power}}}", min(level, Level.PRODUCT))

    def real_matrices(self, sizes: Sequence[Piece]) -> Piece:
        return Piece(r"\mathbb{R}" + (f"^{{{self._sizes(sizes)}}}" if sizes else ""))


def _text(key: str) -> str:
    """Words of the document's language inside a formula; our own, with nothing in them to escape."""
    return rf"\text{{{in_formula(key)}}}"


def _with_below(base: str, *below: str) -> str:
    """A base with what stands below it, in braces unless that is a single small letter."""
    if not below:
        return base
    short = len(below) == 1 and len(below[0]) == 1 and below[0].islower()
    return f"{base}_{below[0]}" if short else f"{base}_{{{','.join(below)}}}"


def _word(part: str) -> str:
    if len(part) == 1 or part.isdigit():
        return part
    return GREEK.get(part, f"\\mathrm{{{part}}}")


def column(cells: Sequence[str]) -> tuple[str, list[str]]:
    """Where a column of numbers stands, left or right, and its cells with what puts decimal points below each other.

    >>> column(["1", "20"])
    ('right', ['1', '20'])
    >>> column(["0.5", "-1"])
    ('left', ['\\\\phantom{-}0.5', '-1'])
    """
    found = [DECIMAL.fullmatch(cell) for cell in cells]
    if not any("." in cell for cell in cells) or None in found:
        return "right", list(cells)
    parts = [each.groups() for each in found if each]
    longest, signed = max(len(part[1]) for part in parts), any(part[0] for part in parts)
    padded = []
    for sign, whole, *rest in parts:
        missing = ("-" if signed and not sign else "") + "0" * (longest - len(whole))
        before = f"\\phantom{{{missing}}}" if missing else ""
        padded.append(f"{before}{'{-}' if sign and before else sign}{whole}{''.join(rest)}")
    return "left", padded


def joined(positions: Sequence[str]) -> str:
    """Positions side by side, with commas if one of them has more than one character.

    >>> joined(["i", "j"]), joined(["1", "12"])
    ('ij', '1,12')
    """
    return ("," if ":" in positions or max(map(len, positions), default=0) > 1 else "").join(positions)


ACCENTS = {
    "\u0300": "`", "\u0301": "'", "\u0302": "^", "\u0303": "~", "\u0304": "=", "\u0306": "u", "\u0307": ".",
    "\u0308": '"', "\u030a": "r", "\u030b": "H", "\u030c": "v", "\u0327": "c",
}  # fmt: skip
"""Combining marks and TeX's commands for them, which every font has."""


def escape(text: str) -> str:
    """Words as LaTeX prints them: nothing in them is a command; characters that its fonts lack by their number.

    The fonts are those of the language in which the document is written.

    >>> print(escape("a_b \\\\input{x}"))
    a\\_b \\textbackslash{}input\\{x\\}
    """
    shown, fonts = [], CURRENT.get()
    for place, character in enumerate(text):
        if fonts.has(character):
            shown.append(character)
        elif character == '"':
            opening = place == 0 or text[place - 1] in " ([\n"
            shown.append("``" if opening else "''")
        else:
            shown.append(TEXT_ESCAPES.get(character) or _plain(character))
    return "".join(shown)


def _plain(character: str) -> str:
    if character == "\n":
        return " "
    if character.isascii() and character.isprintable():
        return character
    parts = unicodedata.normalize("NFD", character)
    if len(parts) == 2 and parts[0].isascii() and parts[0].isalpha() and parts[1] in ACCENTS:
        return f"\\{ACCENTS[parts[1]]}{{{parts[0]}}}"
    return _composed(character) or _greek(character) or f"[U+{ord(character):04X}]"


def _composed(character: str) -> str:
    """A raised or lowered sign, or a fraction, from the ASCII that it is made of; else nothing.

    >>> _composed("²"), _composed("½"), _composed("é")
    ('\\\\textsuperscript{2}', '\\\\ensuremath{\\\\tfrac{1}{2}}', '')
    """
    kind, *codes = unicodedata.decomposition(character).split() or [""]
    signs = "".join(chr(int(code, 16)) for code in codes)
    above, _, below = signs.partition("\u2044")
    if kind == "<fraction>" and above.isascii() and below.isascii() and below:
        return rf"\ensuremath{{\tfrac{{{above}}}{{{below}}}}}"
    command = {"<super>": "textsuperscript", "<sub>": "textsubscript"}.get(kind)
    return rf"\{command}{{{signs}}}" if command and signs.isascii() and signs.isalnum() else ""


def _greek(character: str) -> str:
    """The command of a Greek letter that has one, else nothing.

    >>> _greek("δ"), _greek("Π"), _greek("q")
    ('\\\\ensuremath{\\\\delta}', '\\\\ensuremath{\\\\Pi}', '')
    """
    kind, _, letter = unicodedata.name(character, "").partition(" LETTER ")
    name = {"GREEK SMALL": letter.lower(), "GREEK CAPITAL": letter.capitalize()}.get(kind, "")
    return rf"\ensuremath{{{GREEK[name]}}}" if name in GREEK else ""
