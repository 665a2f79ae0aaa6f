"""The row-sum identity: ``rowsum(P * (G @ V.T)) = rowsum(G * (P @ V))``, where ``P @ V`` has a name already.

It saves a pass over all scores: ``rowsum(P * dP) = rowsum(dO * O)``.
Source: Dao et al. 2022, arXiv:2205.14135, equation (4).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sympy import MatrixSymbol, Symbol, Transpose

from symattn.equations import Equation
from symattn.nodes import ElementwiseProduct, MatrixProduct, Member, RowSum
from symattn.nodes.cases import put_in


class NamedProducts:
    """The products of matrices that have a name, by their factors' names."""

    def __init__(self, equations: Iterable[Equation]) -> None:
        self._products: dict[tuple[str | None, str | None], list[Equation]] = {}
        for equation in equations:
            product = equation.expression
            if isinstance(product, MatrixProduct):
                key = _name(product.left), _name(product.right)
                self._products.setdefault(key, []).append(equation)

    def find(self, left: Any, right: Any) -> Any:
        """The name of ``left @ right``, perhaps transposed; nothing where it has none."""
        found = self._named(left, right)
        if found is not None:
            return found
        found = self._named(_flipped(right), _flipped(left))
        return None if found is None else Transpose(found)

    def _named(self, left: Any, right: Any) -> Any:
        for equation in self._products.get((_name(left), _name(right)), ()):
            if not equation.axes:
                if equation.expression.args == (left, right):
                    return equation.symbol
                continue
            values = _matched(equation, left, right)
            if values is not None:
                return Member(equation.symbol, *values)
        return None


def _matched(equation: Equation, left: Any, right: Any) -> tuple[Any, ...] | None:
    """The values of a family's indices for which its product is the one of these factors."""
    own = set(equation.indices)
    values: dict[Symbol, Any] = {}
    for factor, wanted in zip(equation.expression.args, (left, right), strict=True):
        for mine, position in zip(_positions(factor), _positions(wanted), strict=False):
            if mine in own:
                values.setdefault(mine, position)
    if set(values) != own or put_in(equation.expression, values).args != (left, right):
        return None
    return tuple(values[symbol] for symbol in equation.indices)


def _flipped(value: Any) -> Any:
    return value.arg if isinstance(value, Transpose) else Transpose(value)


def _plain(value: Any) -> Any:
    return value.arg if isinstance(value, Transpose) else value


def _name(value: Any) -> str | None:
    plain = _plain(value)
    return plain.name if isinstance(plain, (MatrixSymbol, Member)) else None


def _positions(value: Any) -> tuple[Any, ...]:
    plain = _plain(value)
    return plain.positions if isinstance(plain, Member) else ()


def shorter_row_sum(value: Any, products: NamedProducts, definitions: dict[Any, Any]) -> Any:
    """``rowsum(G * O)`` for ``rowsum(P * dP)``, where ``dP`` is ``G @ V.T`` alone and ``O = P @ V`` has a name.

    ``definitions`` are cotangents by the symbol of their value. Nothing is given where the identity says nothing.
    """
    if not isinstance(value, RowSum) or not isinstance(value.argument, ElementwiseProduct):
        return None
    for cotangent, weights in (value.argument.args[::-1], value.argument.args):
        definition = definitions.get(cotangent)
        if isinstance(definition, MatrixProduct):
            named = products.find(weights, _flipped(definition.right))
            if named is not None:
                return RowSum(ElementwiseProduct(definition.left, named))
    return None
