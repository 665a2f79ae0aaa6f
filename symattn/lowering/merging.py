"""The rules by which attention is computed tile by tile, as equations; theorem D8 proves them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from symattn.language.declarations import declare, parse_shape
from symattn.language.parsing import parse_expression
from symattn.nodes import Value

MERGED: Mapping[str, str] = MappingProxyType(
    {
        "m": "rowmax(hstack(m_1, rowmax(S_2)))",
        "l": "exp(m_1 - m) * l_1 + rowsum(exp(S_2 - m))",
        "o": "exp(m_1 - m) * o_1 + exp(S_2 - m) @ V_2",
    }
)
"""One more block of keys, with scores ``S_2`` and values ``V_2``: the largest score ``m`` of each query so far, the sum
``l`` of the exponentials and the weighted values ``o``, from those of the blocks before.
"""

BOUND = "rownorm(Q) * colmax(rownorm(K))"
"""A number for each query that no product of it with a key exceeds, by the inequality of Cauchy and Schwarz."""

SHIFTED_QUERY, WITH_ONES, SHIFTED_SCORES = "hstack(Q, -b)", "hstack(K, ones(m, 1))", "A @ B.T"
"""Scores less a number for each query, ``Q @ K.T - b``, as one product."""

SHAPES: Mapping[str, str] = MappingProxyType(
    {
        "m_1": "n 1",
        "l_1": "n 1",
        "o_1": "n d",
        "m": "n 1",
        "S_2": "n q",
        "V_2": "q d",
        "Q": "n d_k",
        "K": "m d_k",
        "b": "n 1",
        "A": "n c",
        "B": "m c",
    }
)


def rule(text: str, given: Mapping[str, Value]) -> Value:
    """The value of a rule, with matrices in the places of its names.

    >>> from sympy import MatrixSymbol
    >>> rule(BOUND, {"Q": MatrixSymbol("A", 3, 2), "K": MatrixSymbol("B", 4, 2)}).shape
    (3, 1)
    """
    value, symbols = _parsed(text, tuple(sorted(given)))
    replaced = {symbols[name]: matrix for name, matrix in given.items()}
    for name, matrix in given.items():
        replaced |= dict(zip(symbols[name].shape, matrix.shape, strict=True))
    return value.xreplace({old: new for old, new in replaced.items() if old != new and not old.is_Integer})


@cache
def _parsed(text: str, names: tuple[str, ...]) -> tuple[Value, dict[str, Value]]:
    symbols = {name: declare(name, parse_shape(SHAPES[name], name)) for name in names}
    return parse_expression(text, symbols), symbols
