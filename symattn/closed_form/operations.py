"""The operations on single numbers: how each is written, counted and computed, one row each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import inf, prod
from operator import mul, neg, sub, truediv
from typing import Any

from sympy import (
    Abs,
    And,
    Eq,
    Expr,
    Ge,
    Gt,
    Le,
    Lt,
    Min,
    Mod,
    Ne,
    Number,
    S,
    cos,
    erf,
    exp,
    floor,
    log,
    sin,
    tanh,
)
from sympy.core.relational import Relational

from symattn.closed_form.numbers import NumberKind
from symattn.errors import ExactnessError
from symattn.nodes import (
    Cases,
    ExponentialLinear,
    GaussianLinear,
    RectifiedLinear,
    Sigmoid,
    Sign,
    SquareRoot,
    Step,
    ThresholdOf,
)
from symattn.nodes.allowed import is_allowed
from symattn.nodes.conditions import RELATIONS
from symattn.nodes.entmax import sparsemax_threshold, threshold
from symattn.nodes.reductions import largest
from symattn.nodes.written import added, applied, divided, multiplied, negated, raised

LOWEST = -inf
"""Minus infinity, which every kind of number can be compared with: the score of a key that is not allowed."""


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


def _smallest(*values: Expr) -> Expr:
    return Min(*values, evaluate=all(isinstance(value, Number) for value in values))


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


def _where_or_lowest(kind: NumberKind, *operands: Any) -> Any:
    *sets, value = operands
    return value if all(allowed != 0 for allowed in sets) else LOWEST


def _log_of_a_total(kind: NumberKind, x: Any) -> Any:
    return LOWEST if x == 0 else kind.log(x)


def _threshold(kind: NumberKind, *operands: Any) -> Any:
    scores, alphas = zip(*_pairs(operands), strict=True)
    finite = [score for score in scores if score != LOWEST]
    if not finite:
        raise ExactnessError("a row without allowed keys has no threshold")
    if alphas[0] == 2:
        return sparsemax_threshold(finite)
    if not kind.bits:
        raise ExactnessError(f"the threshold of entmax is no fraction in {kind.name}; evaluate in floats or decimals.")
    steepness = alphas[0] - 1
    return threshold([steepness * score for score in finite], 1 / steepness, kind.bits)


def _written_threshold(*operands: Expr) -> Expr:
    scores, alphas = zip(*_pairs(operands), strict=True)
    return ThresholdOf(alphas[0], *scores)


COMPARISONS: dict[str, type[Relational]] = {
    "less": Lt,
    "at most": Le,
    "greater": Gt,
    "at least": Ge,
    "equal": Eq,
    "unequal": Ne,
}


def _comparison(relation: type[Relational]) -> Operation:
    holds = RELATIONS[relation]
    return Operation(
        lambda x, y: relation(x, y, evaluate=False), lambda kind, x, y: kind.number(int(holds(x, y))), lambda k: 1
    )


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
    "minimum": Operation(_smallest, lambda kind, *values: min(values), lambda k: k - 1),
    "remainder": Operation(Mod, lambda kind, x, y: x - y * kind.floor(x / y), lambda k: 1),
    **{name: _comparison(relation) for name, relation in COMPARISONS.items()},
    "both": Operation(And, lambda kind, *truths: kind.number(int(all(truths))), lambda k: 1),
    "if": Operation(
        lambda condition, value, otherwise: Cases.of(condition, value, otherwise),
        lambda kind, condition, value, otherwise: value if condition != 0 else otherwise,
        lambda k: 1,
    ),
    "where": Operation(
        lambda *operands: Cases.of(And(*map(is_allowed, operands[:-1])), operands[-1]),
        _where,
        lambda k: 1 if k == 1 else k + (k > 2),
    ),
    "where or lowest": Operation(
        lambda *operands: Cases.of(And(*map(is_allowed, operands[:-1])), operands[-1], S.NegativeInfinity),
        _where_or_lowest,
        lambda k: 1 if k == 1 else k + (k > 2),
    ),
    "dot": Operation(
        lambda *operands: added(*(multiplied(x, y) for x, y in _pairs(operands))),
        lambda kind, *operands: sum(mul(x, y) for x, y in _pairs(operands)),
        lambda k: k - 1,
    ),
    "sum": Operation(added, lambda kind, *terms: sum(terms), lambda k: k - 1),
    "max": Operation(largest, lambda kind, *values: max(values), lambda k: k - 1),
    "threshold": Operation(_written_threshold, _threshold, lambda k: 1),
    "log of a total": _function(lambda x: S.NegativeInfinity if x is S.Zero else applied(log, x), _log_of_a_total),
    "exp": _function(lambda x: applied(exp, x), lambda kind, x: kind.exp(x)),
    "log": _function(lambda x: applied(log, x), lambda kind, x: kind.log(x)),
    "tanh": _function(lambda x: applied(tanh, x), lambda kind, x: kind.tanh(x)),
    "erf": _function(lambda x: applied(erf, x), lambda kind, x: kind.erf(x)),
    "cos": _function(lambda x: applied(cos, x), lambda kind, x: kind.cos(x)),
    "sin": _function(lambda x: applied(sin, x), lambda kind, x: kind.sin(x)),
    "floor": _function(lambda x: applied(floor, x), lambda kind, x: kind.floor(x)),
    "sqrt": _function(SquareRoot.of_number, lambda kind, x: kind.sqrt(x)),
    "abs": _function(lambda x: applied(Abs, x), lambda kind, x: abs(x)),
    "relu": _function(RectifiedLinear.of_number, lambda kind, x: max(x, kind.number(0))),
    "sigmoid": _function(Sigmoid.of_number, _sigmoid, count=4),
    "elu": _function(ExponentialLinear.of_number, lambda kind, x: x if x > 0 else kind.exp(x) - 1, count=4, repeats=3),
    "step": _function(Step.of_number, lambda kind, x: kind.number(int(x > 0)), count=2),
    "sign": _function(Sign.of_number, lambda kind, x: kind.number(int(x > 0) - int(x < 0)), count=3, repeats=2),
    "gelu": _function(GaussianLinear.of_number, _gaussian, count=5, repeats=2),
}
"""By name. ``dot``, ``sum``, ``max`` and ``threshold`` run over a row of operands, the others over a few.

``where`` is its last operand if the others, entries of allowed sets, are not 0; else 0, or minus infinity. A comparison
is 1 where it holds and 0 elsewhere. ``threshold`` has the scores and, as often, alpha.
"""

OVER_A_ROW = frozenset({"dot", "sum", "max", "threshold"})

CHOOSING = frozenset({"where", "where or lowest"})
"""Operations whose last operand is left out, or matters, as the others say."""
