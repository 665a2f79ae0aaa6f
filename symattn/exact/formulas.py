"""Formulas of scalars: compiled once, then computed at many positions, in fractions while these are enough."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import reduce
from math import floor as whole_part
from typing import Any, Protocol, TypeAlias

from sympy import (
    Abs,
    Add,
    And,
    Eq,
    Ge,
    Gt,
    Le,
    Lt,
    Max,
    Min,
    Mod,
    Mul,
    Ne,
    Not,
    Or,
    Piecewise,
    Pow,
    Symbol,
)
from sympy import Rational as SympyRational
from sympy import cos as sympy_cos
from sympy import erf as sympy_erf
from sympy import exp as sympy_exp
from sympy import floor as sympy_floor
from sympy import log as sympy_log
from sympy import sin as sympy_sin
from sympy import tanh as sympy_tanh
from sympy.core.numbers import Exp1, Pi
from sympy.logic.boolalg import BooleanFalse, BooleanTrue
from sympy.matrices.expressions.matexpr import MatrixElement

from symattn.errors import ExactnessError, MissingRowError
from symattn.exact import functions
from symattn.exact.constants import Constant, check_bits, simple, size_in_bits
from symattn.exact.deciding import rational_value
from symattn.exact.element import ONE, Element
from symattn.exact.matrix import ExactMatrix, Scalar
from symattn.exact.operations import check_inside
from symattn.nodes import Member

Positions: TypeAlias = Sequence[int]
"""The values of a formula's indices, in their order."""

At: TypeAlias = Callable[[Positions], Any]
"""What a formula is worth at some positions: a number, or for a condition whether it holds."""

Row: TypeAlias = Callable[[Any, "Formulas"], At]


class Names(Protocol):
    """Where the values of names come from."""

    def named(self, name: str) -> Any:
        """The exact value that a name stands for."""

    def __call__(self, expression: Any) -> Any:
        """The exact value of an expression without free indices of the formula."""


class Formulas:
    """Compiles scalar formulas and conditions in some indices; all other names have their values already.

    A part of a formula that mentions only some of the indices is computed once for each of their values. Nothing is
    computed before it is asked for: of values by cases, only the one whose condition holds.
    """

    def __init__(self, names: Names, indices: Sequence[Symbol] = ()) -> None:
        self.names = names
        self.indices = tuple(indices)
        self._places = {symbol: place for place, symbol in enumerate(self.indices)}

    def __call__(self, formula: Any) -> At:
        """A function of the indices' values. Errors: ``MissingRowError`` for a kind that the table lacks."""
        if isinstance(formula, SympyRational):
            number = simple(Fraction(int(formula.p), int(formula.q)))
            return lambda at: number
        if formula in self._places:
            return operator.itemgetter(self._places[formula])
        kind = type(formula)
        row = SCALARS.get(kind) or next((row for base, row in SCALARS.items() if isinstance(formula, base)), None)
        if row is None:
            message = f"exact arithmetic cannot evaluate {kind.__name__}; add a row to exact/formulas.py"
            raise MissingRowError(message)
        free = formula.free_symbols
        return self._remembered(row(formula, self), [self._places[symbol] for symbol in self.indices if symbol in free])

    def _remembered(self, compute: At, own: Sequence[int]) -> At:
        """The function, computed once for each value of its own indices where these are not all of them."""
        if len(own) == len(self.indices):
            return compute
        known: dict[Any, Any] = {}
        key = operator.itemgetter(*own) if own else len

        def value(at: Positions) -> Any:
            place = key(at)
            if place not in known:
                known[place] = compute(at)
            return known[place]

        return value

    def all(self, formulas: Sequence[Any]) -> list[At]:
        """Several formulas."""
        return [self(formula) for formula in formulas]


def plain(value: Element) -> Scalar:
    """An element as a whole number or a fraction where it is written as one.

    >>> plain(Element.of("4/2")), plain(Element({1: 1}))
    (2, Element(E))
    """
    rational = rational_value(value.n, value.d) if type(value) is Element else None
    return value if rational is None else simple(Fraction(*rational))


def element(value: Scalar) -> Element:
    """Any number as an element."""
    return value if isinstance(value, Element) else Element.constant(simple(value))


def whole(value: Scalar, what: object) -> int:
    """A size or a position. Errors: ``ExactnessError`` unless the number is whole."""
    if type(value) is int:
        return value
    found = value.as_fraction() if isinstance(value, Element) else Fraction(value)
    if found.denominator != 1:
        raise ExactnessError(f"a size or an index is a whole number, found {what} = {found}.")
    return found.numerator


# The rows, each of a kind of formula.


def _folded(operation: Callable[[Any, Any], Any]) -> Row:
    """The row of an operation on two numbers, applied from left to right."""

    def row(formula: Any, compiled: Formulas) -> At:
        parts = compiled.all(formula.args)
        if len(parts) == 2:
            first, second = parts
            return lambda at: operation(first(at), second(at))
        return lambda at: reduce(operation, (part(at) for part in parts))

    return row


def _applied(function: Callable[[Element], Element]) -> Row:
    """The row of a function of one number; its values at rational numbers are remembered."""

    def row(formula: Any, compiled: Formulas) -> At:
        argument = compiled(formula.args[0])
        known: dict[Scalar, Scalar] = {}

        def value(at: Positions) -> Scalar:
            number = argument(at)
            if isinstance(number, Element):
                return plain(function(number))
            if number not in known:
                known[number] = plain(function(element(number)))
            return known[number]

        return value

    return row


