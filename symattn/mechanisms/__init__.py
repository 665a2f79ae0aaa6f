"""The library of mechanisms: one file each, in a folder a group, found by its name: a new file is a new mechanism."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from symattn.defining import Mechanism
from symattn.errors import UnknownNameError
from symattn.language.names import suggestion

GROUPS = ("scores", "normalisers", "allowed_sets", "positions", "heads", "images")
"""The folders, in the order in which a reader meets them."""


@cache
def groups() -> dict[str, tuple[str, ...]]:
    """The names of the mechanisms of each group.

    >>> "scaled-dot" in groups()["scores"]
    True
    """
    found = {}
    for group in GROUPS:
        folders = importlib.import_module(f"{__name__}.{group}").__path__
        found[group] = tuple(sorted(module.name.replace("_", "-") for module in pkgutil.iter_modules(folders)))
    return found


def names() -> tuple[str, ...]:
    """The names of all mechanisms, as the command line takes them.

    >>> "scaled-dot" in names()
    True
    """
    return tuple(sorted(name for members in groups().values() for name in members))


def named(name: str) -> Mechanism:
    """The mechanism of that name; ``-`` and ``_`` are the same.

    >>> named("scaled-dot").output
    'O'

    Errors: ``UnknownNameError`` for a name that no file has.
    """
    wanted = str(name).replace("_", "-")
    group = next((group for group, members in groups().items() if wanted in members), None)
    if group is None:
        hint, count = suggestion(wanted, names()), len(names())
        raise UnknownNameError(f"there is no mechanism {name!r}.{hint} symattn list shows the {count} that there are.")
    module = importlib.import_module(f"{__name__}.{group}.{wanted.replace('-', '_')}")
    return next(value for value in vars(module).values() if isinstance(value, Mechanism))


def summary(group: str) -> str:
    """What a group is about, in a sentence: the docstring of its folder.

    >>> summary("scores")
    'Score functions: how much a query has to do with a key.'
    """
    return importlib.import_module(f"{__name__}.{group}").__doc__ or ""
