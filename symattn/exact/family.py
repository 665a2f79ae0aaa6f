"""ExactFamily: exact matrices of one shape, one for each position of an index or several, as heads ``Q[h]``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from math import prod
from typing import Any, TypeAlias

from sympy import NDimArray

from symattn import limits
from symattn.errors import InputError, LimitError, ShapeError, SymattnError
from symattn.exact.matrix import ExactMatrix
from symattn.shapes import show

Tree: TypeAlias = tuple[Any, ...]
"""What each member gives, SymPy matrices or rows of decimals, in tuples one inside the other for each axis."""


class ExactFamily:
    """Matrices of one shape by position; immutable, equal by value.

    ``lengths`` says how many positions each axis has, outermost first; ``shape`` is ``lengths`` with the rows and
    columns of a member behind them. ``family[h]`` or ``family[g, r]`` is a member, counted from 0; iteration gives
    the members in order, :meth:`items` each with its positions.

    >>> family = ExactFamily.of([[[1, 2]], [["1/2", 0]]])
    >>> family.shape, family[1], family.decimal(3)[0]
    ((2, 1, 2), ExactMatrix([['1/2', '0']]), ((Decimal('1.00'), Decimal('2.00')),))
    """

    __slots__ = ("lengths", "members")

    def __init__(self, lengths: Iterable[int], members: Iterable[ExactMatrix]) -> None:
        """``lengths`` of the axes and the members, the last position running fastest."""
        self.lengths = tuple(lengths)
        self.members = tuple(members)
        if not self.members or prod(self.lengths) != len(self.members):
            raise ShapeError(f"a family over {show(self.lengths)} positions, found {len(self.members)} members.")
        for positions, member in self.items():
            if member.shape != self.member_shape:
                raise ShapeError(
                    f"the members of a family have one shape; {subscripts((0,) * len(self.lengths))} is "
                    f"{show(self.member_shape)}, {subscripts(positions)} is {show(member.shape)}."
                )

    @classmethod
    def of(cls, values: Any, axes: int = 1) -> ExactFamily:
        """The family of nested sequences or of an array, its first ``axes`` levels the positions.

        Members are whatever ``ExactMatrix.of`` takes.
        Errors: ``InputError`` for a wrong depth, no members and unequal numbers of them, ``ShapeError`` for members of
        different shapes, and what ``ExactMatrix.of`` raises, naming the member; ``LimitError`` for too many entries.
        """
        if isinstance(values, ExactFamily):
            return values
        family = cls(*_members(values, axes, ()))
        check_entries(*family.shape)
        return family

    @property
    def member_shape(self) -> tuple[int, int]:
        """The rows and columns of each member."""
        return self.members[0].shape

    @property
    def shape(self) -> tuple[int, ...]:
        """The lengths of the axes, then the rows and columns of a member."""
        return (*self.lengths, *self.member_shape)

    @property
    def positions(self) -> Iterator[tuple[int, ...]]:
        """Every position, the last axis running fastest."""
        return product(*map(range, self.lengths))

    def items(self) -> Iterator[tuple[tuple[int, ...], ExactMatrix]]:
        """Every position with the member that stands there, in order.

        >>> [positions for positions, _ in ExactFamily.of([[[1]], [[2]]]).items()]
        [(0,), (1,)]
        """
        return zip(self.positions, self.members, strict=True)

    def __getitem__(self, position: int | tuple[int, ...]) -> ExactMatrix:
        """One member. Errors: ``ShapeError`` outside the family, and for a wrong number of positions."""
        positions = position if isinstance(position, tuple) else (position,)
        if len(positions) != len(self.lengths):
            raise ShapeError(f"a family over {len(self.lengths)} axes has no member {subscripts(positions)}.")
        place = 0
        for at, length in zip(positions, self.lengths, strict=True):
            if not 0 <= at < length:
                raise ShapeError(
                    f"a family over {show(self.lengths)} positions, counted from 0, has no member "
                    f"{subscripts(positions)}."
                )
            place = place * length + at
        return self.members[place]

    def __iter__(self) -> Iterator[ExactMatrix]:
        return iter(self.members)

    def __len__(self) -> int:
        return len(self.members)

    def _nested(self, values: Sequence[Any]) -> Tree:
        """One value for each member, in tuples one inside the other for each axis."""
        for length in reversed(self.lengths[1:]):
            values = [tuple(values[start : start + length]) for start in range(0, len(values), length)]
        return tuple(values)

    def to_sympy(self) -> Tree:
        """The members as SymPy matrices, ``found[h]`` for one axis and ``found[g][r]`` for two."""
        return self._nested([member.to_sympy() for member in self.members])

    def decimal(self, digits: int = 20) -> Tree:
        """Every entry correctly rounded to so many significant digits, nested as :meth:`to_sympy` nests matrices."""
        return self._nested([member.decimal(digits) for member in self.members])

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ExactFamily):
            return NotImplemented
        return self.lengths == other.lengths and self.members == other.members

    def __hash__(self) -> int:
        return hash((self.lengths, self.members))

    def __repr__(self) -> str:
        return f"ExactFamily({self.lengths}, {list(self.members)})"


def subscripts(positions: Iterable[object]) -> str:
    """Positions as they stand behind a family's name.

    >>> subscripts((1,)), subscripts((0, 2))
    ('[1]', '[0, 2]')
    """
    return f"[{', '.join(map(str, positions))}]"


def check_entries(*lengths: int) -> None:
    """Refuse more entries than exact numbers may have, before any is computed.

    Errors: ``LimitError``.
    """
    members = prod(lengths[:-2])
    if members > limits.EXACT_MEMBERS:
        raise LimitError(f"a family of {members} matrices of exact numbers; the most is {limits.EXACT_MEMBERS}.")
    if prod(lengths) > limits.EXACT_ENTRIES:
        raise LimitError(f"{show(lengths)} makes {prod(lengths)} entries; the most is {limits.EXACT_ENTRIES}.")


def _members(values: Any, axes: int, before: tuple[int, ...]) -> tuple[tuple[int, ...], list[ExactMatrix]]:
    if axes == 0:
        try:
            return (), [ExactMatrix.of(values)]
        except SymattnError as error:
            raise error.in_context(f"in the member {subscripts(before)}") from None
    parts = _parts(values, axes, before)
    found = [_members(part, axes - 1, (*before, position)) for position, part in enumerate(parts)]
    lengths = found[0][0]
    for position, (other, _) in enumerate(found):
        if other != lengths:
            here, first = subscripts((*before, position)), subscripts((*before, 0))
            raise InputError(
                f"a family has as many members at each position of an axis: {first} has {_counted(lengths)}, "
                f"{here} has {_counted(other)}."
            )
    return (len(parts), *lengths), [member for _, members in found for member in members]


def _counted(lengths: tuple[int, ...]) -> str:
    return " × ".join(map(str, lengths))


def _parts(values: Any, axes: int, before: tuple[int, ...]) -> Sequence[Any]:
    """What stands at the positions of one axis."""
    found = _listed(values, axes, before)
    if len(found) > limits.EXACT_MEMBERS:
        raise LimitError(f"a family of {len(found)} matrices of exact numbers; the most is {limits.EXACT_MEMBERS}.")
    return found


def _listed(values: Any, axes: int, before: tuple[int, ...]) -> Sequence[Any]:
    if hasattr(values, "detach"):  # a torch tensor, which may carry a graph or live on a device
        values = values.detach().cpu().numpy()
    if isinstance(values, NDimArray):
        values = values.tolist()
    place = f"; {subscripts(before)} is" if before else ", found"
    asked = "a family is given as its matrices, such as [[[1, 0]], [[0, 1]]]"
    ndim = getattr(values, "ndim", None)
    if isinstance(ndim, int) and hasattr(values, "dtype"):
        if ndim != axes + 2:
            raise InputError(
                f"a family over {axes} ax{'is' if axes == 1 else 'es'} is given with {axes + 2} axes, rows and columns "
                f"last{place} an array of shape {tuple(values.shape)}."
            )
        if values.size > limits.EXACT_ENTRIES:
            raise LimitError(f"a family of {values.size} entries; the most is {limits.EXACT_ENTRIES}.")
        if not len(values):
            raise InputError(f"a family has at least one member, found an array of shape {tuple(values.shape)}.")
        return list(values)
    if not isinstance(values, Sequence) or isinstance(values, (str, bytes, bytearray)):
        shown = ascii(values)
        raise InputError(f"{asked}{place} {shown if len(shown) <= 60 else shown[:57] + '...'}.")
    if not values:
        raise InputError(f"a family has at least one member{place} none.")
    return values


__all__ = ["ExactFamily", "Tree", "check_entries", "subscripts"]
