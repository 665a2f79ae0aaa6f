"""Scores as a number times dot products: where the product stands in a mechanism's scores, and what multiplies it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from sympy import MatrixSymbol

from symattn import nodes
from symattn.equations import EquationSystem, mentioned_names
from symattn.nodes import Member, is_matrix


class DotProducts(NamedTuple):
    """``scores = factor * base + rest``, where ``rest`` does not rest on the ``product`` of vectors in ``base``.

    ``base`` is the product, or holds it with terms added; ``factors`` are the scalars that multiply it, or with
    ``True`` divide it.
    """

    base: Any
    product: Any
    factors: tuple[tuple[Any, bool], ...] = ()

    @property
    def length(self) -> Any:
        """How many numbers the vectors have."""
        return self.product.left.shape[1]


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
    for part, other in _sides(scores):
        found = dot_products(system, part)
        if found is not None and found.factors and not _rests_on(system, other, found.product):
            return found
    split = SCALED.get(type(scores))
    inner = split(scores) if split is not None else None
    if inner is None:
        product = _product(system, scores)
        return None if product is None else DotProducts(scores, product)
    value, factors = opened(system, inner[0]), inner[1]
    found = dot_products(system, value)
    if found is None or (found.factors and _sides(value)):
        return None  # a sum inside a product in which some terms have factors of their own
    return DotProducts(found.base, found.product, (*factors, *found.factors))


def opened(system: EquationSystem, value: Any) -> Any:
    """What a name stands for, in place of the name; a family's member at the positions at which it is taken."""
    while isinstance(value, (MatrixSymbol, Member)) and value.name in system.by_name:
        equation = system.by_name[value.name]
        positions = value.positions if isinstance(value, Member) else ()
        value = equation.expression.xreplace(dict(zip(equation.indices, positions, strict=True)))
    return value


def _sides(value: Any) -> tuple[tuple[Any, Any], ...]:
    """Each side of a sum with the other one, and the left side of a difference with the right one."""
    if isinstance(value, nodes.ElementwiseSum):
        both = ((value.left, value.right), (value.right, value.left))
        return tuple((side, other) for side, other in both if is_matrix(side))
    if isinstance(value, nodes.ElementwiseDifference) and is_matrix(value.left):
        return ((value.left, value.right),)
    return ()


def _product(system: EquationSystem, value: Any) -> Any:
    """The product that a value is, alone or with terms added that do not rest on it."""
    value = opened(system, value)
    if isinstance(value, nodes.MatrixProduct):
        return value
    for side, other in _sides(value):
        found = _product(system, side)
        if found is not None and not _rests_on(system, other, found):
            return found
    return None


def _rests_on(system: EquationSystem, value: Any, product: Any) -> bool:
    """Whether the product is somewhere in what a value is computed from, as scores are in their own log-sum-exp."""
    names = mentioned_names(value) & set(system.by_name)
    return any(part.has(product) for part in (value, *(equation.expression for equation in system.needed(*names))))


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
