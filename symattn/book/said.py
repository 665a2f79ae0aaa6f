"""Prose in both languages of the book; formulas in it are written in the language of equations, in backquotes."""

from __future__ import annotations

from dataclasses import dataclass

from symattn.deriving.claim import Setting
from symattn.deriving.saying import with_formulas
from symattn.errors import MissingRowError
from symattn.publishing.document import Paragraph
from symattn.publishing.languages import LANGUAGES as LANGUAGES
from symattn.publishing.languages import language as checked


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

        Errors: ``InputError`` for a language that there is not, ``MissingRowError`` for one that the book lacks.
        """
        code = checked(language).code
        if code not in vars(self):
            raise MissingRowError(f"the book has no words in {code}; add a field to book/said.py.")
        return str(vars(self)[code])

    def paragraph(self, language: str, setting: Setting) -> Paragraph:
        """The text as a paragraph, with its formulas as mathematics over the names of a setting.

        Errors: ``LanguageError`` for a formula that is not in the language of equations.
        """
        return Paragraph(*with_formulas(setting, self.of(language)))
