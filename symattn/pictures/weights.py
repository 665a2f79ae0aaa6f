"""The attention weights of a mechanism with numbers: every matrix of them, one a head, and what it is made from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any, Protocol, TypeGuard

from sympy import Expr, MatrixSymbol, Symbol

from symattn import exact, limits
from symattn.equations import Equation, EquationSystem, mentioned_names
from symattn.errors import InputError, LimitError
from symattn.exact import Element, Evaluation, ExactFamily, ExactMatrix
from symattn.nodes import Concatenation, IndexedMatrix, IndexSum, LogSumExp, MatrixProduct, OverAllowedKeys
from symattn.pictures.wording import ENGLISH, Wording
from symattn.publishing.text_notation import TextNotation
from symattn.shapes import show


class Numbered(Protocol):
    """What is asked of a mechanism with numbers."""

    symbolic: EquationSystem
    sizes: dict[str, int]

    @property
    def system(self) -> EquationSystem:
        """The system with its sizes as numbers."""

    def exact(self, name: str) -> Any:
        """One value in exact numbers."""


@dataclass(frozen=True)
class Attention:
    """One matrix of attention weights ``(n, m)``, a row for each query, a column for each key.

    ``normaliser`` is what makes it from ``scores`` of the same shape, both ``None`` for weights made otherwise;
    ``allowed[i][j]`` says whether query ``i`` may attend to key ``j``; ``at`` are the values of its indices. Weights
    that stand ``inside`` the formula of ``name`` are not its whole value.
    """

    name: str
    head: str
    weights: ExactMatrix
    normaliser: OverAllowedKeys | None = None
    scores: ExactMatrix | None = None
    allowed: tuple[tuple[bool, ...], ...] = ()
    at: tuple[tuple[Symbol, int], ...] = ()
    inside: bool = False

    @property
    def title(self) -> str:
        """What the matrix is called in English; see :meth:`called`."""
        return self.called(ENGLISH)

    def called(self, words: Wording) -> str:
        """What the matrix is called, as in ``P, h = 1``; heads are counted from 1, as in print."""
        name = TextNotation().name(self.name)
        name = words("weights in", name=name) if self.inside else name
        return words("head", name=name, head=self.head) if self.head else name

    def is_allowed(self, i: int, j: int) -> bool:
        """Whether a query may attend to a key."""
        return not self.allowed or self.allowed[i][j]

    def rows_with_keys(self) -> Iterator[tuple[int, list[int]]]:
        """Each query that may attend to a key, with all keys that it may attend to."""
        n, m = self.weights.shape
        for i in range(n):
            if keys := [j for j in range(m) if self.is_allowed(i, j)]:
                yield i, keys

    def with_scores(self, scores: ExactMatrix) -> ExactMatrix:
        """The weights that the same normaliser makes from other scores, with the same allowed set.

        Errors: ``ExactnessError`` where those weights have no exact value.
        """
        assert self.normaliser is not None
        n, m = scores.shape
        known = {"scores": scores, "allowed": ExactMatrix.multiples([map(int, row) for row in self.allowed])}
        marks = [MatrixSymbol("allowed", n, m)] if self.normaliser.allowed is not None else []
        node = type(self.normaliser)(MatrixSymbol("scores", n, m), *self.normaliser.options, *marks)
        made = Evaluation(known)(node)
        assert isinstance(made, ExactMatrix)
        return made


def attention_in(bound: Numbered, value: str | None = None) -> tuple[Attention, ...]:
    """Every matrix of attention weights on the way to the output, in order, one for each head.

    These are the values of softmax and its relatives; behind them the left factor of the output's product where it
    is made from them, as the difference in differential attention. Without any, the value called ``P``, or that
    factor. ``value`` names another matrix.
    Errors: ``InputError`` where none can be told, naming the matrices; ``UnknownNameError`` for a value that the
    mechanism does not have; ``LimitError`` for more than a picture holds.
    """
    system = bound.system
    if value is not None:
        return tuple(_named(bound, value))
    found = [attention for maker in makers(system) for attention in _made_by(bound, *maker)]
    left = left_factor(system)
    if found:
        whole = {attention.name for attention in found if not attention.inside}
        if left is not None and left not in whole and _rests_on(system, left):
            found += _named(bound, left)
        return tuple(found)
    chosen = "P" if "P" in system.by_name else left
    if chosen is None:
        matrices = ", ".join(name for name in system.by_name if len(system.shape(name)) >= 2)
        raise InputError(
            f"{system.name} has no attention weights that can be told from its equations: no value is a softmax, or "
            f"another normaliser, of scores. Name a value to draw; its matrices: {matrices}."
        )
    return tuple(_named(bound, chosen))


def makers(system: EquationSystem) -> Iterator[tuple[Equation, OverAllowedKeys]]:
    """The normalisers on the way to the output, in order, each with the equation in which it stands."""
    for equation in system.needed(system.output):
        for node in sorted(filter(is_normaliser, equation.expression.atoms(OverAllowedKeys)), key=str):
            yield equation, node


def is_normaliser(value: Any) -> TypeGuard[OverAllowedKeys]:
    """Whether a value is the weights of scores: a softmax or one of its relatives, and nothing around it."""
    return isinstance(value, OverAllowedKeys) and not isinstance(value, LogSumExp)


def normalised_in(bound: Numbered, kind: str) -> tuple[Attention, ...]:
    """Those of the attention weights that a normaliser makes from scores.

    Errors: ``InputError`` naming the ``kind`` of picture where there are none.
    """
    found = tuple(attention for attention in attention_in(bound) if attention.normaliser is not None)
    if not found:
        raise InputError(
            f"a picture of {kind} is made from scores and their softmax, or another normaliser over the keys; "
            f"{bound.system.name} has none. The kind 'weights' draws its weights."
        )
    return found


def left_factor(system: EquationSystem) -> str | None:
    """The name of the equation that stands on the left of the output's product, as P in ``O = P @ V``."""
    output = system[system.output]
    if isinstance(output, MatrixProduct) and isinstance(output.left, MatrixSymbol):
        return output.left.name if output.left.name in system.by_name else None
    return None


