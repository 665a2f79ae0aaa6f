"""An equation as a comment above its code: one line, in the language in which it was written."""

from __future__ import annotations

from sympy import And, Basic, Identity, Integer, MatrixSymbol, OneMatrix, Transpose, ZeroMatrix, sstr
from sympy.core.relational import Relational

from symattn.language.vocabulary import NAME_OF_NODE
from symattn.nodes import (
    Arithmetic,
    Column,
    ElementwisePower,
    ElementwiseProduct,
    ElementwiseQuotient,
    IndexCondition,
    IndexSum,
    Intersection,
    MatrixProduct,
    Negation,
    Row,
    Softmax,
    Value,
    index,
    is_matrix,
)

CONDITION, AND, SUM, PRODUCT, NEGATION, POWER, ATOM = range(7)
LONGEST = 100

WORD_OF_CONSTANT = {OneMatrix: "ones", ZeroMatrix: "zeros", Identity: "eye"}


def text_of(value: Value) -> str:
    """The value in the language of equations, cut short where it would not fit on a line.

    >>> from symattn.nodes import Softmax
    >>> A = MatrixSymbol("A", 2, 3)
    >>> text_of(MatrixProduct(Softmax(A), Transpose(A)))
    'softmax(A) @ A.T'
    """
    text = _text(value)[0]
    return text if len(text) <= LONGEST else text[: LONGEST - 4] + " ..."


def _bracketed(value: Value, least: int) -> str:
    text, binding = _text(value)
    return text if binding >= least else f"({text})"


def _binding_of_scalar(value: Value) -> int:
    if value.is_Add:
        return SUM
    if value.is_Mul or (value.is_Rational and not value.is_Integer):
        return PRODUCT
    if value.is_Number and value.is_negative:
        return NEGATION
    return POWER if value.is_Pow and value.exp != 1 / Integer(2) else ATOM


def _condition(condition: Basic) -> tuple[str, int]:
    if isinstance(condition, And):
        parts = (_condition(part) for part in condition.args)
        return " & ".join(text if binding > AND else f"({text})" for text, binding in parts), AND
    if isinstance(condition, Relational):
        return f"{sstr(condition.lhs)} {condition.rel_op} {sstr(condition.rhs)}", CONDITION
    return sstr(condition), CONDITION


def _text(value: Value) -> tuple[str, int]:
    if not is_matrix(value):
        return sstr(value), _binding_of_scalar(value)
    if isinstance(value, MatrixSymbol):
        return value.name, ATOM
    if isinstance(value, Transpose):
        return f"{_bracketed(value.arg, ATOM)}.T", ATOM
    if isinstance(value, MatrixProduct):
        return f"{_bracketed(value.left, PRODUCT)} @ {_bracketed(value.right, NEGATION)}", PRODUCT
    if isinstance(value, ElementwisePower):
        return f"{_bracketed(value.left, ATOM)} ** {_bracketed(value.right, ATOM)}", POWER
    if isinstance(value, Arithmetic):
        least = PRODUCT if isinstance(value, (ElementwiseProduct, ElementwiseQuotient)) else SUM
        return f"{_bracketed(value.left, least)} {value.sign} {_bracketed(value.right, least + 1)}", least
    if isinstance(value, Negation):
        return f"-{_bracketed(value.args[0], NEGATION)}", NEGATION
    if isinstance(value, IndexCondition):
        return _condition(value.condition.xreplace({value.row: index("i"), value.column: index("j")}))
    if isinstance(value, Intersection):
        return f"{_bracketed(value.args[0], AND)} & {_bracketed(value.args[1], SUM)}", AND
    if isinstance(value, Softmax) and value.allowed is not None:
        return f"softmax({_text(value.scores)[0]}, where={_text(value.allowed)[0]})", ATOM
    if isinstance(value, IndexSum):
        return f"sum({value.symbol}, {_text(value.term)[0]})", ATOM
    if isinstance(value, Row):
        return f"{_bracketed(value.matrix, ATOM)}[{value.position}, :]", ATOM
    if isinstance(value, Column):
        return f"{_bracketed(value.matrix, ATOM)}[:, {value.position}]", ATOM
    if type(value) in WORD_OF_CONSTANT:
        sizes = value.shape[:1] if isinstance(value, Identity) else value.shape
        return f"{WORD_OF_CONSTANT[type(value)]}({', '.join(map(sstr, sizes))})", ATOM
    word = NAME_OF_NODE.get(type(value), type(value).__name__)
    return f"{word}({', '.join(_text(part)[0] for part in value.args)})", ATOM
