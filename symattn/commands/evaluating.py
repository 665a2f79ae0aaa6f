"""``symattn evaluate``: every value of a mechanism from numbers, exact and decimal."""

from __future__ import annotations

import click

from symattn.commands.options import RESULT, chosen_format, deliver, with_options
from symattn.commands.subjects import Subjects, about_subjects
from symattn.exact import ExactFamily
from symattn.language.declarations import declare
from symattn.publishing import Block, Heading, Presentation, Stage
from symattn.publishing.stages import MEMBERS, values
from symattn.worked import Bound


@click.command("evaluate")
@about_subjects
@with_options(
    click.option("--only", metavar="NAME", multiple=True, help="Only this value; once for each."),
    *RESULT,
)
def command(
    subjects: Subjects,
    only: tuple[str, ...],
    format_name: str | None,
    path: str | None,
    digits: int,
    standalone: bool,
) -> None:
    """Compute every value from numbers, exact and decimal.

    Without NAME: the worked example, without and with scaling; --set changes its numbers.

    \b
    symattn evaluate scaled-dot --only O --digits 30
    symattn evaluate dot --set Q=q.npy --set K=keys.npz:K --set V=v.csv --format json
    """
    format_name, standalone = chosen_format(format_name, path, standalone)
    evaluated = evaluation([subject.numbers for subject in subjects()], only)
    deliver(evaluated.to(format_name, digits=digits, standalone=standalone), path)


def evaluation(examples: list[Bound], only: tuple[str, ...] = ()) -> Presentation:
    """A document of values alone: each name with its exact value and its decimals.

    Of a family that is not asked for by name, the first members only.

    Errors: ``UnknownNameError`` for a name that the mechanism does not have.
    """
    blocks: list[Block] = []
    stages = []
    for example in examples:
        system = example.system
        prefix = f"{system.name}: " if len(examples) > 1 else ""
        if prefix:
            blocks.append(Heading(system.name))
        for name in only or example.names:
            exact = example.exact(name)
            most = len(exact) if only and isinstance(exact, ExactFamily) else MEMBERS
            blocks += values(declare(name, system.shape(name)), exact, most)
            stages.append(Stage(prefix + name, system.shape(name), exact=exact))
    title = ", ".join(example.system.name for example in examples)
    return Presentation(title, tuple(blocks), tuple(stages), examples[0].system.source)
