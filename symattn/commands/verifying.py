"""``symattn verify``: every value against witnesses that share no code with it."""

from __future__ import annotations

import click

from symattn import limits, verification
from symattn.commands.options import OUTPUT, chosen_format, deliver, format_option, with_options
from symattn.commands.progress import Progress
from symattn.commands.subjects import Subjects, about_subjects


@click.command("verify")
@about_subjects
@with_options(
    click.option(
        "--instances",
        type=click.IntRange(0, limits.INSTANCES),
        default=13,
        show_default=True,
        metavar="N",
        help="Random instances of other sizes, beside the given numbers.",
    ),
    click.option("--seed", type=click.IntRange(0), default=0, show_default=True, metavar="N", help="Of their numbers."),
    format_option("text", "json"),
    OUTPUT,
)
def command(subjects: Subjects, instances: int, seed: int, format_name: str | None, path: str | None) -> int:
    """Check every value against NumPy, torch, mpmath and finite differences, on numbers and on random instances.

    Without NAME: the worked example, without and with scaling. The exit status is 1 if a check failed; a witness that
    is not installed counts as unknown, never as agreed.
    """
    format_name, _ = chosen_format(format_name, path, False, ("text", "json"))
    reports = []
    for subject in subjects():
        with Progress() as progress:
            what = subject.bound or subject.system
            reports.append(verification.verify(what, instances=instances, seed=seed, progress=progress))
    printed = [report.to(format_name) for report in reports]
    if format_name == "json" and len(printed) > 1:
        printed = ["[\n" + ",\n".join(text.rstrip("\n") for text in printed) + "\n]"]
    deliver("\n".join(printed), path)
    return max(report.exit_status for report in reports)
