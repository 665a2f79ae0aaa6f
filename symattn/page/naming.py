"""Weights and scores that stand inside a formula, as equations of their own, so that a page can show them."""

from __future__ import annotations

from dataclasses import replace

from sympy import MatrixSymbol, Symbol, preorder_traversal

from symattn.calculus.naming import Names
from symattn.equations import Equation, EquationSystem
from symattn.nodes import ElementwiseQuotient, Member, OverAllowedKeys, Value, is_matrix
from symattn.pictures.weights import is_normaliser


def with_named_weights(system: EquationSystem, names: Names) -> EquationSystem:
    """The system with a name for every normaliser over keys, and for the scores of each.

    A normaliser whose formula has a bound index, as within a sum over heads, stays where it is.

    >>> from symattn.defining import mechanism
    >>> short = mechanism("short", {"Q": "n d", "K": "m d", "V": "m d_v"}, "O = softmax(Q @ K.T) @ V")
    >>> [equation.name for equation in with_named_weights(short, Names.of(short))]
    ['S', 'P', 'O']
    """
    made = list[Equation]()
    for equation in system:
        rest = equation.expression
        known = {symbol.name for symbol in (*system.input_symbols, *system.sizes, *equation.indices)}
        known |= {each.name for each in made}
        while (node := innermost(rest, known)) is not None:
            weights, before = _named(node, equation, names, is_root=node == rest)
            made += before
            if node == rest:
                rest = weights.expression
                break
            made.append(weights)
            known |= {each.name for each in (*before, weights)}
            rest = rest.xreplace({node: weights.left_side})
        made.append(Equation(equation.name, rest, equation.axes))
    return replace(system, equations=tuple(made))


def innermost(value: Value, known: set[str]) -> OverAllowedKeys | None:
    """A normaliser in a value, without another one inside and made of known names alone; ``None`` if there is none."""
    found = list(filter(is_normaliser, value.atoms(OverAllowedKeys)))
    inner = [node for node in found if not any(other != node and node.has(other) for other in found)]
    return next((node for node in sorted(inner, key=str) if _free_names(node) <= known), None)


def _named(node: OverAllowedKeys, equation: Equation, names: Names, is_root: bool) -> tuple[Equation, list[Equation]]:
    """The normaliser of a name as an equation, and before it an equation for scores that have none."""
    axes = equation.axes if any(symbol in node.free_symbols for symbol in equation.indices) or is_root else ()
    scores, before = node.scores, []
    if not has_a_name(scores):
        named = Equation(names.fresh("S", "Z", "Y"), scores, axes)
        before.append(named)
        scores = named.left_side
    marks = [] if node.allowed is None else [node.allowed]
    called = equation.name if is_root else names.fresh("P", "A", "W")
    return Equation(called, type(node)(scores, *node.options, *marks), axes), before


def has_a_name(scores: Value) -> bool:
    """Whether scores are a named value, or one divided by a number: a temperature."""
    if isinstance(scores, ElementwiseQuotient) and isinstance(scores.right, Symbol) and not is_matrix(scores.right):
        scores = scores.left
    return isinstance(scores, (MatrixSymbol, Member))


def _free_names(value: Value) -> set[str]:
    """The names in a value, without those of the indices that something in it binds."""
    bound = {symbol.name for part in preorder_traversal(value) for symbol in getattr(part, "bound_symbols", ())}
    return {symbol.name for symbol in value.free_symbols} - bound
