"""Which entry is meant: positions counted from 0, numbers or index symbols, inside the matrix."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sympy import Expr, Integer, Symbol

from symattn.equations import EquationSystem
from symattn.errors import ShapeError
from symattn.language import WORDS
from symattn.language.names import check_name
from symattn.nodes import index, is_matrix
from symattn.shapes import Shape, show


def check_positions(system: EquationSystem, name: str, positions: Sequence[Any]) -> tuple[Expr, ...]:
    """The positions of an entry of the value ``name``: of a family first those of the member, then row and column.

    Each is a number from 0, an index by name, or a formula in indices. A scalar has the single entry (0, 0).
    Errors: ``ShapeError`` for another number of positions, a position outside the value or one that is not whole,
    ``LanguageError`` for a bad name.
    """
    shape = system.shape(name)
    asked = max(len(shape), 2)
    if len(positions) != asked:
        example = ", ".join(f'"{letter}"' for letter in (name, *"hgrs"[: asked - 2], "i", "j"))
        what = f"{name} is {show(shape)}" if shape else f"{name} is a scalar"
        raise ShapeError(
            f"{what}: an entry of it has {asked} positions, as in entry({example}); found {len(positions)}."
        )
    return tuple(_checked(system, name, shape, position, axis) for axis, position in enumerate(positions))


def _checked(system: EquationSystem, name: str, shape: Shape, position: Any, axis: int) -> Expr:
    from_the_end = axis - max(len(shape), 2)
    what = {-2: "row", -1: "column"}.get(from_the_end, "member")
    place = _as_expression(system, name, position, what)
    length = shape[axis] if shape else Integer(1)
    if place.is_negative or (place - length).is_nonnegative:
        of = f"{name} is {show(shape)}" if shape else f"{name} is a scalar, with the one entry (0, 0)"
        raise ShapeError(f"{name} has no {what} {position}: {of}, and {what}s are counted from 0 to {length - 1}.")
    return place


def _as_expression(system: EquationSystem, name: str, position: Any, what: str) -> Expr:
    if hasattr(position, "__index__") and not isinstance(position, (bool, Expr)):
        return Integer(position.__index__())
    if isinstance(position, str):
        position = index(check_name(position, "an index", WORDS))
    if not isinstance(position, Expr) or is_matrix(position) or position.is_integer is False:
        raise ShapeError(f"a {what} of {name} is a whole number from 0 on or an index, found {position!r}.")
    sizes = {symbol.name: symbol for symbol in system.sizes}
    renamed = {}
    for symbol in position.free_symbols:
        if symbol.name in sizes:
            renamed[symbol] = sizes[symbol.name]
        elif not isinstance(symbol, Symbol) or symbol.name in system.inputs or symbol.name in system.by_name:
            message = f"the {what} {position} of {name}: {symbol} is a value; an index needs a name of its own."
            raise ShapeError(message)
    return position.xreplace(renamed)


def check_concrete(system: EquationSystem) -> None:
    """Errors: ``ShapeError`` unless every size is a number."""
    if system.sizes:
        names = ", ".join(symbol.name for symbol in system.sizes)
        example = ", ".join(f"{symbol.name}=3" for symbol in system.sizes)
        raise ShapeError(f"entries are written out for sizes that are numbers; {names} not yet: as in at({example}).")
