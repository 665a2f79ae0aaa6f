"""Entries around a place, 0 beyond the edge, as a convolution asks for them: all windows of a matrix at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sympy import Expr, Ge, Gt, Integer, Le, Lt, Piecewise, S, Symbol, expand
from sympy.logic.boolalg import And, Boolean
from sympy.matrices.expressions.matexpr import MatrixElement

from symattn.lowering.bounds import surely_inside
from symattn.lowering.pieces import Piece
from symattn.lowering.selecting import is_index, rearranged, whole_number
from symattn.lowering.uses import COLUMN, ROW
from symattn.lowering.writer import Writer
from symattn.nodes import Member


@dataclass(frozen=True)
class Shift:
    """Where a window lies along one axis: it begins at ``first`` plus an index, or at ``first`` alone."""

    symbol: Symbol | None
    first: Expr


def windows(writer: Writer, value: Piecewise) -> Piece | None:
    """``A[i + u - r, j + v - r]`` where that lies inside ``A``, else 0, for all ``u`` and ``v``.

    ``None`` for cases that are not of this kind.
    """
    element, sides = value.args[0].expr, writer.around.sides
    if sides is None or writer.around.flat or not isinstance(element, MatrixElement):
        return None
    matrix, positions = element.args[0], element.args[1:]
    if len(value.args) != 2 or value.args[1].expr != 0 or not _is_stored(writer, matrix):
        return None
    found = [_shift(writer, at, place) for at, place in zip(positions, (ROW, COLUMN), strict=True)]
    shifts = [shift for shift in found if shift is not None]
    over = [shift.symbol for shift in shifts if shift.symbol is not None]
    axes = (*writer.program.facts(matrix).axes, *over)
    if None in found or not over or len(set(axes)) < len(axes):
        return None
    lengths = {**writer.program.lengths, **dict(zip((ROW, COLUMN), sides, strict=True))}
    if not _holds_inside_alone(value.args[0].cond, positions, matrix.shape, lengths):
        return None
    counts = [Integer(1) if shift.symbol is None else writer.program.lengths[shift.symbol] for shift in shifts]
    firsts = ", ".join(whole_number(writer, shift.first) for shift in shifts)
    arguments = writer.value(matrix).text, f"({firsts})", writer.shape(*counts), writer.shape(*sides)
    text = writer.call("_windows", *arguments)
    if len(over) == 1:
        text += "[..., 0, :, :, :]" if shifts[0].symbol is None else "[..., 0, :, :]"
    order = [*writer.program.facts(value).axes, ROW, COLUMN]
    return writer.new(rearranged(writer, text, [*axes, ROW, COLUMN], order), value)


def _is_stored(writer: Writer, matrix: Expr) -> bool:
    own = matrix.positions if isinstance(matrix, Member) else ()
    return all(is_index(writer, position) or isinstance(position, Integer) for position in own)


def _shift(writer: Writer, position: Expr, place: Symbol) -> Shift | None:
    """The shift by which a position differs from a place of the matrix that is made."""
    rest = expand(position - place)
    if rest.has(ROW, COLUMN):
        return None
    over = writer.program.in_order(rest.free_symbols)
    if len(over) > 1 or any(rest.coeff(symbol, 1) != 1 for symbol in over):
        return None
    symbol = over[0] if over else None
    first = expand(rest - symbol) if over else rest
    if first.has(*over) or not (first.is_integer and writer.program.facts(first).is_number):
        return None
    return Shift(symbol, first)


def _holds_inside_alone(
    condition: Boolean, positions: Sequence[Expr], shape: Sequence[Expr], lengths: dict[Symbol, Expr]
) -> bool:
    """Whether a condition holds where the positions lie inside a matrix and nowhere else."""
    inside = set()
    for position, length in zip(positions, shape, strict=True):
        if not surely_inside(position, length, lengths, [condition]):
            return False
        inside |= {expand(position), expand(length - 1 - position)}
    return all(_at_least_0(part) in inside for part in And.make_args(condition))


def _at_least_0(condition: Boolean) -> Expr | None:
    """What a comparison of whole numbers says is at least 0."""
    if not isinstance(condition, (Le, Lt, Ge, Gt)):
        return None
    less, more = condition.args if isinstance(condition, (Le, Lt)) else condition.args[::-1]
    return expand(more - less - (S.One if isinstance(condition, (Lt, Gt)) else S.Zero))
