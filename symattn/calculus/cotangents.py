"""The cotangent table: from the cotangent of a node's value, the cotangents of its arguments; one row a node.

Source: reverse mode as in Giles 2008, "An extended collection of matrix derivative results"; softmax as in
Dao et al. 2022, arXiv:2205.14135, appendix B.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sympy import Eq, Expr, Le, Lt, OneMatrix, S, Transpose, pi, sqrt

from symattn.calculus.guards import guarded, needed_conditions
from symattn.calculus.padding import padded
from symattn.errors import MissingRowError
from symattn.nodes import (
    AbsoluteValue,
    Block,
    Cases,
    Column,
    ColumnMax,
    ColumnMean,
    ColumnSum,
    Concatenation,
    Cosine,
    ElementwiseDifference,
    ElementwisePower,
    ElementwiseProduct,
    ElementwiseQuotient,
    ElementwiseSum,
    Entmax,
    ErrorFunction,
    Exponential,
    ExponentialLinear,
    GaussianLinear,
    Hardmax,
    HorizontalStack,
    HyperbolicTangent,
    IndexCondition,
    IndexedMatrix,
    IndexSum,
    Indices,
    Intersection,
    Logarithm,
    LogSumExp,
    MatrixProduct,
    Negation,
    RectifiedLinear,
    Row,
    RowMax,
    RowMean,
    RowNorm,
    RowSum,
    Scatter,
    Sigmoid,
    Sign,
    Sine,
    Softmax,
    SquareRoot,
    Step,
    Value,
    VerticalStack,
    entry_of,
    index,
    shape_of,
)
from symattn.nodes.normalising import OverAllowedKeys

Cotangents = tuple[Any, ...]
"""One for each argument: a matrix of the argument's shape, 1 x 1 for a scalar; ``None`` for what nothing moves with."""

CotangentRow = Callable[[Any, Any, Any], Cotangents]
"""``(node, cotangent, value) -> cotangents``; ``value`` stands for the node's own value."""


def cotangents_of(node: Any, cotangent: Any, value: Any = None) -> Cotangents:
    """The cotangents of a node's arguments, from the table.

    >>> from sympy import MatrixSymbol
    >>> from symattn import code
    >>> Q, K = MatrixSymbol("Q", 2, 4), MatrixSymbol("K", 4, 3)
    >>> [code(part) for part in cotangents_of(MatrixProduct(Q, K), MatrixSymbol("dS", 2, 3))]
    ['dS @ K.T', 'Q.T @ dS']

    Errors: ``MissingRowError`` for a node that the table has no row for.
    """
    if type(node) not in COTANGENT:
        raise MissingRowError(f"{type(node).__name__} has no cotangent; add a row to calculus/cotangents.py")
    return COTANGENT[type(node)](node, cotangent, node if value is None else value)


def summed_to(cotangent: Any, argument: Value) -> Any:
    """A cotangent summed over what broadcasting stretched, back to the shape of an argument; 1 x 1 for a scalar."""
    shape = shape_of(argument) or (S.One, S.One)
    if shape[1] == 1 and cotangent.shape[1] != 1:
        cotangent = RowSum(cotangent)
    if shape[0] == 1 and cotangent.shape[0] != 1:
        cotangent = ColumnSum(cotangent)
    return cotangent


def stretched(column_or_row: Any, shape: tuple[Expr, ...]) -> Any:
    """A column or a row as a matrix of a whole shape."""
    return ElementwiseProduct(column_or_row, OneMatrix(*shape))


def _sum(node: Any, cotangent: Any, value: Any) -> Cotangents:
    return summed_to(cotangent, node.left), summed_to(cotangent, node.right)


def _difference(node: Any, cotangent: Any, value: Any) -> Cotangents:
    return summed_to(cotangent, node.left), Negation(summed_to(cotangent, node.right))


def _product(node: Any, cotangent: Any, value: Any) -> Cotangents:
    left = ElementwiseProduct(cotangent, node.right)
    right = ElementwiseProduct(cotangent, node.left)
    return summed_to(left, node.left), summed_to(right, node.right)


def _quotient(node: Any, cotangent: Any, value: Any) -> Cotangents:
    numerator = ElementwiseQuotient(cotangent, node.right)
    denominator = Negation(ElementwiseQuotient(ElementwiseProduct(cotangent, value), node.right))
    return summed_to(numerator, node.left), summed_to(denominator, node.right)


