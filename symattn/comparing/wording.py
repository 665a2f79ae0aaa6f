"""Words and numbers of a reason: keys by their numbers, values with as many digits as tell them apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sympy import Abs, Expr, Integer, MatrixSymbol, Pow, S, Symbol, Transpose

from symattn.exact import Element, functions
from symattn.nodes import MatrixProduct
from symattn.nodes.written import added, applied, negated, raised
from symattn.publishing import Rounded, text

Parts = tuple[Any, ...]
"""Words and things to print, as a paragraph takes them."""

SHORT = 8
"""Characters of an exact number that stands in a sentence as it is; a longer one is rounded."""

FEWEST_DIGITS = 4
MOST_DIGITS = 1000


def plain_text(parts: Parts) -> str:
    """Words and things to print as one line of text.

    >>> plain_text(("a length of ", length_of(Symbol("k_2")), "."))
    'a length of |k_2|.'
    """
    return "".join(part if isinstance(part, str) else text(part) for part in parts)


def keys_named(keys: Sequence[int]) -> str:
    """Keys counted from 0, as a sentence names them, from 1.

    >>> keys_named([1]), keys_named([1, 2]), keys_named([0, 1, 2]), keys_named([])
    ('key 2', 'keys 2 and 3', 'keys 1, 2 and 3', 'no key')
    """
    return f"key{'s' if len(keys) > 1 else ''} {numbered(keys)}" if keys else "no key"


def numbered(places: Sequence[int]) -> str:
    """The numbers of some places, counted from 1.

    >>> numbered([0, 1, 2])
    '1, 2 and 3'
    """
    return listed([str(place + 1) for place in places])


def listed(names: Sequence[str]) -> str:
    """Names in a sentence.

    >>> listed(["dot", "cosine", "rbf"]), listed(["dot"])
    ('dot, cosine and rbf', 'dot')
    """
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def told(*numbers: Element) -> list[Any]:
    """Numbers for one sentence: short fractions as they are, others rounded to digits that tell different ones apart.

    >>> told(Element.of("1/2"), Element.of("0.33333"), Element.of("0.33334"))
    [Element(1/2), Rounded(value=Element(33333/100000), digits=5), Rounded(value=Element(16667/50000), digits=5)]
    """
    long = [number for number in numbers if not is_short(number)]
    digits = FEWEST_DIGITS
    distinct = len(_distinct(long))
    while digits < MOST_DIGITS and len({number.decimal(digits) for number in long}) < distinct:
        digits += 1
    return [number if is_short(number) else Rounded(number, digits) for number in numbers]


def _distinct(numbers: list[Element]) -> list[Element]:
    found: list[Element] = []
    for number in numbers:
        if all(number != other for other in found):
            found.append(number)
    return found


def is_short(number: Element) -> bool:
    """Whether a number is a fraction that has a place in a sentence; two roots are hard to compare at sight."""
    return number.is_rational and len(text(number)) <= SHORT


def factor(number: Element) -> Any:
    """A factor for a sentence: exact where that is short, as in 1/√3.

    >>> factor(Element.of(2) / 3), factor(functions.exp(Element.of("1/3")) + functions.exp(Element.of("1/7")))
    (Element(2/3), Rounded(value=Element(exp(1/7) + exp(1/3)), digits=4))
    """
    return number if number.terms <= 2 and len(text(number)) <= SHORT else Rounded(number, FEWEST_DIGITS)


def told_lengths(squares: Sequence[Element]) -> list[Any]:
    """Lengths whose squares are given, for one sentence: roots of whole numbers as roots, which are easily compared.

    >>> [text(length) for length in told_lengths([Element.of(32), Element.of(9)])]
    ['√32', '3']
    """
    lengths = [functions.sqrt(square) for square in squares]
    if any(
        not square.is_rational or square.as_fraction().denominator != 1 or not is_short(square) for square in squares
    ):
        return told(*lengths)
    return [
        length if length.is_rational else Pow(Integer(square.as_fraction().numerator), S.Half, evaluate=False)
        for length, square in zip(lengths, squares, strict=True)
    ]


def query(i: int) -> Symbol:
    """The name of a query, counted from 0."""
    return Symbol(f"q_{i + 1}")


def key(j: int) -> Symbol:
    """The name of a key, counted from 0."""
    return Symbol(f"k_{j + 1}")


def length_of(vector: Symbol) -> Expr:
    """``|k_j|``."""
    return applied(Abs, vector)


def squared_length(vector: Symbol) -> Expr:
    """``|k_j|**2``."""
    return raised(applied(Abs, vector), Integer(2))


def squared_distance(one: Symbol, other: Symbol) -> Expr:
    """``|q_i - k_j|**2``."""
    return raised(applied(Abs, added(one, negated(other))), Integer(2))


def product_of(one: Symbol, other: Symbol) -> Expr:
    """``q_i k_j^T``, the dot product of two rows."""
    d = Symbol("d", integer=True, positive=True)
    return MatrixProduct(MatrixSymbol(one.name, 1, d), Transpose(MatrixSymbol(other.name, 1, d)))
