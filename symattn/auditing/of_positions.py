"""Mistakes about positions: layout and direction of rotations, the sign of a distance, where counting begins."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sympy import Add, Eq, Mod, Pow, Rational, S, cos, floor, sin
from sympy.core.relational import Relational
from sympy.matrices.expressions.matexpr import MatrixElement

from symattn.auditing.of_masks import COLUMN, ROW
from symattn.auditing.rewriting import Surroundings
from symattn.nodes import (
    Block,
    Cases,
    ElementwiseDifference,
    ElementwiseProduct,
    ElementwiseSum,
    HorizontalStack,
    IndexedMatrix,
    Negation,
)
from symattn.nodes.cases import put_in
from symattn.nodes.written import element, negated


def partner_of_other_layout(part: Any, inside: Surroundings) -> Iterator[Any]:
    """The coordinates that turn together: neighbours become halves, and halves neighbours."""
    matrix = _of_neighbours(part)
    if matrix is not None:
        rows, half = part.shape[0], part.shape[1] / 2
        yield HorizontalStack(Negation(Block(matrix, 0, half, rows, half)), Block(matrix, 0, 0, rows, half))
    matrix = _of_halves(part)
    if matrix is not None:
        rows, columns = part.shape
        i, j = ROW, COLUMN
        cases = Cases((element(matrix, i, j - 1), Eq(Mod(j, 2), 1)), (negated(element(matrix, i, j + 1)), True))
        yield IndexedMatrix(cases, i, j, rows, columns)


def _of_neighbours(part: Any) -> Any:
    """The matrix of which a part exchanges neighbouring columns, if it does."""
    if isinstance(part, IndexedMatrix) and isinstance(part.formula, Cases):
        entries = part.formula.atoms(MatrixElement)
        parents = {entry.parent for entry in entries}
        offsets = {entry.j - part.column for entry in entries}
        if len(parents) == 1 and offsets == {S.One, S.NegativeOne} and part.formula.has(Mod(part.column, 2)):
            return parents.pop()
    return None


def _of_halves(part: Any) -> Any:
    """The matrix of which a part exchanges the halves, the second one negated, if it does."""
    if isinstance(part, HorizontalStack) and len(part.args) == 2 and isinstance(part.args[0], Negation):
        second, first = part.args[0].args[0], part.args[1]
        if isinstance(first, Block) and isinstance(second, Block) and first.matrix == second.matrix:
            return first.matrix
    return None


def angles_of_other_layout(part: Any, inside: Surroundings) -> Iterator[Any]:
    """The angle of each coordinate: ``j // 2`` becomes ``j % p`` of ``2*p`` coordinates, and the other way round."""
    if isinstance(part, IndexedMatrix) and part.formula.has(sin, cos) and not part.formula.has(MatrixElement):
        column, half = part.column, part.shape[1] / 2
        pairs, halves = floor(column / 2), Mod(column, half)
        for old, new in ((pairs, halves), (halves, pairs)):
            if part.formula.has(old):
                yield IndexedMatrix(put_in(part.formula, {old: new}), part.row, column, *part.shape)


def other_layout(part: Any, inside: Surroundings) -> Iterator[Any]:
    """Partners and angles of the other layout."""
    yield from partner_of_other_layout(part, inside)
    yield from angles_of_other_layout(part, inside)


def other_direction(part: Any, inside: Surroundings) -> Iterator[Any]:
    """``sin(x)`` becomes ``-sin(x)``: turned the other way."""
    if isinstance(part, sin):
        yield negated(part)


def exchanged_waves(part: Any, inside: Surroundings) -> Iterator[Any]:
    """``sin(x)`` becomes ``cos(x)`` and the other way round."""
    if isinstance(part, sin):
        yield cos(part.args[0])
    if isinstance(part, cos):
        yield sin(part.args[0])


def not_rotated(part: Any, inside: Surroundings) -> Iterator[Any]:
    """``Q * c + partner(Q) * s`` becomes ``Q``: one side, or both, keep their positions to themselves."""
    if isinstance(part, ElementwiseSum) and all(isinstance(term, ElementwiseProduct) for term in part.args):
        for partner in part.right.args:
            matrix = _of_neighbours(partner)
            matrix = _of_halves(partner) if matrix is None else matrix
            if matrix is not None:
                yield matrix


def other_exponent(part: Any, inside: Surroundings) -> Iterator[Any]:
    """``10000 ** (-2t/d)`` becomes ``10000 ** (-t/d)``, and ``10000 ** (-4t/d)``."""
    if isinstance(part, Pow) and part.base.is_Integer and part.base > 2 and part.exp.free_symbols:
        yield Pow(part.base, part.exp * Rational(1, 2), evaluate=False)
        yield Pow(part.base, part.exp * 2, evaluate=False)


def counted_from_one(part: Any, inside: Surroundings) -> Iterator[Any]:
    """Position ``i`` becomes ``i + 1`` in the waves of positions."""
    if isinstance(part, (sin, cos)):
        for symbol in sorted(part.free_symbols, key=str):
            if symbol.name == "i":
                yield part.func(put_in(part.args[0], {symbol: symbol + 1}))


def distance_negated(part: Any, inside: Surroundings) -> Iterator[Any]:
    """``j - i`` becomes ``i - j``, inside the formula of a matrix given by its entries."""
    if isinstance(part, IndexedMatrix):
        i, j = part.row, part.column
        changed = {}
        for term in part.formula.atoms(Add):
            slope = term.coeff(j)
            if slope != 0 and term.coeff(i) == -slope:
                rest = term - slope * (j - i)
                changed[term] = slope * (i - j) + rest
        for bound in part.formula.atoms(Relational):
            if bound.free_symbols >= {i, j} and not bound.has(MatrixElement):
                changed[bound] = bound.func(*(side.xreplace({i: j, j: i}) for side in bound.args))
        formula = put_in(part.formula, changed)
        if formula != part.formula:
            yield IndexedMatrix(formula, i, j, *part.shape)


def bias_negated(part: Any, inside: Surroundings) -> Iterator[Any]:
    """A bias of positions is added where it is taken away, or the other way round."""
    if isinstance(part, (ElementwiseSum, ElementwiseDifference)):
        opposite = ElementwiseDifference if isinstance(part, ElementwiseSum) else ElementwiseSum
        if any(side.has(IndexedMatrix) for side in part.args):
            yield opposite(*part.args)


def head_counted_from_zero(part: Any, inside: Surroundings) -> Iterator[Any]:
    """``h + 1`` becomes ``h`` in a formula of the head, as in the slopes of ALiBi."""
    if isinstance(part, Add):
        for symbol in inside.equation.indices:
            slope = part.coeff(symbol)
            if slope != 0 and part == slope * symbol + slope:
                yield slope * symbol
