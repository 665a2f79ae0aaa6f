"""One change at a time in a formula: every sign, transpose, scale, axis, index, product, term, factor and name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sympy import Eq, Expr, Ge, Gt, Le, Lt, MatrixSymbol, Ne, OneMatrix, S, Symbol, Transpose, ZeroMatrix, sqrt
from sympy.core.relational import Relational
from sympy.matrices.expressions.matexpr import MatrixElement

import symattn.nodes as nodes
from symattn.errors import ShapeError, SymattnError
from symattn.nodes import Member, Value, is_matrix
from symattn.nodes.cases import put_in
from symattn.nodes.written import element
from symattn.shapes import same_size

Path = tuple[int, ...]
Axes = tuple[tuple[Symbol, Expr], ...]
"""Indices, each with the number of values it takes."""

Scope = tuple[tuple[Symbol, Expr, bool], ...]
"""The indices that may stand at a place, how many values each takes, and whether its order matters.

A sum over an index that stands in one place alone is the same in any order.
"""

Change = tuple[str, Any]
"""What kind of change, and what comes in the place of a part; nothing where that takes equal sizes."""

HOMOGENEOUS = (
    nodes.Negation,
    Transpose,
    nodes.RowSum,
    nodes.ColumnSum,
    nodes.RowMean,
    nodes.ColumnMean,
    nodes.ElementwiseProduct,
    nodes.ElementwiseQuotient,
    nodes.MatrixProduct,
)
"""A scale or a sign of what stands inside is one of the whole: it is changed there."""

SELECTIONS = (nodes.Column, nodes.Block)
OTHER_AXIS = {
    nodes.RowSum: nodes.ColumnSum,
    nodes.ColumnSum: nodes.RowSum,
    nodes.RowMean: nodes.ColumnMean,
    nodes.ColumnMean: nodes.RowMean,
    nodes.RowMax: nodes.ColumnMax,
    nodes.ColumnMax: nodes.RowMax,
}
OTHER_RELATION = {Le: Lt, Lt: Le, Ge: Gt, Gt: Ge, Eq: Ne, Ne: Eq}


@dataclass(frozen=True)
class Mutant:
    """A changed formula; ``key`` says which change where, the same one in formulas of the same build."""

    key: tuple[Path, str, int]
    expression: Any

    @property
    def kind(self) -> str:
        """What was changed, such as ``"sign"``."""
        return self.key[1].split(":")[0]

    def __str__(self) -> str:
        return f"{self.key[1]} at {'.'.join(map(str, self.key[0])) or 'the top'}"


def mutants(expression: Any, names: Iterable[Value] = (), axes: Axes = ()) -> list[Mutant]:
    """All formulas of the same shape that are one change away; ``names`` are the values that a formula may mention.

    ``axes`` are the indices of the equation that the formula stands in.
    """
    found: dict[Any, Mutant] = {}
    known = tuple(names)
    own = tuple((symbol, length, True) for symbol, length in axes)
    for path, part, parent, scope in _places(expression, (), None, own):
        count: Counter[str] = Counter()
        for kind, change in _changes(part, _Parent(parent, path[-1] if path else 0), scope, known):
            count[kind] += 1
            made = None if change is None else _put(expression, path, change)
            if made is not None and made != expression:
                found.setdefault(made, Mutant((path, kind, count[kind]), made))
    return list(found.values())


def all_mutants(generic: Callable[[bool], tuple[Any, Iterable[Value], Axes]]) -> Iterator[tuple[bool, Mutant]]:
    """The mutants of ``generic(False)``, and those that only make sense where all sizes are one, ``generic(True)``.

    Each comes with whether it is one of the latter.
    """
    seen = set()
    for mutant in mutants(*generic(False)):
        seen.add(mutant.key)
        yield False, mutant
    for mutant in mutants(*generic(True)):
        if mutant.key not in seen and mutant.kind != "name":
            yield True, mutant


def _places(part: Any, path: Path, parent: Any, scope: Scope) -> Iterator[tuple[Path, Any, Any, Scope]]:
    """Every part that is a matrix or a number, its parent, and the indices that it may mention."""
    yield path, part, parent, scope
    if isinstance(part, (MatrixSymbol, Member, MatrixElement, nodes.ByRowAndColumn, nodes.Scatter)):
        return
    if not is_matrix(part):
        return
    if isinstance(part, nodes.OverAnIndex):
        ordered = not isinstance(part, nodes.IndexSum) or _mentions(part.term, part.symbol) > 1
        yield from _places(part.term, (*path, 0), part, (*scope, (part.symbol, part.length, ordered)))
        return
    if isinstance(part, (nodes.Column, nodes.Block)):
        yield from _places(part.matrix, (*path, 0), part, scope)
        return
    for place, inside in enumerate(part.args):
        if isinstance(inside, Expr) and not isinstance(part, (OneMatrix, nodes.Entmax)):
            yield from _places(inside, (*path, place), part, scope)


def _mentions(part: Any, symbol: Symbol) -> int:
    """In how many places a formula mentions an index."""
    if part == symbol:
        return 1
    return sum(_mentions(inside, symbol) for inside in part.args)


@dataclass(frozen=True)
class _Parent:
    """What a part stands in, and as which argument."""

    node: Any
    place: int

    @property
    def is_homogeneous(self) -> bool:
        """Whether a scale or a sign of the part is one of the whole, where it is changed."""
        return isinstance(self.node, HOMOGENEOUS)

    @property
    def takes_a_set(self) -> bool:
        """Whether the part is a set of allowed keys: not its entries count, but which of them are not 0."""
        over_keys = isinstance(self.node, nodes.OverAllowedKeys) and self.place > 0
        return over_keys or isinstance(self.node, nodes.Intersection)

    @property
    def takes_a_root(self) -> bool:
        """Whether the part is to be positive: the opposite has no value wherever it has one."""
        if isinstance(self.node, nodes.ElementwisePower):
            return self.place == 0 and not self.node.right.is_integer
        return isinstance(self.node, (nodes.SquareRoot, nodes.Logarithm))


def _put(whole: Any, path: Path, change: Any) -> Any:
    """The formula with another part at a place, of the shape that it had; nothing where that is no formula."""
    old = whole
    for place in path:
        old = old.args[place]
    candidates = [change]
    if is_matrix(old) and shape(change) != shape(old):
        with suppress(SymattnError, TypeError, ValueError):
            candidates.append(nodes.ElementwiseProduct(change, OneMatrix(*old.shape)))
    for candidate in candidates:
        try:
            made = _rebuilt(whole, path, candidate)
        except (SymattnError, TypeError, ValueError, IndexError, AttributeError):
            continue
        if _same_shape(made, whole):
            return made
    return None


def shape(value: Any) -> tuple[Expr, ...]:
    return nodes.shape_of(value)


def _rebuilt(whole: Any, path: Path, change: Any) -> Any:
    if not path:
        return change
    arguments = list(whole.args)
    arguments[path[0]] = _rebuilt(arguments[path[0]], path[1:], change)
    if isinstance(whole, SELECTIONS) and not _same_shape(arguments[path[0]], whole.args[path[0]]):
        raise ShapeError("what is selected is not there")
    made = whole.func(*arguments)
    shape(made)
    return made


def _same_shape(left: Any, right: Any) -> bool:
    return len(shape(left)) == len(shape(right)) and all(map(same_size, shape(left), shape(right)))


def _changes(part: Any, parent: _Parent, scope: Scope, names: tuple[Value, ...]) -> Iterator[Change]:
    if not is_matrix(part):
        yield from _changed_numbers(part, scope, names)
        return
    if isinstance(part, ZeroMatrix):
        yield from _name(part, scope, names)
        return
    if not (parent.is_homogeneous or parent.takes_a_set):
        yield "sign: a minus added", None if parent.takes_a_root else nodes.Negation(part)
        yield "scale: doubled", nodes.ElementwiseProduct(2, part)
        yield "scale: halved", nodes.ElementwiseQuotient(part, 2)
    if not isinstance(parent.node, Transpose) and not isinstance(part, Transpose):
        yield "transpose: added", Transpose(part)
    for kind, row in CHANGES.items():
        if isinstance(part, kind):
            yield from row(part, scope, names)


def _changed_numbers(number: Any, scope: Scope, names: tuple[Value, ...]) -> Iterator[Change]:
    yield "sign: of a number", -number
    yield "scale: a number doubled", 2 * number
    yield "scale: a number halved", number / 2
    yield "scale: the root of a number", None if number.is_negative else sqrt(number)
    yield "scale: the square of a number", number**2
    if isinstance(number, Symbol):
        for other in names:
            if not is_matrix(other) and other != number:
                yield "name: another number", other


def _sum(part: Any, scope: Scope, names: tuple[Value, ...]) -> Iterator[Change]:
    left, right = part.args
    other = nodes.ElementwiseDifference if isinstance(part, nodes.ElementwiseSum) else nodes.ElementwiseSum
    yield "sign: + for - or - for +", other(left, right)
    if isinstance(part, nodes.ElementwiseDifference):
        yield "sign: the sides of a difference exchanged", nodes.ElementwiseDifference(right, left)
    yield "dropped: the right term", left
    yield "dropped: the left term", right
    yield "product for sum", nodes.ElementwiseProduct(left, right)


def _product(part: Any, scope: Scope, names: tuple[Value, ...]) -> Iterator[Change]:
    left, right = part.args
    yield "product: a quotient", nodes.ElementwiseQuotient(left, right)
    yield "product: the quotient turned round", nodes.ElementwiseQuotient(right, left)
    yield "dropped: the right factor", left
    yield "dropped: the left factor", right
    yield "sum for product", nodes.ElementwiseSum(left, right)


def _quotient(part: Any, scope: Scope, names: tuple[Value, ...]) -> Iterator[Change]:
    left, right = part.args
    yield "product: for a quotient", nodes.ElementwiseProduct(left, right)
    yield "product: the quotient turned round", nodes.ElementwiseQuotient(right, left)
    yield "dropped: the divisor", left
    yield "scale: divided twice", nodes.ElementwiseQuotient(part, right)


def _power(part: Any, scope: Scope, names: tuple[Value, ...]) -> Iterator[Change]:
    yield "dropped: the exponent", part.left
    yield "scale: one power more", nodes.ElementwisePower(part.left, part.right + 1)


def _matrix_product(part: Any, scope: Scope, names: tuple[Value, ...]) -> Iterator[Change]:
    left, right = part.args
    yield "dropped: the right factor", left
    yield "dropped: the left factor", right
    for make, what in ((nodes.MatrixProduct, "the sides exchanged"), (nodes.ElementwiseProduct, "entry by entry")):
        sides = (right, left) if make is nodes.MatrixProduct else (left, right)
        try:
            yield f"product: {what}", make(*sides)
        except SymattnError:
            yield f"product: {what}", None


def _transpose(part: Any, scope: Scope, names: tuple[Value, ...]) -> Iterator[Change]:
    yield "transpose: dropped", part.arg


def _negation(part: Any, scope: Scope, names: tuple[Value, ...]) -> Iterator[Change]:
    yield "sign: a minus dropped", part.args[0]


def _reduction(part: Any, scope: Scope, names: tuple[Value, ...]) -> Iterator[Change]:
    other = OTHER_AXIS.get(type(part))
    turned = Transpose(part.func(Transpose(part.argument))) if other is None else other(part.argument)
    yield "axis: the other one", turned
    yield "axis: the other one, turned", Transpose(turned)
    yield "dropped: the reduction", part.argument
    if isinstance(part, (nodes.RowSum, nodes.ColumnSum)):
        mean = nodes.RowMean if isinstance(part, nodes.RowSum) else nodes.ColumnMean
        yield "scale: a mean for a sum", mean(part.argument)
    elif isinstance(part, (nodes.RowMean, nodes.ColumnMean)):
        total = nodes.RowSum if isinstance(part, nodes.RowMean) else nodes.ColumnSum
        yield "scale: a sum for a mean", total(part.argument)


def _over_keys(part: Any, scope: Scope, names: tuple[Value, ...]) -> Iterator[Change]:
    """Over the columns in place of the rows; every key allowed."""
    allowed = part.allowed
    sets = () if allowed is None else (Transpose(allowed),)
    if not isinstance(allowed, (nodes.IndexCondition, nodes.Intersection)):
        yield "axis: over the columns", Transpose(part.func(Transpose(part.scores), *part.options, *sets))
    if allowed is not None:
        yield "dropped: the allowed set", part.func(part.scores, *part.options)


def _stack(part: Any, scope: Scope, names: tuple[Value, ...]) -> Iterator[Change]:
    for place in range(len(part.args) - 1):
        parts = list(part.args)
        parts[place : place + 2] = parts[place + 1], parts[place]
        yield "index: two parts of a stack exchanged", part.func(*parts)


def _over_an_index(part: Any, scope: Scope, names: tuple[Value, ...]) -> Iterator[Change]:
    if isinstance(part, nodes.IndexSum):
        yield "dropped: the sum over an index", put_in(part.term, {part.symbol: S.Zero})
    ordered = isinstance(part, nodes.Concatenation)
    for position in _other_positions(part.symbol, part.length, (*scope, (part.symbol, part.length, ordered))):
        term = None if position is None else put_in(part.term, {part.symbol: position})
        yield "index: another one in a whole term", None if term is None else part.func(term, *part.args[1:])


def _other_positions(position: Any, length: Any, scope: Scope) -> Iterator[Any]:
    """The first one, the next one round, and the other indices of as many values."""
    if length == 1:
        return
    if position != 0:
        yield S.Zero
    elif not length.is_Integer:
        yield length - 1
    if isinstance(position, Symbol):
        own = [ordered for symbol, _, ordered in scope if symbol == position]
        yield (position + 1) % length if all(own) else None
        for symbol, count, _ in scope:
            if symbol != position and same_size(count, length):
                yield symbol


def _selected(part: Any, scope: Scope, names: tuple[Value, ...]) -> Iterator[Change]:
    axis = 0 if isinstance(part, nodes.Row) else 1
    for position in _other_positions(part.position, part.matrix.shape[axis], scope):
        yield "index: another position", None if position is None else part.func(part.matrix, position)
    other = nodes.Column if isinstance(part, nodes.Row) else nodes.Row
    if same_size(*part.matrix.shape):
        yield "index: a row for a column", Transpose(other(part.matrix, part.position))
    else:
        yield "index: a row for a column", None


def _block(part: Any, scope: Scope, names: tuple[Value, ...]) -> Iterator[Change]:
    rows, columns = part.shape
    moved = [("top", part.top, rows, part.matrix.shape[0]), ("left", part.left, columns, part.matrix.shape[1])]
    for place, (name, start, length, whole) in enumerate(moved):
        if same_size(length, whole):
            continue
        for symbol, count, _ in scope:
            if start.has(symbol):
                for position in _other_positions(symbol, count, scope):
                    other = None if position is None else _moved(part, place, put_in(start, {symbol: position}))
                    yield f"index: another {name}", other
        ends = S.Zero if start != 0 else whole - length
        yield f"index: another {name}", _moved(part, place, ends)


def _moved(part: Any, place: int, start: Any) -> Any:
    starts = [part.top, part.left]
    starts[place] = start
    return nodes.Block(part.matrix, *starts, *part.shape)


def _by_row_and_column(part: Any, scope: Scope, names: tuple[Value, ...]) -> Iterator[Change]:
    """i and j exchanged, < for <=, rows and columns of entries exchanged, signs."""
    formula, i, j, rows, columns = part.args

    def made(other: Any) -> Any:
        return part.func(other, i, j, rows, columns)

    if rows != 1 and columns != 1:
        exchanged = formula.xreplace({i: j, j: i})
        if exchanged != formula:
            yield "index: i and j exchanged", made(exchanged)
    for relation in sorted(formula.atoms(Relational), key=str):
        yield (
            "index: the border of a condition",
            made(put_in(formula, {relation: OTHER_RELATION[type(relation)](*relation.args, evaluate=False)})),
        )
    for entry in sorted(formula.atoms(MatrixElement), key=str):
        if entry.i != entry.j:
            turned = made(put_in(formula, {entry: element(entry.parent, entry.j, entry.i)}))
            yield "index: row and column of an entry exchanged", turned if same_size(*entry.parent.shape) else None
        for what, i_, j_ in (("row", S.Zero, entry.j), ("column", entry.i, S.Zero)):
            if (i_, j_) != (entry.i, entry.j):
                other = put_in(formula, {entry: element(entry.parent, i_, j_)})
                yield f"index: the first {what} of an entry", made(other)
    for symbol, length, _ in scope:
        if formula.has(symbol):
            for position in _other_positions(symbol, length, scope):
                other = None if position is None else made(put_in(formula, {symbol: position}))
                yield "index: another one in a formula", other


def _name(part: Any, scope: Scope, names: tuple[Value, ...]) -> Iterator[Change]:
    for other in names:
        alike = shape(other) == shape(part) and other != part
        if alike and isinstance(other, nodes.FamilySymbol):
            if isinstance(part, ZeroMatrix) and [length for _, length, _ in scope] == [*other.lengths]:
                yield "name: a value for zero", Member(other, *(symbol for symbol, _, _ in scope))
            elif isinstance(part, Member) and other.lengths == part.family.lengths and other != part.family:
                yield "name: another of the same shape", Member(other, *part.positions)
        elif alike:
            yield "name: a value for zero" if part.is_ZeroMatrix else "name: another of the same shape", other


def _member(part: Any, scope: Scope, names: tuple[Value, ...]) -> Iterator[Change]:
    positions, lengths = part.positions, part.family.lengths
    for place, (position, length) in enumerate(zip(positions, lengths, strict=True)):
        for other in _other_positions(position, length, scope):
            moved = (*positions[:place], other, *positions[place + 1 :])
            yield "index: another member", None if other is None else Member(part.family, *moved)
    for place in range(len(positions) - 1):
        if same_size(*lengths[place : place + 2]):
            turned = (*positions[:place], positions[place + 1], positions[place], *positions[place + 2 :])
            yield "index: two indices exchanged", Member(part.family, *turned)


Row = Callable[[Any, Scope, tuple[Value, ...]], Iterator[Change]]

CHANGES: dict[Any, Row] = {
    nodes.ElementwiseSum: _sum,
    nodes.ElementwiseDifference: _sum,
    nodes.ElementwiseProduct: _product,
    nodes.ElementwiseQuotient: _quotient,
    nodes.ElementwisePower: _power,
    nodes.MatrixProduct: _matrix_product,
    Transpose: _transpose,
    nodes.Negation: _negation,
    nodes.Reduction: _reduction,
    nodes.OverAllowedKeys: _over_keys,
    nodes.HorizontalStack: _stack,
    nodes.OverAnIndex: _over_an_index,
    nodes.Column: _selected,
    nodes.Block: _block,
    nodes.ByRowAndColumn: _by_row_and_column,
    Member: _member,
    (MatrixSymbol, Member): _name,
}
