"""Rules of unit vectors, which pick a row or a column: what a Jacobian and a Hessian have at one entry."""

from __future__ import annotations

from typing import Any

from sympy import Eq, Expr, MatrixSymbol, OneMatrix, S, Transpose

from symattn.calculus.rule import Rule, Sample
from symattn.calculus.unit_vectors import column_position, joined, row_position, split, unit_column, unit_row
from symattn.nodes import (
    Arithmetic,
    Block,
    Cases,
    Column,
    ColumnSum,
    ElementwiseDifference,
    ElementwiseProduct,
    ElementwiseQuotient,
    ElementwiseSum,
    MatrixProduct,
    Member,
    Negation,
    Row,
    RowSum,
    index,
    is_matrix,
)
from symattn.nodes.written import added, element, negated


def _factors(node: Any) -> Any:
    """``A * (e * B) = e * (A[a, :] * B)``: a unit column in front, and of what it multiplies only the row it picks."""
    found = split(node) if all(map(is_matrix, node.args)) else None
    if found is None:
        return None
    column, factor, row = found
    made = factor
    if is_matrix(made) and column is not None and made.shape[0] != 1:
        made = Row(made, column_position(column))
    if is_matrix(made) and row is not None and made.shape[1] != 1:
        made = Column(made, row_position(row))
    made = joined(column, made, row)
    return None if made == node else made


def _quotient(node: Any) -> Any:
    found = split(node.left) if is_matrix(node.left) and is_matrix(node.right) else None
    if found is None:
        return None
    column, factor, row = found
    below = node.right
    if column is not None and below.shape[0] != 1:
        below = Row(below, column_position(column))
    if row is not None and below.shape[1] != 1:
        below = Column(below, row_position(row))
    return joined(column, ElementwiseQuotient(factor, below), row)


def _product(node: Any) -> Any:
    """``(e * v) @ B = e * (v @ B)``, ``(u * f) @ B = u * B[b, :]``, and so from the other side."""
    found = split(node.left)
    if found is not None:
        column, factor, row = found
        if row is not None:
            picked = Row(node.right, row_position(row))
            return joined(column, picked if factor is S.One else ElementwiseProduct(factor, picked), None)
        if is_matrix(factor) and factor.shape[0] == 1:
            return joined(column, MatrixProduct(factor, node.right), None)
        if not is_matrix(factor) and node.right.shape[0] == 1:
            inner = node.right if factor is S.One else ElementwiseProduct(factor, node.right)
            return joined(column, inner, None)
    found = split(node.right)
    if found is None:
        return None
    column, factor, row = found
    if column is not None:
        picked = Column(node.left, column_position(column))
        return joined(None, picked if factor is S.One else ElementwiseProduct(picked, factor), row)
    if is_matrix(factor) and factor.shape[1] == 1:
        return joined(None, MatrixProduct(node.left, factor), row)
    return None


def _added(node: Any) -> Any:
    """``e * A + e * B = e * (A + B)``."""
    if not (is_matrix(node.left) and is_matrix(node.right)):
        return None
    left, right = split(node.left), split(node.right)
    if left is None or right is None or (left[0], left[2]) != (right[0], right[2]):
        return None
    a, b = left[1], right[1]
    if is_matrix(a) or is_matrix(b):
        return joined(left[0], node.func(a, b), left[2])
    return joined(left[0], added(a, b if isinstance(node, ElementwiseSum) else negated(b)), left[2])


def _summed(node: Any) -> Any:
    """A sum over a unit vector is the one entry that it picks."""
    found = split(node.argument)
    if found is None:
        return None
    column, factor, row = found
    picked, left = (row, (column, None)) if node.over_rows else (column, (None, row))
    if picked is None:
        return None
    if is_matrix(factor) and factor.shape[1 if node.over_rows else 0] != 1:
        return None
    if left == (None, None):
        return factor if is_matrix(factor) else ElementwiseProduct(factor, OneMatrix(1, 1))
    return joined(left[0], factor, left[1])


def _transposed(node: Any) -> Any:
    for position, made in ((column_position, unit_row), (row_position, unit_column)):
        found = position(node.arg)
        if found is not None:
            return made(max(node.arg.shape, key=lambda length: length != 1), found)
    return None


def _picked(node: Any) -> Any:
    """``(A * B)[a, :] = A[a, :] * B[a, :]``, ``(A @ B)[a, :] = A[a, :] @ B``, and so on, down to names."""
    inside, position = node.matrix, node.position
    over_rows = type(node) is Row
    if isinstance(inside, Transpose):
        return Transpose((Column if over_rows else Row)(inside.arg, position))
    if isinstance(inside, (Arithmetic, Negation)):
        return inside.func(*(_taken(part, type(node), position) for part in inside.args))
    if isinstance(inside, MatrixProduct):
        if over_rows:
            return MatrixProduct(Row(inside.left, position), inside.right)
        return MatrixProduct(inside.left, Column(inside.right, position))
    if isinstance(inside, RowSum if not isinstance(inside, ColumnSum) else ColumnSum) and inside.over_rows == over_rows:
        return type(inside)(type(node)(inside.argument, position))
    return None


def _block(node: Any) -> Any:
    """``(e * A)[:, a:b] = e * A[:, a:b]``."""
    found = split(node.matrix)
    if found is None:
        return None
    column, factor, row = found
    if column is None or row is not None or not is_matrix(factor) or factor.shape[0] != 1 or not node.takes_all_rows:
        return None
    return joined(column, Block(factor, 0, node.left, 1, node.shape[1]), None)


