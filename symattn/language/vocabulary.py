"""The functions of the language: what a user may write before a bracket, and the node each one stands for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sympy import Expr, Identity, MatrixExpr, OneMatrix, ZeroMatrix, pi

from symattn.language.named_sets import ALLOWED_WORDS
from symattn.nodes import (
    AbsoluteValue,
    ColumnMax,
    ColumnMean,
    ColumnSum,
    Cosine,
    ErrorFunction,
    Exponential,
    ExponentialLinear,
    GaussianLinear,
    Hardmax,
    HorizontalStack,
    HyperbolicTangent,
    Logarithm,
    LogSumExp,
    Node,
    RectifiedLinear,
    RowMax,
    RowMean,
    RowNorm,
    RowSum,
    Sigmoid,
    Sign,
    Sine,
    Softmax,
    SquareRoot,
    Step,
    VerticalStack,
)


@dataclass(frozen=True)
class ConstantMatrix:
    """A matrix made from sizes alone."""

    build: Callable[..., MatrixExpr]
    size_count: int


NODES: dict[str, type[Node]] = {
    "abs": AbsoluteValue,
    "colmax": ColumnMax,
    "colmean": ColumnMean,
    "colsum": ColumnSum,
    "cos": Cosine,
    "elu": ExponentialLinear,
    "erf": ErrorFunction,
    "exp": Exponential,
    "gelu": GaussianLinear,
    "hardmax": Hardmax,
    "log": Logarithm,
    "lse": LogSumExp,
    "relu": RectifiedLinear,
    "rowmax": RowMax,
    "rowmean": RowMean,
    "rownorm": RowNorm,
    "rowsum": RowSum,
    "sigmoid": Sigmoid,
    "sign": Sign,
    "sin": Sine,
    "softmax": Softmax,
    "sqrt": SquareRoot,
    "step": Step,
    "tanh": HyperbolicTangent,
}

CONSTANTS: dict[str, ConstantMatrix] = {
    "eye": ConstantMatrix(Identity, 1),
    "ones": ConstantMatrix(OneMatrix, 2),
    "zeros": ConstantMatrix(ZeroMatrix, 2),
}

NUMBERS: dict[str, Expr] = {"pi": pi}

STACKS: dict[str, type[Node]] = {"hstack": HorizontalStack, "vstack": VerticalStack}

SUM, CONCAT = "sum", "concat"

OVER_AN_INDEX = frozenset({SUM, CONCAT})

MATRIX, SCATTER = "matrix", "scatter"

SPARSEMAX, ENTMAX = "sparsemax", "entmax"

OF_SCALARS: dict[str, tuple[int, int]] = {"floor": (1, 1), "clip": (3, 3), "max": (2, 100), "min": (2, 100)}
"""Functions of scalars alone, with the least and the largest number of arguments."""

WORDS = frozenset(
    {*NODES, *CONSTANTS, *NUMBERS, *STACKS, *OVER_AN_INDEX, *OF_SCALARS, *ALLOWED_WORDS}
    | {MATRIX, SCATTER, SPARSEMAX, ENTMAX}
)
"""Every name with a meaning of its own, which no matrix or size may take."""

NAME_OF_NODE: dict[type[Node], str] = {node: name for name, node in NODES.items()}
