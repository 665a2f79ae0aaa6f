"""The library of mechanisms: one file each, found by its name, so that a new file is a new mechanism."""

from __future__ import annotations

import importlib
import pkgutil

from symattn.defining import Mechanism
from symattn.errors import UnknownNameError
from symattn.language.names import suggestion


def names() -> tuple[str, ...]:
    """The names of all mechanisms, as the command line takes them.

    >>> "scaled-dot" in names()
    True
    """
    return tuple(sorted(module.name.replace("_", "-") for module in pkgutil.iter_modules(__path__)))


def named(name: str) -> Mechanism:
    """The mechanism of that name; ``-`` and ``_`` are the same.

    >>> named("scaled-dot").output
    'O'

    Errors: ``UnknownNameError`` for a name that no file has.
    """
    wanted = str(name).replace("_", "-")
    if wanted not in names():
        message = f"there is no mechanism {name!r}.{suggestion(wanted, names())} There are: {', '.join(names())}."
        raise UnknownNameError(message)
    module = importlib.import_module(f"{__name__}.{wanted.replace('-', '_')}")
    return next(value for value in vars(module).values() if isinstance(value, Mechanism))
