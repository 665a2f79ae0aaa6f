"""Claim: what one step says, and the same as a system of equations that can be evaluated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from symattn.deriving.tables import in_language
from symattn.equations import Equation, EquationSystem
from symattn.errors import LanguageError, ShapeError
from symattn.language import parse_equations, parse_shape
from symattn.language.declarations import declare
from symattn.nodes import Value, full_shape
from symattn.shapes import Shape, same_size, show

LEFT, RIGHT = "left_side", "right_side"
"""What the two sides are called where they stand among equations."""

RELATIONS = ("=", "<=", ">=", "->")
"""Equal, at most, at least, and tending to; between matrices entry by entry."""


@dataclass(frozen=True)
class Setting:
    """What the sides of all steps of a derivation are written over.

    ``inputs`` give each name its shape, as for a mechanism; ``given`` are definitions, one equation a line;
    ``conditions`` are what the inputs satisfy, such as ``"g >= 0"``, or in words where the language has none. A table
    of scalars may be written as ``[[1, 2], [3, 4]]``.

    >>> Setting({"A": "n m"}, "B = A.T").names
    ('A', 'B')
    """

    inputs: Mapping[str, str] = field(default_factory=dict)
    given: str = ""
    conditions: tuple[str, ...] = ()

    @cached_property
    def symbols(self) -> dict[str, Value]:
        """The inputs' symbols by name."""
        return {name: declare(name, parse_shape(shape, name)) for name, shape in self.inputs.items()}

    @property
    def names(self) -> tuple[str, ...]:
        """The inputs, then what is defined."""
        return tuple(self.symbols) + tuple(equation.name for equation in self.definitions)

    @property
    def known(self) -> dict[str, Value]:
        """The symbols of the inputs and of what is defined, by name."""
        return {**self.symbols, **{equation.name: equation.symbol for equation in self.definitions}}

    @cached_property
    def definitions(self) -> tuple[Equation, ...]:
        """The equations of ``given``."""
        if not self.given.strip():
            return ()
        parsed = parse_equations(in_language(self.given), self.symbols)
        return tuple(Equation(*equation) for equation in parsed)

    def system(self, **formulas: str) -> EquationSystem:
        """The definitions and further named formulas as one system; the last formula is its output.

        Errors: ``LanguageError``, ``UnknownNameError``, ``ShapeError``, ``LimitError``, pointing at the place.
        """
        made = []
        for name, formula in formulas.items():
            (parsed,) = parse_equations(f"{name} = {in_language(formula)}", self.known)
            made.append(Equation(*parsed))
        symbols = tuple(self.symbols.values())
        return EquationSystem("a step", symbols, (*self.definitions, *made), next(reversed(formulas)))


@dataclass(frozen=True)
class Claim:
    """``before`` relation ``after`` over a setting; a claim may name what is to be used for checking it.

    >>> claim = Claim("A + A", "=", "2 * A", Setting({"A": "n m"}))
    >>> print(claim), claim.shape
    A + A = 2 * A
    (None, (n, m))
    """

    before: str
    relation: str
    after: str
    setting: Setting

    def __post_init__(self) -> None:
        if self.relation not in RELATIONS:
            raise LanguageError(f"sides are related by one of {' '.join(RELATIONS)}, found {self.relation!r}.")

    def __str__(self) -> str:
        return f"{self.before} {self.relation} {self.after}"

    @cached_property
    def system(self) -> EquationSystem:
        """The definitions, and both sides as equations of their own.

        Errors: those of the language, and ``ShapeError`` for sides of different shapes.
        """
        system = self.setting.system(**{LEFT: self.before, RIGHT: self.after})
        left, right = (full_shape(system.by_name[name].symbol) for name in (LEFT, RIGHT))
        if len(left) != len(right) or not all(map(same_size, left, right)):
            raise ShapeError(f"the sides of {self} are {show(left)} and {show(right)}; they must be of one shape.")
        return system

    @cached_property
    def written_out(self) -> EquationSystem:
        """Both sides in the inputs alone."""
        sides = tuple(Equation(side, self.system.expression(side)) for side in (LEFT, RIGHT))
        return EquationSystem("a step", self.system.input_symbols, sides, RIGHT)

    @property
    def shape(self) -> Shape:
        """The shape of both sides."""
        return self.system.shape(LEFT)
