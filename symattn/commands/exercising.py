"""``symattn exercises``: a sheet of exercises from a seed, and its key."""

from __future__ import annotations

import click

from symattn import limits
from symattn.commands.options import LANGUAGE, RESULT, chosen_format, deliver, with_options
from symattn.exercises import chosen, sheet, topics


@click.command("exercises")
@with_options(
    click.option(
        "--seed",
        type=click.IntRange(0, 10**18 - 1),
        default=1,
        show_default=True,
        metavar="N",
        help="The same seed gives the same sheet.",
    ),
    click.option(
        "--topic", "wanted", metavar="TOPIC", multiple=True, help="Of this topic or type only; once for each."
    ),
    click.option(
        "--count",
        "total",
        type=click.IntRange(1, limits.EXERCISES),
        default=10,
        show_default=True,
        metavar="N",
        help="How many.",
    ),
    click.option("--answers", is_flag=True, help="The key behind the sheet, with every step."),
    click.option("--topics", "listing", is_flag=True, help="List the topics with their types, and no more."),
    LANGUAGE,
    *RESULT,
)
def command(
    seed: int,
    wanted: tuple[str, ...],
    total: int,
    answers: bool,
    listing: bool,
    language: str,
    format_name: str | None,
    path: str | None,
    digits: int,
    standalone: bool,
) -> None:
    """Print a sheet of exercises with numbers drawn from a seed; with --answers its key, with every step.

    'symattn check' takes the name of an exercise and an answer to it.

    \b
    symattn exercises --seed 7 --topic softmax --count 10
    symattn exercises --seed 7 --topic softmax --count 10 --answers -o key.html
    symattn exercises --seed 7 --lang zh
    """
    if listing:
        chosen_format(format_name, path, standalone, ("text",))
        lines = [f"{topic}: {', '.join(kind.name for kind in kinds)}" for topic, kinds in topics().items()]
        deliver("\n".join(lines), path)
        return
    format_name, standalone = chosen_format(format_name, path, standalone)
    made = sheet(chosen(seed, wanted, total), language, answers)
    deliver(made.to(format_name, digits=digits, standalone=standalone), path)
