"""The operations on single numbers: how each is written, counted and computed, one row each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from operator import mul, neg, sub, truediv
from typing import Any

from sympy import Abs, And, Expr, erf, exp, log, tanh

from symattn.closed_form.numbers import NumberKind
from symattn.nodes import ExponentialLinear, GaussianLinear, RectifiedLinear, Sigmoid, SquareRoot
from symattn.nodes.allowed import is_allowed
from symattn.nodes.cases import Cases
from symattn.nodes.reductions import largest
from symattn.nodes.written import added, applied, divided, multiplied, negated, raised


@dataclass(frozen=True, eq=False, repr=False)
class Operation:
    """One operation: ``write(*operands)`` in SymPy, ``compute(kind, *operands)`` in numbers of some kind.

    ``count(k)`` is how many operations it is when written out with ``k`` operands, and ``repeats`` how often each
    operand then appears.
    """

    write: Callable[..., Expr]
    compute: Callable[..., Any]
    count: Callable[[int], int]
    repeats: int = 1


def _pairs(operands: tuple) -> zip:
    """The factors of a dot product, whose operands are one side and then the other."""
    half = len(operands) // 2
    return zip(operands[:half], operands[half:], strict=True)


def _sigmoid(kind: NumberKind, x: Any) -> Any:
    if x >= 0:
        return 1 / (1 + kind.exp(-x))
    small = kind.exp(x)
    return small / (1 + small)


def _gaussian(kind: NumberKind, x: Any) -> Any:
    return x * (1 + kind.erf(x / kind.sqrt(kind.number(2)))) / 2


def _where(kind: NumberKind, *operands: Any) -> Any:
    *sets, value = operands
    return value if all(allowed != 0 for allowed in sets) else kind.number(0)


def _function(
    write: Callable[[Expr], Expr], compute: Callable[..., Any], count: int = 1, repeats: int = 1
) -> Operation:
    return Operation(write, compute, lambda k: count, repeats)


OPERATIONS: dict[str, Operation] = {
    "copy": Operation(lambda x: x, lambda kind, x: x, lambda k: 0),
    "add": Operation(added, lambda kind, *terms: sum(terms), lambda k: k - 1),
    "subtract": Operation(lambda x, y: added(x, negated(y)), lambda kind, x, y: sub(x, y), lambda k: 1),
    "multiply": Operation(multiplied, lambda kind, *factors: prod(factors), lambda k: k - 1),
    "divide": Operation(divided, lambda kind, x, y: truediv(x, y), lambda k: 1),
    "negate": Operation(negated, lambda kind, x: neg(x), lambda k: 1),
    "power": Operation(raised, lambda kind, x, y: kind.power(x, y), lambda k: 1),
    "maximum": Operation(largest, lambda kind, *values: max(values), lambda k: k - 1),
    "where": Operation(
        lambda *operands: Cases.of(And(*map(is_allowed, operands[:-1])), operands[-1]),
        _where,
        lambda k: 1 if k == 1 else k + (k > 2),
    ),
    "dot": Operation(
        lambda *operands: added(*(multiplied(x, y) for x, y in _pairs(operands))),
        lambda kind, *operands: sum(mul(x, y) for x, y in _pairs(operands)),
        lambda k: k - 1,
    ),
    "sum": Operation(added, lambda kind, *terms: sum(terms), lambda k: k - 1),
    "max": Operation(largest, lambda kind, *values: max(values), lambda k: k - 1),
    "exp": _function(lambda x: applied(exp, x), lambda kind, x: kind.exp(x)),
    "log": _function(lambda x: applied(log, x), lambda kind, x: kind.log(x)),
    "tanh": _function(lambda x: applied(tanh, x), lambda kind, x: kind.tanh(x)),
    "erf": _function(lambda x: applied(erf, x), lambda kind, x: kind.erf(x)),
    "sqrt": _function(SquareRoot.of_number, lambda kind, x: kind.sqrt(x)),
    "abs": _function(lambda x: applied(Abs, x), lambda kind, x: abs(x)),
    "relu": _function(RectifiedLinear.of_number, lambda kind, x: max(x, kind.number(0))),
    "sigmoid": _function(Sigmoid.of_number, _sigmoid, count=4),
    "elu": _function(ExponentialLinear.of_number, lambda kind, x: x if x > 0 else kind.exp(x) - 1, count=4, repeats=3),
    "gelu": _function(GaussianLinear.of_number, _gaussian, count=5, repeats=2),
}
"""By name. ``dot``, ``sum`` and ``max`` run over a row of operands, the others over a few.

``where`` is its last operand if the others, entries of allowed sets, are not 0; else 0.
"""

OVER_A_ROW = frozenset({"dot", "sum", "max"})
