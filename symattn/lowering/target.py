"""What a target is: a table with a row for every node, and the few lines of text around the statements."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sympy import Basic

from symattn.errors import MissingRowError
from symattn.lowering.pieces import Piece
from symattn.nodes import ElementwiseFunction

Row = Callable[..., Piece]
"""``(writer, node, place) -> piece``. ``place`` is the stem of a name for statements in memory of their own, or ``""``
where the value has to be one expression."""

ScalarRow = Callable[..., Piece]
"""``(writer, expression) -> piece``: a plain number, or an array whose last two axes have length 1."""


@dataclass(frozen=True)
class Words:
    """How a target's library says what rows of both tables need; places in braces are filled in.

    ``library`` is its name in the code; ``ones`` takes a shape and a dtype; ``whole_numbers`` and ``real_numbers``
    write ``0 .. length - 1`` for a length and a device, exactly and in double precision, ``numbers`` for a length and
    a dtype; ``real`` is that precision; ``cast`` takes a value and a dtype, ``whole`` a value to round, ``constant``
    one truth value, a shape and a device.
    """

    library: str
    ones: str
    where: str
    whole_numbers: str
    real_numbers: str
    numbers: str
    real: str
    cast: str
    whole: str
    constant: str


@dataclass(frozen=True)
class Target:
    """The tables of one target.

    ``imports`` are lines of the module, ``helpers`` the texts of its functions by name, kept if they are called.
    ``functions`` name what is called for a function of every entry, ``rows`` and ``scalars`` write any other value,
    ``truth`` an allowed set as truth values, ``postponed`` a softmax whose division waits.
    ``inputs`` writes how matrices and numbers become arrays,
    ``half_precision`` what is done if all are float16, ``result_of_number`` how a plain number becomes a result.
    ``may_be_kept``: what an operation has read may be kept for gradients, so that it must not be written over later.
    ``accepts`` and ``accepts_number`` say in the docstring what the function takes; ``extra`` is the extra that
    brings the target's library; ``strategies`` are the ways in which it can compute attention, ``over_tiles`` writes a
    pass over tiles.
    """

    name: str
    words: Words
    imports: tuple[str, ...]
    helpers: Mapping[str, str]
    functions: Mapping[type[ElementwiseFunction], str]
    rows: Mapping[type[Basic], Row]
    scalars: Mapping[type[Basic], ScalarRow]
    truth: Callable[..., Piece]
    inputs: Callable[[Any, list[str], list[str]], list[str]]
    result_of_number: str
    accepts: str
    accepts_number: str
    postponed: Row | None = None
    half_precision: Callable[[Any, str, list[str], type], list[str]] | None = None
    may_be_kept: bool = False
    extra: str | None = None
    strategies: tuple[str, ...] = ("direct",)
    over_tiles: Callable[..., None] | None = None

    def row(self, value: Basic, inside: type | None) -> Row:
        """The row for a matrix of exactly this kind, or the error that says which table lacks it."""
        if type(value) in self.rows:
            return self.rows[type(value)]
        raise self._missing(value, inside)

    def scalar_row(self, value: Basic, inside: type | None) -> ScalarRow:
        """The row for a scalar of this kind or a more general one, or the error that says which table lacks it."""
        for kind in type(value).__mro__:
            if kind in self.scalars:
                return self.scalars[kind]
        raise self._missing(value, inside)

    def _missing(self, value: Basic, inside: type | None) -> MissingRowError:
        where = f", inside {inside.__name__}" if inside else ""
        return MissingRowError(
            f"{self.name} cannot lower {type(value).__name__}{where}; add a row to lowering/{self.name}.py"
        )


def quoted(name: str) -> str:
    """A name as a text in code."""
    return f'"{name}"'
