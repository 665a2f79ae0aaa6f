"""What a command works on: a mechanism of the library or the user's own, and numbers for its inputs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

import click

from symattn.commands.options import SUBJECT, Command, with_options
from symattn.commands.progress import note
from symattn.defining import Mechanism, mechanism
from symattn.errors import InputError, ShapeError
from symattn.examples import choose_scaled, has_numbers, numbers_for
from symattn.mechanisms import named
from symattn.reading import declared_within, read_declarations, read_equations, read_settings, title_of
from symattn.shapes import show
from symattn.worked import Bound

SELF_ATTENTION = "self-attention"
OWN_NAME = "your mechanism"


@dataclass(frozen=True)
class Subject:
    """A mechanism, bound to numbers where it has some; ``worked`` says that they come from the worked example."""

    system: Mechanism
    bound: Bound | None = None
    worked: bool = False

    @property
    def numbers(self) -> Bound:
        """The mechanism with its numbers.

        Errors: ``InputError`` if it has none.
        """
        if self.bound is None:
            wanted = ", ".join(f"{name} {show(self.system.shape(name))}" for name in self.system.inputs)
            raise InputError(f"{self.system.name} has no numbers yet; give --set for each input: {wanted}.")
        return self.bound


def about_subjects(function: Command) -> Command:
    """Give a command the options that say what it works on, and pass it the list of its subjects instead."""

    @wraps(function)
    def command(
        name: str | None,
        equations: str | None,
        inputs: tuple[str, ...],
        output: str | None,
        settings: tuple[str, ...],
        scaled: bool | None,
        **others: Any,
    ) -> Any:
        def subjects() -> list[Subject]:
            if equations is None:
                refuse_without_equations(inputs, output)
                return library_subjects(name, settings, scaled)
            return [own_subject(name, equations, inputs, output, settings, scaled)]

        return function(subjects, **others)

    return with_options(*SUBJECT)(command)


Subjects = Callable[[], list[Subject]]
"""Called by the command once it knows that its result can be written."""


def refuse_without_equations(inputs: tuple[str, ...], output: str | None) -> None:
    """Errors: ``UsageError`` for options that say something about equations where there are none."""
    if inputs or output is not None:
        option = "--input" if inputs else "--output"
        raise click.UsageError(f"{option} belongs to --equations, which is not given.")


def refuse_beside_equations(name: str | None, scaled: bool | None) -> None:
    """Errors: ``UsageError`` for what chooses in the library where there are equations."""
    if name is not None:
        raise click.UsageError(f"give NAME ({name!r}) or --equations, not both.")
    if scaled is not None:
        raise click.UsageError("--scaled and --unscaled choose in the library; write / sqrt(d_k) in your equations.")


def library_subjects(name: str | None, settings: tuple[str, ...], scaled: bool | None) -> list[Subject]:
    """A mechanism of the library, or the worked example without and with scaling.

    Without ``settings`` the numbers are the worked example's, where the mechanism takes them. Without a name the
    settings change the worked example's numbers; with one they must give every input.
    """
    if name is not None:
        return [_library_subject(named(choose_scaled(name, scaled)), settings)]
    found = []
    for scaling in (False, True) if scaled is None else (scaled,):
        system = named(choose_scaled(SELF_ATTENTION, scaling))
        numbers = {**numbers_for(system), **read_settings(settings, system.inputs)}
        found.append(Subject(system, system.bind(numbers), worked=True))
    return found


def _library_subject(system: Mechanism, settings: tuple[str, ...]) -> Subject:
    if settings:
        return Subject(system, system.bind(read_settings(settings, system.inputs)))
    return _with_example_numbers(system)


def own_subject(
    name: str | None,
    equations: str,
    inputs: tuple[str, ...],
    output: str | None,
    settings: tuple[str, ...],
    scaled: bool | None,
) -> Subject:
    """A mechanism from the user's own equations.

    Errors: those of ``mechanism`` and of ``bind``; ``UsageError`` for options that contradict one another.
    """
    refuse_beside_equations(name, scaled)
    system = own_mechanism(equations, inputs, output)
    if settings:
        return Subject(system, system.bind(read_settings(settings, system.inputs)))
    subject = _with_example_numbers(system)
    if subject.worked:
        note(f"numbers of the worked example for {', '.join(system.inputs)}; --set gives your own.")
    return subject


def own_mechanism(equations: str, inputs: tuple[str, ...], output: str | None) -> Mechanism:
    """The mechanism of the user's own equations, without numbers.

    Errors: those of ``mechanism``; ``UsageError`` for inputs whose shapes are not given.
    """
    declared, text = declared_within(read_equations(equations))
    shapes = read_declarations([*declared, *inputs])
    if not shapes:
        raise click.UsageError(
            "--equations needs the shape of each input: a line such as 'Q: n d_k' among them, or --input Q='n d_k'."
        )
    return mechanism(title_of(text) or OWN_NAME, inputs=shapes, equations=text, output=output)


def _with_example_numbers(system: Mechanism) -> Subject:
    """The worked example's numbers, where inputs of the same names and shapes ask for them."""
    if not has_numbers(system):
        return Subject(system)
    try:
        bound = system.bind(numbers_for(system))
    except ShapeError:
        return Subject(system)
    return Subject(system, bound, worked=True)