def _power(node: Any, cotangent: Any, value: Any) -> Cotangents:
    exponent = node.right
    falling = ElementwisePower(node.left, exponent - 1) if exponent != 2 else node.left
    base = ElementwiseProduct(ElementwiseProduct(exponent, cotangent), falling)
    rising = ElementwiseProduct(ElementwiseProduct(cotangent, value), Logarithm(node.left))
    return base, summed_to(rising, exponent)


def _matrix_product(node: Any, cotangent: Any, value: Any) -> Cotangents:
    return MatrixProduct(cotangent, Transpose(node.right)), MatrixProduct(Transpose(node.left), cotangent)


def _function(slope: Callable[[Any, Any], Any]) -> CotangentRow:
    """The row of a function of every entry; ``slope(argument, value)`` is a factor."""
    return lambda node, cotangent, value: (ElementwiseProduct(cotangent, slope(node.args[0], value)),)


def _divided(divisor: Callable[[Any, Any], Any]) -> CotangentRow:
    """The same where the slope is one over something."""
    return lambda node, cotangent, value: (ElementwiseQuotient(cotangent, divisor(node.args[0], value)),)


def _gelu_slope(x: Any, value: Any) -> Any:
    share = ElementwiseQuotient(ElementwiseSum(1, ErrorFunction(ElementwiseQuotient(x, sqrt(2)))), 2)
    bell = Exponential(Negation(ElementwiseQuotient(ElementwisePower(x, 2), 2)))
    return ElementwiseSum(share, ElementwiseQuotient(ElementwiseProduct(x, bell), sqrt(2 * pi)))


def _erf_slope(x: Any, value: Any) -> Any:
    return ElementwiseQuotient(ElementwiseProduct(2, Exponential(Negation(ElementwisePower(x, 2)))), sqrt(pi))


def _softmax(node: Any, cotangent: Any, value: Any) -> Cotangents:
    """``dS = P * (dP - rowsum(P * dP))``, also with an allowed set: where ``P`` is 0, so is ``dS``."""
    mean = RowSum(ElementwiseProduct(value, cotangent))
    return _with_options(node, ElementwiseProduct(value, ElementwiseDifference(cotangent, mean)))


def _entmax(node: Any, cotangent: Any, value: Any) -> Cotangents:
    """``dS = r * (dP - rowsum(r * dP) / rowsum(r))`` with ``r = P ** (2 - alpha)`` where ``P`` is not 0, else 0.

    Source: Peters, Niculae & Martins 2019, arXiv:1905.05702, proposition 2. A row without allowed keys has no weights
    to share out; its divisor is taken as 1.
    """
    inside = Step(value)
    weights = _entmax_weights(node.alpha, value, inside)
    sums: Any = RowSum(weights)
    if node.allowed is not None:
        sums = ElementwiseSum(sums, ElementwiseDifference(1, Step(RowSum(inside))))
    mean = ElementwiseQuotient(RowSum(ElementwiseProduct(weights, cotangent)), sums)
    return _with_options(node, ElementwiseProduct(weights, ElementwiseDifference(cotangent, mean)))


def _entmax_weights(alpha: Expr, weights: Any, inside: Any) -> Any:
    """``P ** (2 - alpha)`` where ``P`` is not 0, else 0; written so that it has a slope of 0 there, too."""
    if alpha == 2:
        return inside
    safe = ElementwiseSum(weights, ElementwiseDifference(1, inside))
    root = SquareRoot(safe) if 2 * alpha == 3 else ElementwisePower(safe, 2 - alpha)
    return ElementwiseProduct(inside, root)


def _log_sum_exp(node: Any, cotangent: Any, value: Any) -> Cotangents:
    return _with_options(node, ElementwiseProduct(cotangent, Softmax(node.scores, *node.args[1:])))


def _with_options(node: OverAllowedKeys, scores: Any) -> Cotangents:
    return (scores, *(None for _ in node.args[1:]))


def _none(node: Any, cotangent: Any, value: Any) -> Cotangents:
    return tuple(None for _ in node.args)


def _horizontal_stack(node: Any, cotangent: Any, value: Any) -> Cotangents:
    parts, start = [], S.Zero
    for part in node.args:
        parts.append(Block(cotangent, S.Zero, start, *part.shape))
        start += part.shape[1]
    return tuple(parts)


def _vertical_stack(node: Any, cotangent: Any, value: Any) -> Cotangents:
    parts, start = [], S.Zero
    for part in node.args:
        parts.append(Block(cotangent, start, S.Zero, *part.shape))
        start += part.shape[0]
    return tuple(parts)


def _concatenation(node: Any, cotangent: Any, value: Any) -> Cotangents:
    rows, columns = node.term.shape
    return Block(cotangent, S.Zero, node.symbol * columns, rows, columns), None, None


