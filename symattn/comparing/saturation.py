"""Bounded scores: how far they can reach whatever the queries and keys, and what they would be without the bound."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sympy import Abs, MatrixSymbol, OneMatrix, Transpose

from symattn import nodes
from symattn.comparing.weighing import Weighed, value_of
from symattn.equations import EquationSystem, mentioned_names
from symattn.exact import Element, ExactMatrix, functions
from symattn.nodes import HyperbolicTangent, Sigmoid, Value, is_matrix

BOUNDED: dict[type, tuple[str, str]] = {
    HyperbolicTangent: ("tanh", "-1 and 1"),
    Sigmoid: ("sigmoid", "0 and 1"),
    nodes.Sine: ("sine", "-1 and 1"),
    nodes.Cosine: ("cosine", "-1 and 1"),
    nodes.ErrorFunction: ("erf", "-1 and 1"),
    nodes.Step: ("step", "0 and 1"),
    nodes.Sign: ("sign", "-1 and 1"),
}
"""The functions whose values have an absolute value of at most 1: what they are called, and what they lie between."""

RISING = (HyperbolicTangent, Sigmoid, nodes.ErrorFunction)
"""Those of them that rise everywhere and flatten out."""


class Unbounded(Exception):
    """Raised inside for a score that queries and keys can make as large as they like."""


def score_expression(member: Weighed) -> Value | None:
    """The scores written out, except for the names of inputs; nothing for weights without scores."""
    if member.normaliser is None:
        return None
    return written_out(member.normaliser.scores, member.bound.system)


def written_out(value: Value, system: EquationSystem) -> Value:
    """A value with the names of equations replaced by what they stand for."""
    while True:
        named = {
            symbol: system.by_name[symbol.name].expression
            for symbol in value.atoms(MatrixSymbol)
            if symbol.name in system.by_name
        }
        if not named:
            return value
        value = value.xreplace(named)


def functions_in(value: Value) -> list[type]:
    """The bounded functions that occur in a value."""
    return [kind for kind in BOUNDED if value.atoms(kind)]


def bound_of(member: Weighed, vectors: frozenset[str]) -> Element | None:
    """The largest absolute value that a score can have whatever the ``vectors`` (names of inputs) are, or nothing.

    The triangle inequality, every bounded function taken as 1: for additive attention it is ``sum_a |v_a|``.
    """
    expression = score_expression(member)
    if expression is None or not mentioned_names(expression) & vectors:
        return None
    try:
        found = value_of(member.bound, _majorant(expression, vectors))
    except Unbounded:
        return None
    rows = found.rows if isinstance(found, ExactMatrix) else ((found,),)
    return functions.largest([entry for row in rows for entry in row])


def without_saturation(member: Weighed) -> ExactMatrix | None:
    """The scores if every function that rises and flattens out were the identity; nothing if there is none."""
    expression = score_expression(member)
    if expression is None:
        return None
    found = expression.atoms(*RISING)
    if not found:
        return None
    while found:
        expression = expression.xreplace({node: node.argument for node in found})
        found = expression.atoms(*RISING)
    scores = value_of(member.bound, expression)
    return scores if isinstance(scores, ExactMatrix) else None


def _majorant(value: Value, vectors: frozenset[str]) -> Value:
    """A value that is nowhere below the absolute value of the given one, whatever the vectors are.

    Errors: ``Unbounded``.
    """
    if type(value) in BOUNDED:
        return OneMatrix(*value.shape)
    if not mentioned_names(value) & vectors:
        return nodes.AbsoluteValue(value) if is_matrix(value) else Abs(value)
    row = MAJORANTS.get(type(value))
    if row is None:
        raise Unbounded
    return row(value, lambda part: _majorant(part, vectors), vectors)


def _quotient(value: Any, of: Callable[[Value], Value], vectors: frozenset[str]) -> Value:
    if mentioned_names(value.right) & vectors:
        raise Unbounded
    return nodes.ElementwiseQuotient(of(value.left), of(value.right))


MAJORANTS: dict[type, Callable[[Any, Callable[[Value], Value], frozenset[str]], Value]] = {
    nodes.ElementwiseSum: lambda value, of, _: nodes.ElementwiseSum(of(value.left), of(value.right)),
    nodes.ElementwiseDifference: lambda value, of, _: nodes.ElementwiseSum(of(value.left), of(value.right)),
    nodes.ElementwiseProduct: lambda value, of, _: nodes.ElementwiseProduct(of(value.left), of(value.right)),
    nodes.ElementwiseQuotient: _quotient,
    nodes.MatrixProduct: lambda value, of, _: nodes.MatrixProduct(of(value.left), of(value.right)),
    nodes.Negation: lambda value, of, _: of(value.args[0]),
    nodes.IndexSum: lambda value, of, _: nodes.IndexSum(of(value.term), value.symbol, value.length),
    Transpose: lambda value, of, _: Transpose(of(value.arg)),
}
"""How a bound on the parts gives one on the whole; a node without a row counts as unbounded."""
