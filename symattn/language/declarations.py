"""What a user declares: the inputs of a mechanism and their shapes, as in ``Q = "n d_k"``."""

from __future__ import annotations

from sympy import Add, Expr, Mul, Symbol

from symattn import limits
from symattn.errors import LanguageError
from symattn.language.names import check_name, printable
from symattn.language.vocabulary import WORDS
from symattn.nodes import Value, symbol_for
from symattn.shapes import Shape, concrete_size, size


def parse_shape(text: object, name: str) -> Shape:
    """The shape that a declaration such as ``"n d_k"`` gives the input ``name``; ``""`` or ``"scalar"`` is a number.

    More than two sizes make a family, its axes first: ``"H n d_k"``.

    >>> parse_shape("n 2*d_k", "Q"), parse_shape("2*r+1 1", "w"), parse_shape("H n d_k", "Q")
    ((n, 2*d_k), (2*r + 1, 1), (H, n, d_k))

    Errors: ``LanguageError`` unless there are two sizes or more, each made of names and whole numbers by * and +.
    """
    if not isinstance(text, str):
        raise LanguageError(f'the shape of {name} is given as text such as "n d_k", found {text!r}.')
    parts = text.replace(",", " ").split()
    if parts in ([], ["scalar"]):
        return ()
    if not 2 <= len(parts) <= 2 + limits.FAMILY_AXES:
        raise LanguageError(
            f'the shape of {name} is {printable(text)}: a matrix has two sizes, as in "n d_k"; '
            'a column is "d 1", a row "1 d", a single number "scalar", a family of matrices "H n d_k".'
        )
    return tuple(_size(part, name) for part in parts)


def _size(text: str, name: str) -> Expr:
    return Add(*(Mul(*(_factor(factor, name) for factor in term.split("*"))) for term in text.split("+")))


def _factor(text: str, name: str) -> Expr:
    if text.isascii() and text.isdigit() and len(text) < 10:
        return concrete_size(int(text), text)
    return size(check_name(text, f"a size of {name}", WORDS))


def declare(name: str, shape: Shape) -> Value:
    """The symbol that stands for a named scalar, matrix or family.

    A shape of more than two lengths is a family's.

    >>> declare("Q", (size("n"), size("d_k"))).shape, declare("Q", (size("H"), size("n"), size("d_k"))).lengths
    ((n, d_k), (H,))
    """
    return symbol_for(name, shape) if shape else Symbol(name, real=True)
