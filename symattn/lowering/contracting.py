"""Sums of weighted terms: ``sum(a, w[a] * A[a])`` as one product of the weights and the terms, entry by entry."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

from sympy import Add, Expr, Integer, Mul, S, Symbol
from sympy.matrices.expressions.matexpr import MatrixElement

from symattn.lowering.pieces import Piece
from symattn.lowering.uses import COLUMN, ROW
from symattn.lowering.writer import Writer
from symattn.nodes import (
    ElementwiseDifference,
    ElementwiseProduct,
    ElementwiseSum,
    IndexedMatrix,
    IndexSum,
    MatrixProduct,
    Member,
    Value,
    is_matrix,
)
from symattn.nodes.cases import Cases


def product_by_product(value: Value) -> Value:
    """``sum(a, w[a] * A[a] + B[a] @ C[a]) -> sum(a, w[a] * A[a]) + sum(a, B[a] @ C[a])``: each is one product then.

    A value that is no such sum is left alone.
    """
    if not isinstance(value, IndexSum):
        return value
    apart = _apart(value.term, value.symbol, value.length)
    return value if apart is None else apart


def _apart(term: Value, symbol: Symbol, length: Expr) -> Value | None:
    if isinstance(term, (ElementwiseSum, ElementwiseDifference)):
        sides = [_apart(side, symbol, length) for side in term.args]
        return None if None in sides else term.func(*sides)
    if isinstance(term, IndexedMatrix):
        weighted = _weights_in_front(term, symbol)
        return weighted and _apart(weighted, symbol, length)
    return IndexSum(term, symbol, length) if _is_product(term, symbol) else None


def _is_product(term: Value, symbol: Symbol) -> bool:
    """Whether both sides of a product have the index, inside further sums too."""
    while isinstance(term, IndexSum):
        term = term.term
    weighted = isinstance(term, ElementwiseProduct) and not all(map(is_matrix, term.args))
    if not (weighted or isinstance(term, MatrixProduct)):
        return False
    return all(symbol in side.free_symbols for side in term.args)


def _weights_in_front(matrix: IndexedMatrix, symbol: Symbol) -> Value | None:
    """``matrix(n, m, w[a] * A[i, j - a])`` as ``w[a] * matrix(n, m, A[i, j - a])``, likewise for sums of such terms.

    Under a condition, with 0 where it does not hold, the weights come in front too. ``None`` for other formulas.
    """
    formula, condition = matrix.formula, S.true
    if isinstance(formula, Cases):
        if len(formula.args) != 2 or formula.args[1].expr != 0:
            return None
        formula, condition = formula.args[0].args
    parts = []
    for addend in Add.make_args(formula):
        weights = [factor for factor in Mul.make_args(addend) if _is_weight(factor)]
        rest = Mul(*(factor for factor in Mul.make_args(addend) if not _is_weight(factor)))
        if not any(symbol in weight.free_symbols for weight in weights) or not rest.has(ROW, COLUMN):
            return None
        entries = Cases((rest, condition), (S.Zero, S.true))
        parts.append(ElementwiseProduct(Mul(*weights), IndexedMatrix(entries, *matrix.args[1:])))
    return reduce(ElementwiseSum, parts)


def _is_weight(factor: Expr) -> bool:
    """Whether a factor is an entry that exists at every place and does not depend on it."""
    if not isinstance(factor, MatrixElement) or factor.has(ROW, COLUMN):
        return False
    matrix, *positions = factor.args
    if isinstance(matrix, Member):
        positions += matrix.positions
    return all(isinstance(position, (Symbol, Integer)) for position in positions)


def weighted_sum(
    writer: Writer, node: IndexSum, symbols: Sequence[Symbol], product: ElementwiseProduct
) -> Piece | None:
    """``sum(a, w[a] * A[a])`` as the product of all ``w[a]``, a row, with all ``A[a]``, a row of entries each.

    ``None`` where a side lacks an index of the sums, or their axes are not the last ones.
    """
    program = writer.program
    weights, terms = product.args if is_matrix(product.right) else product.args[::-1]
    if is_matrix(weights) or any(not set(symbols) <= set(program.facts(side).axes) for side in (weights, terms)):
        return None
    whole, over = program.facts(node).axes, program.in_order(symbols)
    common = tuple(axis for axis in whole if axis in program.facts(terms).axes)
    if program.in_order([*whole, *over]) != (*whole, *over) or common != whole[: len(common)]:
        return None
    sides = [
        writer.aligned(writer.value(weights), (*whole, *over)),
        writer.aligned(writer.value(terms, "_terms"), (*common, *over)),
    ]
    counts = [len(over), len(whole) - len(common)]
    more = [] if counts == [1, 0] else counts if counts[1] else counts[:1]
    return writer.new(writer.call("_weighted_sum", *(side.text for side in sides), *map(str, more)), node)