def _power(formula: Pow, compiled: Formulas) -> At:
    base, exponent = compiled(formula.base), compiled(formula.exp)
    known: dict[tuple[Scalar, Scalar], Scalar] = {}

    def value(at: Positions) -> Scalar:
        pair = base(at), exponent(at)
        if isinstance(pair[0], Element) or isinstance(pair[1], Element):
            return raised(*pair)
        if pair not in known:
            known[pair] = raised(*pair)
        return known[pair]

    return value


def raised(base: Scalar, exponent: Scalar) -> Scalar:
    """A power of any two numbers.

    >>> raised(Fraction(2, 3), -2), raised(8, Fraction(1, 3)), raised(2, Fraction(1, 2))
    (Fraction(9, 4), 2, Element(sqrt(2)))

    Errors: ``ExactnessError`` for 0 with a negative exponent, and for a negative number with a broken one.
    """
    if isinstance(exponent, Element):
        if not exponent.is_rational:
            return plain(functions.exp(functions.log(element(base)) * exponent))
        exponent = exponent.as_fraction()
    if Fraction(exponent).denominator != 1 or isinstance(base, Element):
        return plain(functions.power(element(base), Fraction(exponent)))
    if not base and exponent < 0:
        raise ExactnessError("division by zero.")
    times = int(exponent)
    check_bits(size_in_bits(base) * abs(times))
    return simple(Fraction(base) ** times) if times < 0 else base**times


def _floor(formula: Any, compiled: Formulas) -> At:
    argument = compiled(formula.args[0])

    def value(at: Positions) -> int:
        number = argument(at)
        return functions.floor(number) if isinstance(number, Element) else whole_part(number)

    return value


def _remainder(left: Scalar, right: Scalar) -> Scalar:
    if not right:
        raise ExactnessError("division by zero.")
    if isinstance(left, Element) or isinstance(right, Element):
        return left - right * functions.floor(element(left) / right)
    return left % right


def _cases(formula: Piecewise, compiled: Formulas) -> At:
    cases = [(compiled(condition), compiled(value)) for value, condition in formula.args]

    def chosen(at: Positions) -> Scalar:
        for holds, value in cases:
            if holds(at):
                return value(at)
        raise ExactnessError(f"asked for {formula}, found that none of its cases holds.")

    return chosen


def _compared(test: Callable[[Any, Any], bool]) -> Row:
    def row(formula: Any, compiled: Formulas) -> At:
        left, right = compiled.all(formula.args)
        return lambda at: test(left(at), right(at))

    return row


def _joined(join: Callable[..., bool]) -> Row:
    def row(formula: Any, compiled: Formulas) -> At:
        parts = compiled.all(formula.args)
        return lambda at: join(part(at) for part in parts)

    return row


def _not(formula: Not, compiled: Formulas) -> At:
    part = compiled(formula.args[0])
    return lambda at: not part(at)


def _named(formula: Symbol, compiled: Formulas) -> At:
    return lambda at: plain(compiled.names.named(formula.name))


def _entry(formula: MatrixElement, compiled: Formulas) -> At:
    row, column = compiled(formula.i), compiled(formula.j)
    parent = formula.parent
    positions = compiled.all(parent.positions) if isinstance(parent, Member) else []
    known: dict[tuple[int, ...], ExactMatrix] = {}

    def matrix(at: Positions) -> ExactMatrix:
        place = tuple([whole(position(at), parent) for position in positions])
        if place not in known:
            known[place] = compiled.names.named(parent.name)[place] if positions else compiled.names(parent)
        return known[place]

    def value(at: Positions) -> Scalar:
        return entry(matrix(at), whole(row(at), formula.i), whole(column(at), formula.j), parent)

    return value


def entry(matrix: ExactMatrix, i: int, j: int, name: object) -> Scalar:
    """One entry of a matrix, which an error calls by its name. Errors: ``ShapeError`` outside of it."""
    check_inside(matrix.shape, i, j, name)
    if matrix.whole is not None and not isinstance(matrix.factor, Constant):
        return matrix.whole[i][j] if matrix.factor == 1 else simple(Fraction(matrix.factor * matrix.whole[i][j]))
    return plain(matrix.rows[i][j])


SCALARS: Mapping[type, Row] = {
    Add: _folded(operator.add),
    Mul: _folded(operator.mul),
    Pow: _power,
    Exp1: lambda formula, compiled: lambda at: functions.exp(ONE),
    Pi: lambda formula, compiled: lambda at: functions.PI,
    sympy_exp: _applied(functions.exp),
    sympy_log: _applied(functions.log),
    sympy_tanh: _applied(functions.tanh),
    sympy_erf: _applied(functions.erf),
    sympy_cos: _applied(functions.cos),
    sympy_sin: _applied(functions.sin),
    sympy_floor: _floor,
    Mod: _folded(_remainder),
    Abs: lambda formula, compiled: _absolute(compiled(formula.args[0])),
    Max: _folded(lambda left, right: right if left < right else left),
    Min: _folded(lambda left, right: right if right < left else left),
    Piecewise: _cases,
    Eq: _compared(operator.eq),
    Ne: _compared(operator.ne),
    Le: _compared(operator.le),
    Lt: _compared(operator.lt),
    Ge: _compared(operator.ge),
    Gt: _compared(operator.gt),
    And: _joined(all),
    Or: _joined(any),
    Not: _not,
    BooleanTrue: lambda formula, compiled: lambda at: True,
    BooleanFalse: lambda formula, compiled: lambda at: False,
    MatrixElement: _entry,
    Symbol: _named,
}
"""How each kind of scalar and of condition is computed: ``row(formula, compiled)`` with ``compiled`` for its parts."""


def _absolute(argument: At) -> At:
    return lambda at: abs(argument(at))


__all__ = ["SCALARS", "Formulas", "Scalar", "element", "entry", "plain", "raised", "whole"]
