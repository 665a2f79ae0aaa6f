"""Reverse mode: a system's equations, and behind them those of its cotangents, from the output back to the inputs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, TypeVar

from sympy import Integer, OneMatrix, S, ZeroMatrix

from symattn.calculus.activity import Activity
from symattn.calculus.descent import Descent
from symattn.calculus.gathering import Axes, Contribution, gathered
from symattn.calculus.naming import Names
from symattn.calculus.parts import Parts, is_named
from symattn.calculus.row_sums import NamedProducts, shorter_row_sum
from symattn.calculus.simplifying import Simplifier
from symattn.equations import Equation, EquationSystem, mentioned_names
from symattn.errors import InputError
from symattn.language.declarations import declare
from symattn.nodes import ElementwiseProduct, Member, Value, full_shape
from symattn.nodes.written import element
from symattn.shapes import Shape

System = TypeVar("System", bound=EquationSystem)

TOTAL_SHAPE: Shape = (Integer(1), Integer(1))


def backward(system: System, output: str | None = None, wrt: str | Iterable[str] | None = None) -> System:
    """The equations of a system with those of its cotangents behind them, as a system of the same kind.

    Its inputs are those of the system and the cotangent of ``output``, of the output's shape and called ``dO`` if the
    output is ``O``. Its results are the cotangents of ``wrt``: one name or several, of inputs or of other values; by
    default all inputs but those that only say which keys are allowed.
    Errors: ``UnknownNameError`` for a name that the system does not have, ``InputError`` if the output's own cotangent
    is asked for, ``MissingRowError`` for a node that the cotangent table has no row for.
    """
    return _Backward(system, output, wrt).system()


def named_parts(
    system: EquationSystem, output: str | None = None, wrt: str | Iterable[str] | None = None
) -> tuple[Equation, ...]:
    """The equations that an output rests on, with names for the parts that the derivatives mention."""
    return tuple(_Backward(system, output, wrt).equations)


def asked_names(system: EquationSystem, wrt: str | Iterable[str] | None) -> tuple[str, ...]:
    """The names that a derivative is asked for: those given, else every input that is no allowed set.

    Errors: ``UnknownNameError`` for a name that the system does not have, ``InputError`` for none.
    """
    if wrt is None:
        names = tuple(name for name in system.inputs if name not in system.allowed_inputs)
    else:
        names = (wrt,) if isinstance(wrt, str) else tuple(dict.fromkeys(wrt))
    for name in names:
        if name not in system.inputs and name not in system.by_name:
            raise system.unknown(name)
    if not names:
        raise InputError(f"no value to differentiate by; {system.name} has: {', '.join(system.inputs)}.")
    return names


class _Backward:
    """One pass back: ``received`` holds what has reached each value so far, ``made`` the equations of cotangents."""

    def __init__(self, system: EquationSystem, output: str | None, wrt: str | Iterable[str] | None) -> None:
        self.of, self.output = system, system.output if output is None else output
        if self.output not in system.by_name:
            raise system.unknown(self.output)
        self.wrt = asked_names(system, wrt)
        if self.output in self.wrt:
            raise InputError(f"the cotangent of {self.output} is given, as it is the output; ask for other values.")
        self.names, self.moves = Names.of(system), Activity(self.wrt)
        parts = Parts(self.names, self.moves)
        for equation in system.needed(self.output):
            parts.add(equation)
        self.equations = parts.equations
        self.parts = {equation.name for equation in parts.equations} - set(system.by_name)
        self.values = {**{symbol.name: symbol for symbol in system.input_symbols}}
        self.axes: dict[str, Axes] = {}
        for equation in (*system, *parts.equations):
            self.values[equation.name], self.axes[equation.name] = equation.symbol, equation.axes
        self.upstream = declare(self.names.cotangent(self.output), full_shape(self.values[self.output]))
        self.simplify = Simplifier()
        self.products = NamedProducts(self.equations)
        self.descent = Descent(self.moves, self.names, self.simplify, self._shorter, lambda each: self._add(each))
        self.made: list[Equation] = []
        self.families: dict[Any, tuple[int, Axes]] = {}
        self.received: dict[str, list[Contribution]] = {}
        self.cotangents: dict[str, Any] = {}
        self.results: dict[str, str] = {}
        self.definitions: dict[Any, Any] = {}
        self.row_sums: dict[Any, Any] = {}

    def system(self) -> Any:
        self._walk()
        results = tuple(self.results[name] for name in self.wrt)
        equations = self._needed((*self.equations, *self.made), results)
        kept = {equation.name for equation in equations}
        cotangents = [(name, cotangent) for name, cotangent in self.results.items() if cotangent in kept]
        return replace(
            self.of,
            name=f"{self.of.name}, backward",
            input_symbols=(*self.of.input_symbols, self.upstream),
            equations=equations,
            output=results[-1],
            results=results,
            cotangents=((self.output, self.upstream.name), *cotangents),
        )

    @staticmethod
    def _needed(equations: tuple[Equation, ...], results: Iterable[str]) -> tuple[Equation, ...]:
        wanted, kept = set(results), []
        for equation in reversed(equations):
            if equation.name in wanted:
                kept.append(equation)
                wanted |= mentioned_names(equation.expression)
        return tuple(reversed(kept))

    def _walk(self) -> None:
        """Down every equation that moves, the last first; a cotangent stands where all that reaches it is known."""
        order = {name: place for place, name in enumerate(self.values)}
        moving = [equation for equation in self.equations if self.moves(equation.expression)]
        mentioned = {equation.name: frozenset(self.moves.names(equation.expression)) for equation in moving}
        unread: dict[str, int] = {}
        for names in mentioned.values():
            for name in names:
                unread[name] = unread.get(name, 0) + 1
        for place in reversed(range(len(moving))):
            equation = moving[place]
            if equation.name == self.output or equation.name in self.cotangents:
                for term, (name, contribution) in enumerate(self.descent.into(equation, self._cotangent(equation))):
                    ordered = replace(contribution, order=(place, term))
                    self.received.setdefault(name, []).append(ordered)
            for name in mentioned[equation.name]:
                unread[name] -= 1
            complete = [name for name in mentioned[equation.name] if unread[name] == 0]
            # What is used once before what is used everywhere; then in the order of the equations.
            for name in sorted(complete, key=lambda name: (len(self.received.get(name, ())), order[name])):
                if name in self.received:
                    self._complete(name)
        for name in self.wrt:
            if name not in self.results:
                self._complete(name)

    def _cotangent(self, equation: Equation) -> Any:
        """The cotangent of an equation's value, at its own indices; 1 x 1 for a scalar's."""
        if equation.name == self.output:
            if not equation.shape:
                return ElementwiseProduct(self.upstream, OneMatrix(*TOTAL_SHAPE))
            return Member(self.upstream, *equation.indices) if equation.axes else self.upstream
        return self.cotangents[equation.name]

    def _complete(self, name: str) -> None:
        """The equation of a cotangent, once everything has reached the value."""
        value, contributions = self.values[name], self.received.get(name, [])
        shape, axes = full_shape(value), self._axes(name, contributions)
        if not shape:
            self._complete_scalar(name, contributions)
            return
        made = gathered(shape[-2:], axes, contributions, self.simplify, self.names.index)
        if name in self.parts and is_named(made):
            self.cotangents[name] = made
            return
        cotangent = self.names.cotangent(name)
        equation = self._add(Equation(cotangent, made, axes))
        self.results[name], self.cotangents[name] = cotangent, equation.left_side
        self.definitions[equation.left_side] = made

    def _complete_scalar(self, name: str, contributions: list[Contribution]) -> None:
        """A number's cotangent: the one entry of a matrix that has a name."""
        cotangent = self.names.cotangent(name)
        made = gathered(TOTAL_SHAPE, (), contributions, self.simplify, self.names.index)
        self.results[name] = cotangent
        if isinstance(made, ZeroMatrix):
            self.cotangents[name] = made
            self._add(Equation(cotangent, S.Zero))
            return
        total = self._add(Equation(self.names.fresh(f"D_{name}"), made))
        self.cotangents[name] = total.symbol
        self._add(Equation(cotangent, element(total.symbol, S.Zero, S.Zero)))

    def _axes(self, name: str, contributions: list[Contribution]) -> Axes:
        """The indices of a value's family: its equation's own, or for an input those that it is used with."""
        if name in self.axes:
            return self.axes[name]
        lengths = full_shape(self.values[name])[:-2]
        for each in contributions:
            symbols = [position for position in each.positions if position in each.symbols]
            if len(set(symbols)) == len(lengths) and not any(symbol.name.startswith("_") for symbol in symbols):
                return tuple(zip(symbols, lengths, strict=True))
        return tuple(zip(self.names.axes(len(lengths)), lengths, strict=True))

    def _add(self, equation: Equation) -> Equation:
        self.families.setdefault(equation.left_side, (len(self.made), equation.axes))
        self.made.append(equation)
        return equation

    def _shorter(self, row_sum: Any) -> Value | None:
        """A name for a row sum that the row-sum identity makes shorter."""
        if row_sum in self.row_sums:
            return self.row_sums[row_sum]
        found = shorter_row_sum(row_sum, self.products, self.definitions)
        if found is None:
            return None
        cotangents = (self.families[part] for part in row_sum.argument.args if part in self.families)
        _, axes = min(cotangents, key=lambda found: found[0], default=(0, ()))  # the one that was made first
        equation = self._add(Equation(self.names.fresh("D"), self.simplify(found), axes))
        self.row_sums[row_sum] = equation.left_side
        return equation.left_side
