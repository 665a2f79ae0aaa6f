"""``symattn list``: the library of mechanisms by group, a group with its formulas, or one mechanism to be changed."""

from __future__ import annotations

import json
import textwrap

import click

from symattn.commands.options import OUTPUT, chosen_format, deliver, format_option, with_options
from symattn.defining import Mechanism
from symattn.errors import UnknownNameError
from symattn.language.names import suggestion
from symattn.mechanisms import groups, named, names, summary
from symattn.publishing import code, system_text, text
from symattn.publishing.to_code import declared

INDENT = "    "


@click.command("list")
@with_options(click.argument("name", metavar="[GROUP|NAME]", required=False), format_option("text", "json"), OUTPUT)
def command(name: str | None, format_name: str | None, path: str | None) -> None:
    """List the library of mechanisms, group by group, a line for each.

    With GROUP: the formulas and the sources of that group. With NAME: that mechanism in the language of equations, its
    conventions as comments, to be changed and given back with --equations.

    \b
    symattn list heads
    symattn list self-attention -o mine.txt
    symattn derive --equations mine.txt
    """
    format_name, _ = chosen_format(format_name, path, False, ("text", "json"))
    group = None if name is None else name.replace("-", "_")
    if format_name == "json":
        chosen = names() if name is None else groups().get(str(group), (name,))
        shown = as_json({key: member(key) for key in chosen})
    elif name is None:
        shown = as_overview()
    elif group in groups():
        shown = as_group(group)
    else:
        shown = as_equations(member(name))
    deliver(shown, path)


def member(name: str) -> Mechanism:
    """The mechanism of that name.

    Errors: ``UnknownNameError`` for a name of neither a mechanism nor a group.
    """
    if name.replace("_", "-") in names():
        return named(name)
    hint = suggestion(name, (*names(), *groups()))
    raise UnknownNameError(f"there is no mechanism and no group {name!r}.{hint} symattn list shows all.")


def as_overview() -> str:
    """Every group with what it is about, and its mechanisms with what they are called."""
    width = max(map(len, names()))
    parts = []
    for group, members in groups().items():
        lines = [f"{INDENT}{name:<{width}}  {named(name).name}" for name in members]
        parts.append("\n".join([f"{group}: {summary(group)}", *lines]))
    return "\n\n".join([*parts, "symattn list GROUP shows formulas and sources, symattn list NAME a whole mechanism."])


def as_group(group: str) -> str:
    """A group for a reader: what it is about, and of each mechanism its name, formulas and source."""
    parts = [summary(group)]
    for name in groups()[group]:
        system = named(name)
        about = textwrap.indent("\n".join([system_text(system), *([system.source] if system.source else [])]), INDENT)
        parts.append(f"{name}: {system.name}\n{about}")
    return "\n\n".join(parts)


def as_equations(system: Mechanism) -> str:
    """A mechanism as a user writes it: its inputs with their shapes, and its equations; conventions are comments."""
    about = [f"# {system.name}", *([f"# {system.source}"] if system.source else [])]
    about += [f"# {topic}: {text}" for topic, text in system.conventions]
    *_, last = system
    about += [f"# the result is {system.output}: give --output {system.output}"] if system.output != last.name else []
    inputs = [f"{name}: {declared(system.shape(name))}" for name in system.inputs]
    return "\n".join([*about, "", *inputs, "", code(system)])


def as_json(library: dict[str, Mechanism]) -> str:
    """The library for a machine; equations by their left sides, as the language writes them."""
    group_of = {name: group for group, members in groups().items() for name in members}
    rows = [
        {
            "name": name,
            "group": group_of.get(name.replace("_", "-"), ""),
            "title": system.name,
            "inputs": {key: declared(system.shape(key)) for key in system.inputs},
            "equations": {code(equation.left_side): code(equation.expression) for equation in system},
            "formulas": {text(equation.left_side): text(equation.expression) for equation in system},
            "output": system.output,
            "source": system.source,
            "conventions": dict(system.conventions),
        }
        for name, system in library.items()
    ]
    return json.dumps(rows, indent=2, ensure_ascii=False)
