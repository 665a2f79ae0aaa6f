"""Rows of what only says where entries come from: members, blocks, stacks, lookups, values by cases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sympy import And, Eq, Expr, Integer, Lt, Piecewise, S, Symbol, expand
from sympy.logic.boolalg import Boolean
from sympy.matrices.expressions.matexpr import MatrixElement

import symattn.nodes as nodes
from symattn.closed_form.gathering import Case, Place
from symattn.closed_form.program import Program, Scope, lengths_in
from symattn.closed_form.steps import ALONG, COLUMN, ROW, Axis, View, block_axes, family_axes, symbol_of


def of_indices(program: Program, value: Expr, scope: Scope) -> View:
    """A number or a condition that the indices decide: at concrete sizes known for every position."""
    if not scope and value.is_number:
        return program.number(value)
    operation = "formula" if isinstance(value, Expr) else "condition"
    return program.add(operation, (), scope, detail=(value, tuple(scope)))


def member(program: Program, value: nodes.Member, scope: Scope) -> View:
    return _taken(program, program.input(value.family), _members(value), scope, block_axes(value))


def element(program: Program, value: MatrixElement, scope: Scope) -> View:
    """An entry of a matrix or of a member, its positions numbers or formulas of the indices."""
    matrix, *position = value.args
    if isinstance(matrix, nodes.Member):
        view, places = program.input(matrix.family), _members(matrix)
    else:
        view, places = program.read(matrix, scope), []
    for axis, formula, length in zip((ROW, COLUMN), position, matrix.shape, strict=True):
        places.append(Place(axis, formula, int(length), str(value)))
    return _taken(program, view, places, scope, {})


def column(program: Program, value: nodes.Column, scope: Scope) -> View:
    view = program.read(value.matrix, scope)
    axis, length = (ROW, value.matrix.shape[0]) if isinstance(value, nodes.Row) else (COLUMN, value.matrix.shape[1])
    return _taken(program, view, [Place(axis, value.position, int(length), str(value))], scope, block_axes(value))


def block(program: Program, value: nodes.Block, scope: Scope) -> View:
    view, places = program.read(value.matrix, scope), []
    corner = zip((ROW, COLUMN), (value.top, value.left), value.shape, value.matrix.shape, strict=True)
    for axis, first, length, whole in corner:
        straight = _straight(Place(axis, first, int(whole), ""), scope)
        if straight is not None:
            view = view.moved(axis, *straight, keep=length != 1)
        else:
            places.append(Place(axis, first + symbol_of(axis), int(whole), str(value)))
    return _taken(program, view, places, scope, block_axes(value))


def stack(program: Program, value: nodes.HorizontalStack, scope: Scope) -> View:
    axis = COLUMN if value.common == 0 else ROW
    position, start, cases = symbol_of(axis), 0, []
    for part in value.args:
        length = int(part.shape[1 - value.common])
        place = Place(axis, position - start, length, "")
        start += length
        cases.append((program.read(part, scope), Case(Lt(position, start), (place,))))
    return program.gather(cases, lengths_in(value, scope))


def concatenation(program: Program, value: nodes.Concatenation, scope: Scope) -> View:
    """The members side by side: in a copy with the index between rows and columns they are one long row."""
    length, (rows, width) = int(value.length), map(int, value.term.shape)
    term = program.read(value.term, {**scope, value.symbol: length})
    copy = program.add("copy", (term,), {**scope, ROW: rows, value.symbol: length, COLUMN: width})
    strides = {axis: stride for axis, stride in copy.strides.items() if axis not in (value.symbol, COLUMN)}
    return copy._replace(strides={**strides, COLUMN: 1} if length * width > 1 else strides)


def indexed(program: Program, value: nodes.IndexedMatrix, scope: Scope) -> View:
    rows, columns = map(int, value.shape)
    view = program.read(value.formula, {**scope, value.row: rows, value.column: columns})
    return view.renamed({value.row: ROW, value.column: COLUMN})


def scatter(program: Program, value: nodes.Scatter, scope: Scope) -> View:
    """What goes to each place, summed over the two indices; over none of which the position is the index itself."""
    view = program.read(value.matrix, scope).renamed({ROW: value.row, COLUMN: value.column})
    asked: list[Boolean] = []
    summed: dict[Axis, int] = {}
    own: dict[Symbol, Axis] = {}
    for axis, symbol, position, length in zip(
        (ROW, COLUMN), value.bound_symbols, value.positions, map(int, value.matrix.shape), strict=True
    ):
        if position == symbol:
            own[symbol] = axis
            asked.append(Lt(symbol_of(axis), length))
        else:
            summed[symbol] = length
            asked.append(Eq(position, symbol_of(axis), evaluate=False))
    condition = And(*asked).xreplace({symbol: symbol_of(axis) for symbol, axis in own.items()})
    view = view.renamed(own)
    outer = {symbol: length for symbol, length in scope.items() if symbol in view.strides or condition.has(symbol)}
    cases = (view, Case(condition)), (program.number(S.Zero), Case())
    found = program.gather(cases, {**outer, **summed, **block_axes(value)})
    for symbol in reversed(list(summed)):
        length = summed.pop(symbol)
        if length > 1:
            lengths = {**outer, **summed, **block_axes(value)}
            found = program.add("sum", (found.renamed({symbol: ALONG}),), lengths, length)
    return found


def cases(program: Program, value: Piecewise, scope: Scope) -> View:
    x = value.args[0].expr
    if value == nodes.ExponentialLinear.of_number(x):
        return program.add("elu", (program.read(x, scope),), scope)
    return _cases_of_indices(program, value, scope)


def _cases_of_indices(program: Program, value: Piecewise, scope: Scope) -> View:
    """Values by cases: conditions on indices say where an entry comes from, conditions on numbers are operations."""
    *cases, last = value.args
    found = program.read(last.expr, scope)
    for case in reversed(cases):
        known, asked = _apart(case.cond, scope)
        inner = program.read(case.expr, scope)
        if asked is not S.true:
            condition = program.read(asked, scope)
            inner = program.add("if", (condition, inner, found), scope)
        if known is S.true:
            found = inner
            continue
        read = {axis for view in (inner, found) for axis in view.strides}
        lengths = {axis: length for axis, length in scope.items() if axis in read or known.has(axis)}
        found = program.gather([(inner, Case(known)), (found, Case())], lengths)
    return found


def _apart(condition: Boolean, scope: Scope) -> tuple[Boolean, Boolean]:
    """The parts of a condition that indices decide, and those that rest on numbers."""
    parts = condition.args if isinstance(condition, And) else (condition,)
    known = [part for part in parts if part.free_symbols <= scope.keys()]
    return And(*known), And(*(part for part in parts if part not in known))


def _members(value: nodes.Member) -> list[Place]:
    axes = family_axes(len(value.positions))
    places = zip(axes, value.positions, value.family.lengths, strict=True)
    return [Place(axis, position, int(length), str(value)) for axis, position, length in places]


def _taken(program: Program, view: View, places: Sequence[Place], scope: Scope, rest: Mapping[Axis, int]) -> View:
    """A view at positions along some of its axes, each a number or a formula of indices; ``rest`` are other axes."""
    computed = []
    for place in places:
        straight = _straight(place, scope)
        if straight is None:
            computed.append(place)
        else:
            view = view.moved(place.axis, *straight)
    if not computed:
        return view
    lengths = {axis: length for axis, length in scope.items() if axis in view.strides or _mentions(computed, axis)}
    return program.gather([(view, Case(places=tuple(computed)))], {**lengths, **rest})


def _mentions(places: Sequence[Place], axis: Axis) -> bool:
    return any(place.formula.has(axis) for place in places)


def _straight(place: Place, scope: Scope) -> tuple[int, dict[Axis, int]] | None:
    """A position as a start and a stride for each index; nothing if it is none, or not inside for all their values."""
    single = {symbol: S.Zero for symbol, length in scope.items() if length == 1}
    formula = expand(place.formula.xreplace(single))
    start = formula.xreplace(dict.fromkeys(scope, S.Zero))
    strides = {symbol: formula.coeff(symbol) for symbol in scope if formula.has(symbol)}
    rest = formula - start - sum(symbol * stride for symbol, stride in strides.items())
    if not all(isinstance(part, Integer) for part in (start, *strides.values())) or expand(rest) != 0:
        return None
    ends = [(0, int(stride) * (scope[symbol] - 1)) for symbol, stride in strides.items()]
    low, high = (int(start) + sum(map(end, ends)) for end in (min, max))
    if low < 0 or high >= place.length:
        return None
    return int(start), {symbol: int(stride) for symbol, stride in strides.items()}
