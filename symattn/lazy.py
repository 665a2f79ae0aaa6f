"""Names of a package that are loaded from their modules when first used: whoever parses need not wait for printers."""

from __future__ import annotations

import sys

TYPE_CHECKING = False  # nothing is loaded here but what a name needs when it is used, as symattn/__init__.py says
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any


def loader(package: str, homes: Mapping[str, Iterable[str]]) -> Callable[[str], Any]:
    """The ``__getattr__`` of a package; ``homes`` gives for each of its modules the names that live there.

    Errors: ``AttributeError`` for a name without a home.
    """
    home_of = {name: module for module, names in homes.items() for name in names}

    def load(name: str) -> Any:
        import importlib

        if name not in home_of:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value = getattr(importlib.import_module(f"{package}.{home_of[name]}"), name)
        setattr(sys.modules[package], name, value)
        return value

    return load
