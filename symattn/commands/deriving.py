"""``symattn derive``: a mechanism stage by stage, with numbers where it has some, and then checked."""

from __future__ import annotations

import click

from symattn import publishing, verification
from symattn.article_steps import eight_steps, obstacle
from symattn.commands.checks import summary
from symattn.commands.options import LANGUAGE, RESULT, chosen_format, deliver, with_options
from symattn.commands.progress import Progress, note
from symattn.commands.subjects import Subject, Subjects, about_subjects
from symattn.errors import ExactnessError
from symattn.page import interactive_page
from symattn.publishing import Presentation


@click.command("derive")
@about_subjects
@with_options(
    *RESULT,
    LANGUAGE,
    click.option("--check/--no-check", default=True, help="Whether to check the numbers against NumPy and torch."),
)
def command(
    subjects: Subjects,
    format_name: str | None,
    path: str | None,
    digits: int,
    standalone: bool,
    language: str,
    check: bool,
) -> int:
    """Work a mechanism through, stage by stage: formula, numbers put in, exact value, decimals, checks.

    Without NAME: the worked example of three inputs, without and with scaling; --set changes its numbers. With NAME: a
    mechanism of the library (see symattn list), with the worked example's numbers where it takes them. With
    --equations: your own.

    As HTML it is an interactive page: one file in which the numbers can be changed, with every step, the gradients and
    the derivation. Where a mechanism has no numbers, some are drawn for it.

    \b
    symattn derive
    symattn derive -o attention.html
    symattn derive scaled-dot --standalone -o attention.tex
    symattn derive multi-head --lang zh
    symattn derive dot --set Q='1 0' --set K='1 0; 1/2 1' --set V='1; 2'
    symattn derive --equations 'P = softmax(Q @ K.T)' --input Q='n d' --input K='m d'
    """
    format_name, standalone = chosen_format(format_name, path, standalone)
    chosen = [in_exact_numbers(subject) for subject in subjects()]
    derivation = derived(chosen, language)
    status = 0
    for subject in chosen:
        if subject.bound is None and format_name != "html":
            note(f"{subject.system.name} has no numbers: formulas only; give --set NAME=VALUE for each input.")
        elif check and subject.bound is not None:
            with Progress() as progress:
                report = verification.verify(subject.bound, instances=0, progress=progress)
            derivation = derivation.followed_by(*summary(report, language))
            status = max(status, report.exit_status)
    if format_name == "html":
        text = page(chosen[0], derivation, language, digits)
    else:
        text = derivation.to(format_name, digits=digits, standalone=standalone)
    deliver(text, path)
    return status


def page(subject: Subject, derivation: Presentation, language: str, digits: int) -> str:
    """The interactive page of a subject, with the derivation below it."""
    return interactive_page(subject.bound or subject.system, language=language, derivation=derivation, digits=digits)


def in_exact_numbers(subject: Subject) -> Subject:
    """The subject; without the worked example's numbers where exact arithmetic has no value for them."""
    if subject.bound is None or not subject.worked:
        return subject
    try:
        subject.bound.exact(subject.system.output)
    except ExactnessError as error:
        note(f"{subject.system.name} has no exact value with the worked example's numbers: {error}")
        return Subject(subject.system)
    return subject


def derived(subjects: list[Subject], language: str) -> Presentation:
    """The article's eight steps where the subjects are its example, else every stage of the one subject."""
    bound = [subject.bound for subject in subjects if subject.worked and subject.bound is not None]
    if bound and all(obstacle(example) is None for example in bound):
        return eight_steps(*bound, language=language)
    (subject,) = subjects
    return publishing.derive(subject.system if subject.bound is None else subject.bound, language)
