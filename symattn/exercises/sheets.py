"""The sheet: exercises as a document, and behind them, if asked for, the key with every step of the solution."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sympy import Integer

from symattn.equations import mentioned_names
from symattn.exercises.task import Exercise
from symattn.exercises.wording import SENTENCES
from symattn.publishing import Block, Formula, Heading, Paragraph, Presentation, Rounded, Stage, Substituted
from symattn.publishing.document import Title


def sheet(exercises: Sequence[Exercise], language: str = "en", answers: bool = False) -> Presentation:
    """Exercises as a document that prints in every format; with ``answers`` the key follows.

    Errors: ``InputError`` for a language that there is not.

    >>> from symattn.exercises.catalogue import chosen
    >>> "softmax-7-1" in sheet(chosen(7, ["softmax"], 1)).to("text")
    True
    """
    blocks: list[Block] = [Paragraph(SENTENCES.said(language, "how to answer"))]
    stages: list[Stage] = []
    for number, exercise in enumerate(exercises, 1):
        blocks += question(exercise, number, language)
        stages += _given(exercise)
    if answers:
        blocks.append(Title(SENTENCES.said(language, "key")))
        for number, exercise in enumerate(exercises, 1):
            blocks += [heading(exercise, number, language), *solution(exercise, language)]
            stages += _solved(exercise)
    return Presentation(SENTENCES.said(language, "title"), tuple(blocks), tuple(stages), language=language)


def heading(exercise: Exercise, number: int, language: str, level: int = 2) -> Heading:
    """The place of an exercise among others, and its name."""
    return Heading(SENTENCES.said(language, "exercise", number=str(number), name=exercise.name), level=level)


def _inputs(exercise: Exercise) -> Iterator[str]:
    """The inputs that what is asked rests on, but for those that the question says in words."""
    task = exercise.task
    used = set().union(*(mentioned_names(equation.expression) for equation in task.system.needed(task.asked)))
    for name in task.system.inputs:
        if name not in task.hidden and (name in used or task.more_given):
            yield name


def question(exercise: Exercise, number: int, language: str, level: int = 2) -> list[Block]:
    """What is asked and what is given, under a heading of that level."""
    task = exercise.task
    symbol = task.system.by_name[task.asked].symbol
    words = {"asked": symbol, **task.words}
    blocks: list[Block] = [
        heading(exercise, number, language, level),
        Paragraph(*SENTENCES.told(language, task.question or exercise.kind.question, **words)),
    ]
    blocks += [Formula(task.system.inputs[name], "=", task.bound.exact(name)) for name in _inputs(exercise)]
    if task.shown:
        blocks += [Formula(each.left_side, "=", each.expression) for each in task.system.needed(task.asked)]
    return blocks


def solution(exercise: Exercise, language: str) -> list[Block]:
    """Every equation that the answer needs: its formula, the numbers put in, what comes out exactly and in decimals."""
    task = exercise.task
    numbers: dict[str, Any] = {name: Integer(length) for name, length in task.bound.sizes.items()}
    numbers |= {name: task.bound.exact(name) for name in task.system.inputs}
    blocks: list[Block] = []
    for equation in task.system.needed(*task.also, task.asked):
        exact = task.bound.exact(equation.name)
        put_in = Substituted(equation.expression, dict(numbers))
        left = equation.left_side
        blocks.append(Formula(left, "=", equation.expression, "=", put_in, "=", exact, "≈", Rounded(exact)))
        numbers[equation.name] = exact
    if task.remark:
        words = {"asked": task.system.by_name[task.asked].symbol, **task.words}
        blocks.append(Paragraph(*SENTENCES.told(language, task.remark, **words)))
    return blocks


def _given(exercise: Exercise) -> list[Stage]:
    task = exercise.task
    return [
        Stage(f"{exercise.name}: {name}", task.bound.system.shape(name), exact=task.bound.exact(name))
        for name in _inputs(exercise)
    ]


def _solved(exercise: Exercise) -> list[Stage]:
    task = exercise.task
    return [
        Stage(
            f"{exercise.name}: {equation.name}",
            task.bound.system.shape(equation.name),
            equation.expression,
            exact=task.bound.exact(equation.name),
        )
        for equation in task.system.needed(*task.also, task.asked)
    ]
