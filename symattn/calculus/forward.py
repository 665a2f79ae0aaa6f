"""Forward mode: a system's equations, and behind them those of the tangents, from the inputs on to the output."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, TypeVar

from sympy import Expr, MatrixSymbol, S, Symbol, ZeroMatrix
from sympy.matrices.expressions.matexpr import MatrixElement

from symattn.calculus.activity import Activity
from symattn.calculus.naming import Names
from symattn.calculus.parts import TangentParts
from symattn.calculus.reverse import asked_names, backward
from symattn.calculus.scalars import derivative_along
from symattn.calculus.simplifying import Simplifier
from symattn.calculus.tangents import tangent_of
from symattn.equations import Equation, EquationSystem, mentioned_names
from symattn.language.declarations import declare
from symattn.nodes import IndexedMatrix, Member, full_shape, is_matrix
from symattn.nodes.written import element

System = TypeVar("System", bound=EquationSystem)


def jvp(system: System, output: str | None = None, wrt: str | Iterable[str] | None = None) -> System:
    """The equations of a system with those of its tangents behind them, as a system of the same kind.

    Its inputs are those of the system and a tangent for each of ``wrt``, of its shape and called ``Q_dot`` for ``Q``;
    its results the tangent of the output, or of each of the results that the system names.
    Errors: ``UnknownNameError`` for a name that the system does not have, ``MissingRowError`` for a node that the
    tangent table has no row for.
    """
    return _Forward(system, output, wrt).system()


def forward_parts(
    system: EquationSystem, output: str | None = None, wrt: str | Iterable[str] | None = None
) -> tuple[Equation, ...]:
    """The equations that an output rests on, with names for the parts that the tangents mention."""
    return tuple(_Forward(system, output, wrt).equations)


def hvp(system: System, output: str | None = None, wrt: str | Iterable[str] | None = None) -> System:
    """The Hessian of ``<dO, O>`` times a direction, for any cotangent ``dO`` of the output: forward mode over reverse.

    Inputs are those of the backward pass and a tangent for each of ``wrt``; results are the tangents of its
    cotangents, such as ``dQ_dot``. Errors: as for the two passes.
    """
    names = asked_names(system, wrt)
    return jvp(backward(system, output, names), None, names)


class _Forward:
    """One pass on: ``tangents`` are the symbols of tangents by the names of values."""

    def __init__(self, system: EquationSystem, output: str | None, wrt: str | Iterable[str] | None) -> None:
        self.of = system
        if output is None:
            self.outputs = system.results or (system.output,)
        else:
            self.outputs = (output,)
        for name in self.outputs:
            if name not in system.by_name:
                raise system.unknown(name)
        self.wrt = asked_names(system, wrt)
        self.names, self.moves = Names.of(system), Activity(self.wrt)
        parts = TangentParts(self.names, self.moves)
        needed = system.needed(*self.outputs)
        for equation in needed:
            parts.add(equation)
        self.equations = parts.equations
        self.values = {symbol.name: symbol for symbol in system.input_symbols}
        self.values |= {equation.name: equation.symbol for equation in parts.equations}
        self.simplify = Simplifier()
        self.tangents: dict[str, Any] = {}

    def system(self) -> Any:
        given = []
        for name in self.wrt:
            symbol = declare(self.names.tangent(name), full_shape(self._value(name)))
            self.tangents[name] = symbol
            given.append(symbol)
        made = [self._tangent(equation) for equation in self.equations if self._has_tangent(equation)]
        results = []
        for name in self.outputs:
            if name not in self.tangents:
                made.append(self._zero(name))
            results.append(self.tangents[name].name)
        return replace(
            self.of,
            name=f"{self.of.name}, forward mode",
            input_symbols=(*self.of.input_symbols, *given),
            equations=self._needed((*self.equations, *made), results),
            output=results[-1],
            results=tuple(results),
            tangents=tuple((name, symbol.name) for name, symbol in self.tangents.items()),
        )

    def _value(self, name: str) -> Any:
        return self.values[name] if name in self.values else self.of.by_name[name].symbol

    def _has_tangent(self, equation: Equation) -> bool:
        return equation.name not in self.wrt and self.moves(equation.expression)

    def _needed(self, equations: tuple[Equation, ...], results: Iterable[str]) -> tuple[Equation, ...]:
        wanted, kept = set(results), []
        for equation in reversed(equations):
            if equation.name in wanted:
                kept.append(equation)
                wanted |= mentioned_names(equation.expression)
        return tuple(reversed(kept))

    def _tangent(self, equation: Equation) -> Equation:
        if is_matrix(equation.expression):
            found = self._of(equation.expression, equation.left_side)
            made = ZeroMatrix(*equation.expression.shape) if found is None else self.simplify(found)
        else:
            made = self._of_scalar(equation.expression)
        return self._named(equation, made)

    def _zero(self, name: str) -> Equation:
        equation = self.of.by_name[name]
        zero = ZeroMatrix(*equation.expression.shape) if is_matrix(equation.expression) else S.Zero
        return self._named(equation, zero)

    def _named(self, equation: Equation, expression: Any) -> Equation:
        made = Equation(self.names.tangent(equation.name), expression, equation.axes)
        self.tangents[equation.name] = made.symbol
        return made

    def _of(self, node: Any, value: Any = None) -> Any:
        """The tangent of a matrix formula; ``None`` where it is zero."""
        if not self.moves(node):
            return None
        if isinstance(node, (MatrixSymbol, Member)):
            return self._of_name(node)
        if isinstance(node, IndexedMatrix):
            formula = self._of_scalar(node.formula)
            return None if formula is S.Zero else IndexedMatrix(formula, *node.args[1:])
        tangents = tuple(self._of_argument(part) for part in node.args)
        return tangent_of(node, tangents, value)

    def _of_argument(self, part: Any) -> Any:
        if not self.moves(part):
            return None
        if is_matrix(part):
            return self._of(part)
        found = self._of_scalar(part)
        return None if found is S.Zero else found

    def _of_name(self, symbol: Any) -> Any:
        tangent = self.tangents.get(symbol.name)
        if tangent is None:
            return None
        return Member(tangent, *symbol.positions) if isinstance(symbol, Member) else tangent

    def _of_scalar(self, formula: Expr) -> Expr:
        def direction(leaf: Any) -> Expr:
            if isinstance(leaf, Symbol):
                return self.tangents.get(leaf.name, S.Zero)
            assert isinstance(leaf, MatrixElement)
            tangent = self._of_name(leaf.parent)
            return S.Zero if tangent is None else element(tangent, leaf.i, leaf.j)

        return derivative_along(formula, direction, self.moves)
