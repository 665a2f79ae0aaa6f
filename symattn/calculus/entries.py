"""Jacobians and Hessians: derivatives at one entry after the other, as families over the entries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from sympy import Eq, Expr, Integer, MatrixSymbol, S, Symbol
from sympy.matrices.expressions.matexpr import MatrixElement

from symattn.calculus.forward import jvp
from symattn.calculus.gathering import Axes
from symattn.calculus.naming import Names
from symattn.calculus.parts import is_work
from symattn.calculus.reverse import backward
from symattn.calculus.simplifying import RULES_AT_ONE_ENTRY, Simplifier
from symattn.calculus.unit_vectors import joined, split, unit_column, unit_row
from symattn.equations import Equation, EquationSystem, mentioned_names
from symattn.errors import InputError, ShapeError
from symattn.nodes import Cases, ElementwiseProduct, Indices, Member, Value, entry_of, full_shape, is_matrix
from symattn.nodes.cases import put_in
from symattn.shapes import Shape

System = TypeVar("System", bound=EquationSystem)


def jacobian(
    system: System, output: str | None = None, wrt: str | None = None, entry: Sequence[int] | None = None
) -> System:
    """The derivative of each entry of an output by a value, as a system whose result is a family over the entries.

    ``J_Q[a, b]`` has the shape of ``Q``: entry ``(a, b)`` of the output differentiated by every entry of ``Q``; by a
    number it is a matrix in the shape of the output. With ``entry``, positions counted from 0, it is the gradient of
    that one entry. ``wrt`` may be left out where there is one input.
    Errors: ``UnknownNameError`` for a name that the system does not have; ``InputError`` where one value is asked for
    and several are given, ``ShapeError`` for positions that are none of the output's.
    """
    name = _one_name(system, wrt)
    if entry is None and not system.shape(name):
        passed = jvp(system, output, name)
        return _at_entries(system, passed, "J", name, {passed.tangents[0][1]: ()})
    passed = backward(system, output, name)
    return _at_entries(system, passed, "J", name, {passed.cotangents[0][1]: entry})


def hessian(
    system: System, output: str | None = None, wrt: str | None = None, entry: Sequence[int] | None = None
) -> System:
    """The Hessian of an output in a value, as a system whose result is a family over the entries of the value.

    ``H_Q[c, d]`` has the shape of ``Q``: the gradient in ``Q`` of the derivative by entry ``(c, d)`` of ``Q``. What is
    differentiated twice is the entry of the output at ``entry``, or else ``<dO, O>`` for a cotangent ``dO`` that is an
    input. Errors: as for :func:`jacobian`.
    """
    name = _one_name(system, wrt)
    passed = backward(system, output, name)
    upstream, tangent = passed.cotangents[0][1], jvp(passed, None, name)
    chosen: dict[str, Sequence[int] | None] = {dict(tangent.tangents)[name]: None}
    if entry is not None:
        chosen[upstream] = entry
    return _at_entries(system, tangent, "H", name, chosen)


def _one_name(system: EquationSystem, wrt: str | None) -> str:
    if isinstance(wrt, str):
        return wrt
    names = [name for name in system.inputs if name not in system.allowed_inputs]
    if wrt is None and len(names) == 1:
        return names[0]
    raise InputError(f"asked for the value to differentiate by, one name; {system.name} has: {', '.join(names)}.")


def _at_entries(
    system: Any, passed: EquationSystem, letter: str, name: str, chosen: Mapping[str, Sequence[int] | None]
) -> Any:
    """The pass with a unit matrix for some of its inputs: at an entry that is given, else at every entry in turn."""
    names = Names.of(passed)
    picked, axes = {}, list[tuple[Symbol, Expr]]()
    for key, entry in chosen.items():
        shape = full_shape(passed.inputs[key])
        if entry is None:
            own = tuple((names.index(), length) for length in shape)
            axes += own
            picked[key] = tuple(symbol for symbol, _ in own)
        else:
            picked[key] = _positions(entry, shape)
    placing = _Placing(passed, picked, tuple(axes), names)
    made = placing.equations(letter, name)
    return replace(
        system,
        name=f"{system.name}, {'Jacobian' if letter == 'J' else 'Hessian'}",
        input_symbols=tuple(symbol for symbol in passed.input_symbols if symbol.name not in chosen),
        equations=made,
        output=made[-1].name,
        results=(made[-1].name,),
        cotangents=(),
        tangents=(),
    )


def _positions(entry: Sequence[int], shape: Shape) -> tuple[Expr, ...]:
    positions = tuple(entry)
    counted = all(isinstance(at, int) and not isinstance(at, bool) and at >= 0 for at in positions)
    if not counted or len(positions) != len(shape):
        asked = ", ".join(map(str, shape)) or "a number"
        raise ShapeError(
            f"an entry is {len(shape)} positions counted from 0, for the shape ({asked}); found {entry!r}."
        )
    for at, length in zip(positions, shape, strict=True):
        if length.is_Integer and at >= length:
            raise ShapeError(f"position {at} is outside a length of {length}.")
    return tuple(map(Integer, positions))


class _Placing:
    """Puts unit matrices into equations, one after the other, and keeps of each value what is not zero."""

    def __init__(
        self, passed: EquationSystem, picked: Mapping[str, tuple[Expr, ...]], axes: Axes, names: Names
    ) -> None:
        self.passed, self.axes, self.names = passed, axes, names
        self.simplify = Simplifier(RULES_AT_ONE_ENTRY)
        self.known: dict[str, tuple[tuple[Symbol, ...], Value]] = {}
        for key, positions in picked.items():
            self.known[key] = _unit(passed.inputs[key], positions, names)

    def equations(self, letter: str, name: str) -> tuple[Equation, ...]:
        """The equations that the result rests on; the result, called by a letter and the name, is the last."""
        made, result = list[Equation](), self.passed.results[-1]
        for equation in self.passed.equations:
            expression = self._filled(equation.expression)
            if expression is equation.expression and equation.name != result:
                made.append(equation)
                continue
            expression = self.simplify(expression)
            if equation.name == result:
                axes = (*self.axes, *equation.axes)
                made.append(Equation(self.names.fresh(f"{letter}_{name}"), expression, axes))
            else:
                self.known[equation.name] = equation.indices, self._kept(equation, expression, made)
        return _needed(made)

    def _kept(self, equation: Equation, expression: Value, made: list[Equation]) -> Value:
        """What stands for a value in later ones: the part of it that is no unit vector under the value's name."""
        found = split(expression) if is_matrix(expression) else None
        column, factor, row = found or (None, expression, None)
        if is_matrix(factor) and is_work(factor):
            axes = tuple(pair for pair in (*self.axes, *equation.axes) if factor.has(pair[0]))
            named = Equation(equation.name, factor, axes)
            made.append(named)
            factor = named.left_side
        return factor if found is None else joined(column, factor, row)

    def _filled(self, value: Any) -> Any:
        """The value with what stands for earlier ones in their place; the very same where nothing does."""
        if isinstance(value, (MatrixSymbol, Symbol, Member)):
            if value.name not in self.known:
                return value
            own, expression = self.known[value.name]
            return put_in(expression, dict(zip(own, getattr(value, "positions", ()), strict=True)))
        if isinstance(value, MatrixElement):
            whole = self._filled(value.parent)
            return value if whole is value.parent else entry_of(whole, value.i, value.j, Indices(avoid=(whole, value)))
        if not value.args:
            return value
        parts = tuple(map(self._filled, value.args))
        if all(new is old for new, old in zip(parts, value.args, strict=True)):
            return value
        return value.func(*parts)


def _unit(symbol: Any, positions: tuple[Expr, ...], names: Names) -> tuple[tuple[Symbol, ...], Value]:
    """A matrix, or a family, of zeros with a 1 at some positions; 1 for a number."""
    if not is_matrix(symbol):
        return (), S.One
    *members, row, column = positions
    rows, columns = symbol.shape
    made: Any = ElementwiseProduct(unit_column(rows, row), unit_row(columns, column))
    if rows == 1:
        made = unit_row(columns, column)
    elif columns == 1:
        made = unit_column(rows, row)
    own = tuple(names.index() for _ in members)
    for symbol_of_axis, at in zip(own, members, strict=True):
        made = ElementwiseProduct(Cases.of(Eq(symbol_of_axis, at), S.One), made)
    return own, made


def _needed(equations: Iterable[Equation]) -> tuple[Equation, ...]:
    *others, last = equations
    wanted, kept = mentioned_names(last.expression), [last]
    for equation in reversed(others):
        if equation.name in wanted:
            kept.append(equation)
            wanted |= mentioned_names(equation.expression)
    return tuple(reversed(kept))