def _block_cases() -> list[Any]:
    s, e, _ = _cases()
    return [Block(ElementwiseProduct(e, s.row), 0, 1, s.n, 2)]


def _taken(part: Any, kind: type, position: Expr) -> Any:
    if not is_matrix(part) or part.shape[0 if kind is Row else 1] == 1:
        return part
    return kind(part, position)


def _entry(node: Any) -> Any:
    """One entry of a named matrix, in the place of a 1 x 1 matrix beside another."""
    parts = []
    for part, other in zip(node.args, node.args[::-1], strict=True):
        found = _single(part) if is_matrix(part) and is_matrix(other) else None
        parts.append(part if found is None else found)
    if parts == list(node.args) or not any(map(is_matrix, parts)):
        return None
    return node.func(*parts)


def _single(part: Any) -> Expr | None:
    if not isinstance(part, Column):
        return None
    at = (column_position if type(part) is Row else row_position)(part.matrix)
    if at is not None:
        return Cases.of(Eq(at, part.position), S.One)
    inner = part.matrix
    if not isinstance(inner, Column) or type(inner) is type(part):
        return None
    name = inner.matrix
    if not isinstance(name, (MatrixSymbol, Member)):
        return None
    row, column = (part.position, inner.position) if type(part) is Row else (inner.position, part.position)
    return element(name, row, column)


def _cases() -> tuple[Sample, Any, Any]:
    s = Sample()
    return s, unit_column(s.n, index("a")), unit_row(s.m, index("b"))


def _factor_cases() -> list[Any]:
    s, e, f = _cases()
    return [
        ElementwiseProduct(s.A, ElementwiseProduct(e, s.row)),
        ElementwiseProduct(e, s.A),
        ElementwiseProduct(s.A, ElementwiseProduct(e, f)),
        ElementwiseProduct(s.A, ElementwiseProduct(s.column, f)),
    ]


def _product_cases() -> list[Any]:
    s, e, f = _cases()
    right, left = s.right, MatrixSymbol("K", s.d, s.n)
    return [
        MatrixProduct(ElementwiseProduct(e, s.row), right),
        MatrixProduct(ElementwiseProduct(e, f), right),
        MatrixProduct(ElementwiseProduct(s.column, f), right),
        MatrixProduct(f, right),
        MatrixProduct(left, e),
        MatrixProduct(left, ElementwiseProduct(e, s.row)),
        MatrixProduct(left, ElementwiseProduct(e, f)),
        MatrixProduct(left, ElementwiseProduct(s.column, f)),
    ]


def _added_cases() -> list[Any]:
    s, e, _ = _cases()
    left, right = ElementwiseProduct(e, s.row), ElementwiseProduct(s.scalar, e)
    return [ElementwiseDifference(left, right), ElementwiseSum(left, left), ElementwiseSum(right, e)]


def _summed_cases() -> list[Any]:
    s, e, f = _cases()
    return [RowSum(ElementwiseProduct(s.column, f)), ColumnSum(ElementwiseProduct(e, s.row)), RowSum(f)]


def _picked_cases() -> list[Any]:
    s, _, _ = _cases()
    a = index("a")
    return [
        Row(ElementwiseProduct(s.A, s.row), a),
        Column(ElementwiseSum(s.A, s.column), a),
        Row(MatrixProduct(s.A, s.right), a),
        Column(MatrixProduct(s.A, s.right), a),
        Row(Transpose(s.A), a),
        Row(RowSum(s.A), a),
    ]


def _entry_cases() -> list[Any]:
    s, _, _ = _cases()
    unit = unit_column(s.n, index("b"))
    return [
        ElementwiseDifference(s.row, Column(Row(s.A, index("a")), index("b"))),
        ElementwiseProduct(Row(unit, index("a")), s.row),
    ]


def _quotient_cases() -> list[Any]:
    s, e, f = _cases()
    return [ElementwiseQuotient(ElementwiseProduct(e, s.row), s.A), ElementwiseQuotient(ElementwiseProduct(e, f), s.A)]


def _transposed_cases() -> list[Any]:
    _, e, f = _cases()
    return [Transpose(e), Transpose(f)]


UNIT_VECTOR_RULES: tuple[Rule, ...] = (
    Rule("a unit vector transposed", (Transpose,), _transposed, _transposed_cases),
    Rule("a row of a formula", (Row, Column), _picked, _picked_cases),
    Rule(
        "one entry of a matrix",
        (ElementwiseSum, ElementwiseDifference, ElementwiseProduct, ElementwiseQuotient),
        _entry,
        _entry_cases,
    ),
    Rule("a unit vector in a product", (MatrixProduct,), _product, _product_cases),
    Rule("a unit vector as a factor", (ElementwiseProduct,), _factors, _factor_cases),
    Rule("a block beside a unit vector", (Block,), _block, _block_cases),
    Rule("a unit vector over a divisor", (ElementwiseQuotient,), _quotient, _quotient_cases),
    Rule("a common unit vector", (ElementwiseSum, ElementwiseDifference), _added, _added_cases),
    Rule("a sum over a unit vector", (RowSum, ColumnSum), _summed, _summed_cases),
)
