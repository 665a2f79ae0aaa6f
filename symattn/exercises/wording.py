"""Wording: the sentences of exercises in each language, and the parts of one with what stands in its places."""

from __future__ import annotations

from collections.abc import Mapping
from string import Formatter
from typing import Any

from symattn.errors import UnknownNameError
from symattn.exercises.chinese import CHINESE
from symattn.exercises.english import ENGLISH
from symattn.publishing.languages import words_in

LANGUAGES: dict[str, Mapping[str, str]] = {"en": ENGLISH, "zh": CHINESE}
"""One row a language; every language has the same sentences with the same places."""


def sentences(language: str) -> Mapping[str, str]:
    """The sentences of a language.

    Errors: ``InputError`` for a language that there is not, ``MissingRowError`` for one without sentences.
    """
    return words_in(language, LANGUAGES, "exercises/wording.py")


def parts(language: str, name: str, words: Mapping[str, Any]) -> tuple[Any, ...]:
    """A sentence in parts, the things to print in their places.

    >>> parts("en", "answer", {})
    ('Answer:',)

    Errors: ``UnknownNameError`` for a sentence or a place that has nothing.
    """
    table = sentences(language)
    if name not in table:
        raise UnknownNameError(f"the sentence {name!r} is missing in the table of the language {language}.")
    found: list[Any] = []
    for text, place, _, _ in Formatter().parse(table[name]):
        if text:
            found.append(text)
        if place is not None:
            if place not in words:
                raise UnknownNameError(f"the sentence {name!r} has a place {place!r}, for which nothing is given.")
            found.append(words[place])
    return tuple(found)


def said(language: str, sentence: str, /, **words: str) -> str:
    """A sentence that is words alone.

    >>> said("en", "exercise", number="2", name="softmax-7-2")
    '2. softmax-7-2'
    """
    return "".join(map(str, parts(language, sentence, words)))
