"""Prose in both languages of the book; formulas in it are written in the language of equations, in backquotes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from symattn.deriving.claim import Setting
from symattn.deriving.formulas import condition, formula
from symattn.errors import LanguageError, MissingRowError, SymattnError
from symattn.language import parse_equations
from symattn.publishing.document import Paragraph, Words
from symattn.publishing.languages import LANGUAGES as LANGUAGES
from symattn.publishing.languages import language as checked

FREE_INDEX = re.compile(r"\[([a-z])\]")


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
        parts: list[Any] = []
        for place, text in enumerate(self.of(language).split("`")):
            if place % 2 == 0:
                parts += [text] if text else []
                continue
            parts.append(_shown(setting, text))
        return Paragraph(*parts)


def _shown(setting: Setting, text: str) -> Any:
    """A relation or a formula; indices of families may stand free in it, as in ``Q[h] @ K[h].T``."""
    shown = condition(setting, text)
    shown = formula(setting, text) if isinstance(shown, str) else shown
    if not isinstance(shown, Words):
        return shown
    indices = ", ".join(dict.fromkeys(FREE_INDEX.findall(text)))
    try:
        (equation,) = parse_equations(f"each[{indices}] = {text}", setting.symbols)
    except SymattnError:
        raise LanguageError(f"the formula {text!r} in the prose is not in the language of equations.") from None
    return equation.value
