"""The book: one chapter a file, prose in English and Chinese around derivations that are checked as they are loaded."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import TYPE_CHECKING

from symattn.errors import UnknownNameError
from symattn.language.names import suggestion

if TYPE_CHECKING:
    from symattn.book.chapter import Chapter

PARTS = frozenset({"chapter", "chinese", "edition", "programs", "said"})
"""Modules that are no chapters."""


@cache
def names() -> tuple[str, ...]:
    """The names of all chapters, in alphabetical order; nothing is loaded.

    >>> "softmax-jacobian" in names()
    True
    """
    modules = (module.name for module in pkgutil.iter_modules(__path__) if module.name not in PARTS)
    return tuple(sorted(name.replace("_", "-") for name in modules))


def named(name: str) -> Chapter:
    """The chapter of that name.

    Errors: ``UnknownNameError`` for a name that no file has.
    """
    wanted = str(name).replace("_", "-")
    if wanted not in names():
        hint = suggestion(wanted, names())
        raise UnknownNameError(f"the book has no chapter {name!r}.{hint} There are: {', '.join(names())}.")
    found: Chapter = importlib.import_module(f"{__name__}.{wanted.replace('-', '_')}").chapter
    return found


@cache
def in_order() -> tuple[str, ...]:
    """The names of the chapters in the order in which they are read, which is that of their theorems' labels."""
    from symattn import theorems

    rank = {theorem: place for place, theorem in enumerate(theorems.headings())}
    return tuple(sorted(names(), key=lambda name: rank[named(name).theorem]))
