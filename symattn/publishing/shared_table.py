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
    Min,
    Mod,
    Mul,
    OneMatrix,
    Piecewise,
    Pow,
    Rational,
    Sum,
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
from sympy.core.numbers import Exp1, Infinity, NegativeInfinity, Pi
from sympy.core.relational import Relational
from sympy.logic.boolalg import And, BooleanAtom
from sympy.matrices.expressions.matexpr import MatrixElement

from symattn.exact import Element, ExactFamily, ExactMatrix, infinity
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
    LargestOver,
    MatrixProduct,
    Member,
    Negation,
    OverAllowedKeys,
    Reduction,
    Scatter,
    SquareRoot,
    ThresholdOf,
    ThresholdOver,
    VerticalStack,
)
from symattn.publishing import allowed_rows, index_rows, number_rows, place_rows, rows
from symattn.publishing.document import ForEach, Joined, RealMatrices, Rounded, Substituted, Words
from symattn.publishing.notation import Piece

ROWS: dict[type, Any] = {
    # numbers
    int: rows.integer,
    Rational: rows.rational,
    Infinity: rows.infinity,
    NegativeInfinity: rows.infinity,
    Fraction: rows.rational,
    float: number_rows.floating,
    Decimal: lambda printer, value: printer.notation.decimal(value),
    Exp1: lambda printer, value: Piece("e"),
    Pi: lambda printer, value: Piece(printer.notation.name("pi")),
    Element: number_rows.exact,
    infinity.NegativeInfinity: number_rows.negative_infinity,
    ExactMatrix: number_rows.matrix,
    ExactFamily: number_rows.family,
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
    cos: rows.function("cos"),
    sin: rows.function("sin"),
    floor: rows.whole_part,
    Mod: rows.remainder,
    Max: rows.function("max"),
    Min: rows.function("min"),
    Abs: rows.absolute,
    Piecewise: rows.cases,
    Relational: allowed_rows.condition,
    And: allowed_rows.condition,
    BooleanAtom: allowed_rows.condition,
    # entries
    MatrixElement: place_rows.element,
    Sum: index_rows.sum_of_numbers,
    LargestOver: index_rows.largest,
    ThresholdOf: index_rows.threshold_of,
    ThresholdOver: index_rows.threshold,
    KroneckerDelta: place_rows.delta,
    # matrices
    MatrixSymbol: rows.matrix_symbol,
    Transpose: place_rows.transpose,
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
    OverAllowedKeys: allowed_rows.over_allowed_keys,
    IndexCondition: allowed_rows.indicator,
    Intersection: allowed_rows.indicator,
    Reduction: rows.node_call,
    Column: place_rows.column,
    IndexSum: index_rows.index_sum,
    # families and blocks
    Member: place_rows.member,
    Block: place_rows.block,
    HorizontalStack: place_rows.stacked(below=False),
    VerticalStack: place_rows.stacked(below=True),
    Concatenation: index_rows.concatenation,
    IndexedMatrix: index_rows.indexed,
    Scatter: index_rows.scatter,
    # the wrappers of a document
    Rounded: number_rows.rounded,
    Substituted: number_rows.substituted,
    Joined: number_rows.joined,
    RealMatrices: number_rows.real_matrices,
    ForEach: index_rows.for_each,
    Words: number_rows.words,
}
"""One row a class; a subclass without a row of its own is printed by its base's."""
