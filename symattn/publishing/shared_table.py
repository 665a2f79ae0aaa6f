"""The table that LaTeX and text share: one row for each class of value, of node and of number."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

from sympy import (
    Abs,
    Add,
    Identity,
    KroneckerDelta,
    MatrixBase,
    MatrixSymbol,
    Max,
    Mul,
    OneMatrix,
    Piecewise,
    Pow,
    Rational,
    Sum,
    Symbol,
    Transpose,
    ZeroMatrix,
    erf,
    exp,
    log,
    tanh,
)
from sympy.core.numbers import Exp1
from sympy.core.relational import Relational
from sympy.logic.boolalg import And, BooleanAtom
from sympy.matrices.expressions.matexpr import MatrixElement

from symattn.exact import Element, ExactMatrix
from symattn.nodes import (
    Column,
    ElementwiseDifference,
    ElementwiseFunction,
    ElementwisePower,
    ElementwiseProduct,
    ElementwiseQuotient,
    ElementwiseSum,
    IndexCondition,
    IndexSum,
    Intersection,
    LargestOver,
    MatrixProduct,
    Negation,
    Reduction,
    Softmax,
    SquareRoot,
)
from symattn.publishing import allowed_rows, number_rows, rows
from symattn.publishing.document import Joined, RealMatrices, Rounded, Substituted, Words
from symattn.publishing.notation import Piece

ROWS: dict[type, Any] = {
    # numbers
    int: rows.integer,
    Rational: rows.rational,
    Fraction: rows.rational,
    float: number_rows.floating,
    Decimal: lambda printer, value: printer.notation.decimal(value),
    Exp1: lambda printer, value: Piece("e"),
    Element: number_rows.exact,
    ExactMatrix: number_rows.matrix,
    MatrixBase: number_rows.matrix,
    tuple: number_rows.matrix,
    list: number_rows.matrix,
    # scalars
    Symbol: rows.symbol,
    Add: rows.add,
    Mul: rows.mul,
    Pow: rows.power,
    exp: rows.exponential,
    log: rows.function("log"),
    tanh: rows.function("tanh"),
    erf: rows.function("erf"),
    Max: rows.function("max"),
    Abs: rows.absolute,
    Piecewise: rows.cases,
    Relational: allowed_rows.condition,
    And: allowed_rows.condition,
    BooleanAtom: allowed_rows.condition,
    # entries
    MatrixElement: rows.element,
    Sum: rows.sum_of_numbers,
    LargestOver: rows.largest,
    KroneckerDelta: rows.delta,
    # matrices
    MatrixSymbol: rows.matrix_symbol,
    Transpose: rows.transpose,
    Identity: rows.identity,
    OneMatrix: rows.ones_or_zeros,
    ZeroMatrix: rows.ones_or_zeros,
    MatrixProduct: rows.matrix_product,
    ElementwiseProduct: rows.entrywise_product,
    ElementwiseQuotient: rows.entrywise_quotient,
    ElementwiseSum: rows.entrywise_sum,
    ElementwiseDifference: rows.entrywise_sum,
    ElementwisePower: rows.entrywise_power,
    Negation: rows.negation,
    ElementwiseFunction: rows.node_call,
    SquareRoot: rows.square_root,
    Softmax: allowed_rows.softmax,
    IndexCondition: allowed_rows.indicator,
    Intersection: allowed_rows.indicator,
    Reduction: rows.node_call,
    Column: rows.column,
    IndexSum: rows.index_sum,
    # the wrappers of a document
    Rounded: number_rows.rounded,
    Substituted: number_rows.substituted,
    Joined: number_rows.joined,
    RealMatrices: number_rows.real_matrices,
    Words: number_rows.words,
}
"""One row a class; a subclass without a row of its own is printed by its base's."""
