"""How allowed sets and conditions are taken apart; the same for LaTeX and text."""

from __future__ import annotations

from typing import Any

from sympy import Add, Expr, Integer, Mod, S, Symbol
from sympy.logic.boolalg import Boolean

from symattn.language.vocabulary import ENTMAX, NAME_OF_NODE, SPARSEMAX
from symattn.nodes import Entmax, IndexCondition, Intersection, OverAllowedKeys
from symattn.publishing.counting import arranged
from symattn.publishing.formula_words import in_formula
from symattn.publishing.notation import Level, Piece
from symattn.publishing.printer import Printer
from symattn.publishing.solved_conditions import SIGNS, Comparison, comparisons


def condition(printer: Printer, value: Boolean) -> Piece:
    """Relations that all hold, in words between them."""
    return Piece(written_out(printer, value, None, spelled=True), Level.SUM)


def written_out(printer: Printer, value: Boolean, about: Symbol | None, spelled: bool = False) -> str:
    """The comparisons of a condition, with commas between them, or ``spelled`` with words."""
    if value is S.true or value is S.false:
        return printer.notation.words(in_formula("every key" if value is S.true else "no key"))
    return printer.notation.all_of([compared(printer, each) for each in comparisons(value, about)], spelled)


def compared(printer: Printer, value: Comparison) -> str:
    """One comparison, or a chain of two."""
    sides = printer.inline if value.raw else printer.positions

    parity = even_or_odd(value)
    if parity is not None:
        return printer.notation.parity(printer.positions.piece(parity[0]).text, parity[1])

    def side(part: Expr) -> str:
        return sides.piece(arranged(part) if isinstance(part, Add) and not value.raw else part).text

    texts = [side(value.left), printer.notation.sign(SIGNS[value.sign]), side(value.right)]
    if value.lower is not None:
        bound, sign = value.lower
        texts = [side(bound), printer.notation.sign(SIGNS[sign]), *texts]
    return printer.notation.glue(*texts)


def even_or_odd(value: Comparison) -> tuple[Expr, bool] | None:
    """What a comparison of a remainder after division by 2 says is even (``True``) or odd; nothing for any other.

    >>> from sympy import Symbol
    >>> even_or_odd(Comparison(Mod(Symbol("j", integer=True) - 1, 2, evaluate=False), "==", S.One))
    (j, True)
    """
    left = value.left
    if value.raw or not isinstance(left, Mod) or left.args[1] != 2:
        return None
    if value.sign not in ("==", "!=") or value.right not in (0, 1):
        return None
    number, rest = left.args[0].as_coeff_Add()
    return rest, bool((value.right - number) % 2 == (value.sign == "!="))


def below_a_sum(printer: Printer, value: Boolean, symbol: Symbol) -> str:
    """The values that an index runs over; the index is named first where the condition does not begin with it."""
    shown = written_out(printer, value, symbol)
    if comparisons(value, symbol)[0].left == symbol:
        return shown
    return printer.notation.such_that(printer.positions.piece(symbol).text, shown)


def over_allowed_keys(printer: Printer, value: OverAllowedKeys) -> Piece:
    """Softmax or a relative by its name, below it its alpha and the allowed set.

    A matrix keeps its name there, whatever numbers are put in.
    """
    word, options = NAME_OF_NODE.get(type(value)), value.options
    if isinstance(value, Entmax):
        word, options = (SPARSEMAX, ()) if value.alpha == 2 else (ENTMAX, options)
    if word is None:
        raise printer.missing(value)
    below = [printer.inline.piece(option).text for option in options]
    if value.allowed is not None:
        below.append(allowed_set(printer, value.allowed).text)
    return printer.notation.call(word, printer.piece(value.scores), below=printer.notation.all_of(below, False))


def allowed_set(printer: Printer, value: Expr) -> Piece:
    """An allowed set: its condition, its matrix, or two sets and the sign between them."""
    if isinstance(value, IndexCondition):
        return Piece(written_out(printer, with_sizes(printer, value), value.column), Level.SUM)
    if isinstance(value, Intersection):
        sides = [_member(printer, side) for side in value.args]
        return Piece(printer.notation.glue(sides[0], printer.notation.sign("∩"), sides[1]), Level.PRODUCT)
    return printer.with_numbers({}, slash=True).piece(value)


def _member(printer: Printer, value: Expr) -> str:
    piece = allowed_set(printer, value)
    if isinstance(value, IndexCondition):
        return printer.notation.keys_with(piece).text
    return piece.text if isinstance(value, Intersection) else printer.notation.at_least(piece, Level.FACTOR).text


def with_sizes(printer: Printer, value: IndexCondition) -> Boolean:
    """The condition with numbers put in for the sizes that have some."""
    lengths = {
        symbol: Integer(int(printer.numbers[symbol.name]))
        for symbol in value.condition.free_symbols - {value.row, value.column}
        if symbol.name in printer.numbers
    }
    return value.condition.xreplace(lengths)


def indicator(printer: Printer, value: Any) -> Piece:
    """The matrix that is 1 where a condition holds and 0 elsewhere, in Iverson's brackets."""
    return printer.notation.indicator(allowed_set(printer, value))
