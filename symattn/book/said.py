"""Prose in both languages of the book; formulas in it are written in the language of equations, in backquotes."""

from __future__ import annotations

from dataclasses import dataclass

from symattn.deriving.claim import Setting
from symattn.deriving.saying import with_formulas
from symattn.errors import InputError
from symattn.publishing.document import Paragraph

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
        return Paragraph(*with_formulas(setting, self.of(language)))
