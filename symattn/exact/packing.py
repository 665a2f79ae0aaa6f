"""Packing: a row of whole numbers as the digits of one, so that rows are added and multiplied in one step."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Sequence
from operator import mul

Whole = Sequence[Sequence[int]]
"""Rows of whole numbers."""

DIGIT = 64
"""Bits of one digit, sign included."""

DIGIT_BYTES = DIGIT // 8


def product_of_whole(left: Whole, right: Whole) -> tuple[tuple[int, ...], ...]:
    """The product of matrices of whole numbers; the rows of the right one are packed if all entries fit into digits.

    >>> product_of_whole([[1, -2]], [[3, 0], [5, 1]])
    ((-7, -2),)
    """
    if not fits(left, right):
        columns = list(zip(*right, strict=True))
        return tuple(tuple([sum(map(mul, row, column)) for column in columns]) for row in left)
    width = len(right[0])
    packed = [pack(row) for row in right]
    signs = sign_bits(width)
    return tuple([unpack(sum(map(mul, row, packed)), width, signs) for row in left])


def fits(left: Whole, right: Whole) -> bool:
    """Whether the entries of a product have fewer bits than a digit."""
    return (largest(left) * largest(right)).bit_length() + len(right).bit_length() <= DIGIT - 2


def largest(whole: Whole) -> int:
    """The largest absolute value."""
    return max(max(map(max, whole)), -min(map(min, whole)))


def sign_bits(width: int) -> int:
    """The number with the top bit of each of so many digits set."""
    return int.from_bytes((b"\0" * (DIGIT_BYTES - 1) + b"\x80") * width, "little")


def pack(row: Sequence[int]) -> int:
    """A row as one number, its entries the signed digits: sums and multiples of such numbers are those of the rows."""
    return sum([entry << DIGIT * place for place, entry in enumerate(row)])


def unpack(number: int, width: int, signs: int) -> tuple[int, ...]:
    """The signed digits of a packed number: the sign bits are added so that no digit borrows, and then turned.

    >>> unpack(pack([3, -1, 5]), 3, sign_bits(3))
    (3, -1, 5)
    """
    digits = array("q")
    digits.frombytes((number + signs ^ signs).to_bytes(width * DIGIT_BYTES, "little"))
    in_native_order(digits)
    return tuple(digits)


def in_native_order(digits: array) -> None:
    """Little-endian digits as this machine reads them."""
    if sys.byteorder == "big":
        digits.byteswap()
