"""Rewriting a system at one place, or at all places of a kind: how a mistake is made in any mechanism."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from types import MappingProxyType
from typing import Any

from sympy import Basic, Expr, MatrixSymbol, Symbol

from symattn.equations import Equation, EquationSystem
from symattn.errors import LanguageError, LimitError, ShapeError
from symattn.nodes import Member, Value, shape_of
from symattn.nodes.bounded import built
from symattn.nodes.cases import put_in
from symattn.nodes.written import element
from symattn.shapes import same_size

MOST_PLACES = 24
"""Places of one system at which one kind of mistake is tried."""


@dataclass(frozen=True)
class Surroundings:
    """The equation in which a part stands, and the system in which the equation stands."""

    system: EquationSystem
    equation: Equation

    def meaning(self, value: Value) -> Value:
        """What a name stands for: the right side of its equation; any other value, and an input, as it is.

        >>> from symattn.mechanisms import named
        >>> dot = named("dot")
        >>> str(Surroundings(dot, dot.equations[-1]).meaning(dot.equations[1].symbol))
        'softmax(S)'
        """
        if isinstance(value, MatrixSymbol) and value.name in self.system.by_name:
            return self.system[value.name]
        if isinstance(value, Member) and value.name in self.system.by_name:
            equation = self.system.by_name[value.name]
            return put_in(equation.expression, dict(zip(equation.indices, value.positions, strict=True)))
        return value


@dataclass(frozen=True)
class Mistaken:
    """A system in which a mistake has been made: in which equations, and which sizes it takes to be equal."""

    system: EquationSystem
    places: tuple[str, ...]
    equal: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


Rewrite = Callable[[Any, Surroundings], Iterator[Any]]
"""What may stand in the place of a part by mistake: nothing for most parts."""

Systems = Callable[[EquationSystem], Iterator[Mistaken]]
"""The systems that come of a mistake made in a system."""


def replaced_once(value: Basic, rewrite: Callable[[Any], Iterator[Any]]) -> Iterator[Basic]:
    """The value with one of its parts rewritten, for each part and each way to rewrite it."""
    yield from conforming(rewrite(value))
    for position, part in enumerate(value.args):
        for changed in replaced_once(part, rewrite):
            made = with_arguments(value, (*value.args[:position], changed, *value.args[position + 1 :]))
            if made is not None:
                yield made


def replaced_everywhere(value: Basic, rewrite: Callable[[Any], Iterator[Any]]) -> Basic | None:
    """The value with the first way to rewrite taken at each part that has one; a part rewritten is left at that."""
    first = next(conforming(rewrite(value)), None)
    if first is not None:
        return first
    parts = [replaced_everywhere(part, rewrite) for part in value.args]
    return value if tuple(parts) == value.args else with_arguments(value, tuple(parts))


def conforming(ways: Iterator[Any]) -> Iterator[Any]:
    """What may stand in the place of a part, up to what does not conform."""
    with suppress(ShapeError, TypeError):
        yield from ways


def with_arguments(value: Basic, arguments: tuple[Any, ...]) -> Basic | None:
    """The same operation of other arguments; nothing where their shapes do not conform."""
    if any(part is None for part in arguments):
        return None
    try:
        if type(value).__name__ == "MatrixElement":
            return element(*arguments)
        return built(value.func, arguments)
    except (ShapeError, LanguageError, LimitError, TypeError, ValueError):
        return None


def with_equation(system: EquationSystem, equation: Equation, expression: Any) -> EquationSystem | None:
    """The system with another right side in one equation; nothing where the value would have another shape."""
    old, new = shape_of(equation.expression), shape_of(expression)
    if len(old) != len(new) or not all(map(same_size, old, new)):
        return None
    changed = replace(equation, expression=expression)
    return replace(system, equations=tuple(changed if each is equation else each for each in system.equations))


def _in(inside: Surroundings, rewrite: Rewrite, part: Any) -> Iterator[Any]:
    return rewrite(part, inside)


def at_places(rewrite: Rewrite) -> Systems:
    """The mistake at each place of a system in turn, and where there are several also at all of them."""

    def systems(system: EquationSystem) -> Iterator[Mistaken]:
        found: list[Mistaken] = []
        for equation in system.equations:
            ways = partial(_in, Surroundings(system, equation), rewrite)
            for expression in replaced_once(equation.expression, ways):
                made = with_equation(system, equation, expression)
                if made is not None and len(found) < MOST_PLACES:
                    found.append(Mistaken(made, (equation.name,)))
        yield from found
        if len(found) > 1:
            yield from everywhere(rewrite)(system)

    return systems


def everywhere(rewrite: Rewrite) -> Systems:
    """The mistake at every place of a system at once."""

    def systems(system: EquationSystem) -> Iterator[Mistaken]:
        made: EquationSystem | None = system
        places = []
        for equation in system.equations:
            ways = partial(_in, Surroundings(system, equation), rewrite)
            expression = replaced_everywhere(equation.expression, ways)
            if expression is None:
                return
            if expression != equation.expression and made is not None:
                made = with_equation(made, equation, expression)
                places.append(equation.name)
        if made is not None and places:
            yield Mistaken(made, tuple(places))

    return systems


def together(*ways: Systems) -> Systems:
    """A mistake that is made in several ways."""

    def systems(system: EquationSystem) -> Iterator[Mistaken]:
        for way in ways:
            yield from way(system)

    return systems


def sizes_in(value: Expr) -> list[Symbol]:
    """The sizes in a scalar, in the order of their names.

    >>> from symattn.shapes import size
    >>> sizes_in(size("d_k") * size("H"))
    [H, d_k]
    """
    return sorted((part for part in value.free_symbols if part.is_integer and part.is_positive), key=str)
