"""The check of an answer: right exactly, right in its decimals, or wrong, and which usual mistake gives that value."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_DOWN
from fractions import Fraction
from itertools import islice

from symattn.exact import Element, ExactMatrix
from symattn.exact.evaluation import Known
from symattn.exercises.answers import Answer, Entry, read_answer
from symattn.exercises.mistaken import mistaken_values, rounded_to
from symattn.exercises.task import Exercise, Task
from symattn.exercises.wording import SENTENCES
from symattn.reading.numerals import NOT_FINITE
from symattn.shapes import show

PLACES = 3
"""Decimal places that an answer has at least, unless it is exact."""

NAMED = 3
"""Mistakes that are named at most, where several give one value."""

TELLING_PLACES = 2
"""Fewer decimal places than this show no mistake, as many values round to them."""

RIGHT_EXACT, RIGHT_DECIMALS, RIGHT_DIGITS = "right exact", "right decimals", "right to a thousand digits"
TOO_FEW, WRONG = "too few places", "wrong"


@dataclass(frozen=True)
class Outcome:
    """What came of an answer: the verdict, the sentences, and the usual mistakes that give its value."""

    exercise: str
    verdict: str
    sentences: tuple[str, ...]
    mistakes: tuple[str, ...] = ()
    """The names of the sentences of the mistakes that give the value, the likeliest first."""

    @property
    def mistake(self) -> str:
        """The name of the likeliest mistake's sentence; empty if none is known."""
        return self.mistakes[0] if self.mistakes else ""

    @property
    def right(self) -> bool:
        """Whether the answer counts."""
        return self.verdict in (RIGHT_EXACT, RIGHT_DECIMALS, RIGHT_DIGITS)

    @property
    def exit_status(self) -> int:
        """0 if it is right, else 1."""
        return 0 if self.right else 1

    def __str__(self) -> str:
        return "\n".join(self.sentences)


def check_answer(exercise: Exercise, text: str, language: str = "en") -> Outcome:
    """Hold an answer against an exercise.

    Errors: ``InputError``, ``LimitError`` or those of the language for text that is no answer.

    >>> from symattn.exercises.catalogue import identified
    >>> fusion = identified("fusion-1-1")
    >>> check_answer(fusion, str(fusion.task.answer)).verdict
    'right exact'
    """
    task = exercise.task
    exact = rows_of(task.answer)

    def outcome(verdict: str, *more: str, mistakes: tuple[str, ...] = ()) -> Outcome:
        first = SENTENCES.said(language, verdict, name=exercise.name)
        return Outcome(exercise.name, verdict, (first, *more), mistakes)

    if is_not_finite(text):
        told = SENTENCES.said(language, "mistake made", mistake=SENTENCES.said(language, "slip not finite"))
        return outcome(WRONG, told, mistakes=("slip not finite",))
    answer = read_answer(text, one_number=len(exact) == len(exact[0]) == 1)
    if agrees(answer, exact):
        entries = [entry for row in answer for entry in row]
        exactly = all(entry.is_exactly(each) for entry, each in _paired(answer, exact))
        if exactly:
            decided = all(entry.is_decided(each) for entry, each in _paired(answer, exact))
            return outcome(RIGHT_EXACT if decided else RIGHT_DIGITS)
        enough = all(entry.places is None or entry.places >= PLACES for entry in entries)
        return outcome(RIGHT_DECIMALS if enough else TOO_FEW)
    found = list(islice(_mistakes(task, answer, exact), NAMED))
    if found:
        each, *rest = [SENTENCES.said(language, sentence, **words) for sentence, words in found]
        first = SENTENCES.said(language, "mistake made", mistake=each)
        others = [SENTENCES.said(language, "mistake also", mistake=other) for other in rest]
        return outcome(WRONG, first, *others, mistakes=tuple(sentence for sentence, _ in found))
    return outcome(WRONG, *_places(exercise, answer, exact, language))


def is_not_finite(text: str) -> bool:
    """Whether an answer has nan or infinity for an entry, as floating point gives for scores that are too large.

    >>> is_not_finite("nan nan; 0 inf"), is_not_finite("0.5")
    (True, False)
    """
    return any(NOT_FINITE.fullmatch(piece) for piece in re.split(r"[\s,;\[\]]+", text))


