"""The command line: which commands there are, and how every error becomes one message and an exit status.

Only click is imported here. A command's module, and SymPy with it, is loaded when the command is used.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import os
import re
import sys
from collections.abc import Sequence
from typing import Any

import click

from symattn import __version__
from symattn.errors import SymattnError

DONE, CHECK_FAILED, BAD_INPUT, INTERRUPTED, PIPE_CLOSED = 0, 1, 2, 130, 141
"""Exit statuses; the last two are what a shell reports for a program ended by Ctrl-C or by a closed pipe."""

COMMANDS = {
    "derive": ("deriving", "Work a mechanism through, stage by stage: formulas, exact numbers, decimals."),
    "evaluate": ("evaluating", "Compute every value from numbers, exact and decimal."),
    "compare": ("comparing", "Compare mechanisms on one set of numbers: which key wins under each, and why."),
    "plot": ("plotting", "Draw a picture: attention weights as a heat map, curves, and sweeps, from exact numbers."),
    "gradient": ("differentiating", "Derive the backward pass: cotangents as equations, with numbers, or as code."),
    "verify": ("verifying", "Check every value against NumPy, torch, mpmath and finite differences."),
    "prove": ("proving", "Prove that two formulas are equal for every size, or refute it by numbers."),
    "audit": ("auditing", "Compare a claimed formula, or a function, with a mechanism, and name the mistake."),
    "theorems": ("showing_theorems", "List the theorems with their evidence, or show one with every step."),
    "book": ("publishing_the_book", "List the chapters of the book, print one, or write all of them."),
    "bench": ("benchmarking", "Time the generated code against code written by hand, on this machine."),
    "exercises": ("exercising", "Print a sheet of exercises with numbers from a seed, and its key."),
    "check": ("checking_answers", "Check the answer to an exercise, and name the mistake that gives it."),
    "list": ("listing", "List the library of mechanisms, group by group, or one of them to be changed."),
}
"""The module of each command, and its line in the help, which stands here so that help loads no module."""


class Program(click.Group):
    """A group whose commands are loaded on use, and which ends without a traceback whatever the input."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command:
        if cmd_name not in COMMANDS:
            raise click.UsageError(f"there is no command {cmd_name!r}. There are: {', '.join(COMMANDS)}.", ctx)
        module = importlib.import_module(f"symattn.commands.{COMMANDS[cmd_name][0]}")
        command = module.command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in COMMANDS.items()])

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        status = self._status(args, prog_name, complete_var, extra)
        if standalone_mode:
            sys.exit(status)
        return status

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; what it raises of a closed pipe is kept from click, which would end with status 1."""
        try:
            status = super().invoke(ctx)
            if sys.stdout is not None:
                sys.stdout.flush()
        except BrokenPipeError:
            _forget_output()
            return PIPE_CLOSED
        return status

    def _status(self, args: Sequence[str] | None, prog_name: str | None, complete_var: str | None, extra: Any) -> int:
        try:
            status = super().main(args, prog_name, complete_var, standalone_mode=False, **extra)
        except (click.Abort, KeyboardInterrupt):
            return _fail("Interrupted.", INTERRUPTED)
        except click.ClickException as error:
            shown = io.StringIO()
            error.show(shown)
            return _fail(shown.getvalue().rstrip("\n"), error.exit_code)
        except SymattnError as error:
            return _fail(f"Error: {error}", BAD_INPUT)
        except UnicodeEncodeError as error:
            _forget_output()
            return _fail(
                f"Error: the terminal's encoding, {error.encoding}, has no {error.object[error.start]!a}; "
                "set PYTHONIOENCODING=utf-8, or write to a file with -o FILE.",
                BAD_INPUT,
            )
        except OSError as error:
            _forget_output()
            name = f": {error.filename}" if error.filename else ""
            return _fail(f"Error: {error.strerror or error}{name}.", BAD_INPUT)
        return status if isinstance(status, int) else DONE


def _fail(message: str, status: int) -> int:
    with contextlib.suppress(OSError):
        click.echo(ENDLESS.sub(lambda word: f"{word[0][:SHOWN]}…", harmless(message)), err=True)
    return status


ENDLESS = re.compile(r"\S{400,}")
SHOWN = 100
"""Of a name that fills the screen a message shows the beginning."""


def harmless(message: str) -> str:
    """A message without anything that a terminal would obey or not show.

    >>> harmless("no \\x1b[31m here")
    'no \\\\x1b[31m here'
    """
    return "".join(c if c.isprintable() or c == "\n" else c.encode("unicode_escape").decode() for c in message)


def _forget_output() -> None:
    """Point standard output at nothing, so that what is left in its buffer raises no second error at the end."""
    with contextlib.suppress(OSError, ValueError):
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, sys.stdout.fileno())


@click.command(cls=Program, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, message="%(prog)s %(version)s")
def main() -> None:
    """The mathematics of attention, exactly.

    Equations in; closed forms, exact numbers, fast code and checks out. Begin with: symattn derive

    Results go to standard output, notes and progress to standard error. Exit status: 0 done, 1 a check failed,
    2 wrong usage or bad input, 3 not decided.
    """
