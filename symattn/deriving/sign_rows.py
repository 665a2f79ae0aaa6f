"""Rows of signs: for each node, when its entries are seen not to be negative."""

from __future__ import annotations

from collections.abc import Callable

from sympy import Abs, Add, Expr, Identity, Max, Mul, OneMatrix, Pow, Rational, Transpose, ZeroMatrix, exp, tanh

from symattn.deriving.signs import Signs
from symattn.nodes import (
    AbsoluteValue,
    Block,
    Column,
    ColumnMax,
    ColumnMean,
    ColumnSum,
    Concatenation,
    ElementwiseDifference,
    ElementwisePower,
    ElementwiseProduct,
    ElementwiseQuotient,
    ElementwiseSum,
    Entmax,
    Exponential,
    Hardmax,
    HorizontalStack,
    HyperbolicTangent,
    IndexedMatrix,
    IndexSum,
    Logarithm,
    MatrixProduct,
    Negation,
    RectifiedLinear,
    Row,
    RowMax,
    RowMean,
    RowNorm,
    RowSum,
    Sigmoid,
    Softmax,
    SquareRoot,
    VerticalStack,
    is_matrix,
)
from symattn.nodes.cases import Cases

SignRow = Callable[[Signs, Expr], bool]


def _always(signs: Signs, value: Expr) -> bool:
    return True


def _all(signs: Signs, value: Expr) -> bool:
    return all(map(signs.nonnegative, value.args))


def _first(signs: Signs, value: Expr) -> bool:
    return signs.nonnegative(value.args[0])


def _product(signs: Signs, value: Expr) -> bool:
    a, b = value.args
    return a == b or _all(signs, value) or (signs.nonpositive(a) and signs.nonpositive(b))


def _quotient(signs: Signs, value: Expr) -> bool:
    # A denominator that is not negative where it exists is positive: it is not 0 where the value exists.
    a, b = value.args
    return _all(signs, value) or (signs.nonpositive(a) and signs.nonpositive(b))


def _power(signs: Signs, value: Expr) -> bool:
    base, exponent = value.args
    return bool(not is_matrix(exponent) and exponent.is_even) or signs.nonnegative(base)


def _matrix_product(signs: Signs, value: Expr) -> bool:
    a, b = value.args
    return _all(signs, value) or (a.shape[0] == 1 and (a == Transpose(b) or b == Transpose(a)))


def _scalar_product(signs: Signs, value: Expr) -> bool:
    odd = [factor for factor in value.args if not signs.nonnegative(factor)]
    return not odd or (len(odd) == 2 and all(map(signs.nonpositive, odd)))


def _cases(signs: Signs, value: Expr) -> bool:
    return all(signs.nonnegative(pair.args[0]) for pair in value.args)


def _formula(signs: Signs, value: IndexedMatrix) -> bool:
    return signs.nonnegative(value.formula)


NONNEGATIVE: dict[type, SignRow] = {
    AbsoluteValue: _always,
    Abs: _always,
    Add: _all,
    Block: _first,
    Cases: _cases,
    Column: _first,
    ColumnMax: _first,
    ColumnMean: _first,
    ColumnSum: _first,
    Concatenation: _first,
    ElementwiseDifference: lambda signs, value: signs.at_least(*value.args),
    ElementwisePower: _power,
    ElementwiseProduct: _product,
    ElementwiseQuotient: _quotient,
    ElementwiseSum: _all,
    Entmax: _always,
    Exponential: _always,
    Hardmax: _always,
    HorizontalStack: _all,
    HyperbolicTangent: _first,
    Identity: _always,
    IndexSum: _first,
    IndexedMatrix: _formula,
    Logarithm: lambda signs, value: signs.at_least(value.args[0], Rational(1)),
    MatrixProduct: _matrix_product,
    Max: lambda signs, value: any(map(signs.nonnegative, value.args)),
    Mul: _scalar_product,
    Negation: lambda signs, value: signs.nonpositive(value.args[0]),
    OneMatrix: _always,
    Pow: _power,
    RectifiedLinear: _always,
    Row: _first,
    RowMax: _first,
    RowMean: _first,
    RowNorm: _always,
    RowSum: _first,
    Sigmoid: _always,
    Softmax: _always,
    SquareRoot: _always,
    Transpose: _first,
    VerticalStack: _all,
    ZeroMatrix: _always,
    exp: _always,
    tanh: _first,
}
"""Whether a node's entries are seen not to be negative."""
