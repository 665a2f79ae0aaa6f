"""A piece of generated code: its text, how tightly its operator binds, and whose memory its value is in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum

from symattn.lowering.program import Facts


class Binding(IntEnum):
    """How tightly the outermost operator of a text binds, in the order of Python's grammar."""

    CONDITION = 0
    SUM = 1
    PRODUCT = 2
    NEGATION = 3
    POWER = 4
    ATOM = 5


@dataclass(frozen=True)
class Piece:
    """A text that computes one value.

    ``makes_memory``: the value is new memory that nothing else has. ``dying``: the text is a variable that nothing
    reads after this. ``divisor``: what the value must still be divided by.
    """

    text: str
    facts: Facts
    binding: Binding = Binding.ATOM
    makes_memory: bool = False
    dying: bool = False
    divisor: Piece | None = None

    def within(self, binding: Binding) -> str:
        """The text, in brackets unless it binds at least so tightly.

        >>> Piece("a + b", Facts(), Binding.SUM).within(Binding.PRODUCT)
        '(a + b)'
        """
        return self.text if self.binding >= binding else f"({self.text})"

    def without_divisor(self) -> Piece:
        return replace(self, divisor=None)
