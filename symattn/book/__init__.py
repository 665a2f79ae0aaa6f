"""The book: one chapter a file, prose in English and Chinese around derivations that are checked as they are loaded."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import TYPE_CHECKING

from symattn.errors import UnknownNameError
from symattn.language.names import suggestion

if TYPE_CHECKING:
    from symattn.book.written import Written

PARTS = frozenset(
    {
        "article_chapter",
        "chapter",
        "chinese",
        "edition",
        "ending",
        "engine",
        "misconceptions",
        "programs",
        "said",
        "written",
    }
)
"""Modules that are no chapters."""


@cache
def names() -> tuple[str, ...]:
    """The names of all chapters, in alphabetical order; nothing is loaded.

    >>> "softmax-jacobian" in names()
    True
    """
    modules = (module.name for module in pkgutil.iter_modules(__path__) if module.name not in PARTS)
    return tuple(sorted(name.replace("_", "-") for name in modules))


def named(name: str) -> Written:
    """The chapter of that name.

    Errors: ``UnknownNameError`` for a name that no file has.
    """
    wanted = str(name).replace("_", "-")
    if wanted not in names():
        hint = suggestion(wanted, names())
        raise UnknownNameError(f"the book has no chapter {name!r}.{hint} There are: {', '.join(names())}.")
    found: Written = importlib.import_module(f"{__name__}.{wanted.replace('-', '_')}").chapter
    return found


@cache
def in_order() -> tuple[str, ...]:
    """The names of the chapters in the order in which they are read: the article's path, then by theorems' labels."""
    from symattn import theorems
    from symattn.book.article_chapter import ArticleChapter
    from symattn.book.chapter import Chapter

    rank = {theorem: place for place, theorem in enumerate(theorems.headings())}

    def place(name: str) -> tuple[int, int]:
        found = named(name)
        if isinstance(found, ArticleChapter):
            return 0, found.place
        assert isinstance(found, Chapter)
        return 1, rank[found.theorem]

    return tuple(sorted(names(), key=place))
