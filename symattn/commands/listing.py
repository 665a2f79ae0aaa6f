"""``symattn list``: the library of mechanisms, one line of formulas each, and where they come from."""

from __future__ import annotations

import json

import click

from symattn.commands.options import OUTPUT, chosen_format, deliver, format_option, with_options
from symattn.defining import Mechanism
from symattn.mechanisms import named, names
from symattn.publishing import code, text


@click.command("list")
@with_options(click.argument("name", required=False), format_option("text", "json"), OUTPUT)
def command(name: str | None, format_name: str | None, path: str | None) -> None:
    """List the library of mechanisms: name, formulas, source.

    With NAME: that mechanism in the language of equations, to be changed and given back with --equations.

    \b
    symattn list self-attention -o mine.txt
    symattn derive --equations mine.txt
    """
    format_name, _ = chosen_format(format_name, path, False, ("text", "json"))
    if name is not None and format_name == "text":
        deliver(as_equations(named(name)), path)
        return
    library = {key: named(key) for key in (names() if name is None else [name])}
    deliver(as_json(library) if format_name == "json" else as_text(library), path)


def one_line(system: Mechanism) -> str:
    """The equations of a mechanism on one line."""
    return "; ".join(f"{equation.name} = {text(equation.expression)}" for equation in system)


def as_equations(system: Mechanism) -> str:
    """A mechanism as a user writes it: its inputs with their shapes, and its equations."""
    about = [f"# {system.name}", *([f"# {system.source}"] if system.source else [])]
    about += [f"# {topic}: {text}" for topic, text in system.conventions]
    inputs = [f"{name}: {' '.join(map(str, system.shape(name))) or 'scalar'}" for name in system.inputs]
    return "\n".join([*about, "", *inputs, "", code(system)])


def as_text(library: dict[str, Mechanism]) -> str:
    """The library for a reader: each name, its formulas below it, its source below these."""
    return "\n".join(f"{name}\n    {one_line(system)}\n    {system.source}" for name, system in library.items())


def as_json(library: dict[str, Mechanism]) -> str:
    """The library for a machine."""
    rows = [
        {
            "name": name,
            "title": system.name,
            "inputs": {key: " ".join(map(str, system.shape(key))) or "scalar" for key in system.inputs},
            "equations": {equation.name: code(equation.expression) for equation in system},
            "formulas": {equation.name: text(equation.expression) for equation in system},
            "output": system.output,
            "source": system.source,
            "conventions": dict(system.conventions),
        }
        for name, system in library.items()
    ]
    return json.dumps(rows, indent=2, ensure_ascii=False)
