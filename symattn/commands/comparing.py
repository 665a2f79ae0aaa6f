"""``symattn compare``: which key wins under each of several mechanisms on one set of numbers, and why."""

from __future__ import annotations

from typing import Any

import click

from symattn.commands.options import RESULT, chosen_format, deliver, with_options
from symattn.commands.progress import Progress
from symattn.commands.subjects import own_mechanism
from symattn.comparing import compare
from symattn.defining import Mechanism
from symattn.mechanisms import named
from symattn.nodes import Value
from symattn.reading import read_settings


@click.command("compare")
@with_options(
    click.argument("names", nargs=-1, metavar="NAME..."),
    click.option(
        "--equations",
        "texts",
        metavar="FILE|TEXT",
        multiple=True,
        help="A mechanism of your own besides: a file, - for standard input, or the text itself; once for each.",
    ),
    click.option(
        "--input",
        "inputs",
        metavar="NAME=SHAPE",
        multiple=True,
        help="An input of --equations and its shape, unless a line among them says it.",
    ),
    click.option(
        "--set",
        "settings",
        metavar="NAME=VALUE",
        multiple=True,
        help="Numbers for an input of every mechanism that has it, as 'symattn evaluate' takes them.",
    ),
    click.option("--value", metavar="NAME", help="Compare this value of every mechanism, not the attention weights."),
    *RESULT,
)
def command(
    names: tuple[str, ...],
    texts: tuple[str, ...],
    inputs: tuple[str, ...],
    settings: tuple[str, ...],
    value: str | None,
    format_name: str | None,
    path: str | None,
    digits: int,
    standalone: bool,
) -> None:
    """Compare mechanisms on one set of numbers: which key wins under each, and why.

    Without --set: the worked example's numbers; with it, every input of every mechanism is to be set. The first
    mechanism is the one with which the others are compared.

    \b
    symattn compare dot cosine additive rbf
    symattn compare dot cosine --set Q='1 0' --set K='3 3; 1 0' --set V='1; 2'
    symattn compare scaled-dot --equations own.txt -o comparison.html
    """
    if inputs and not texts:
        raise click.UsageError("--input belongs to --equations, which is not given.")
    format_name, standalone = chosen_format(format_name, path, standalone)
    own = [own_mechanism(text, inputs, None) for text in texts]
    numbers = settings_for([*map(named, names), *own], settings)
    with Progress() as progress:
        comparison = compare(*names, *own, numbers=numbers, value=value, progress=progress)
        result = comparison.to(format_name, digits=digits, standalone=standalone)
    deliver(result, path)


def settings_for(systems: list[Mechanism], settings: tuple[str, ...]) -> dict[str, Any]:
    """The numbers that are set, for the inputs that any of the mechanisms has."""
    symbols: dict[str, Value] = {}
    for system in systems:
        symbols = {**system.inputs, **symbols}
    return dict(read_settings(settings, symbols))
