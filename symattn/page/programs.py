"""The code of a page: for every line a function of the values before it, and one that takes its cotangent back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sympy import Symbol

from symattn.calculus import backward
from symattn.equations import Equation, EquationSystem, mentioned_names
from symattn.lowering import javascript_module
from symattn.nodes import Value
from symattn.page.lines import Line, Workbench

FORWARD, BACKWARD = "forward", "backward"


@dataclass(frozen=True)
class Program:
    """The functions of one equation: what they are called, what they need, and where cotangents go.

    ``forward`` takes the values of ``needs`` and returns ``{name: value}``. ``backward`` takes the same and the
    cotangent ``upstream`` of the value, and returns that of each of ``wrt``, by the names in ``cotangents``; it is
    empty where nothing has a derivative.
    """

    forward: str
    needs: tuple[str, ...]
    backward: str = ""
    upstream: str = ""
    cotangents: tuple[tuple[str, str], ...] = ()


def programs(bench: Workbench, sizes: Mapping[Symbol, Value]) -> tuple[dict[Equation, Program], str]:
    """The program of every equation, for these sizes, and the JavaScript of all their functions."""
    symbols = {symbol.name: symbol for symbol in bench.input_symbols}
    made = dict[Equation, Program]()
    functions = dict[str, tuple[EquationSystem, tuple[str, ...]]]()
    for place, line in enumerate(bench.lines):
        equation = line.equation
        if equation in made:
            continue
        system = system_of(line, {**symbols, **_values_before(bench, place)}, sizes)
        forward, back = f"{place} {FORWARD}", f"{place} {BACKWARD}"
        functions[forward] = (system, (equation.name,))
        program = Program(forward, tuple(system.inputs))
        wrt = differentiable(system, line, bench)
        if wrt:
            taken_back = backward(system, equation.name, wrt)
            functions[back] = (taken_back, taken_back.results)
            upstream = taken_back.input_symbols[-1].name
            cotangents = tuple(zip(wrt, taken_back.results, strict=True))
            program = Program(forward, tuple(system.inputs), back, upstream, cotangents)
        made[equation] = program
    return made, javascript_module(functions)


def _values_before(bench: Workbench, place: int) -> dict[str, Value]:
    """The symbols of the values that a line may mention, of whichever options are chosen."""
    return {line.equation.name: line.equation.symbol for line in bench.lines[:place]}


def system_of(line: Line, symbols: Mapping[str, Value], sizes: Mapping[Symbol, Value]) -> EquationSystem:
    """One line's equation as a system of its own, for these sizes; its inputs are the values that it mentions."""
    equation = line.equation.replaced(dict(sizes))
    mentioned = mentioned_names(equation.expression)
    inputs = tuple(symbol.xreplace(dict(sizes)) for name, symbol in symbols.items() if name in mentioned)
    return EquationSystem(equation.name, inputs, (equation,), equation.name)


def differentiable(system: EquationSystem, line: Line, bench: Workbench) -> tuple[str, ...]:
    """What the value of a line can be differentiated by: all that it mentions, but for sets of allowed keys."""
    if line.role == "mask":
        return ()
    sets = system.allowed_inputs | masks(bench) | {bench.picked, bench.window}
    return tuple(name for name in system.inputs if name not in sets)


def masks(bench: Workbench) -> set[str]:
    """The names of the values that are allowed sets."""
    return {line.equation.name for line in bench.lines if line.role == "mask"}
