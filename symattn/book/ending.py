"""How every chapter ends: evidence, misconceptions, exercises, and their answers from the engine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from symattn.book.misconceptions import belief
from symattn.book.said import Said
from symattn.deriving.claim import Setting
from symattn.exercises import identified
from symattn.exercises.sheets import heading, question, solution
from symattn.exercises.wording import SENTENCES
from symattn.publishing.document import Block, Heading, Paragraph, Table

COLUMNS = Said("statement|evidence|how", "命题|证据|依据")
MISCONCEPTIONS = Said("Misconceptions", "常见误解")
EXERCISES = Said("Exercises", "练习")
ANSWERS = Said("Answers to the exercises", "练习答案")


def evidence_table(rows: Iterable[tuple[str, str, str]], language: str) -> Table:
    """What was shown, the kind of evidence, and how it was."""
    return Table(COLUMNS.of(language).split("|"), rows)


def misconception_blocks(answers: Mapping[str, Said], language: str, setting: Setting) -> Iterator[Block]:
    """What is often believed and what is right, two paragraphs each.

    Errors: ``UnknownNameError`` for a name that the table of misconceptions does not have.
    """
    if answers:
        yield Heading(MISCONCEPTIONS.of(language))
    for name, answer in answers.items():
        yield belief(name).paragraph(language, setting)
        yield answer.paragraph(language, setting)


def practice_blocks(names: Sequence[str], language: str) -> Iterator[Block]:
    """The exercises of a chapter, and under a heading of their own the answers with every step.

    Errors: those of ``exercises.identified`` for a name that no exercise has.
    """
    if not names:
        return
    exercises = [identified(name) for name in names]
    yield Heading(EXERCISES.of(language))
    yield Paragraph(SENTENCES.said(language, "how to answer"))
    for number, exercise in enumerate(exercises, 1):
        yield from question(exercise, number, language, level=3)
    yield Heading(ANSWERS.of(language))
    for number, exercise in enumerate(exercises, 1):
        yield heading(exercise, number, language, level=3)
        yield from solution(exercise, language)
