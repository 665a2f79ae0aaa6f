"""Where each size is found: an axis of an input, perhaps one of which it is a part, as ``r`` is of ``2*r + 1``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from sympy import Expr, Symbol, expand

from symattn.nodes import Value, full_shape
from symattn.shapes import Shape


@dataclass
class Places:
    """The axes of some inputs that tell the sizes. An axis is counted from the end: -1 are the columns.

    >>> from sympy import MatrixSymbol
    >>> from symattn.shapes import size
    >>> n, r = size("n"), size("r")
    >>> found = Places((MatrixSymbol("A", n, 2 * r + 1),))
    >>> found.places[r], found.part_of[r]
    (('A', -1), (2, 1))
    """

    input_symbols: Iterable[Value]
    places: dict[Expr, tuple[str, int]] = field(default_factory=dict)
    part_of: dict[Expr, tuple[Expr, Expr]] = field(default_factory=dict)
    """What a size is multiplied by in the length of its axis, and what is added to that."""

    def __post_init__(self) -> None:
        axes = list(self.axes())
        for name, axis, length in axes:
            if isinstance(length, Symbol):
                self.places.setdefault(length, (name, axis))
        searching = True
        while searching:
            searching = False
            for name, axis, length in axes:
                unknown = [symbol for symbol in length.free_symbols if symbol not in self.places]
                if len(unknown) == 1 and (factor := expand(length).coeff(unknown[0], 1)) != 0:
                    rest = expand(length - factor * unknown[0])
                    if not rest.has(unknown[0]):
                        self.places[unknown[0]] = (name, axis)
                        self.part_of[unknown[0]] = (factor, rest)
                        searching = True

    def axes(self) -> Iterator[tuple[str, int, Expr]]:
        """Every axis of every matrix or family among the inputs: its name, its place from the end, its length."""
        for symbol in self.input_symbols:
            for axis, length in from_the_end(full_shape(symbol)):
                yield symbol.name, axis, length

    def is_known(self, length: Expr) -> bool:
        """Whether a length can be computed from the shapes of the inputs."""
        return all(symbol in self.places for symbol in length.free_symbols)

    def first_place(self, length: Expr) -> tuple[str, int]:
        """The first axis that has this length."""
        return next((name, axis) for name, axis, other in self.axes() if other == length)


def from_the_end(shape: Shape) -> list[tuple[int, Expr]]:
    """Each length of a shape with its axis, counted from the end so that batches may stand before."""
    return [(position - len(shape), length) for position, length in enumerate(shape)]
