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
from symattn.nodes.blocks import Block, Concatenation, HorizontalStack, VerticalStack
from symattn.nodes.by_row_and_column import ByRowAndColumn
from symattn.nodes.cases import Cases
from symattn.nodes.entmax import Entmax, ThresholdOf, ThresholdOver
from symattn.nodes.family import FamilySymbol, Member, full_shape, lengths_of, symbol_for
from symattn.nodes.functions import (
    AbsoluteValue,
    Cosine,
    ElementwiseFunction,
    ErrorFunction,
    Exponential,
    ExponentialLinear,
    GaussianLinear,
    HyperbolicTangent,
    Logarithm,
    RectifiedLinear,
    Sigmoid,
    Sign,
    Sine,
    SquareRoot,
    Step,
)
from symattn.nodes.hardmax import Hardmax
from symattn.nodes.indexed import IndexedMatrix
from symattn.nodes.log_sum_exp import LogSumExp
from symattn.nodes.normalising import OverAllowedKeys
from symattn.nodes.over_an_index import OverAnIndex
from symattn.nodes.product import MatrixProduct
from symattn.nodes.reductions import (
    ColumnMax,
    ColumnMean,
    ColumnSum,
    LargestOver,
    Reduction,
    RowMax,
    RowMean,
    RowNorm,
    RowSum,
)
from symattn.nodes.scatter import Scatter
from symattn.nodes.selection import Column, IndexSum, Row
from symattn.nodes.softmax import Softmax

__all__ = [
    "ByRowAndColumn",
    "OverAnIndex",
    "Sign",
    "Sine",
    "Step",
    "Cosine",
    "OverAllowedKeys",
    "IndexedMatrix",
    "Hardmax",
    "symbol_for",
    "lengths_of",
    "full_shape",
    "Member",
    "FamilySymbol",
    "ThresholdOf",
    "ThresholdOver",
    "Entmax",
    "Cases",
    "VerticalStack",
    "HorizontalStack",
    "Concatenation",
    "Block",
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
    "ErrorFunction",
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
    "Scatter",
    "Sigmoid",
    "Softmax",
    "SquareRoot",
    "Value",
    "entry_of",
    "index",
    "is_matrix",
    "shape_of",
]