def rows_of(value: Known) -> tuple[tuple[Element, ...], ...]:
    """The rows of a matrix of exact numbers, or a number as one row."""
    if isinstance(value, Element):
        return ((value,),)
    assert isinstance(value, ExactMatrix)
    return tuple(tuple(row) for row in value.rows)


def _paired(answer: Answer, exact: tuple[tuple[Element, ...], ...]) -> Iterator[tuple[Entry, Element]]:
    for mine, its in zip(answer, exact, strict=True):
        yield from zip(mine, its, strict=True)


def _same_shape(answer: Answer, exact: tuple[tuple[Element, ...], ...]) -> bool:
    return len(answer) == len(exact) and len(answer[0]) == len(exact[0])


def agrees(answer: Answer, exact: tuple[tuple[Element, ...], ...]) -> bool:
    """Whether every entry stands for the number at its place, exactly or rounded to the places given."""
    return _same_shape(answer, exact) and all(entry.agrees(number) for entry, number in _paired(answer, exact))


def _mistakes(
    task: Task, answer: Answer, exact: tuple[tuple[Element, ...], ...]
) -> Iterator[tuple[str, dict[str, str]]]:
    """The usual mistakes that give what was answered, and the words of their sentences; no sentence twice."""
    telling = tuple(tuple(_as_exact(entry) for entry in row) for row in answer)
    same_shape = _same_shape(answer, exact)
    if agrees(telling, tuple(zip(*exact, strict=True))):
        yield "slip transposed", {}
    if same_shape and all(_is_cut_off(entry, each) for entry, each in _paired(answer, exact)):
        yield "slip cut off", {}
        return
    named: set[str] = set()
    for mistaken in mistaken_values(task):
        if mistaken.sentence not in named and agrees(telling, rows_of(mistaken.value)):
            named.add(mistaken.sentence)
            yield mistaken.sentence, mistaken.words
    if named or not same_shape:
        return
    if _is_reordered(telling, exact):
        yield "slip reversed", {}
    elif all(_is_near(entry, each) for entry, each in _paired(answer, exact)):
        yield "slip near", {}


def _as_exact(entry: Entry) -> Entry:
    """A decimal of few places, which is taken at its word where it is to show a mistake."""
    return Entry(entry.value) if entry.places is not None and entry.places < TELLING_PLACES else entry


def _is_cut_off(entry: Entry, exact: Element) -> bool:
    """Whether decimals were dropped, or none were left out."""
    if entry.places is None:
        return entry.is_exactly(exact)
    cut = rounded_to(exact, entry.places, ROUND_DOWN)
    return entry.value == Fraction(cut) or entry.is_rounded(exact)


def _is_near(entry: Entry, exact: Element) -> bool:
    """Whether decimals are off by at most two units of their last place, and there are enough to say so."""
    if entry.places is None or entry.places < TELLING_PLACES:
        return entry.agrees(exact)
    return abs(exact - entry.value) <= Fraction(5, 2) / Fraction(10) ** entry.places


def _is_reordered(answer: Answer, exact: tuple[tuple[Element, ...], ...]) -> bool:
    """Whether the entries are those of the answer at other places."""
    left = [number for row in exact for number in row]
    for row in answer:
        for entry in row:
            place = next((k for k, number in enumerate(left) if entry.agrees(number)), None)
            if place is None:
                return False
            del left[place]
    return True


def _places(exercise: Exercise, answer: Answer, exact: tuple[tuple[Element, ...], ...], language: str) -> Iterator[str]:
    """What is to be said of an answer that no usual mistake explains: its shape, or which entries are not right."""
    if not _same_shape(answer, exact):
        yield SENTENCES.said(
            language,
            "wrong shape",
            asked=exercise.task.asked,
            name=exercise.name,
            shape=show((len(exact), len(exact[0]))),
            found=show((len(answer), len(answer[0]))),
        )
    elif len(exact) * len(exact[0]) > 1:
        wrong = [
            SENTENCES.said(language, "entry", row=str(i), column=str(j))
            for i, (mine, its) in enumerate(zip(answer, exact, strict=True), 1)
            for j, (entry, number) in enumerate(zip(mine, its, strict=True), 1)
            if not entry.agrees(number)
        ]
        yield SENTENCES.said(language, "wrong entries", entries="; ".join(wrong))
