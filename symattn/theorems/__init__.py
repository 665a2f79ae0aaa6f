"""The theorems: one file each, checked when it is loaded, found by its name: a new file is a new theorem."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from symattn.errors import UnknownNameError
from symattn.language.names import suggestion

if TYPE_CHECKING:
    from symattn.deriving import Theorem


LABEL = re.compile(r"[A-Z]\d+")


@cache
def names() -> tuple[str, ...]:
    """The names of all theorems.

    >>> "shift-invariance" in names()
    True
    """
    return tuple(sorted(module.name.replace("_", "-") for module in pkgutil.iter_modules(__path__)))


def named(name: str) -> Theorem:
    """The theorem of that name or label, every step of it checked as it is loaded; ``-`` and ``_`` are the same.

    >>> named("shift-invariance").evidence, named("D6").title
    ('proved', 'Shift invariance and the stable form')

    Errors: ``UnknownNameError`` for a name that no file has.
    """
    asked = str(name).strip()
    wanted = _of_label(asked.upper()) or asked.replace("_", "-")
    if wanted not in names():
        labels = [label for own, _ in headings().values() for label in labels_in(own)]
        hint = suggestion(wanted.upper(), labels) if LABEL.fullmatch(asked.upper()) else suggestion(wanted, names())
        known = ", ".join(f"{' and '.join(labels_in(own))} {key}" for key, (own, _) in headings().items())
        raise UnknownNameError(f"there is no theorem {name!r}.{hint} There are: {known}.")
    found: Theorem = importlib.import_module(f"{__name__}.{_module(wanted)}").theorem
    return found


@cache
def headings() -> dict[str, tuple[str, str]]:
    """The label and the title of each theorem by its name, in the order of the labels; nothing is loaded or checked.

    >>> headings()["shift-invariance"]
    ('D6', 'Shift invariance and the stable form')
    """
    found = {name: _heading(files(__name__).joinpath(f"{_module(name)}.py").read_text("utf-8")) for name in names()}
    return dict(sorted(found.items(), key=lambda pair: _rank(pair[1][0])))


def labels_in(text: str) -> list[str]:
    """The labels of a theorem, of which some have two.

    >>> labels_in("D12, D13")
    ['D12', 'D13']
    """
    return text.split(", ")


def _of_label(label: str) -> str | None:
    return next((name for name, (own, _) in headings().items() if label in (own, *labels_in(own))), None)


def _module(name: str) -> str:
    return name.replace("-", "_")


def _heading(source: str) -> tuple[str, str]:
    """The first two arguments of the one call of ``Theorem`` in a module."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Theorem":
            label, title = (ast.literal_eval(argument) for argument in node.args[:2])
            return label, title
    raise AssertionError("a module of theorems calls Theorem once.")


def _rank(label: str) -> tuple[str, int]:
    first = labels_in(label)[0]
    return first[0], int(first[1:])
