"""Signs: which values are seen not to be negative, and which to be at least others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sympy import MatrixSymbol, OneMatrix, Rational, Symbol, ZeroMatrix
from sympy.matrices.expressions.matexpr import MatrixElement

from symattn.deriving.claim import Setting
from symattn.deriving.conditions import read
from symattn.equations import Equation
from symattn.nodes import (
    ColumnMax,
    ElementwiseDifference,
    ElementwiseProduct,
    ElementwiseQuotient,
    ElementwiseSum,
    Entmax,
    Exponential,
    ExponentialLinear,
    Hardmax,
    HyperbolicTangent,
    Logarithm,
    LogSumExp,
    Member,
    Negation,
    RectifiedLinear,
    RowMax,
    RowSum,
    Sigmoid,
    Softmax,
    SquareRoot,
    Value,
    is_matrix,
)

RISING = (Exponential, HyperbolicTangent, Sigmoid, RectifiedLinear, ExponentialLinear, SquareRoot, Logarithm)
"""Functions of one number that never fall: a larger argument, a larger value."""

AT_MOST_ONE = (HyperbolicTangent, Sigmoid, Softmax, Hardmax, Entmax)
"""Nodes whose entries are at most 1."""


@dataclass(frozen=True)
class Signs:
    """What is seen of the signs of values; ``rows`` is the table of nodes that are not negative.

    ``pairs`` are the conditions, each with its larger and its smaller side, and whether it is strict.
    """

    rows: Mapping[type, Callable[[Signs, Value], bool]]
    definitions: Mapping[str, Equation]
    pairs: tuple[tuple[Value, Value, bool], ...]
    conditions: tuple[str, ...]

    @classmethod
    def of(cls, setting: Setting, rows: Mapping[type, Callable[[Signs, Value], bool]]) -> Signs:
        """The signs that a setting's definitions and conditions make known."""
        known = read(setting)
        pairs = tuple((larger, smaller, one.strict) for one, larger, smaller in known)
        definitions = {equation.name: equation for equation in setting.definitions}
        return cls(rows, definitions, pairs, tuple(one.text for one, _, _ in known))

    def nonnegative(self, value: Value) -> bool:
        """Whether every entry of a value is seen to be at least 0."""
        if any(larger == value and _known_at_least(smaller, 0) for larger, smaller, _ in self.pairs):
            return True
        if (row := self.rows.get(type(value))) is not None and row(self, value):
            return True
        if not is_matrix(value) and value.is_nonnegative:
            return True
        return self._defined(value, self.nonnegative)

    def nonpositive(self, value: Value) -> bool:
        """Whether every entry of a value is seen to be at most 0."""
        if isinstance(value, Negation):
            return self.nonnegative(value.args[0])
        if isinstance(value, ElementwiseDifference):
            return self.at_least(value.args[1], value.args[0])
        if isinstance(value, (ElementwiseProduct, ElementwiseQuotient)):
            a, b = value.args
            return (self.nonpositive(a) and self.nonnegative(b)) or (self.nonnegative(a) and self.nonpositive(b))
        if not is_matrix(value):
            return bool(value.is_nonpositive) or self.nonnegative(-value)
        return self._defined(value, self.nonpositive)

    def at_least(self, larger: Value, smaller: Value) -> bool:
        """Whether one value is seen to be at least another, entry by entry and row by row where one has one column."""
        if larger == smaller or (larger, smaller) in [pair[:2] for pair in self.pairs]:
            return True
        if not is_matrix(larger) and not is_matrix(smaller) and self.nonnegative(larger - smaller):
            return True
        if _is_number(smaller, 0) and self.nonnegative(larger):
            return True
        if _is_number(larger, 0) and self.nonpositive(smaller):
            return True
        if _is_number(larger, 1) and self._at_most_one(smaller):
            return True
        if _is_number(smaller, 1) and isinstance(larger, Exponential) and self.nonnegative(larger.argument):
            return True
        if isinstance(larger, Negation) and isinstance(smaller, Negation):
            return self.at_least(smaller.args[0], larger.args[0])
        if isinstance(larger, RISING) and type(larger) is type(smaller):
            return self.at_least(larger.argument, smaller.argument)
        if isinstance(larger, (RowMax, ColumnMax)):
            same = type(larger) is type(smaller) and larger.args[0].shape == smaller.args[0].shape
            return larger.args[0] == smaller or (same and self.at_least(larger.args[0], smaller.args[0]))
        if isinstance(larger, LogSumExp) and isinstance(smaller, RowMax):
            return larger.scores == smaller.args[0] and larger.allowed is None
        if isinstance(larger, RowSum):
            return self._row_sum_at_least(larger, smaller)
        if isinstance(larger, (ElementwiseProduct, ElementwiseQuotient)) and type(larger) is type(smaller):
            return self._scaled_at_least(larger, smaller)
        if isinstance(larger, ElementwiseSum):
            a, b = larger.args
            if isinstance(smaller, ElementwiseSum):
                c, d = smaller.args
                if (self.at_least(a, c) and self.at_least(b, d)) or (self.at_least(a, d) and self.at_least(b, c)):
                    return True
            if self.at_least(a, smaller) and self.nonnegative(b):
                return True
            return self.at_least(b, smaller) and self.nonnegative(a)
        return self._exponential_bound(larger, smaller)

    def _scaled_at_least(self, larger: Value, smaller: Value) -> bool:
        """A product is at least another one with a common factor, or quotient, that is not negative."""
        (a, b), (c, d) = larger.args, smaller.args
        if b == d and self.nonnegative(b):
            return self.at_least(a, c)
        is_product = isinstance(larger, ElementwiseProduct)
        return bool(is_product and a == c and self.nonnegative(a) and self.at_least(b, d))

    def _at_most_one(self, value: Value) -> bool:
        if isinstance(value, AT_MOST_ONE):
            return True
        return isinstance(value, Exponential) and self.nonpositive(value.argument)

    def _row_sum_at_least(self, larger: RowSum, smaller: Value) -> bool:
        """A sum is at least the sum of smaller terms, and of terms that are not negative at least each of them."""
        terms = larger.args[0]
        if isinstance(smaller, RowSum) and terms.shape == smaller.args[0].shape:
            return self.at_least(terms, smaller.args[0])
        if isinstance(terms, RISING) and type(smaller) is type(terms) and self.nonnegative(terms):
            inner = smaller.argument
            return isinstance(inner, RowMax) and inner.args[0] == terms.argument
        largest = isinstance(smaller, RowMax) and smaller.args[0] == terms
        return (largest or smaller == terms) and self.nonnegative(terms)

    @staticmethod
    def _exponential_bound(larger: Value, smaller: Value) -> bool:
        """``exp(x) >= 1 + x``: the exponential lies above its tangent at 0."""
        if not isinstance(larger, Exponential) or not isinstance(smaller, ElementwiseSum):
            return False
        a, b = smaller.args
        return (_is_number(a, 1) and b == larger.argument) or (_is_number(b, 1) and a == larger.argument)

    def _defined(self, value: Value, ask: Callable[[Value], bool]) -> bool:
        """The same asked of what a name stands for."""
        if isinstance(value, (MatrixSymbol, Symbol)) and value.name in self.definitions:
            return ask(self.definitions[value.name].expression)
        if isinstance(value, MatrixElement):
            return ask(value.parent)
        if isinstance(value, Member) and value.family.name in self.definitions:
            return ask(self.definitions[value.family.name].expression)
        return False


def _is_number(value: Value, number: int) -> bool:
    if isinstance(value, OneMatrix):
        return number == 1
    if isinstance(value, ZeroMatrix):
        return number == 0
    return not is_matrix(value) and value == number


def _known_at_least(value: Value, number: int) -> bool:
    return isinstance(value, Rational) and value >= number
