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
    MatrixSymbol,
    Mod,
    Mul,
    OneMatrix,
    Piecewise,
    Pow,
    Rational,
    S,
    Symbol,
    exp,
    floor,
)
from sympy.functions.elementary.piecewise import ExprCondPair

from symattn.language.names import safe_name
from symattn.language.vocabulary import NAME_OF_NODE
from symattn.nodes import (
    Arithmetic,
    Cases,
    ElementwiseDifference,
    ElementwisePower,
    ElementwiseProduct,
    ElementwiseQuotient,
    ExponentialLinear,
    MatrixProduct,
    Negation,
    SquareRoot,
    is_matrix,
)
from symattn.nodes.base import is_index
from symattn.publishing.counting import arranged, counted, is_counted, is_of_sizes
from symattn.publishing.notation import Level, Piece
from symattn.publishing.printer import Printer, quotient, signed, sum_terms

# ---- scalars ----------------------------------------------------------------------------------------------------


def symbol(printer: Printer, value: Symbol) -> Piece:
    """A size or a scalar by its name, or the number put in for it; an index counts from 1 in print."""
    if value.name in printer.numbers and not is_index(value):
        return printer.number(printer.numbers[value.name])
    named = printer.notation.name if value.is_integer else printer.notation.value_name  # a size dk is no cotangent
    return Piece(named(safe_name(value)))


def integer(printer: Printer, value: Any) -> Piece:
    return Piece(str(int(value)), Level.SUM if value < 0 else Level.ATOM)


def rational(printer: Printer, value: Any) -> Piece:
    top, bottom = (value.p, value.q) if isinstance(value, Rational) else (value.numerator, value.denominator)
    if bottom == 1:
        return integer(printer, top)
    positive = printer.fraction(Piece(str(abs(top))), Piece(str(bottom)))
    return printer.notation.total([(True, positive)]) if top < 0 else positive


def infinity(printer: Printer, value: Any) -> Piece:
    shown = Piece(printer.notation.infinity)
    return printer.notation.total([(True, shown)]) if value is S.NegativeInfinity else shown


def add(printer: Printer, value: Add) -> Piece:
    """A sum; what indices and numbers add up to is counted from 1, and sizes stand before numbers."""
    if is_of_sizes(value):
        value = arranged(value)
    if printer.index_by_letter or not any(map(is_counted, value.args)):
        return printer.notation.total([(negative, printer.piece(term)) for negative, term in sum_terms(value)])
    rest = [term for term in value.args if not is_counted(term) and not term.is_number]
    positional = Add.make_args(counted(Add(*(term for term in value.args if term not in rest))))
    terms = [(printer, signed(term)) for term in rest]
    terms += [(printer.lettered, signed(term)) for term in positional]
    first = next((each for each in terms if not each[1][0] and not each[1][1].is_number), terms[0])
    terms = [first, *(each for each in terms if each is not first)]
    terms.sort(key=lambda each: each is not first and each[1][1].is_number)
    return printer.notation.total([(negative, by.piece(term)) for by, (negative, term) in terms])


def mul(printer: Printer, value: Mul) -> Piece:
    """A product of numbers, formulas in indices last; ``1/d * sum`` keeps its sum beside the fraction."""
    parts = quotient(value)
    if not printer.index_by_letter:
        parts.above.sort(key=is_counted)
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


def whole_part(printer: Printer, value: floor) -> Piece:
    return printer.notation.floor(printer.piece(value.args[0]))


def remainder(printer: Printer, value: Mod) -> Piece:
    return printer.notation.remainder(*(printer.piece(part) for part in value.args))


def cases(printer: Printer, value: Piecewise) -> Piece:
    """A value by cases; 1 or 0 as a condition in Iverson's brackets, an exponential linear unit by its name.

    On one line, as in a subscript, a number or 0 is the number times such a condition.
    """
    first = value.args[0].expr
    if is_indicator(value):
        return printer.notation.indicator(printer.piece(value.args[0].cond))
    if printer.slash and first.is_number and value.args[1:] == ((S.Zero, S.true),):
        return printer.notation.product([printer.piece(first), printer.piece(Cases.of(value.args[0].cond, S.One))])
    if value.args[-1].expr != 0 and ExponentialLinear.of_number(first) == value:
        return printer.notation.call("elu", printer.piece(first))
    return printer.notation.cases(
        [
            (printer.piece(case.expr), None if case.cond is S.true else printer.piece(case.cond))
            for case in all_cases(value)
        ]
    )


def is_indicator(value: Expr) -> bool:
    """Whether a value is 1 where a condition holds and 0 elsewhere."""
    return isinstance(value, Piecewise) and value.args[0].expr == 1 and value.args[1:] == ((S.Zero, S.true),)


def all_cases(value: Piecewise) -> list[ExprCondPair]:
    """The cases of a value, those of its last case among them."""
    *cases, last = value.args
    return [*cases, *(all_cases(last.expr) if isinstance(last.expr, Piecewise) else [last])]


# ---- matrices ---------------------------------------------------------------------------------------------------


def matrix_symbol(printer: Printer, value: MatrixSymbol) -> Piece:
    if value.name in printer.numbers:
        return printer.number(printer.numbers[value.name])
    return Piece(printer.notation.value_name(safe_name(value)))


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
    has_bar = printer.notation.has_bars and not printer.slash
    above = printer.piece(value.left) if has_bar else factor(printer, value.left)
    return printer.fraction(above, printer.piece(value.right))


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
