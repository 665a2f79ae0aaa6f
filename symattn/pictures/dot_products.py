"""Scores as a number times dot products: where the product stands in a mechanism's scores, and what multiplies it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from sympy import MatrixSymbol

from symattn import nodes
from symattn.equations import EquationSystem
from symattn.nodes import Member, is_matrix


class DotProducts(NamedTuple):
    """``scores = factor * base + rest``: ``base`` holds products of vectors of ``length`` numbers, and adds to them.

    ``factors`` are the scalars that multiply it, or with ``True`` divide it.
    """

    base: Any
    length: Any
    factors: tuple[tuple[Any, bool], ...] = ()


def dot_products(system: EquationSystem, scores: Any) -> DotProducts | None:
    """The products of vectors in an expression for scores, or nothing if it is not such products and terms added.

    >>> from symattn.mechanisms import named
    >>> found = dot_products(named("alibi"), named("alibi")["P"].scores)
    >>> found.length, found.factors
    (d_k, ((sqrt(d_k), True),))
    >>> dot_products(named("additive"), named("additive")["P"].scores) is None
    True
    """
    scores = opened(system, scores)
    for part in _parts_added(scores):
        found = dot_products(system, part)
        if found is not None and (found.factors or _length(system, scores) is None):
            return found
    step = SCALED.get(type(scores))
    inner = step(scores) if step is not None else None
    if inner is not None:
        value, factors = inner
        found = dot_products(system, value)
        if found is None or (found.factors and _parts_added(opened(system, value))):
            return None
        return (
            found._replace(factors=(*factors, *found.factors))
            if found.factors
            else DotProducts(opened(system, value), found.length, factors)
        )
    length = _length(system, scores)
    return None if length is None else DotProducts(scores, length)


def opened(system: EquationSystem, value: Any) -> Any:
    """What a name stands for, in place of the name; a family's member at the positions at which it is taken."""
    while isinstance(value, (MatrixSymbol, Member)) and value.name in system.by_name:
        equation = system.by_name[value.name]
        positions = value.positions if isinstance(value, Member) else ()
        value = equation.expression.xreplace(dict(zip(equation.indices, positions, strict=True)))
    return value


def _parts_added(value: Any) -> tuple[Any, ...]:
    """The two sides of a sum or a difference, of which the right one is not to be the product."""
    if isinstance(value, nodes.ElementwiseSum):
        return tuple(side for side in (value.left, value.right) if is_matrix(side))
    return (value.left,) if isinstance(value, nodes.ElementwiseDifference) and is_matrix(value.left) else ()


def _length(system: EquationSystem, value: Any) -> Any:
    """The length of the vectors whose products a value holds, alone or with terms that are added."""
    value = opened(system, value)
    if isinstance(value, nodes.MatrixProduct):
        return value.left.shape[1]
    found = [length for part in _parts_added(value) if (length := _length(system, part)) is not None]
    return found[0] if found else None


def _multiplied(value: Any) -> tuple[Any, tuple[tuple[Any, bool], ...]] | None:
    for scalar, matrix in ((value.left, value.right), (value.right, value.left)):
        if not is_matrix(scalar):
            return matrix, ((scalar, False),)
    return None


def _divided(value: Any) -> tuple[Any, tuple[tuple[Any, bool], ...]] | None:
    return None if is_matrix(value.right) else (value.left, ((value.right, True),))


SCALED: dict[type, Callable[[Any], tuple[Any, tuple[tuple[Any, bool], ...]] | None]] = {
    nodes.ElementwiseProduct: _multiplied,
    nodes.ElementwiseQuotient: _divided,
}
"""The matrix inside a product with a scalar, and the scalar, which divides where ``True`` stands with it."""
