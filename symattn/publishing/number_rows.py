"""How exact numbers and the wrappers of a document are taken apart; the same for LaTeX and text."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from sympy import Add, Expr, Mul, S, log

from symattn.exact import Element, ExactFamily, printing
from symattn.exact.constants import Number
from symattn.exact.element import Term
from symattn.exact.enclosures import in_order
from symattn.publishing.document import RELATIONS, Joined, RealMatrices, Rounded, Substituted, Words
from symattn.publishing.notation import Level, Notation, Piece
from symattn.publishing.numbers import decimal, each_number, rows_of
from symattn.publishing.printer import Printer, quotient, sum_terms
from symattn.publishing.rows import over

Terms = tuple[tuple[Number, Number], ...]
"""A sum of powers of e: exponents with their coefficients."""

KEPT = 4096
"""Of the terms, and of the numbers, that were printed last; entries of a matrix share most of them."""

Way = tuple[type[Printer], type[Notation], bool]
"""What a number's piece depends on besides the number: the printer, the notation and whether quotients take a slash."""


def exact(printer: Printer, value: Element) -> Piece:
    """A quotient of sums of powers of e, in the order of its terms."""
    value.reduced()
    way = type(printer), type(printer.notation), printer.slash
    return _fraction(way, tuple(value.n.items()), tuple(value.d.items()))


def negative_infinity(printer: Printer, value: Element) -> Piece:
    """What no sums of powers of e stand behind."""
    return printer.notation.total([(True, printer.piece(S.Infinity))])


@lru_cache(maxsize=KEPT)
def _fraction(way: Way, above: Terms, below: Terms) -> Piece:
    if not above:
        return Piece("0")
    if len(above) == 1:
        return _single_term(way, above[0], below)
    printer, total = _printer(way), _sum(way, above)
    return total if below == ((0, 1),) else printer.fraction(total, _sum_or_term(way, below))


def _printer(way: Way) -> Printer:
    """A printer for one number; nothing that stands around the number changes how it is printed."""
    kind, notation, slash = way
    return kind(notation(), slash=slash)


def _single_term(way: Way, above: tuple[Number, Number], below: Terms) -> Piece:
    """A quotient with one term above: what its coefficient has below the line joins the denominator."""
    printer = _printer(way)
    exponent, coefficient = (printing.number(part) for part in above)
    sum_below = len(below) > 1 or below[0][0] != 0
    if not sum_below:
        coefficient = coefficient / printing.number(below[0][1])
    factors = quotient(Mul(coefficient, S.One, evaluate=False))
    upper, lower = [printer.piece(each) for each in factors.above], [printer.piece(each) for each in factors.below]
    if exponent != 0:
        upper = [times_e(printer, upper, exponent)]
    if sum_below:
        lower.append(_sum_or_term(way, below))
    piece = over(printer, upper, lower)
    return printer.notation.total([(True, piece)]) if factors.negative else piece


def _sum_or_term(way: Way, terms: Terms) -> Piece:
    """A sum of terms; one term alone is no sum."""
    if len(terms) == 1:
        signed = _signed(way, *terms[0])
        if len(signed) == 1 and not signed[0][0]:
            return signed[0][1]
    return _sum(way, terms)


@lru_cache(maxsize=KEPT)
def _sum(way: Way, terms: Terms) -> Piece:
    """A sum in ascending order of the exponents."""
    of = dict(terms)
    return way[1]().total([each for exponent in in_order(of) for each in _signed(way, exponent, of[exponent])])


@lru_cache(maxsize=KEPT)
def _signed(way: Way, exponent: Number, coefficient: Number) -> tuple[tuple[bool, Piece], ...]:
    """A term with its sign; a sum that no power of e is multiplied with gives each of its own."""
    printer, power, factor = _printer(way), printing.number(exponent), printing.number(coefficient)
    if power == 0 and isinstance(factor, Add):
        return tuple((negative, printer.piece(each)) for negative, each in sum_terms(factor))
    return (term(printer, Term(factor, power)),)


def term(printer: Printer, part: Any) -> tuple[bool, Piece]:
    """``coefficient * e**exponent`` with its sign set apart."""
    coefficient = part.coefficient
    negative = bool(coefficient.could_extract_minus_sign()) and not isinstance(coefficient, Add)
    size = -coefficient if negative else coefficient
    if part.exponent == 0:
        return negative, printer.piece(size)
    return negative, times_e(printer, [] if size == 1 else [printer.piece(size)], part.exponent)


def times_e(printer: Printer, factors: list[Piece], exponent: Expr) -> Piece:
    """Factors before a power of e, or of 2 for a multiple of log(2); a plain number stands close to a power of e."""
    factor, logarithm = exponent.as_coeff_Mul()
    if isinstance(logarithm, log) and logarithm.args[0].is_Integer:
        base = printer.piece(logarithm.args[0])
        power = base if factor == 1 else printer.notation.raised(base, printer.inline.piece(factor))
    else:
        shown = None if exponent == 1 else printer.inline.piece(exponent)
        power = printer.notation.euler(shown) or printer.notation.call("exp", printer.piece(exponent))
    whole = printer.notation.product([*factors, power])
    close = len(factors) == 1 and factors[0].text.isdigit() and not power.text[0].isdigit()
    return whole._replace(text=factors[0].text + power.text) if close else whole


def matrix(printer: Printer, value: Any) -> Piece:
    return printer.number(value)


def family(printer: Printer, value: ExactFamily) -> Piece:
    """The matrices of a family, one after the other in brackets."""
    return printer.notation.bracket(Piece(", ".join(printer.number(member).text for member in value), tall=True))


def rounded(printer: Printer, value: Rounded) -> Piece:
    digits, rows = value.digits or printer.digits, rows_of(value.value)
    if rows is None:
        return printer.notation.decimal(decimal(value.value, digits))
    return printer.notation.array(each_number(rows, lambda each: printer.notation.decimal(decimal(each, digits))))


def floating(printer: Printer, value: float) -> Piece:
    """A floating-point number, such as an error, to three digits."""
    return printer.notation.decimal(decimal(value, 3))


def substituted(printer: Printer, value: Substituted) -> Piece:
    return printer.with_numbers({**printer.numbers, **value.numbers}).piece(value.value)


def joined(printer: Printer, value: Joined) -> Piece:
    pieces = [printer.piece(part) for part in value.parts]
    if value.sign == "+":
        return printer.notation.total([(False, piece) for piece in pieces])
    if value.sign in RELATIONS or value.sign == ",":
        apart = value.sign == ","
        sign = f",{printer.notation.gap}" if apart else printer.notation.sign(value.sign)
        texts = [text for piece in pieces for text in (sign, piece.text)][1:]
        text = "".join(texts) if apart else printer.notation.glue(*texts)
        return Piece(text, Level.SUM, tall=any(piece.tall for piece in pieces))
    return printer.notation.signed_product(pieces, printer.notation.sign(value.sign))


def real_matrices(printer: Printer, value: RealMatrices) -> Piece:
    return printer.notation.real_matrices([printer.piece(length) for length in value.shape])


def words(printer: Printer, value: Words) -> Piece:
    return Piece(printer.notation.words(value.text))
