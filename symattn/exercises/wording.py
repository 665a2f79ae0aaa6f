"""Wording: the sentences of exercises in each language."""

from __future__ import annotations

from collections.abc import Mapping

from symattn.exercises.chinese import CHINESE
from symattn.exercises.english import ENGLISH
from symattn.publishing.sentences import Sentences

LANGUAGES: dict[str, Mapping[str, str]] = {"en": ENGLISH, "zh": CHINESE}
"""One row a language; every language has the same sentences with the same places."""

SENTENCES = Sentences("exercises/wording.py", LANGUAGES)
