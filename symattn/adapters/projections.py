"""Weights of linear layers as the families that equations take: one matrix a head, applied from the right."""

from __future__ import annotations

from typing import Any

from symattn.errors import ShapeError


def into_heads(weight: Any, heads: int, name: str = "the weight") -> Any:
    """The weight of a layer ``y = x Wᵀ`` whose outputs are heads side by side, as one matrix a head.

    Shapes: ``(heads * d_k, d) -> (heads, d, d_k)``; NumPy arrays and torch tensors alike.
    Errors: ``ShapeError`` unless the rows divide into so many heads.

    >>> import numpy as np
    >>> into_heads(np.arange(12).reshape(4, 3), 2)[1].tolist()
    [[6, 9], [7, 10], [8, 11]]
    """
    rows, columns = weight.shape
    return weight.reshape(heads, width_of(rows, heads, name), columns).swapaxes(-1, -2)


def out_of_heads(weight: Any, heads: int, name: str = "the weight") -> Any:
    """The weight of a layer ``y = x Wᵀ`` whose inputs are heads side by side, as one matrix a head.

    Shapes: ``(d, heads * d_v) -> (heads, d_v, d)``.
    Errors: ``ShapeError`` unless the columns divide into so many heads.

    >>> import numpy as np
    >>> out_of_heads(np.arange(8).reshape(2, 4), 2)[1].tolist()
    [[2, 6], [3, 7]]
    """
    rows, columns = weight.shape
    return weight.swapaxes(-1, -2).reshape(heads, width_of(columns, heads, name), rows)


def bias_of_heads(bias: Any, heads: int, name: str = "the bias") -> Any:
    """A bias over heads side by side as one row a head; shapes ``(heads * d_k,) -> (heads, 1, d_k)``."""
    (length,) = bias.shape
    return bias.reshape(heads, 1, width_of(length, heads, name))


def grouped(family: Any, groups: int, name: str = "the heads") -> Any:
    """Heads in groups of neighbours, each of which shares one key head; shapes ``(H, …) -> (G, H / G, …)``."""
    heads = family.shape[0]
    return family.reshape(groups, width_of(heads, groups, name), *family.shape[1:])


def width_of(length: int, parts: int, name: str) -> int:
    """How long each of some equal parts is. Errors: ``ShapeError`` if they cannot be equal."""
    if parts < 1 or length % parts:
        raise ShapeError(f"{name} has a length of {length}, which does not divide into {parts} equal parts.")
    return length // parts
