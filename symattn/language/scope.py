"""The names that a formula may use, the indices bound around it, and how many operations have been read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from sympy import Expr, MatrixSymbol, Symbol

from symattn import limits
from symattn.errors import LanguageError, LimitError
from symattn.nodes import Node, Value, full_shape


@dataclass
class Scope:
    """Values by name; ``lengths`` holds the range of each bound index, once something has been selected with it."""

    values: dict[str, Value]
    lengths: dict[Symbol, Expr | None] = field(default_factory=dict)
    operations: int = 0
    functions: Mapping[str, type[Node]] = field(default_factory=dict)
    """Functions of this formula alone, beside those of the language."""
    computed_positions: bool = False
    """Whether subscripts may be computed from indices, as they may inside ``matrix(…)``."""

    @contextmanager
    def computing_positions(self) -> Iterator[None]:
        """Inside: subscripts may be computed."""
        before, self.computed_positions = self.computed_positions, True
        try:
            yield
        finally:
            self.computed_positions = before

    def count(self) -> None:
        """One more operation; ``LimitError`` above the bound."""
        self.operations += 1
        if self.operations > limits.NODE_COUNT:
            raise LimitError(f"the equations hold more than {limits.NODE_COUNT} operations.")

    def listing(self) -> str:
        """The first names, as a message shows them."""
        names = list(self.values)
        return ", ".join(names[:20]) + (", …" if len(names) > 20 else "")


def scope_of(inputs: Mapping[str, Value]) -> Scope:
    """The scope that declared inputs open: their names, and the names of their sizes."""
    values: dict[str, Value] = dict(inputs)
    for name, value in inputs.items():
        for length in full_shape(value):
            for symbol in length.free_symbols:
                if symbol.name in inputs:
                    raise LanguageError(f"{symbol.name} is both an input and a size of {name}; rename one of them.")
                values[symbol.name] = symbol
    return Scope(values)


def unused_inputs(inputs: Iterable[str], values: Iterable[Value]) -> list[str]:
    """The inputs that no equation mentions.

    >>> unused_inputs(["A", "B"], [MatrixSymbol("A", 2, 2)])
    ['B']
    """
    mentioned = {symbol.name for value in values for symbol in value.atoms(MatrixSymbol, Symbol)}
    return [name for name in inputs if name not in mentioned]
