"""ExactMatrix: a matrix of exact numbers, kept as whole numbers while they are multiples or powers of one number."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from math import gcd, lcm
from typing import Any

from sympy import ImmutableDenseMatrix, MatrixBase

from symattn import limits
from symattn.errors import InputError, LimitError, SymattnError
from symattn.exact import reading
from symattn.exact.constants import Number, check_bits, quotient, simple, size_in_bits
from symattn.exact.element import Element
from symattn.exact.packing import Whole, largest
from symattn.exact.weights import Weights

Scalar = int | Fraction | Element
"""One exact number; an element may stand for a fraction too."""

SHARED_BITS = 4_096
"""Bits of the largest common denominator of fractions that are kept as whole multiples of one."""


class ExactMatrix:
    """A matrix of :class:`Element`; immutable, equal by value.

    >>> ExactMatrix.of([[1, "1/2"], [0, "0.1"]]).decimal(3)
    ((Decimal('1.00'), Decimal('0.500')), (Decimal('0'), Decimal('0.100')))
    """

    __slots__ = ("_elements", "factor", "shape", "weights", "whole")

    def __init__(self, elements: Iterable[Iterable[Element]]) -> None:
        """A matrix of rows of elements, all rows of one length."""
        self._elements: tuple[tuple[Element, ...], ...] | None = tuple(map(tuple, elements))
        self.whole: Whole | None = None
        self.weights: Weights | None = None
        self.factor: Number = 1
        self.shape = (len(self._elements), len(self._elements[0]))

    @classmethod
    def multiples(cls, whole: Iterable[Iterable[int]], factor: Number = 1) -> ExactMatrix:
        """The matrix of whole multiples of one number.

        >>> ExactMatrix.multiples([[1, 2]], 3)[0, 1]
        Element(6)
        """
        made = cls.__new__(cls)
        made._elements = None
        made.weights = None
        made.whole = tuple(map(tuple, whole))
        made.factor = factor
        made.shape = (len(made.whole), len(made.whole[0]))
        return made

    @classmethod
    def of_weights(cls, weights: Weights) -> ExactMatrix:
        """The matrix of softmax weights."""
        made = cls.__new__(cls)
        made._elements = None
        made.weights = weights
        made.whole = None
        made.factor = 1
        made.shape = (len(weights.which), len(weights.exponents[0]))
        return made

    @classmethod
    def of(cls, values: Any) -> ExactMatrix:
        """The matrix of nested sequences, of a NumPy array or of a SymPy matrix of numbers; see ``Element.of``.

        Errors: ``InputError`` for ragged or empty rows, a wrong depth, nan, infinity and whatever is not a number,
        naming the place; ``LimitError`` for too many entries or digits.

        >>> ExactMatrix.of([[1, 2], [3]])
        Traceback (most recent call last):
            ...
        symattn.errors.InputError: a matrix has rows of one length: row 1 has 2 entries, row 2 has 1.
        """
        if isinstance(values, ExactMatrix):
            return values
        rows = rows_of(values)
        if all(set(map(type, row)) == {int} for row in rows):
            reading.checked(max(max(map(abs, row)) for row in rows))
            return cls.multiples(rows)
        return cls.of_scalars([[read_entry(entry, i, j) for j, entry in enumerate(row)] for i, row in enumerate(rows)])

    @classmethod
    def of_scalars(cls, rows: Sequence[Sequence[Scalar]]) -> ExactMatrix:
        """The matrix of whole numbers, fractions and elements: multiples of one fraction if it is not too small.

        >>> ExactMatrix.of_scalars([[Fraction(1, 2), 2]]).whole
        ((1, 4),)
        """
        numbers = [[number for number in row if not isinstance(number, Element)] for row in rows]
        if all(len(found) == len(row) for found, row in zip(numbers, rows, strict=True)):
            divisor = lcm(*{number.denominator for row in numbers for number in row})
            if divisor.bit_length() <= SHARED_BITS:
                whole = [[number.numerator * (divisor // number.denominator) for number in row] for row in numbers]
                return cls.multiples(whole, quotient(1, divisor))
        made: dict[Any, Element] = {}
        return cls([[_element(number, made) for number in row] for row in rows])

    @property
    def rows(self) -> tuple[tuple[Element, ...], ...]:
        """The entries, row by row."""
        if self._elements is None and self.weights is not None:
            self._elements = tuple(self.weights.rows())
        elif self._elements is None:
            assert self.whole is not None
            made = {number: Element.constant(self.factor * number) for row in self.whole for number in row}
            self._elements = tuple(tuple([made[number] for number in row]) for row in self.whole)
        assert self._elements is not None
        return self._elements

    def __getitem__(self, position: tuple[int, int]) -> Element:
        i, j = position
        return self.rows[i][j]

    def __iter__(self) -> Iterator[tuple[Element, ...]]:
        return iter(self.rows)

    @property
    def T(self) -> ExactMatrix:
        """The transpose."""
        if self.whole is not None:
            return ExactMatrix.multiples(zip(*self.whole, strict=True), self.factor)
        return ExactMatrix(zip(*self.rows, strict=True))

    def to_sympy(self) -> ImmutableDenseMatrix:
        """The matrix as SymPy writes it; see ``Element.to_sympy``."""
        return ImmutableDenseMatrix([[element.to_sympy() for element in row] for row in self.rows])

    def decimal(self, digits: int = 20) -> tuple[tuple[Decimal, ...], ...]:
        """Every entry correctly rounded to so many significant digits; see ``Element.decimal``."""
        found: dict[int, Decimal] = {}
        for row in self.rows:
            for element in row:
                if id(element) not in found:
                    found[id(element)] = element.decimal(digits)
        return tuple(tuple(found[id(element)] for element in row) for row in self.rows)

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if not isinstance(other, ExactMatrix):
            return NotImplemented
        if self.shape != other.shape:
            return False
        if self.whole is not None and self.whole == other.whole and self.factor == other.factor:
            return True
        return all(
            a == b for mine, its in zip(self.rows, other.rows, strict=True) for a, b in zip(mine, its, strict=True)
        )

    def __hash__(self) -> int:
        return hash(self.rows)

    def __repr__(self) -> str:
        return f"ExactMatrix({[[str(element) for element in row] for row in self.rows]})"

    def __reduce__(self) -> tuple:
        if self.whole is not None:
            return ExactMatrix.multiples, (self.whole, self.factor)
        return ExactMatrix, (self.rows,)

    def primitive(self) -> ExactMatrix:
        """The same matrix of multiples, the whole numbers bounded in size and without a common divisor."""
        assert self.whole is not None
        check_bits(largest(self.whole).bit_length() + size_in_bits(self.factor))
        if isinstance(self.factor, int):
            return self
        divisor = gcd(*(number for row in self.whole for number in row))
        if divisor <= 1:
            return self
        whole = [[number // divisor for number in row] for row in self.whole]
        product = self.factor * divisor
        return ExactMatrix.multiples(whole, product if not hasattr(product, "denominator") else quotient(product, 1))


def _element(number: Scalar, made: dict[Any, Element]) -> Element:
    """A number as an element; equal fractions are one object."""
    if isinstance(number, Element):
        return number
    if number not in made:
        made[number] = Element.constant(simple(number))
    return made[number]


def rows_of(values: Any) -> list[list[Any]]:
    """The rows of whatever is given for a matrix, all of one length and none empty."""
    if hasattr(values, "detach"):  # a torch tensor, which may carry a graph or live on a device
        values = values.detach().cpu().numpy()
    if isinstance(values, MatrixBase):
        values = values.tolist()
    elif hasattr(values, "dtype") and hasattr(values, "tolist"):
        values = _rows_of_array(values)
    if not _is_row(values):
        raise InputError(f"a matrix is given as rows of numbers such as [[1, 0], [0, 1]], found {_shown(values)}.")
    if not len(values):
        raise InputError("a matrix has at least one row, found none.")
    for i, row in enumerate(values):
        if not _is_row(row):
            message = f"a matrix is given as rows of numbers such as [[1, 0], [0, 1]]; row {i + 1} is {_shown(row)}."
            raise InputError(message)
        if not len(row):
            raise InputError(f"a row has at least one entry; row {i + 1} is empty.")
        if len(row) != len(values[0]):
            raise InputError(
                f"a matrix has rows of one length: row 1 has {len(values[0])} entries, row {i + 1} has {len(row)}."
            )
    if len(values) * len(values[0]) > limits.EXACT_ENTRIES:
        raise LimitError(f"a matrix of {len(values) * len(values[0])} entries; the most is {limits.EXACT_ENTRIES}.")
    return [list(row) for row in values]


def _rows_of_array(array: Any) -> list[list[Any]]:
    """A NumPy array's rows; its floats keep the decimals that NumPy prints for their own precision."""
    if array.ndim != 2:
        raise InputError(f"a matrix has two axes, found an array of shape {tuple(array.shape)}.")
    if array.size > limits.EXACT_ENTRIES:
        raise LimitError(f"a matrix of {array.size} entries; the most is {limits.EXACT_ENTRIES}.")
    if hasattr(array, "filled"):
        raise InputError("a matrix has all its numbers, found a masked array; fill it, as in array.filled(0).")
    kind = getattr(array.dtype, "kind", "?")
    if kind in "iu" or kind == "O":
        return array.tolist()
    if kind == "f":
        return [[str(number) for number in row] for row in array]
    raise InputError(f"a matrix holds real numbers, found an array of {array.dtype}.")


def _is_row(values: Any) -> bool:
    return isinstance(values, Sequence) and not isinstance(values, (str, bytes, bytearray))


def read_entry(entry: Any, i: int, j: int) -> Any:
    """One entry as a fraction or an element; errors name its place."""
    try:
        if isinstance(entry, Element):
            return entry
        value = reading.rational(entry)
        return Element.of(entry) if value is None else value
    except SymattnError as error:
        raise error.in_context(f"in row {i + 1}, column {j + 1}") from None


def _shown(value: object) -> str:
    text = ascii(value)
    return text if len(text) <= 60 else text[:57] + "..."
