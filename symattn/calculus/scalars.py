"""Derivatives of scalar formulas by the chain rule, one row a function; cases stay cases, each of its own value."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sympy import (
    Abs,
    Add,
    Eq,
    Expr,
    Gt,
    Lt,
    Max,
    Min,
    Mod,
    Mul,
    Piecewise,
    Pow,
    S,
    cos,
    erf,
    exp,
    floor,
    log,
    pi,
    sin,
    sqrt,
    tanh,
)
from sympy.matrices.expressions.matexpr import MatrixElement

from symattn.calculus.activity import Activity
from symattn.errors import MissingRowError
from symattn.nodes import Cases
from symattn.nodes.written import added, multiplied

Derivative = Callable[[Any], Expr]
"""What gives the derivative of an argument."""


def partial_derivatives(formula: Expr, moves: Activity) -> dict[Expr, Expr]:
    """The derivative of a scalar formula by each entry and each number that moves in it, in the order of mention.

    >>> from sympy import Symbol
    >>> x, y = Symbol("x", real=True), Symbol("y", real=True)
    >>> partial_derivatives(y * exp(x), Activity(["x", "y"]))
    {y: exp(x), x: y*exp(x)}

    Errors: ``MissingRowError`` for a function that the table has no row for.
    """
    found = {leaf: partial_derivative(formula, leaf, moves) for leaf in leaves(formula, moves)}
    return {leaf: derivative for leaf, derivative in found.items() if derivative is not S.Zero}


def leaves(formula: Expr, moves: Activity) -> list[Expr]:
    """The entries and numbers that move in a formula, each once."""
    found: dict[Expr, None] = {}

    def visit(part: Any) -> None:
        if not moves(part):
            return
        if not part.args or isinstance(part, MatrixElement):
            found[part] = None
            return
        for inner in part.args:
            visit(inner)

    visit(formula)
    return list(found)


def partial_derivative(formula: Expr, leaf: Expr, moves: Activity) -> Expr:
    """The derivative of a formula by one entry or number that it mentions."""
    return derivative_along(formula, lambda other: S.One if other == leaf else S.Zero, moves)


def derivative_along(formula: Expr, direction: Derivative, moves: Activity) -> Expr:
    """The derivative of a formula as its entries and numbers move, each with the speed that ``direction`` gives.

    >>> from sympy import Symbol
    >>> x, speed = Symbol("x", real=True), Symbol("x_dot", real=True)
    >>> derivative_along(x**2, lambda leaf: speed, Activity(["x"]))
    2*x*x_dot
    """
    if not moves(formula):
        return S.Zero
    if not formula.args or isinstance(formula, MatrixElement):
        return direction(formula)

    def derivative(part: Any) -> Expr:
        return derivative_along(part, direction, moves)

    for kind in type(formula).__mro__:
        if kind in DERIVATIVE:
            return DERIVATIVE[kind](formula, derivative)
    raise MissingRowError(f"{type(formula).__name__} has no derivative; add a row to calculus/scalars.py")


def product(*factors: Expr) -> Expr:
    """A product; the factors are taken together unless there are cases among them, which stay as they are written."""
    if any(factor is S.Zero for factor in factors):
        return S.Zero
    if any(factor.has(Piecewise) for factor in factors):
        return multiplied(*factors)
    return Mul(*factors)


def total(*terms: Expr) -> Expr:
    """A sum, likewise."""
    kept = [term for term in terms if term is not S.Zero]
    if any(term.has(Piecewise) for term in kept):
        return kept[0] if len(kept) == 1 else added(*kept)
    return Add(*kept)


def _sum(formula: Expr, derivative: Derivative) -> Expr:
    return total(*map(derivative, formula.args))


def _product(formula: Expr, derivative: Derivative) -> Expr:
    terms = []
    for place, factor in enumerate(formula.args):
        slope = derivative(factor)
        if slope is not S.Zero:
            terms.append(product(*formula.args[:place], slope, *formula.args[place + 1 :]))
    return total(*terms)


def _power(formula: Expr, derivative: Derivative) -> Expr:
    base, exponent = formula.args
    of_base = product(exponent, Pow(base, exponent - 1), derivative(base))
    rise = derivative(exponent)
    return of_base if rise is S.Zero else total(of_base, product(formula, log(base), rise))


def _function(slope: Callable[[Expr], Expr]) -> Callable[[Expr, Derivative], Expr]:
    def row(formula: Expr, derivative: Derivative) -> Expr:
        inside = derivative(formula.args[0])
        return S.Zero if inside is S.Zero else product(slope(formula.args[0]), inside)

    return row


def _sign(x: Expr) -> Expr:
    return Cases((S.One, Gt(x, 0)), (S.NegativeOne, Lt(x, 0)), (S.Zero, S.true))


def _extreme(formula: Expr, derivative: Derivative) -> Expr:
    """Those that are equal to the extreme value share the slope equally."""
    slopes = [derivative(part) for part in formula.args]
    if S.Zero in formula.args and len(formula.args) == 2:  # relu has no slope at 0
        place = 1 - formula.args.index(S.Zero)
        compared = Gt if isinstance(formula, Max) else Lt
        return product(Cases.of(compared(formula.args[place], 0), S.One), slopes[place])
    if len(formula.args) == 2:
        return total(*map(product, _shares(isinstance(formula, Max), *formula.args), slopes))
    holds = [Cases.of(Eq(part, formula, evaluate=False), S.One) for part in formula.args]
    sharing = Pow(added(*holds), -1, evaluate=False)
    terms = [product(mine, sharing, slope) for mine, slope in zip(holds, slopes, strict=True) if slope is not S.Zero]
    return total(*terms)


def _shares(above: bool, left: Expr, right: Expr) -> tuple[Expr, Expr]:
    """By how much the larger of two moves with each, or the smaller."""
    compared = Gt if above else Lt
    same = (S.Half, Eq(left, right, evaluate=False))
    first = Cases((S.One, compared(left, right, evaluate=False)), same, (S.Zero, S.true))
    return first, Cases((S.One, compared(right, left, evaluate=False)), same, (S.Zero, S.true))


def _remainder(formula: Expr, derivative: Derivative) -> Expr:
    value, divisor = formula.args
    wraps = derivative(divisor)
    return derivative(value) if wraps is S.Zero else total(derivative(value), product(-floor(value / divisor), wraps))


def _cases(formula: Expr, derivative: Derivative) -> Expr:
    slopes = [derivative(case.expr) for case in formula.args]
    if all(slope is S.Zero for slope in slopes):
        return S.Zero
    return Cases(*((slope, case.cond) for slope, case in zip(slopes, formula.args, strict=True)))


DERIVATIVE: dict[type, Callable[[Any, Derivative], Expr]] = {
    Add: _sum,
    Mul: _product,
    exp: _function(exp),
    Pow: _power,
    log: _function(lambda x: 1 / x),
    sin: _function(cos),
    cos: _function(lambda x: -sin(x)),
    tanh: _function(lambda x: 1 - tanh(x) ** 2),
    erf: _function(lambda x: 2 * exp(-(x**2)) / sqrt(pi)),
    Abs: _function(_sign),
    Max: _extreme,
    Min: _extreme,
    Mod: _remainder,
    floor: lambda formula, derivative: S.Zero,
    Piecewise: _cases,
}
"""One row a function of scalars: the derivative of the whole from those of its arguments."""
