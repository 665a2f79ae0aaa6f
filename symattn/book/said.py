"""Prose in both languages of the book; formulas in it are written in the language of equations, in backquotes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from symattn.deriving.claim import Setting
from symattn.deriving.formulas import condition, formula
from symattn.errors import InputError, LanguageError
from symattn.publishing.document import Paragraph, Words

LANGUAGES = ("en", "zh")


@dataclass(frozen=True)
class Said:
    """The same in English and in Chinese.

    >>> Said("weights", "权重").of("zh")
    '权重'
    """

    en: str
    zh: str

    def of(self, language: str) -> str:
        """The text in a language.

        Errors: ``InputError`` for a language that the book does not have.
        """
        if language not in LANGUAGES:
            raise InputError(f"the book has no language {language!r}; there are: {', '.join(LANGUAGES)}.")
        return self.en if language == "en" else self.zh

    def paragraph(self, language: str, setting: Setting) -> Paragraph:
        """The text as a paragraph, with its formulas as mathematics over the names of a setting.

        Errors: ``LanguageError`` for a formula that is not in the language of equations.
        """
        parts: list[Any] = []
        for place, text in enumerate(self.of(language).split("`")):
            if place % 2 == 0:
                parts += [text] if text else []
                continue
            shown = condition(setting, text)
            shown = formula(setting, text) if isinstance(shown, str) else shown
            if isinstance(shown, Words):
                raise LanguageError(f"the formula {text!r} in the prose is not in the language of equations.")
            parts.append(shown)
        return Paragraph(*parts)
