"""How exact numbers and the wrappers of a document are taken apart; the same for LaTeX and text."""

from __future__ import annotations

from typing import Any

from sympy import Add, Expr, Mul, S, log

from symattn.exact import Element, ExactFamily
from symattn.publishing.document import RELATIONS, Joined, RealMatrices, Rounded, Substituted, Words
from symattn.publishing.notation import Level, Piece
from symattn.publishing.numbers import decimal, rows_of
from symattn.publishing.printer import Printer, quotient, sum_terms
from symattn.publishing.rows import over


def exact(printer: Printer, value: Element) -> Piece:
    """A quotient of sums of powers of e, in the order of its terms."""
    above, below = value.numerator, value.denominator
    if not above:
        return Piece("0")
    if len(above) == 1:
        return single_term(printer, above[0], below)
    total = printer.notation.total(signed_terms(printer, above))
    return total if is_one(below) else printer.fraction(total, sum_of_terms(printer, below))


def single_term(printer: Printer, part: Any, denominator: Any) -> Piece:
    """A quotient with one term above: what its coefficient has below the line joins the denominator."""
    coefficient, sum_below = part.coefficient, True
    if len(denominator) == 1 and denominator[0].exponent == 0:
        coefficient, sum_below = coefficient / denominator[0].coefficient, False
    factors = quotient(Mul(coefficient, S.One, evaluate=False))
    above, below = [printer.piece(each) for each in factors.above], [printer.piece(each) for each in factors.below]
    if part.exponent != 0:
        above = [times_e(printer, above, part.exponent)]
    if sum_below:
        below.append(sum_of_terms(printer, denominator))
    piece = over(printer, above, below)
    return printer.notation.total([(True, piece)]) if factors.negative else piece


def sum_of_terms(printer: Printer, terms: Any) -> Piece:
    """A sum of terms; one term alone is no sum."""
    signed = signed_terms(printer, terms)
    return signed[0][1] if len(signed) == 1 and not signed[0][0] else printer.notation.total(signed)


def signed_terms(printer: Printer, terms: Any) -> list[tuple[bool, Piece]]:
    """Terms with their signs; a sum that no power of e is multiplied with gives each of its own."""
    signed = []
    for part in terms:
        if part.exponent == 0 and isinstance(part.coefficient, Add):
            signed += [(negative, printer.piece(each)) for negative, each in sum_terms(part.coefficient)]
        else:
            signed.append(term(printer, part))
    return signed


def is_one(terms: Any) -> bool:
    """Whether a denominator is 1."""
    return len(terms) == 1 and terms[0].exponent == 0 and terms[0].coefficient == 1


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
    return printer.notation.array([[printer.notation.decimal(decimal(each, digits)) for each in row] for row in rows])


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