def _column(node: Any, cotangent: Any, value: Any) -> Cotangents:
    i, j = index("i"), index("j")
    columns = node.matrix.shape[1]
    here = IndexedMatrix(Cases.of(Eq(j, node.position), S.One), i, j, S.One, columns)
    return ElementwiseProduct(cotangent, here), None


def _row(node: Any, cotangent: Any, value: Any) -> Cotangents:
    i, j = index("i"), index("j")
    rows = node.matrix.shape[0]
    here = IndexedMatrix(Cases.of(Eq(i, node.position), S.One), i, j, rows, S.One)
    return ElementwiseProduct(cotangent, here), None


def _block(node: Any, cotangent: Any, value: Any) -> Cotangents:
    return padded(cotangent, node.args[1:], node.matrix.shape), None, None, None, None


def _scatter(node: Any, cotangent: Any, value: Any) -> Cotangents:
    """The cotangent looked up where each entry went; 0 for those that were left out."""
    (p, q), (rows, columns) = node.positions, node.shape
    ranges = dict(zip((node.row, node.column), node.matrix.shape, strict=True))
    inside = needed_conditions([Le(0, p), Lt(p, rows), Le(0, q), Lt(q, columns)], ranges)
    formula = guarded(inside, entry_of(cotangent, p, q, Indices(avoid=node.args)))
    return IndexedMatrix(formula, node.row, node.column, *node.matrix.shape), *(None for _ in node.args[1:])


COTANGENT: dict[type, CotangentRow] = {
    ElementwiseSum: _sum,
    ElementwiseDifference: _difference,
    ElementwiseProduct: _product,
    ElementwiseQuotient: _quotient,
    ElementwisePower: _power,
    Negation: lambda node, cotangent, value: (Negation(cotangent),),
    MatrixProduct: _matrix_product,
    Transpose: lambda node, cotangent, value: (Transpose(cotangent),),
    Exponential: _function(lambda x, value: value),
    Logarithm: _divided(lambda x, value: x),
    HyperbolicTangent: _function(lambda x, value: ElementwiseDifference(1, ElementwisePower(value, 2))),
    Cosine: lambda node, cotangent, value: (Negation(ElementwiseProduct(cotangent, Sine(node.args[0]))),),
    Sine: _function(lambda x, value: Cosine(x)),
    Sigmoid: lambda node, cotangent, value: (
        ElementwiseProduct(ElementwiseProduct(cotangent, value), ElementwiseDifference(1, value)),
    ),
    RectifiedLinear: _function(lambda x, value: Step(x)),
    ExponentialLinear: _function(lambda x, value: Exponential(Negation(RectifiedLinear(Negation(x))))),
    GaussianLinear: _function(_gelu_slope),
    ErrorFunction: _function(_erf_slope),
    SquareRoot: _divided(lambda x, value: ElementwiseProduct(2, value)),
    AbsoluteValue: _function(lambda x, value: Sign(x)),
    Step: _none,
    Sign: _none,
    RowSum: lambda node, cotangent, value: (stretched(cotangent, node.argument.shape),),
    ColumnSum: lambda node, cotangent, value: (stretched(cotangent, node.argument.shape),),
    RowMean: lambda node, cotangent, value: (
        ElementwiseQuotient(stretched(cotangent, node.argument.shape), node.length),
    ),
    ColumnMean: lambda node, cotangent, value: (
        ElementwiseQuotient(stretched(cotangent, node.argument.shape), node.length),
    ),
    RowMax: lambda node, cotangent, value: (ElementwiseProduct(cotangent, Hardmax(node.argument)),),
    ColumnMax: lambda node, cotangent, value: (
        ElementwiseProduct(cotangent, Transpose(Hardmax(Transpose(node.argument)))),
    ),
    RowNorm: lambda node, cotangent, value: (ElementwiseQuotient(ElementwiseProduct(cotangent, node.argument), value),),
    Softmax: _softmax,
    Entmax: _entmax,
    LogSumExp: _log_sum_exp,
    Hardmax: _none,
    IndexCondition: _none,
    Intersection: _none,
    IndexSum: lambda node, cotangent, value: (cotangent, None, None),
    Concatenation: _concatenation,
    HorizontalStack: _horizontal_stack,
    VerticalStack: _vertical_stack,
    Column: _column,
    Row: _row,
    Block: _block,
    Scatter: _scatter,
}
"""``COTANGENT[Node](node, cotangent, value)``; matrices by entry are in ``lookups``, names in ``gathering``."""
