"""Operations on exact matrices: in whole numbers while all entries are multiples of one, else entry by entry."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from functools import reduce
from itertools import chain
from math import gcd
from operator import add, mul, sub
from typing import Any

from symattn import limits
from symattn.errors import LimitError, ShapeError
from symattn.exact import functions
from symattn.exact.constants import Constant, Number, Rational, quotient, simple
from symattn.exact.element import ZERO, Element
from symattn.exact.enclosures import sign_of_constant
from symattn.exact.matrix import ExactMatrix
from symattn.exact.packing import Whole, fits, product_of_whole
from symattn.exact.sums import scale
from symattn.shapes import show

Exact = ExactMatrix | Element


def constant_of(element: Element) -> Number | None:
    """An element as a constant, if powers of e do not occur in it."""
    n, d = element.reduced().n, element.d
    if not n:
        return 0
    if set(n) == {0} and set(d) == {0} and isinstance(d[0], int):
        return quotient(n[0], d[0])
    return None


def product(left: ExactMatrix, right: ExactMatrix) -> ExactMatrix:
    """The matrix product.

    >>> product(ExactMatrix.of([[1, 2]]), ExactMatrix.of([[3], [4]]))
    ExactMatrix([['11']])
    """
    operations = left.shape[0] * left.shape[1] * right.shape[1]
    if operations > limits.EXACT_OPERATIONS:
        raise LimitError(f"a product of {operations} multiplications; the most is {limits.EXACT_OPERATIONS}.")
    if left.whole is not None and right.whole is not None:
        whole = product_of_whole(left.whole, right.whole)
        found = ExactMatrix.multiples(whole, times(left.factor, right.factor))
        return found if found.factor == 1 and fits(left.whole, right.whole) else found.primitive()
    if right.whole is not None:
        return combined_rows(left, right.whole, right.factor)
    if left.whole is not None:
        return combined_rows(right.T, tuple(zip(*left.whole, strict=True)), left.factor).T
    columns = right.T.rows
    return ExactMatrix([total(map(mul, row, column)) for column in columns] for row in left.rows)


def combined_rows(weights: ExactMatrix, rows: Whole, factor: Number) -> ExactMatrix:
    """``weights @ (factor * rows)``, a row of whole numbers taken so many times for each weight."""
    if weights.weights is not None:
        made = weights.weights.times(rows)
    else:
        columns = list(zip(*rows, strict=True))
        made = [[total(map(_times_whole, row, column)) for column in columns] for row in weights.rows]
    if type(factor) is int and factor == 1:
        return ExactMatrix(made)
    by = Element.constant(factor)
    return ExactMatrix([element * by for element in row] for row in made)


def _times_whole(element: Element, number: int) -> Element:
    return Element(scale(element.n, number), element.d)


def total(elements: Iterable[Element]) -> Element:
    """The sum of some elements."""
    found = ZERO
    for element in elements:
        found = found + element
    return found


def times(left: Number, right: Number) -> Number:
    """A product of two constants, whole where it can be."""
    found = left * right
    return found if isinstance(found, Constant) else simple(found)


# Entry by entry, with NumPy's broadcasting.


def plus(left: Exact, right: Exact) -> Exact:
    """``left + right``."""
    return _sum(left, right, add)


def sum_of(terms: Iterable[ExactMatrix]) -> Exact:
    """The sum of one matrix or more."""
    return reduce(plus, terms)  # type: ignore[arg-type,return-value]  # reduce takes the terms for the sum's type


def minus(left: Exact, right: Exact) -> Exact:
    """``left - right``."""
    return _sum(left, right, sub)


def _sum(left: Exact, right: Exact, operation: Callable[[Any, Any], Any]) -> Exact:
    if isinstance(left, ExactMatrix) and isinstance(right, ExactMatrix) and left.whole and right.whole:
        common = _common_factor(left.factor, right.factor)
        if common is not None:
            factor, a, b = common
            first = [[a * number for number in row] for row in left.whole] if a != 1 else left.whole
            second = [[b * number for number in row] for row in right.whole] if b != 1 else right.whole
            return ExactMatrix.multiples(broadcast(first, second, operation), factor).primitive()
    return entrywise(left, right, operation)


def _common_factor(left: Number, right: Number) -> tuple[Number, int, int] | None:
    """One number of which both are whole multiples, and these multiples."""
    if left == right:
        return left, 1, 1
    if isinstance(left, Constant) or isinstance(right, Constant):
        return None
    a, b = Fraction(left), Fraction(right)
    below = a.denominator * b.denominator
    first, second = a.numerator * b.denominator, b.numerator * a.denominator
    common = gcd(first, second)
    return quotient(common, below), first // common, second // common


def multiply(left: Exact, right: Exact) -> Exact:
    """``left * right``, entry by entry."""
    if isinstance(left, Element) and isinstance(right, ExactMatrix):
        left, right = right, left
    if isinstance(left, ExactMatrix) and left.whole is not None:
        if isinstance(right, Element):
            factor = constant_of(right)
            if factor is not None:
                return (
                    ExactMatrix.multiples(left.whole, times(left.factor, factor)).primitive()
                    if factor
                    else _zeros(left)
                )
        elif right.whole is not None:
            whole = broadcast(left.whole, right.whole, mul)
            return ExactMatrix.multiples(whole, times(left.factor, right.factor)).primitive()
    return entrywise(left, right, mul)


def _zeros(like: ExactMatrix) -> ExactMatrix:
    return ExactMatrix.multiples([[0] * like.shape[1]] * like.shape[0])


def divide(left: Exact, right: Exact) -> Exact:
    """``left / right``, entry by entry. Errors: ``ExactnessError`` for a division by zero."""
    if isinstance(left, ExactMatrix) and isinstance(right, Element):
        return multiply(left, right.inverse())
    if isinstance(right, Element):
        return left * right.inverse()
    turned = mapped(right, lambda element: element.inverse())
    return multiply(left, turned)


def raised(base: Exact, exponent: Rational) -> Exact:
    """``base ** exponent``, entry by entry."""
    if isinstance(base, Element):
        return functions.power(base, exponent)
    return mapped(base, lambda element: functions.power(element, exponent))


def negative(value: Exact) -> Exact:
    """``-value``."""
    if isinstance(value, Element):
        return -value
    if value.whole is not None:
        return ExactMatrix.multiples([[-number for number in row] for row in value.whole], value.factor)
    return mapped(value, lambda element: -element)


def broadcast(left: Sequence[Sequence], right: Sequence[Sequence], operation: Callable[[Any, Any], Any]) -> list[list]:
    """An operation on two arrays of rows, a length of 1 stretched."""
    shape = max(len(left), len(right)), max(len(left[0]), len(right[0]))
    return [list(map(operation, *pair)) for pair in zip(stretched(left, *shape), stretched(right, *shape), strict=True)]


def stretched(values: Sequence[Sequence], rows: int, columns: int) -> Sequence[Sequence]:
    """An array of rows with a length of 1 stretched."""
    wide = [list(row) * columns for row in values] if len(values[0]) < columns else values
    return list(wide) * rows if len(wide) < rows else wide


def entrywise(left: Exact, right: Exact, operation: Callable[[Element, Element], Element]) -> Exact:
    """An operation on elements, entry by entry."""
    if isinstance(left, Element) and isinstance(right, Element):
        return operation(left, right)
    first, second = ([[value]] if isinstance(value, Element) else value.rows for value in (left, right))
    return ExactMatrix(broadcast(first, second, operation))


def mapped(value: ExactMatrix, function: Callable[[Element], Element]) -> ExactMatrix:
    """A function of every entry; entries that are one object are computed once."""
    made: dict[int, Element] = {}
    for row in value.rows:
        for element in row:
            if id(element) not in made:
                made[id(element)] = function(element)
    return ExactMatrix([[made[id(element)] for element in row] for row in value.rows])


# A row, or a column, taken together.


def other_than_zero(value: ExactMatrix) -> list[list[bool]]:
    """Which entries are not 0, decided."""
    if value.whole is not None:
        return [[number != 0 for number in row] for row in value.whole]
    found: dict[int, bool] = {}
    for row in value.rows:
        for element in row:
            if id(element) not in found:
                found[id(element)] = not element.is_zero
    return [[found[id(element)] for element in row] for row in value.rows]


def both(left: ExactMatrix, right: ExactMatrix) -> ExactMatrix:
    """1 where both have entries other than 0, else 0."""
    return ExactMatrix.multiples(broadcast(other_than_zero(left), other_than_zero(right), lambda a, b: int(a and b)))


def row_sums(value: ExactMatrix) -> ExactMatrix:
    """The sum of each row, as a column."""
    if value.whole is not None:
        return ExactMatrix.multiples([[sum(row)] for row in value.whole], value.factor).primitive()
    return ExactMatrix([total(row)] for row in value.rows)


def row_means(value: ExactMatrix) -> ExactMatrix:
    """The mean of each row, as a column."""
    found = multiply(row_sums(value), Element.constant(Fraction(1, value.shape[1])))
    assert isinstance(found, ExactMatrix)
    return found


def row_largest(value: ExactMatrix) -> ExactMatrix:
    """The largest entry of each row, as a column."""
    if value.whole is not None:
        pick = max if sign_of_constant(value.factor) > 0 else min
        return ExactMatrix.multiples([[pick(row)] for row in value.whole], value.factor)
    return ExactMatrix([functions.largest(row)] for row in value.rows)


def row_norms(value: ExactMatrix) -> ExactMatrix:
    """The Euclidean length of each row, as a column."""
    return ExactMatrix([functions.norm(row)] for row in value.rows)


def column(value: ExactMatrix, position: int) -> ExactMatrix:
    """One column. Errors: ``ShapeError`` outside the matrix."""
    if not 0 <= position < value.shape[1]:
        raise ShapeError(f"asked for position {position}, counted from 0, of {value.shape[1]}.")
    if value.whole is not None:
        return ExactMatrix.multiples([[row[position]] for row in value.whole], value.factor)
    return ExactMatrix([row[position]] for row in value.rows)


def check_inside(shape: tuple[int, int], i: int, j: int, name: object) -> None:
    """Refuse a position outside a matrix. Errors: ``ShapeError``."""
    if not (0 <= i < shape[0] and 0 <= j < shape[1]):
        raise ShapeError(f"{name} is {show(shape)} and has no entry [{i}, {j}]; positions are counted from 0.")


def block(value: ExactMatrix, top: int, left: int, rows: int, columns: int) -> ExactMatrix:
    """The block of so many rows and columns that begins at ``(top, left)``.

    Errors: ``ShapeError`` unless it lies inside the matrix.

    >>> block(ExactMatrix.of([[1, 2, 3], [4, 5, 6]]), 0, 1, 2, 2)
    ExactMatrix([['2', '3'], ['5', '6']])
    """
    bottom, right = top + rows, left + columns
    if not (0 <= top < bottom <= value.shape[0] and 0 <= left < right <= value.shape[1]):
        asked, found = f"[{top}:{bottom}, {left}:{right}]", show(value.shape)
        raise ShapeError(f"asked for the block {asked} of a matrix {found}, which it does not lie inside.")
    if value.whole is not None:
        return ExactMatrix.multiples([row[left:right] for row in value.whole[top:bottom]], value.factor)
    return ExactMatrix([row[left:right] for row in value.rows[top:bottom]])


def side_by_side(parts: Sequence[ExactMatrix]) -> ExactMatrix:
    """Matrices with one number of rows, from left to right; whole numbers stay so where one factor holds for all.

    >>> side_by_side([ExactMatrix.of([[1], [2]]), ExactMatrix.of([["1/2", 3], [0, 1]])])
    ExactMatrix([['1', '1/2', '3'], ['2', '0', '1']])
    """
    factor = reduce(_shared_factor, (part.factor if part.whole is not None else None for part in parts))
    if factor is None:
        return ExactMatrix([chain(*rows) for rows in zip(*(part.rows for part in parts), strict=True)])
    scaled = []
    for part in parts:
        common = _common_factor(factor, part.factor)
        assert part.whole is not None and common is not None
        multiple = common[2]
        scaled.append([[multiple * number for number in row] for row in part.whole] if multiple != 1 else part.whole)
    return ExactMatrix.multiples([list(chain(*rows)) for rows in zip(*scaled, strict=True)], factor).primitive()


def _shared_factor(left: Number | None, right: Number | None) -> Number | None:
    """One number of which both are whole multiples, if there is one."""
    common = None if left is None or right is None else _common_factor(left, right)
    return None if common is None else common[0]


def same(rows: int, columns: int, number: int) -> ExactMatrix:
    """A matrix of one whole number."""
    return ExactMatrix.multiples([[number] * columns] * rows)


def identity(size: int) -> ExactMatrix:
    """The identity matrix."""
    return ExactMatrix.multiples([[int(i == j) for j in range(size)] for i in range(size)])
