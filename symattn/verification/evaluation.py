"""One evaluation in mpmath: its precision, what each name and index stands for, and how near is equal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sympy import Expr, Integer, Symbol
from sympy.core.relational import Eq, Ge, Gt, Le, Ne, Relational
from sympy.logic.boolalg import And, Not, Or

from symattn.errors import ExactnessError, MissingRowError
from symattn.nodes import is_matrix
from symattn.verification.index_arithmetic import fraction, of_indices_alone, truth

Number = Any
"""An mpmath real."""

Rows = list[list[Number]]

LARGEST_EXPONENT_BITS = 100_000
"""Bits of the largest number of which an exponential is computed."""


class OutsideError(ExactnessError):
    """An entry that is looked up where its matrix has none: with other sizes it may have."""


class Definitions:
    """The two tables of definitions, one row a node: what a matrix is, and what a scalar is."""

    def __init__(self, matrices: Mapping[type, Any], scalars: Mapping[type, Any]) -> None:
        self.matrices, self.scalars = matrices, scalars


class Evaluation:
    """Evaluates values by their definitions; ``mp`` has the working precision, ``digits`` are those asked for."""

    def __init__(self, mp: Any, digits: int, definitions: Definitions, known: dict[Any, Rows]) -> None:
        self.mp = mp
        self.digits = digits
        self.near = mp.mpf(10) ** -digits
        self.definitions = definitions
        self.known = known
        self.values: dict[str, Any] = {}
        self.indices: dict[Symbol, int] = {}

    def matrix(self, value: Expr) -> Rows:
        row = self.definitions.matrices.get(type(value))
        if row is None:
            raise _missing("matrix", value)
        return row(self, value)

    def scalar(self, value: Expr) -> Number:
        for kind in type(value).__mro__:
            row = self.definitions.scalars.get(kind)
            if row is not None:
                return row(self, value)
        raise _missing("scalar", value)

    def value(self, value: Expr) -> Any:
        return self.matrix(value) if is_matrix(value) else self.scalar(value)

    def either(self, value: Expr) -> Rows:
        """A matrix, or a scalar as the one entry of one."""
        return self.matrix(value) if is_matrix(value) else [[self.scalar(value)]]

    def each(self, symbol: Symbol, length: Any, compute: Callable[[], Any]) -> list[Any]:
        """What is computed for each value of an index, from 0 on."""
        outer = self.indices
        found = []
        for position in range(int(length)):
            self.indices = {**outer, symbol: position}
            found.append(compute())
        self.indices = outer
        return found

    def entries(self, node: Any, compute: Callable[[], Any]) -> Rows:
        """What is computed for each row and column of a matrix that is given by its two indices."""
        rows, columns = node.shape
        return self.each(node.row, rows, lambda: self.each(node.column, columns, compute))

    def number(self, value: Any) -> Number:
        """A rational number of SymPy."""
        return self.mp.mpf(int(value.p)) / int(value.q)

    def position(self, value: Expr) -> int:
        """A subscript, counted from 0.

        Errors: ``ExactnessError`` unless it is a whole number.
        """
        if isinstance(value, Integer):
            return int(value)
        if value in self.indices:
            return self.indices[value]
        exact = fraction(value, self.indices)
        if exact is None:
            number = self.scalar(value)
            nearest = self.mp.nint(number)
            exact = int(nearest) if abs(number - nearest) <= self.near * max(1, abs(nearest)) else number
        if exact != int(exact):
            raise ExactnessError(f"the subscript {value} is {self.mp.nstr(self.mp.mpf(exact), 6)}, no whole number.")
        return int(exact)

    def taken(self, values: list[Any], position: Expr, place: Callable[[int], str]) -> Any:
        """One of some values.

        Errors: ``OutsideError`` that names the place, unless the position is one of theirs.
        """
        k = self.position(position)
        if not 0 <= k < len(values):
            raise OutsideError(f"{place(k)} is looked up, which has positions 0 to {len(values) - 1} there.")
        return values[k]

    def holds(self, condition: Any) -> bool:
        """Whether a condition holds.

        Indices are compared exactly. Sides of other numbers that agree to all digits asked for are equal, as in
        ``log(8) = 3 log(2)``; where no input is in them, they have to agree to twice as many.
        """
        if isinstance(condition, And):
            return all(self.holds(part) for part in condition.args)
        if isinstance(condition, Or):
            return any(self.holds(part) for part in condition.args)
        if isinstance(condition, Not):
            return not self.holds(condition.args[0])
        if not isinstance(condition, Relational):
            return self.scalar(condition)
        exact = truth(condition, self.indices)
        if exact is not None:
            return exact
        sign = self.sign(lambda: (self.scalar(condition.lhs), self.scalar(condition.rhs)), self.fixed(condition))
        if sign == 0:
            return isinstance(condition, (Le, Ge, Eq))
        above = isinstance(condition, (Ge, Gt))
        return isinstance(condition, Ne) or (not isinstance(condition, Eq) and above == (sign > 0))

    def fixed(self, value: Any) -> bool:
        """Whether no input is in a value, so that it can be had to as many digits as are wanted."""
        return of_indices_alone(value, self.indices)

    def sign(self, sides: Callable[[], tuple[Number, Number]], fixed: bool) -> int:
        """-1, 0 or 1 as the first of two numbers is less than the other, as near as equal, or more."""
        left, right = sides()
        if abs(left - right) > self.near * max(abs(left), abs(right)):
            return 1 if left > right else -1
        if fixed:
            with self.mp.workdps(3 * self.mp.dps):
                left, right = sides()
                if abs(left - right) > self.near**2 * max(abs(left), abs(right)):
                    return 1 if left > right else -1
        return 0

    def floor(self, number: Callable[[], Number], fixed: bool) -> Number:
        """The largest whole number that is not above a number; one that is as near as equal counts as equal."""
        x = number()
        nearest = self.mp.nint(x)
        if abs(x - nearest) > self.near * max(1, abs(x)):
            return self.mp.floor(x)
        below = self.sign(lambda: (number() + 1 - nearest, self.mp.one), fixed) < 0
        return nearest - below

    def sound(self, x: Number) -> Number:
        """The number itself.

        Errors: ``ExactnessError`` for what two infinities leave that do not go together.
        """
        if self.mp.isnan(x):
            raise ExactnessError("an infinity less itself, or times 0, is no number.")
        return x

    def quotient(self, a: Number, b: Number) -> Number:
        if b == 0:
            raise ExactnessError("a division by zero.")
        return a / b

    def power(self, base: Number, exponent: Number) -> Number:
        if base == 0 and exponent < 0:
            raise ExactnessError("a division by zero.")
        if base < 0 and exponent != int(exponent):
            raise ExactnessError(f"{self.mp.nstr(base, 6)} to the power {self.mp.nstr(exponent, 6)} is not real.")
        return base**exponent

    def root(self, x: Number) -> Number:
        if x < 0:
            raise ExactnessError(f"the square root of {self.mp.nstr(x, 6)} is not real.")
        return self.mp.sqrt(x)

    def exp(self, x: Number) -> Number:
        return self.mp.zero if x == self.mp.ninf else self.mp.exp(self.moderate(x))

    def moderate(self, x: Number) -> Number:
        """A number whose exponential fits into memory, mpmath's exponents being whole numbers of any length."""
        if x and self.mp.mag(x) > LARGEST_EXPONENT_BITS:
            raise ExactnessError(f"the exponential of a number beyond 2**{LARGEST_EXPONENT_BITS} is not computed.")
        return x

    def logarithm(self, x: Number) -> Number:
        if x <= 0:
            raise ExactnessError(f"the logarithm of {self.mp.nstr(x, 6)} is not real.")
        return self.mp.log(x)


def _missing(what: str, value: Expr) -> MissingRowError:
    kind = type(value).__name__
    return MissingRowError(f"mpmath cannot evaluate the {what} {kind}; add a row to verification/reference.py")
