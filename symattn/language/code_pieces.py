"""Pieces of the language's own text, and the walk that makes them from a value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import IntEnum
from typing import Any, NamedTuple

from sympy import Basic, sstr
from sympy.core.function import Application

from symattn.errors import MissingRowError
from symattn.nodes import is_matrix


class Level(IntEnum):
    """How tightly a piece binds; an operand that binds less than its place asks for stands in brackets."""

    CASES = 0
    SUM = 1
    PRODUCT = 2
    FACTOR = 3
    POWER = 4
    ATOM = 5


class Piece(NamedTuple):
    """Written text, and how tightly it binds."""

    text: str
    level: Level = Level.ATOM


Row = Callable[["Printer", Any], Piece]


def call(word: str, *arguments: str) -> Piece:
    """A word of the language with its arguments."""
    return Piece(f"{word}({', '.join(arguments)})")


class Printer:
    """The walk from a value to its row; ``name`` gives the name of a symbol, or an error.

    A value without a row is an error, unless ``lenient``: it is then written as SymPy would write it.
    """

    def __init__(self, rows: Mapping[type, Row], name: Callable[[Any], str], lenient: bool = False) -> None:
        self._rows = rows
        self.name = name
        self.lenient = lenient
        self._inside: list[str] = []
        self._known: dict[Any, Piece] = {}

    def piece(self, value: Any) -> Piece:
        """The piece of a value; a part that occurs again is not written again."""
        if not isinstance(value, Basic):
            raise self.missing(value)
        if value not in self._known:
            self._known[value] = self._fresh(value)
        return self._known[value]

    def _fresh(self, value: Basic) -> Piece:
        self._inside.append(type(value).__name__)
        try:
            row = next((self._rows[kind] for kind in type(value).__mro__ if kind in self._rows), None)
            if row is None:
                raise self.missing(value)
            return row(self, value)
        except MissingRowError:
            if not self.lenient:
                raise
            return self._as_sympy(value)
        finally:
            self._inside.pop()

    def _as_sympy(self, value: Basic) -> Piece:
        if is_matrix(value):
            return call(type(value).__name__, *(self.piece(part).text for part in value.args))
        return Piece(sstr(value), Level.ATOM if isinstance(value, Application) or not value.args else Level.SUM)

    def missing(self, value: Any) -> MissingRowError:
        """The error for a value that no row is for."""
        own = type(value).__name__
        around = self._inside[:-1] if self._inside[-1:] == [own] else self._inside
        inside = f", inside {around[-1]}" if around else ""
        return MissingRowError(f"the language cannot print {own}{inside}; add a row to language/to_code.py")

    def at_least(self, value: Any, level: Level) -> str:
        """The text of a value, in brackets if it binds less than that."""
        piece = self.piece(value)
        return piece.text if piece.level >= level else f"({piece.text})"
