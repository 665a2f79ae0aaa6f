"""The languages of a document's words: how a page names one, what LaTeX needs for its letters, its few fixed words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TypeVar

from symattn.errors import InputError, MissingRowError
from symattn.language.names import suggestion

Words = TypeVar("Words")


@dataclass(frozen=True)
class Language:
    """One language.

    ``code`` is that of ``Document.language``, ``tag`` the one of BCP 47 for a page, ``name`` the English for it.
    ``letters`` are ranges of characters that its fonts have in LaTeX besides those of every document. ``package`` is
    the LaTeX package that brings these fonts, with its ``options``, ``engines`` are the programs it is for. The rest
    are words that a printer itself says.
    """

    code: str
    tag: str
    name: str
    contents: str
    references: str
    computing: str
    source: str
    continued: str
    engines: tuple[str, ...] = ("pdflatex", "lualatex", "xelatex")
    package: str = ""
    options: str = ""
    letters: tuple[tuple[int, int], ...] = ()

    def has(self, character: str) -> bool:
        """Whether the fonts of the language have a character that other documents lack.

        >>> LANGUAGES["zh"].has("中"), LANGUAGES["en"].has("中")
        (True, False)
        """
        return any(first <= ord(character) <= last for first, last in self.letters)


LANGUAGES: dict[str, Language] = {
    "en": Language(
        code="en",
        tag="en",
        name="English",
        contents="Contents",
        references="References",
        computing="Computing it",
        source="Source: {source}",
        continued="(continued)",
    ),
    "zh": Language(
        code="zh",
        tag="zh-Hans",
        name="Chinese",
        contents="目录",
        references="参考文献",
        computing="动手计算",
        source="出处：{source}",
        continued="（续）",
        engines=("lualatex", "xelatex"),
        package="ctex",
        options="fontset=fandol",
        # Quotation marks and dashes as wide as a character, signs, characters, wide letters.
        letters=(
            (0x2014, 0x2014),
            (0x2018, 0x201D),
            (0x2026, 0x2026),
            (0x3000, 0x303F),
            (0x4E00, 0x9FFF),
            (0xFF01, 0xFF5E),
        ),
    ),
}
"""One row a language."""

CURRENT: ContextVar[Language] = ContextVar("CURRENT", default=LANGUAGES["en"])
"""The language of the document that is being printed."""


def language(code: str) -> Language:
    """The language of a code.

    >>> language("zh").tag
    'zh-Hans'

    Errors: ``InputError`` for a language that is not in the table.
    """
    if not isinstance(code, str) or code not in LANGUAGES:
        hint = _hint(str(code))
        raise InputError(f"there is no language {code!a}.{hint} There are: {', '.join(LANGUAGES)}.")
    return LANGUAGES[code]


def words_in(code: str, table: Mapping[str, Words], home: str) -> Words:
    """The row of a language in a table of words, which stands in the module ``home``.

    >>> words_in("zh", {"en": "row", "zh": "行"}, "page/wording.py")
    '行'

    Errors: ``InputError`` for a language that there is not, ``MissingRowError`` for one that the table lacks.
    """
    found = language(code).code
    if found not in table:
        raise MissingRowError(f"there are no words in {found} here; add a row to {home}.")
    return table[found]


def _hint(asked: str) -> str:
    """A language that may be meant: by a longer code such as ``zh_CN``, or by its name."""
    for code, row in LANGUAGES.items():
        if asked.lower().startswith((code, row.name.lower())):
            return f" Did you mean {code}?"
    return suggestion(asked, LANGUAGES)


@contextmanager
def written_in(code: str) -> Iterator[Language]:
    """Print what follows as words of a language.

    Errors: ``InputError`` for a language that is not in the table.
    """
    found = language(code)
    before = CURRENT.set(found)
    try:
        yield found
    finally:
        CURRENT.reset(before)
