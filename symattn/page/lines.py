"""A mechanism taken apart for a page: its equations in small steps, some of them in several ways to choose from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from symattn.equations import Equation, EquationSystem, mentioned_names
from symattn.nodes import Value

ROLES = ("value", "project", "score", "scale", "mask", "exponentials", "sums", "normalise", "entropy", "weigh", "sum")
"""What a step does; ``value`` is any other equation of the mechanism."""


@dataclass(frozen=True)
class Line:
    """One equation of a page, and what it does there.

    With a ``choice`` it stands there only while one of its ``options`` is chosen. ``read_as`` is the same value written
    over those of the steps before, which is how its entries are explained.
    """

    equation: Equation
    role: str = "value"
    choice: str = ""
    options: tuple[str, ...] = ()
    read_as: Value | None = None

    def is_in(self, chosen: Mapping[str, str]) -> bool:
        """Whether the line stands on the page with these options chosen."""
        return not self.choice or chosen[self.choice] in self.options


@dataclass(frozen=True)
class Choice:
    """Something to choose on a page: its options by name, the first one chosen at the beginning."""

    name: str
    options: tuple[str, ...]


@dataclass(frozen=True)
class Workbench:
    """The lines of a page in the order of evaluation, what there is to choose, and every input that a line may need.

    ``temperature`` is the name of the number that divides the scores, ``window`` that of how far a window reaches,
    ``picked`` that of the set that a person picks; empty where there is nothing of the kind. ``added`` are the inputs
    that the mechanism itself does not have.
    """

    system: EquationSystem
    lines: tuple[Line, ...]
    choices: tuple[Choice, ...] = ()
    added: tuple[Value, ...] = ()
    temperature: str = ""
    window: str = ""
    picked: str = ""

    @property
    def input_symbols(self) -> tuple[Value, ...]:
        """Every input, those of the mechanism first."""
        return (*self.system.input_symbols, *self.added)

    @property
    def at_first(self) -> dict[str, str]:
        """The options chosen at the beginning."""
        return {choice.name: choice.options[0] for choice in self.choices}

    def selections(self) -> list[dict[str, str]]:
        """What is chosen at the beginning, and everything that one choice makes of it, the last choice first.

        >>> Workbench(None, (), (Choice("mask", ("all", "causal")),)).selections()
        [{'mask': 'all'}, {'mask': 'causal'}]
        """
        first = self.at_first
        others = ({**first, choice.name: option} for choice in reversed(self.choices) for option in choice.options[1:])
        return [first, *others]

    def chosen(self, chosen: Mapping[str, str]) -> EquationSystem:
        """The equations with these options chosen, as one system with every input that they mention.

        Errors: ``KeyError`` for a choice without an option.
        """
        equations = tuple(line.equation for line in self.lines if line.is_in(chosen))
        made = replace(self.system, input_symbols=self.input_symbols, equations=equations)
        return with_needed_inputs(made)

    @cached_property
    def equations(self) -> tuple[Equation, ...]:
        """Every equation that some choice asks for, each once."""
        return tuple(dict.fromkeys(line.equation for line in self.lines))


def with_needed_inputs(system: EquationSystem) -> EquationSystem:
    """The system without the inputs that none of its equations mentions; with all of them where none is mentioned."""
    names = set[str]().union(*(mentioned_names(equation.expression) for equation in system.equations))
    kept = tuple(symbol for symbol in system.input_symbols if symbol.name in names)
    return replace(system, input_symbols=kept) if kept else system
