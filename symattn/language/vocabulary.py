"""The functions of the language: what a user may write before a bracket, and the node each one stands for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sympy import Identity, MatrixExpr, OneMatrix, ZeroMatrix

from symattn.language.allowed import ALLOWED_WORDS
from symattn.nodes import (
    AbsoluteValue,
    ColumnMax,
    ColumnMean,
    ColumnSum,
    Exponential,
    ExponentialLinear,
    GaussianLinear,
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
    Softmax,
    SquareRoot,
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
    "elu": ExponentialLinear,
    "exp": Exponential,
    "gelu": GaussianLinear,
    "log": Logarithm,
    "lse": LogSumExp,
    "relu": RectifiedLinear,
    "rowmax": RowMax,
    "rowmean": RowMean,
    "rownorm": RowNorm,
    "rowsum": RowSum,
    "sigmoid": Sigmoid,
    "softmax": Softmax,
    "sqrt": SquareRoot,
    "tanh": HyperbolicTangent,
}

CONSTANTS: dict[str, ConstantMatrix] = {
    "eye": ConstantMatrix(Identity, 1),
    "ones": ConstantMatrix(OneMatrix, 2),
    "zeros": ConstantMatrix(ZeroMatrix, 2),
}

SUM = "sum"

SOFTMAX = "softmax"

WORDS = frozenset({*NODES, *CONSTANTS, *ALLOWED_WORDS, SUM})
"""Every name with a meaning of its own, which no matrix or size may take."""

NAME_OF_NODE: dict[type[Node], str] = {node: name for name, node in NODES.items()}
