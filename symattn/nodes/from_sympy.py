"""SymPy's own matrix operations as nodes: what a SymPy user has written already."""

from __future__ import annotations

from collections.abc import Callable

from sympy import (
    Abs,
    Expr,
    HadamardPower,
    HadamardProduct,
    Identity,
    Integer,
    MatAdd,
    MatMul,
    MatPow,
    MatrixExpr,
    MatrixSymbol,
    OneMatrix,
    S,
    Transpose,
    ZeroMatrix,
    erf,
    exp,
    log,
    sign,
    sqrt,
    tanh,
)
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction
from sympy.matrices.expressions.matexpr import MatrixElement

from symattn.errors import LoweringError
from symattn.nodes.arithmetic import ElementwisePower, ElementwiseProduct, ElementwiseSum, Negation
from symattn.nodes.base import Node, Value, is_matrix
from symattn.nodes.functions import (
    AbsoluteValue,
    ErrorFunction,
    Exponential,
    HyperbolicTangent,
    Logarithm,
    Sign,
    SquareRoot,
)
from symattn.nodes.product import MatrixProduct

LARGEST_POWER = 16
"""The largest exponent of a power of a matrix that is written out as products."""

FUNCTIONS: dict[object, type[Node]] = {
    exp: Exponential,
    log: Logarithm,
    tanh: HyperbolicTangent,
    erf: ErrorFunction,
    sqrt: SquareRoot,
    Abs: AbsoluteValue,
    sign: Sign,
}


def from_sympy(value: Value) -> Value:
    """The value with every operation of SymPy's on matrices replaced by a node; several factors from left to right.

    >>> A, B = MatrixSymbol("A", 2, 2), MatrixSymbol("B", 2, 2)
    >>> from_sympy(2 * A * B) == ElementwiseProduct(2, MatrixProduct(A, B))
    True

    Errors: ``LoweringError`` for an operation that no node stands for, such as an inverse.
    """
    if not is_matrix(value):
        return _scalar(value)
    if isinstance(value, (MatrixSymbol, Identity, OneMatrix, ZeroMatrix)):
        return value
    if isinstance(value, (Node, Transpose)):
        arguments = tuple(from_sympy(part) for part in value.args)
        return value if arguments == value.args else value.func(*arguments)
    for kind, convert in CONVERSIONS.items():
        if isinstance(value, kind):
            return convert(value)
    raise LoweringError(
        f"{type(value).__name__} has no node: {value}. The operations are sums, products, powers of entries, "
        "transposes and the functions of the language."
    )


def _scalar(value: Expr) -> Expr:
    if isinstance(value, MatrixElement):
        if not isinstance(value.args[0], MatrixSymbol):
            raise LoweringError(f"{value} is an entry of a formula; name the formula first.")
        return value
    for part in value.args:
        if is_matrix(part):
            raise LoweringError(f"{type(value).__name__} has no node: {value} makes a number of a whole matrix.")
        _scalar(part)
    return value


def _joined(node: Callable[[Value, Value], Value], values: list[Value]) -> Value:
    result = values[0]
    for value in values[1:]:
        result = node(result, value)
    return result


def _sum(value: MatAdd) -> MatrixExpr:
    return _joined(ElementwiseSum, [from_sympy(term) for term in value.args])


def _product(value: MatMul) -> MatrixExpr:
    scalars, matrices = value.as_coeff_matrices()
    product = _joined(MatrixProduct, [from_sympy(matrix) for matrix in matrices])
    if scalars is S.One:
        return product
    return Negation(product) if scalars is S.NegativeOne else ElementwiseProduct(_scalar(scalars), product)


def _hadamard(value: HadamardProduct) -> MatrixExpr:
    return _joined(ElementwiseProduct, [from_sympy(factor) for factor in value.args])


def _hadamard_power(value: HadamardPower) -> MatrixExpr:
    base, exponent = value.args
    if not is_matrix(base) or is_matrix(exponent):
        raise LoweringError(f"{value} has a matrix as its exponent; an exponent is a number.")
    return ElementwisePower(from_sympy(base), _scalar(exponent))


def _power(value: MatPow) -> MatrixExpr:
    base, exponent = value.args
    if not isinstance(exponent, Integer) or not 1 <= exponent <= LARGEST_POWER:
        raise LoweringError(
            f"{type(value).__name__} has no node: {value}. A power of a matrix is written out for whole exponents "
            f"from 1 to {LARGEST_POWER}; there are no inverses."
        )
    return _joined(MatrixProduct, [from_sympy(base)] * int(exponent))


def _applied(value: ElementwiseApplyFunction) -> MatrixExpr:
    body = value.function.expr if hasattr(value.function, "expr") else value.function
    node = FUNCTIONS.get(getattr(body, "func", body))
    if node is None or list(body.args) != list(value.function.variables):
        raise LoweringError(f"{value.function} on every entry has no node; the functions are those of the language.")
    return node(from_sympy(value.expr))


CONVERSIONS: dict[type[MatrixExpr], Callable[..., MatrixExpr]] = {
    MatAdd: _sum,
    MatMul: _product,
    HadamardProduct: _hadamard,
    HadamardPower: _hadamard_power,
    MatPow: _power,
    ElementwiseApplyFunction: _applied,
}
