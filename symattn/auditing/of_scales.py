"""Mistakes about the scale of the scores: left out, applied twice, of the wrong width, in the wrong order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sympy import Expr, MatrixSymbol, Mul, S, Transpose, sqrt

from symattn.auditing.rewriting import Surroundings, sizes_in
from symattn.equations import EquationSystem
from symattn.nodes import (
    Arithmetic,
    ElementwiseDifference,
    ElementwiseProduct,
    ElementwiseQuotient,
    ElementwiseSum,
    HyperbolicTangent,
    MatrixProduct,
    Member,
    OverAllowedKeys,
    is_matrix,
)


def is_scale(value: Any) -> bool:
    """Whether a value is a number made of sizes by a root, such as ``sqrt(d_k)``, for symbolic and concrete sizes.

    >>> from symattn.shapes import size
    >>> is_scale(sqrt(size("d_k"))), is_scale(sqrt(3)), is_scale(size("d_k"))
    (True, True, False)
    """
    if is_matrix(value) or value.is_Rational or not value.atoms(type(S.Half)):
        return False
    return all(symbol.is_integer and symbol.is_positive for symbol in value.free_symbols)


def scaled_by(part: Any) -> tuple[Expr, Expr] | None:
    """A scaled matrix apart from its scale, by which it is divided; nothing for any other part."""
    if isinstance(part, ElementwiseQuotient) and is_scale(part.right):
        return part.left, part.right
    if isinstance(part, ElementwiseProduct):
        for matrix, scalar in (part.args, part.args[::-1]):
            if is_matrix(matrix) and is_scale(scalar):
                return matrix, 1 / scalar
    return None


def left_out(part: Any, inside: Surroundings) -> Iterator[Any]:
    """``S / sqrt(d_k)`` becomes ``S``."""
    found = scaled_by(part)
    if found is not None:
        yield found[0]


def doubled(part: Any, inside: Surroundings) -> Iterator[Any]:
    """``S / sqrt(d_k)`` becomes ``S / sqrt(d_k) / sqrt(d_k)``."""
    found = scaled_by(part)
    if found is not None:
        yield ElementwiseQuotient(part, found[1])


def multiplied(part: Any, inside: Surroundings) -> Iterator[Any]:
    """``S / sqrt(d_k)`` becomes ``S * sqrt(d_k)``."""
    found = scaled_by(part)
    if found is not None:
        yield ElementwiseProduct(*found)


def of_the_model(part: Any, inside: Surroundings) -> Iterator[Any]:
    """``S / sqrt(d_k)`` becomes ``S / sqrt(d)``, and ``S / sqrt(H * d_k)``."""
    if scaled_by(part) is None:
        return
    lengths = [Mul(*equation.lengths) for equation in inside.system if equation.axes]
    yield from _of_widths(part, model_widths(inside.system))
    yield from _of_widths(part, list(dict.fromkeys(lengths)), times=True)


def of_another_size(part: Any, inside: Surroundings) -> Iterator[Any]:
    """``S / sqrt(d_k)`` becomes ``S / sqrt(m)``, and so on for every size that is not the width of a model."""
    if scaled_by(part) is None:
        return
    known = model_widths(inside.system)
    yield from _of_widths(part, [size for size in inside.system.sizes if size not in known])


def _of_widths(part: Any, widths: list[Any], times: bool = False) -> Iterator[Any]:
    found = scaled_by(part)
    if found is None:
        return
    matrix, scale = found
    for own in sizes_in(scale):
        for width in widths:
            if width != own:
                yield ElementwiseQuotient(matrix, scale.xreplace({own: own * width if times else width}))


def model_widths(system: EquationSystem) -> list[Expr]:
    """What may be taken for d_model: the width of what a weight among the inputs multiplies."""
    found: dict[Expr, None] = {}
    counted = {
        length for equation in system for node in equation.expression.atoms(OverAllowedKeys) for length in node.shape
    }
    for equation in system.equations:
        for product in equation.expression.atoms(MatrixProduct):
            weight = isinstance(product.right, (MatrixSymbol, Member)) and product.right.name in system.inputs
            if weight and product.left.shape[1] not in counted:  # values are multiplied by weights of keys
                found[product.left.shape[1]] = None
    return list(found)


def though_there_is_none(part: Any, inside: Surroundings) -> Iterator[Any]:
    """``Q @ K.T`` becomes ``Q @ K.T / sqrt(d_k)`` in a mechanism without a scale."""
    if isinstance(part, MatrixProduct) and isinstance(part.right, Transpose):
        anywhere = (node for equation in inside.system for node in equation.expression.atoms(Arithmetic))
        if not any(scaled_by(node) for node in anywhere):
            yield ElementwiseQuotient(part, sqrt(part.left.shape[1]))


def around_a_bias(part: Any, inside: Surroundings) -> Iterator[Any]:
    """``S / sqrt(d_k) + B`` becomes ``(S + B) / sqrt(d_k)``, and the other way round."""
    sums = (ElementwiseSum, ElementwiseDifference)
    if isinstance(part, sums):
        left, right = part.args
        for own, other, first in ((left, right, True), (right, left, False)):
            found = scaled_by(own)
            if found is not None and is_matrix(other) and scaled_by(other) is None:
                terms = (found[0], other) if first else (other, found[0])
                yield ElementwiseQuotient(type(part)(*terms), found[1])
    found = scaled_by(part)
    if found is not None and isinstance(found[0], sums):
        (left, right), scale = found[0].args, found[1]
        yield type(found[0])(ElementwiseQuotient(left, scale), right)
        yield type(found[0])(left, ElementwiseQuotient(right, scale))


def capped(part: Any, inside: Surroundings) -> tuple[Any, Any, Any] | None:
    """The cap ``c``, what stands in its tanh over ``c``, and the tanh of ``c * tanh(S / c)``."""
    if isinstance(part, ElementwiseProduct):
        for cap, bent in (part.args, part.args[::-1]):
            if isinstance(bent, HyperbolicTangent) and not is_matrix(cap):
                inner = bent.args[0]
                if isinstance(inner, ElementwiseQuotient) and inner.right == cap:
                    return cap, inner.left, bent
    return None


def cap_left_out(part: Any, inside: Surroundings) -> Iterator[Any]:
    """``c * tanh(S / c)`` becomes ``S``."""
    found = capped(part, inside)
    if found is not None:
        yield found[1]


def cap_not_undone(part: Any, inside: Surroundings) -> Iterator[Any]:
    """``c * tanh(S / c)`` becomes ``tanh(S / c)``, and ``c * tanh(S)``."""
    found = capped(part, inside)
    if found is not None:
        cap, scores, bent = found
        yield bent
        yield ElementwiseProduct(cap, HyperbolicTangent(scores))


def cap_before_scale(part: Any, inside: Surroundings) -> Iterator[Any]:
    """``c * tanh(Q @ K.T / sqrt(d_k) / c)`` becomes ``c * tanh(Q @ K.T / c) / sqrt(d_k)``."""
    found = capped(part, inside)
    if found is not None:
        cap, scores, _ = found
        scaled = scaled_by(inside.meaning(scores))
        if scaled is not None:
            bent = ElementwiseProduct(cap, HyperbolicTangent(ElementwiseQuotient(scaled[0], cap)))
            yield ElementwiseQuotient(bent, scaled[1])
