"""Formulas as a person would publish them, by small rules: each with a name, and with cases in which it applies."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from sympy import Transpose

from symattn.calculus.rule import Rule
from symattn.calculus.rules_of_scalars import SCALAR_RULES
from symattn.calculus.rules_of_stretching import STRETCHING_RULES
from symattn.calculus.rules_of_sums import SUM_RULES
from symattn.calculus.rules_of_transposes import TRANSPOSE_RULES
from symattn.calculus.rules_of_unit_vectors import UNIT_VECTOR_RULES
from symattn.calculus.rules_of_units import UNIT_RULES
from symattn.nodes import Member, Node, Value, is_matrix

RULES: tuple[Rule, ...] = (*UNIT_RULES, *TRANSPOSE_RULES, *SCALAR_RULES, *SUM_RULES, *STRETCHING_RULES)
"""The rules for derivatives of every kind, in the order in which they are tried."""

RULES_AT_ONE_ENTRY: tuple[Rule, ...] = (*RULES, *UNIT_VECTOR_RULES)
"""The same with those for what a unit vector picks."""


@cache
def _by_node(rules: tuple[Rule, ...]) -> dict[type, tuple[Rule, ...]]:
    nodes = {node for rule in rules for node in rule.nodes}
    return {node: tuple(rule for rule in rules if node in rule.nodes) for node in nodes}


class Simplifier:
    """Applies the rules from the inside out until none applies; what it has seen it remembers."""

    def __init__(self, rules: tuple[Rule, ...] = RULES) -> None:
        self._rules = _by_node(rules)
        self._done: dict[Value, Value] = {}

    def __call__(self, value: Value) -> Value:
        if not value.args or not isinstance(value, (Node, Transpose)) or isinstance(value, Member):
            return value
        found = self._done.get(value)
        if found is None:
            found = self._done[value] = self._simplified(value)
            self._done[found] = found
        return found

    def _simplified(self, value: Value) -> Value:
        arguments = tuple(self(part) if is_matrix(part) else part for part in value.args)
        if any(new is not old for new, old in zip(arguments, value.args, strict=True)):
            value = value.func(*arguments)
        for rule in self._rules.get(type(value), ()):
            made = rule.apply(value)
            if made is not None:
                return self(made)
        return value


def simplified(value: Value) -> Value:
    """The value after every rule that applies.

    >>> from sympy import MatrixSymbol
    >>> from symattn import code
    >>> from symattn.nodes import ElementwiseQuotient, MatrixProduct
    >>> A, B = MatrixSymbol("A", 2, 3), MatrixSymbol("B", 3, 4)
    >>> code(simplified(Transpose(MatrixProduct(ElementwiseQuotient(A, 5), B))))
    'B.T @ A.T / 5'
    """
    return Simplifier()(value)


def instances() -> Iterator[tuple[str, Value, Value]]:
    """For every rule the cases that show it: the rule's name, a formula, and what the rule makes of it."""
    for rule in RULES_AT_ONE_ENTRY:
        for left in rule.cases():
            made = rule.apply(left)
            if made is None:
                raise AssertionError(f"the rule {rule.name} does not apply to its own case {left}")
            yield rule.name, left, made
