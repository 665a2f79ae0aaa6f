"""``symattn list``: the library of mechanisms, one line of formulas each, and where they come from."""

from __future__ import annotations

import json

import click

from symattn.commands.options import OUTPUT, chosen_format, deliver, format_option, with_options
from symattn.mechanism import Mechanism
from symattn.mechanisms import named, names
from symattn.publishing import text


@click.command("list")
@with_options(format_option("text", "json"), OUTPUT)
def command(format_name: str | None, path: str | None) -> None:
    """List the library of mechanisms: name, formulas, source."""
    format_name, _ = chosen_format(format_name, path, False, ("text", "json"))
    library = {name: named(name) for name in names()}
    deliver(as_json(library) if format_name == "json" else as_text(library), path)


def one_line(system: Mechanism) -> str:
    """The equations of a mechanism on one line."""
    return "; ".join(f"{equation.name} = {text(equation.expression)}" for equation in system)


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
            "equations": {equation.name: text(equation.expression) for equation in system},
            "output": system.output,
            "source": system.source,
        }
        for name, system in library.items()
    ]
    return json.dumps(rows, indent=2, ensure_ascii=False)
