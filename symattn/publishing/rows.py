"""How each class of value is taken apart; the same for LaTeX and text, which differ in their notation.

Every function here is a row that ``shared_table.py`` names.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sympy import (
    Abs,
    Add,
    Expr,
    Identity,
    Integer,
    KroneckerDelta,
    MatrixSymbol,
    Mul,
    OneMatrix,
    Piecewise,
    Pow,
    Rational,
    S,
    Sum,
    Symbol,
    Transpose,
    exp,
)
from sympy.matrices.expressions.matexpr import MatrixElement

from symattn.language.names import safe_name
from symattn.language.vocabulary import NAME_OF_NODE
from symattn.nodes import (
    Arithmetic,
    Column,
    ElementwiseDifference,
    ElementwisePower,
    ElementwiseProduct,
    ElementwiseQuotient,
    ExponentialLinear,
    IndexSum,
    LargestOver,
    MatrixProduct,
    Negation,
    Row,
    SquareRoot,
    is_matrix,
)
from symattn.nodes.base import is_index
from symattn.publishing.allowed_rows import below_a_sum
from symattn.publishing.notation import Level, Piece
from symattn.publishing.numbers import rows_of, submatrix
from symattn.publishing.printer import Printer, from_one, quotient, sum_terms
from symattn.publishing.solved_conditions import guarded

# ---- scalars ----------------------------------------------------------------------------------------------------


def symbol(printer: Printer, value: Symbol) -> Piece:
    """A size or a scalar by its name, or the number put in for it; an index counts from 1 in print."""
    if value.name in printer.numbers:
        return printer.number(printer.numbers[value.name])
    shown = printer.notation.name(safe_name(value))
    return Piece(f"{shown} - 1", Level.SUM) if is_index(value) and not printer.index_by_letter else Piece(shown)


def integer(printer: Printer, value: Any) -> Piece:
    return Piece(str(int(value)), Level.SUM if value < 0 else Level.ATOM)


def rational(printer: Printer, value: Any) -> Piece:
    top, bottom = (value.p, value.q) if isinstance(value, Rational) else (value.numerator, value.denominator)
    if bottom == 1:
        return integer(printer, top)
    positive = printer.fraction(Piece(str(abs(top))), Piece(str(bottom)))
    return printer.notation.total([(True, positive)]) if top < 0 else positive


def add(printer: Printer, value: Add) -> Piece:
    return printer.notation.total([(negative, printer.piece(term)) for negative, term in sum_terms(value)])


def mul(printer: Printer, value: Mul) -> Piece:
    """A product of numbers; ``1/d * sum`` keeps its sum beside the fraction."""
    parts = quotient(value)
    above, below = [printer.piece(part) for part in parts.above], [printer.piece(part) for part in parts.below]
    if len(above) == 1 and above[0].open_right and below and not any(part.open_right for part in below):
        one_over = printer.fraction(Piece("1"), printer.notation.product(below))
        piece = printer.notation.product([one_over, above[0]])
    else:
        piece = over(printer, above, below)
    return printer.notation.total([(True, piece)]) if parts.negative else piece


def over(printer: Printer, above: list[Piece], below: list[Piece]) -> Piece:
    """Factors over factors; no bar if there is nothing below it."""
    top = printer.notation.product(above or [Piece("1")])
    return printer.fraction(top, printer.notation.product(below)) if below else top


def power(printer: Printer, value: Pow) -> Piece:
    base, exponent = value.args
    if exponent.is_number and exponent.is_negative:
        below = printer.piece(base) if exponent == -1 else power_of(printer, base, -exponent)
        return printer.fraction(Piece("1"), below)
    return power_of(printer, base, exponent)


def power_of(printer: Printer, base: Expr, exponent: Expr) -> Piece:
    """A base to an exponent that is not negative; a root if the exponent is one over a whole number."""
    if isinstance(exponent, Rational) and exponent.p == 1:
        return printer.piece(base) if exponent.q == 1 else printer.notation.root(printer.piece(base), int(exponent.q))
    return printer.notation.raised(printer.piece(base), printer.inline.piece(exponent))


def exponential(printer: Printer, value: exp) -> Piece:
    exponent = value.args[0]
    if exponent.is_number or printer.euler_everywhere:
        shown = printer.notation.euler(printer.inline.piece(exponent))
        if shown is not None:
            return shown
    return printer.notation.call("exp", printer.piece(exponent))


def function(word: str) -> Callable[[Printer, Any], Piece]:
    """The row of a function of numbers that is printed by its word."""
    return lambda printer, value: printer.notation.call(word, *(printer.piece(part) for part in value.args))


def absolute(printer: Printer, value: Abs) -> Piece:
    return printer.notation.absolute(printer.piece(value.args[0]))


def cases(printer: Printer, value: Piecewise) -> Piece:
    """A value by cases; an exponential linear unit by its name."""
    first = value.args[0].expr
    if value.args[-1].expr != 0 and ExponentialLinear.of_number(first) == value:
        return printer.notation.call("elu", printer.piece(first))
    return printer.notation.cases(
        [(printer.piece(case.expr), None if case.cond is S.true else printer.piece(case.cond)) for case in value.args]
    )


# ---- entries ----------------------------------------------------------------------------------------------------


def position(printer: Printer, place: Expr) -> str:
    """A position as a subscript, counted from 1."""
    shifted = from_one(place)
    if isinstance(shifted, Symbol):
        return printer.notation.name(safe_name(shifted))
    if isinstance(shifted, Add) and isinstance(shifted.args[0], Integer):
        shifted = Add(*shifted.args[1:], shifted.args[0], evaluate=False)
    return printer.positions.piece(shifted).text


def element(printer: Printer, value: MatrixElement) -> Piece:
    """An entry by the small letter of its matrix; of a column or a row by one position."""
    matrix, i, j = value.args
    if not isinstance(matrix, MatrixSymbol):
        letter = printer.notation.at_least(printer.piece(matrix), Level.ATOM)
        return printer.notation.subscript(letter, [position(printer, i), position(printer, j)])
    name = safe_name(matrix)
    rows = rows_of(printer.numbers.get(name))
    if rows is not None and isinstance(i, Integer) and isinstance(j, Integer):
        return printer.piece(rows[int(i)][int(j)])
    places = [place for place, length in zip((i, j), matrix.shape, strict=True) if length != 1] or [i, j]
    is_size = any(str(length) == name.lower() for length in matrix.shape)
    letter = named(printer, name if is_size else printer.lower_case(name))
    return printer.notation.subscript(letter, [position(printer, place) for place in places])


def named(printer: Printer, name: str) -> Piece:
    """A name that is to carry a subscript: in brackets if it carries one already."""
    piece = Piece(printer.notation.name(name))
    return printer.notation.bracket(piece) if "_" in name else piece


def bounds(printer: Printer, limits: Any) -> tuple[str, str, str]:
    """The letter of an index, and its range counted from 1."""
    letter, lower, upper = limits
    shown = printer.notation.name(safe_name(letter))
    return shown, printer.piece(lower + 1).text, printer.piece(upper + 1).text


def sum_of_numbers(printer: Printer, value: Sum) -> Piece:
    """A sum over an index; over the values that meet a condition, if the term is 0 for the others."""
    (limits,) = value.limits
    condition, term = guarded(value.function, limits[0])
    if condition is S.true:
        return printer.notation.sum_over(*bounds(printer, limits), printer.piece(term))
    return printer.notation.sum_where(below_a_sum(printer, condition, limits[0]), printer.piece(term))


def largest(printer: Printer, value: LargestOver) -> Piece:
    return printer.notation.largest_over(*bounds(printer, value.limits[0]), printer.piece(value.function))


def delta(printer: Printer, value: KroneckerDelta) -> Piece:
    return printer.notation.delta([position(printer, place) for place in value.args[:2]])


# ---- matrices ---------------------------------------------------------------------------------------------------


def matrix_symbol(printer: Printer, value: MatrixSymbol) -> Piece:
    if value.name in printer.numbers:
        return printer.number(printer.numbers[value.name])
    return Piece(printer.notation.name(safe_name(value)))


def transpose(printer: Printer, value: Transpose) -> Piece:
    return printer.notation.transposed(printer.piece(value.arg))


def identity(printer: Printer, value: Identity) -> Piece:
    return printer.notation.constant("I", [printer.piece(value.shape[0])])


def ones_or_zeros(printer: Printer, value: Any) -> Piece:
    digit = "1" if isinstance(value, OneMatrix) else "0"
    return printer.notation.constant(digit, [printer.piece(length) for length in value.shape])


def matrix_product(printer: Printer, value: MatrixProduct) -> Piece:
    return printer.notation.product([factor(printer, value.left), factor(printer, value.right)])


def factor(printer: Printer, value: Expr) -> Piece:
    """A factor; a product entry by entry stands in brackets, so that no reader need know which binds first."""
    piece = printer.piece(value)
    return printer.notation.bracket(piece) if has_entrywise_sign(value) else piece


def has_entrywise_sign(value: Expr) -> bool:
    """Whether a value is printed with ⊙ or ⊘: a product or quotient of two matrices, entry by entry."""
    if isinstance(value, ElementwiseProduct):
        return is_matrix(value.left) and is_matrix(value.right)
    return isinstance(value, ElementwiseQuotient) and is_matrix(value.right)


def entrywise_product(printer: Printer, value: ElementwiseProduct) -> Piece:
    """Two matrices with ⊙ between; a scalar beside its matrix, its minus sign before both."""
    notation = printer.notation
    if is_matrix(value.left) and is_matrix(value.right):
        return notation.signed_product([printer.piece(value.left), printer.piece(value.right)], notation.hadamard)
    left, right = factor(printer, value.left), factor(printer, value.right)
    if is_matrix(value.left):
        return notation.product([left, right])
    if right.level == Level.PRODUCT:
        right = right._replace(level=Level.FACTOR)
    if left.level == Level.SUM and not isinstance(value.left, Add) and value.left.could_extract_minus_sign():
        return notation.total([(True, notation.product([printer.piece(-value.left), right]))])
    return notation.product([left, right])


def entrywise_quotient(printer: Printer, value: ElementwiseQuotient) -> Piece:
    """Two matrices with ⊘ between; over a scalar a fraction."""
    if is_matrix(value.right):
        parts = [printer.piece(value.left), printer.piece(value.right)]
        return printer.notation.signed_product(parts, printer.notation.hadamard_quotient)
    return printer.fraction(factor(printer, value.left), printer.piece(value.right))


def entrywise_sum(printer: Printer, value: Arithmetic) -> Piece:
    minus = isinstance(value, ElementwiseDifference)
    return printer.notation.total([(False, printer.piece(value.left)), (minus, printer.piece(value.right))])


def negation(printer: Printer, value: Negation) -> Piece:
    return printer.notation.total([(True, printer.piece(value.args[0]))])


def entrywise_power(printer: Printer, value: ElementwisePower) -> Piece:
    return printer.notation.raised_by_entry(printer.piece(value.left), printer.inline.piece(value.right))


def node_call(printer: Printer, value: Any) -> Piece:
    """A node by the word that the language has for it."""
    word = NAME_OF_NODE.get(type(value))
    if word is None:
        raise printer.missing(value)
    return printer.notation.call(word, printer.piece(value.args[0]))


def square_root(printer: Printer, value: SquareRoot) -> Piece:
    return printer.notation.root(printer.piece(value.argument), 2)


def column(printer: Printer, value: Column) -> Piece:
    """A row or a column of a matrix, with ``:`` for the positions that all belong to it."""
    row, matrix = isinstance(value, Row), value.matrix
    if isinstance(matrix, MatrixSymbol):
        if matrix.name in printer.numbers and isinstance(value.position, Integer):
            place = int(value.position)
            chosen = submatrix(printer.numbers[matrix.name], place if row else None, None if row else place)
            return printer.number(chosen)
        letter = named(printer, safe_name(matrix)) if matrix.name not in printer.numbers else printer.piece(matrix)
    else:
        letter = printer.notation.at_least(printer.piece(matrix), Level.ATOM)
    shown = position(printer, value.position)
    return printer.notation.subscript(letter, [shown, ":"] if row else [":", shown])


def index_sum(printer: Printer, value: IndexSum) -> Piece:
    """A sum over an index; term by term where numbers are put in and the terms are few."""
    terms = printer.written_terms(value)
    if terms:
        return printer.notation.total([(False, printer.piece(term)) for term in terms])
    letter, upper = printer.notation.name(safe_name(value.symbol)), printer.piece(value.length).text
    term = printer.with_numbers({}) if printer.numbers else printer
    return printer.notation.sum_over(letter, "1", upper, term.piece(value.term))