def value_of(bound: Numbered, expression: Any, at: tuple[tuple[Symbol, int], ...] = ()) -> Any:
    """The exact value of an expression in the names of a mechanism, its indices at the given positions."""
    evaluation = Evaluation(_known(bound, mentioned_names(expression)))
    with evaluation.at([symbol for symbol, _ in at], [position for _, position in at]):
        return evaluation(expression)


def stretched(marks: ExactMatrix, n: int, m: int) -> tuple[tuple[bool, ...], ...]:
    """Which entries of an allowed set are not 0, a size of 1 stretched to ``(n, m)``.

    >>> stretched(ExactMatrix.of([[1, 0]]), 2, 2)
    ((True, False), (True, False))
    """
    rows, columns = marks.shape
    return tuple(
        tuple(not marks[i if rows > 1 else 0, j if columns > 1 else 0].is_zero for j in range(m)) for i in range(n)
    )


def _known(bound: Numbered, mentioned: set[str]) -> Mapping[str, Any]:
    sizes = {size: Element.constant(length) for size, length in bound.sizes.items()}
    names = {*bound.symbolic.inputs, *bound.symbolic.by_name}
    return {**sizes, **{name: bound.exact(name) for name in mentioned & names}}


def _rests_on(system: EquationSystem, name: str) -> bool:
    """Whether a normaliser is on the way to a value."""
    return any(equation.expression.atoms(OverAllowedKeys) for equation in system.needed(name))


def _made_by(bound: Numbered, equation: Equation, node: OverAllowedKeys) -> Iterator[Attention]:
    """The weights of one normaliser, one for every value of the indices of its equation and of sums around it."""
    axes = [*equation.axes, *_axes_around(equation.expression, node)]
    if any(matrix.formula.has(node) for matrix in equation.expression.atoms(IndexedMatrix)):
        return  # inside the formula of an entry, where there is one for every row and column
    name, inside = equation.name, equation.expression != node
    n, m = (int(length) for length in node.shape)
    for at in _positions(axes, n * m, ENGLISH("weights in", name=name) if inside else name):
        weights = value_of(bound, node, at)
        scores = value_of(bound, node.scores, at)
        allowed = ((True,) * m,) * n
        if node.allowed is not None:
            allowed = stretched(value_of(bound, node.allowed, at), n, m)
        yield Attention(name, _head(at), weights, node, scores, allowed, at, inside=inside)


def _axes_around(expression: Any, node: OverAllowedKeys) -> Iterator[tuple[Symbol, Expr]]:
    """The indices of sums and concatenations around a node that it depends on."""
    for binder in sorted(expression.atoms(IndexSum, Concatenation), key=str):
        if binder.symbol in node.free_symbols and binder.term.has(node):
            yield binder.symbol, binder.length


def _positions(axes: list[tuple[Symbol, Expr]], cells: int, name: str) -> Iterator[tuple[tuple[Symbol, int], ...]]:
    lengths = [int(length) for _, length in axes]
    check_cells(prod(lengths), cells, name)
    for place in product(*map(range, lengths)):
        yield tuple(zip((symbol for symbol, _ in axes), place, strict=True))


def check_cells(maps: int, cells: int, name: str) -> None:
    """Errors: ``LimitError`` for more maps, or more cells in them, than a picture holds."""
    if maps > limits.PICTURE_PANELS:
        raise LimitError(f"{name} is a family of {maps} matrices; a picture has at most {limits.PICTURE_PANELS}.")
    if maps * cells > limits.PICTURE_CELLS:
        raise LimitError(f"{name} has {maps * cells} entries; a picture has at most {limits.PICTURE_CELLS}.")


def _head(at: tuple[tuple[Symbol, int], ...]) -> str:
    return ", ".join(f"{symbol} = {position + 1}" for symbol, position in at)


def _named(bound: Numbered, name: str) -> Iterator[Attention]:
    """A value by its name, member by member."""
    system = bound.system
    shape = system.shape(name)
    if len(shape) < 2:
        raise InputError(f"{name} is a single number; a heat map is drawn of a matrix, or of a family of them.")
    equation = system.by_name.get(name)
    node = equation.expression if equation is not None else None
    if equation is not None and is_normaliser(node):
        yield from _made_by(bound, equation, node)
        return
    check_cells(prod(int(length) for length in shape[:-2]), int(shape[-2] * shape[-1]), f"{name} {show(shape)}")
    found = bound.exact(name)
    if isinstance(found, ExactFamily):
        axes = equation.axes if equation is not None else ()
        for positions, member in found.items():
            at = tuple(zip((symbol for symbol, _ in axes), positions, strict=True)) if axes else ()
            counted = ", ".join(str(position + 1) for position in positions)
            yield Attention(name, _head(at) if at else counted, member, at=at)
    else:
        assert isinstance(found, exact.ExactMatrix)
        yield Attention(name, "", found)
