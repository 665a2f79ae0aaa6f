"""The mathematics that SymPy lacks: one operation of attention a class, with its arguments, shape and entry."""

from symattn.nodes.allowed import IndexCondition, Intersection
from symattn.nodes.arithmetic import (
    Arithmetic,
    ElementwiseDifference,
    ElementwisePower,
    ElementwiseProduct,
    ElementwiseQuotient,
    ElementwiseSum,
    Negation,
)
from symattn.nodes.base import Indices, Node, Value, entry_of, index, is_matrix, shape_of
from symattn.nodes.functions import (
    AbsoluteValue,
    ElementwiseFunction,
    Exponential,
    ExponentialLinear,
    GaussianLinear,
    HyperbolicTangent,
    Logarithm,
    RectifiedLinear,
    Sigmoid,
    SquareRoot,
)
from symattn.nodes.product import MatrixProduct
from symattn.nodes.reductions import (
    ColumnMax,
    ColumnMean,
    ColumnSum,
    LargestOver,
    LogSumExp,
    Reduction,
    RowMax,
    RowMean,
    RowNorm,
    RowSum,
)
from symattn.nodes.selection import Column, IndexSum, Row
from symattn.nodes.softmax import Softmax

__all__ = [
    "AbsoluteValue",
    "Arithmetic",
    "Column",
    "ColumnMax",
    "ColumnMean",
    "ColumnSum",
    "ElementwiseDifference",
    "ElementwiseFunction",
    "ElementwisePower",
    "ElementwiseProduct",
    "ElementwiseQuotient",
    "ElementwiseSum",
    "Exponential",
    "ExponentialLinear",
    "GaussianLinear",
    "HyperbolicTangent",
    "IndexCondition",
    "IndexSum",
    "Indices",
    "Intersection",
    "LargestOver",
    "LogSumExp",
    "Logarithm",
    "MatrixProduct",
    "Negation",
    "Node",
    "RectifiedLinear",
    "Reduction",
    "Row",
    "RowMax",
    "RowMean",
    "RowNorm",
    "RowSum",
    "Sigmoid",
    "Softmax",
    "SquareRoot",
    "Value",
    "entry_of",
    "index",
    "is_matrix",
    "shape_of",
]
