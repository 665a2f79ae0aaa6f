"""``symattn prove``: whether two formulas are equal for every size."""

from __future__ import annotations

import json

import click

from symattn.auditing import exit_status, verdict_as_dict
from symattn.commands.options import OUTPUT, chosen_format, deliver, format_option, with_options
from symattn.proof import prove
from symattn.reading import read_declarations

KNOWN = ("text", "json")


@click.command("prove")
@with_options(
    click.argument("lhs", metavar="LEFT"),
    click.argument("rhs", metavar="RIGHT"),
    click.option(
        "--input",
        "inputs",
        metavar="NAME=SHAPE",
        multiple=True,
        help="A name in the formulas and its shape, as in S='n m' or tau=scalar; once for each.",
    ),
    click.option(
        "--given",
        metavar="EQUATIONS",
        default="",
        help="Definitions that both formulas may use, as in 'P = softmax(S)'; several on lines of their own.",
    ),
    click.option(
        "--seconds",
        type=click.FloatRange(0, 3600, min_open=True),
        default=10.0,
        show_default=True,
        metavar="S",
        help="After which the answer is unknown.",
    ),
    click.option("--steps", is_flag=True, help="The lines of the argument, too."),
    format_option(*KNOWN),
    OUTPUT,
)
def command(
    lhs: str,
    rhs: str,
    inputs: tuple[str, ...],
    given: str,
    seconds: float,
    steps: bool,
    format_name: str | None,
    path: str | None,
) -> int:
    """Prove that two formulas are equal for every size, or refute it by the smallest numbers at which they differ.

    The exit status is 0 if it is proved, 1 if it is refuted, 3 if neither was found: unknown is no answer.

    \b
    symattn prove 'softmax(S + c)' 'softmax(S)' --input S='n m' --input c='n 1'
    """
    format_name, _ = chosen_format(format_name, path, False, KNOWN)
    verdict = prove(lhs, rhs, inputs=read_declarations(inputs), given=given, seconds=seconds)
    if format_name == "json":
        deliver(json.dumps(verdict_as_dict(verdict), ensure_ascii=False, indent=2), path)
    else:
        lines = [str(verdict), *(f"  {step}" for step in verdict.steps if steps)]
        if steps and verdict.normal_form:
            lines.append(f"  both sides: {verdict.normal_form}")
        deliver("\n".join(lines), path)
    return exit_status(verdict)
