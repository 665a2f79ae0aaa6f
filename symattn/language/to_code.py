"""The language's own text of a value: what, read again, gives an equal value; one row for each class."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sympy import (
    Abs,
    Add,
    Identity,
    MatrixSymbol,
    Max,
    Min,
    Mod,
    Mul,
    OneMatrix,
    Piecewise,
    Pow,
    Rational,
    Symbol,
    Transpose,
    ZeroMatrix,
    cos,
    erf,
    exp,
    floor,
    log,
    sin,
    tanh,
)
from sympy.core.numbers import Exp1, Pi
from sympy.core.relational import Relational
from sympy.logic.boolalg import And, BooleanAtom
from sympy.matrices.expressions.matexpr import MatrixElement

from symattn.language import code_of_matrices, code_of_scalars
from symattn.language.code_pieces import Level, Piece, Printer, Row
from symattn.language.names import safe_name
from symattn.language.vocabulary import CONCAT, SUM
from symattn.nodes import (
    Block,
    Column,
    Concatenation,
    ElementwiseDifference,
    ElementwiseFunction,
    ElementwisePower,
    ElementwiseProduct,
    ElementwiseQuotient,
    ElementwiseSum,
    HorizontalStack,
    IndexCondition,
    IndexedMatrix,
    IndexSum,
    Intersection,
    MatrixProduct,
    Member,
    Negation,
    OverAllowedKeys,
    Reduction,
    Scatter,
)


def formula(value: Any, name: Callable[[Any], str] = safe_name, lenient: bool = False) -> str:
    """A value as the language of equations writes it; ``name`` gives the name of a symbol, checked unless told.

    With ``lenient``, what the language cannot say is written as SymPy writes it, for a reader and not to be read again.

    Errors: ``MissingRowError`` for what the language cannot say, such as the formula of an entry; ``LanguageError`` for
    a name outside the language.

    >>> from symattn.shapes import size
    >>> from sympy import sqrt
    >>> Q, K = MatrixSymbol("Q", size("n"), size("d_k")), MatrixSymbol("K", size("m"), size("d_k"))
    >>> formula(ElementwiseQuotient(MatrixProduct(Q, Transpose(K)), sqrt(size("d_k"))))
    'Q @ K.T / sqrt(d_k)'
    """
    return Printer(ROWS, name, lenient).piece(value).text


PRODUCT_LEVELS = (Level.PRODUCT, Level.FACTOR, Level.PRODUCT)

ROWS: dict[type, Row] = {
    Rational: code_of_scalars.number,
    Exp1: lambda printer, value: Piece("exp(1)"),
    Pi: lambda printer, value: Piece("pi"),
    Symbol: code_of_matrices.name,
    Add: code_of_scalars.add,
    Mul: code_of_scalars.mul,
    Pow: code_of_scalars.scalar_power,
    exp: code_of_scalars.function("exp"),
    log: code_of_scalars.function("log"),
    tanh: code_of_scalars.function("tanh"),
    Abs: code_of_scalars.function("abs"),
    Max: code_of_scalars.largest,
    Min: code_of_scalars.smallest,
    Mod: code_of_scalars.remainder,
    Piecewise: code_of_scalars.cases,
    cos: code_of_scalars.function("cos"),
    erf: code_of_scalars.function("erf"),
    floor: code_of_scalars.whole_part,
    sin: code_of_scalars.function("sin"),
    MatrixElement: code_of_matrices.element,
    MatrixSymbol: code_of_matrices.name,
    Transpose: code_of_matrices.transpose,
    Identity: code_of_matrices.constant("eye"),
    OneMatrix: code_of_matrices.constant("ones"),
    ZeroMatrix: code_of_matrices.constant("zeros"),
    MatrixProduct: code_of_matrices.binary("@", *PRODUCT_LEVELS),
    ElementwiseProduct: code_of_matrices.binary("*", *PRODUCT_LEVELS),
    ElementwiseQuotient: code_of_matrices.binary("/", *PRODUCT_LEVELS),
    ElementwiseSum: code_of_matrices.binary("+", Level.SUM, Level.PRODUCT, Level.SUM),
    ElementwiseDifference: code_of_matrices.binary("-", Level.SUM, Level.PRODUCT, Level.SUM),
    ElementwisePower: code_of_matrices.power,
    Negation: code_of_matrices.negation,
    ElementwiseFunction: code_of_matrices.node,
    OverAllowedKeys: code_of_matrices.over_keys,
    Member: code_of_matrices.member,
    Block: code_of_matrices.block,
    HorizontalStack: code_of_matrices.stack,
    Concatenation: code_of_matrices.over_an_index(CONCAT),
    IndexedMatrix: code_of_matrices.indexed,
    Scatter: code_of_matrices.scatter,
    IndexCondition: code_of_matrices.index_condition,
    Intersection: code_of_matrices.intersection,
    Relational: code_of_scalars.relation,
    And: code_of_scalars.both,
    BooleanAtom: code_of_scalars.always_or_never,
    Reduction: code_of_matrices.node,
    Column: code_of_matrices.column,
    IndexSum: code_of_matrices.over_an_index(SUM),
}
"""One row a class; a subclass without a row of its own is printed by its base's."""
