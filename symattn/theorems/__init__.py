"""The theorems: one file each, checked when it is loaded, found by its name: a new file is a new theorem."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import TYPE_CHECKING

from symattn.errors import UnknownNameError
from symattn.language.names import suggestion

if TYPE_CHECKING:
    from symattn.deriving import Theorem


@cache
def names() -> tuple[str, ...]:
    """The names of all theorems.

    >>> "shift-invariance" in names()
    True
    """
    return tuple(sorted(module.name.replace("_", "-") for module in pkgutil.iter_modules(__path__)))


def named(name: str) -> Theorem:
    """The theorem of that name, every step of it checked as it is loaded; ``-`` and ``_`` are the same.

    >>> named("shift-invariance").evidence
    'proved'

    Errors: ``UnknownNameError`` for a name that no file has.
    """
    wanted = str(name).replace("_", "-")
    if wanted not in names():
        hint = suggestion(wanted, names())
        raise UnknownNameError(f"there is no theorem {name!r}.{hint} There are: {', '.join(names())}.")
    found: Theorem = importlib.import_module(f"{__name__}.{wanted.replace('-', '_')}").theorem
    return found
