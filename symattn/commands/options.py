"""The options that several commands share."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import reduce
from typing import Any

import click

from symattn import limits, writing
from symattn.errors import InputError, OutputError
from symattn.publishing.languages import LANGUAGES
from symattn.writing import FORMAT_OF_SUFFIX, check_target, format_of, write_text

Command = Callable[..., Any]

FORMATS = tuple(writing.FORMATS)
STANDALONE = tuple(name for name, row in writing.FORMATS.items() if row.whole)

NAME = click.argument("name", required=False)


def language_option(help: str) -> Command:
    """``--lang``, what language a result is in; English unless given."""
    choice = click.Choice(tuple(LANGUAGES))
    return click.option("--lang", "language", type=choice, default="en", show_default=True, help=help)


LANGUAGE = language_option("The language of the words, in every format.")

EQUATIONS = (
    click.option(
        "--equations",
        metavar="FILE|TEXT",
        help="Your own equations instead of NAME: a file, - for standard input, or the text itself.",
    ),
    click.option(
        "--input",
        "inputs",
        metavar="NAME=SHAPE",
        multiple=True,
        help="An input of --equations and its shape, as in Q='n d_k' or tau=scalar; once for each.",
    ),
)
"""Equations of one's own."""

SETTINGS = (
    click.option(
        "--set",
        "settings",
        metavar="NAME=VALUE",
        multiple=True,
        help="Numbers for an input: '1 0; 0 1/3', heads and the like as '1 0; 0 1 | 2 0; 0 3', or a .csv, .json, .npy "
        "or .npz file (x.npz:member); true is 1.",
    ),
    click.option(
        "--scaled/--unscaled",
        default=None,
        help="With or without the division by the root of d_k, for mechanisms that the library has in both forms.",
    ),
)
"""Numbers for the inputs, and which of two forms."""

SUBJECT = (
    NAME,
    *EQUATIONS,
    click.option("--output", metavar="NAME", help="The result of --equations; the last equation unless named."),
    *SETTINGS,
)
"""What a command works on."""


def format_option(*formats: str) -> Command:
    """``--format`` with the formats that a command prints."""
    return click.option(
        "--format",
        "format_name",
        type=click.Choice(formats),
        help="Unless given, what the suffix of -o stands for, or text.",
    )


OUTPUT = click.option(
    "-o", "path", metavar="FILE", help=f"Write to a file ({' '.join(FORMAT_OF_SUFFIX)}); - is standard output."
)

RESULT = (
    format_option(*FORMATS),
    OUTPUT,
    click.option(
        "--digits",
        type=click.IntRange(1, limits.DECIMAL_DIGITS),
        default=10,
        show_default=True,
        metavar="N",
        help="Significant digits of the decimals.",
    ),
    click.option(
        "--standalone", is_flag=True, help="A whole LaTeX document, slides or HTML page, JSON with line breaks."
    ),
)
"""How a command's result is printed, and where to."""


def with_options(*options: Command) -> Callable[[Command], Command]:
    """Put several options on a command, the first one first in its help."""
    return lambda command: reduce(lambda made, option: option(made), reversed(options), command)


def chosen_format(
    name: str | None, path: str | None, standalone: bool, known: tuple[str, ...] = FORMATS
) -> tuple[str, bool]:
    """The format asked for by name or by the suffix of the output, and whether a whole document is wanted.

    A file ``.xhtml`` is always a whole page. An output that cannot be written is refused here, before the work.
    Errors: ``OutputError``, ``InputError`` for a format that the command does not print.
    """
    asked = name is not None
    if path is not None and path != "-":
        check_target(path)
        name = name or format_of(path)
        standalone = standalone or (name == "mathml" and path.lower().endswith(".xhtml"))
    name = name or "text"
    if name not in known:
        what = f"--format {name} is a format" if asked else f"-o {path!r} stands for {name},"
        which = "that this command" if asked else "which this command"
        raise InputError(f"{what} {which} does not print; use {', '.join(known)}.")
    if standalone and name not in STANDALONE:
        raise InputError(f"--standalone asks for a whole document, and {name} has none; use {', '.join(STANDALONE)}.")
    return name, standalone


def deliver(text: str, path: str | None) -> None:
    """Print a result, or write it to its file.

    Errors: ``OutputError``.
    """
    if path is None or path == "-":
        if sys.stdout is None:
            raise OutputError("standard output is closed, so the result cannot be printed; give -o FILE.")
        click.echo(text, nl=not text.endswith("\n"))
    else:
        write_text(path, text if text.endswith("\n") else text + "\n")
