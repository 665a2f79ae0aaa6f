"""Every row of the cotangent table at generic sizes: nodes over plain names, and the equations that the row claims."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sympy import Expr, Integer, Le, MatrixSymbol, Rational, S, Symbol, Transpose, ZeroMatrix

import symattn.nodes as nodes
from symattn.calculus import COTANGENT, cotangents_of
from symattn.equations import Equation, EquationSystem
from symattn.language.declarations import declare
from symattn.nodes import FamilySymbol, IndexSum, Member, full_shape, is_matrix, shape_of
from symattn.nodes.written import element
from symattn.proof.chain_rule import ReverseMode
from symattn.shapes import size

Axes = tuple[tuple[Symbol, Expr], ...]

OUTPUT, UPSTREAM = "O", "dO"
ROW, COLUMN, HEAD, PLACE = (nodes.index(name) for name in "ijha")
NAMES = ["n", "m", "d", "p"]
"""The sizes, apart from the number of members of a family, ``H``."""

UNARY = tuple(node for node in COTANGENT if issubclass(node, (nodes.ElementwiseFunction, nodes.Reduction)))
BINARY = (nodes.ElementwiseSum, nodes.ElementwiseDifference, nodes.ElementwiseProduct, nodes.ElementwiseQuotient)
EXPONENTS = (Integer(2), Integer(3), Integer(-1), S.Half, Symbol("c", real=True))
ALPHAS = {Rational(4, 3): (0, 2), Rational(3, 2): (0, 2, 3), Integer(3): (0, 1, 2, 4)}
"""Of entmax other than sparsemax, with which sets of allowed keys; proofs about the other ones take long."""


@dataclass(frozen=True)
class Instance:
    """``O = node``, or a family ``O[h] = node``, of the sizes in ``sizes``; its arguments are names."""

    node: Any
    axes: Axes = ()

    @property
    def arguments(self) -> dict[str, Any]:
        """What a derivative is asked for: the names that the node's arguments are, sets of allowed keys among them."""
        found = {}
        for part in self.node.args:
            if isinstance(part, (MatrixSymbol, Member)) or (isinstance(part, Symbol) and not is_size(part)):
                found[part.name] = part
        return {name: part for name, part in found.items() if not nodes.base.is_index(part)}

    @property
    def forward(self) -> Equation:
        return Equation(OUTPUT, self.node, self.axes)

    @property
    def system(self) -> EquationSystem:
        """The node alone, as a mechanism of one equation."""
        inputs = tuple(part.family if isinstance(part, Member) else part for part in self.inputs())
        return EquationSystem("one node", inputs, (self.forward,), OUTPUT)

    def inputs(self) -> Iterator[Any]:
        found = dict.fromkeys(self.arguments.values())
        masks = (part for part in self.node.atoms(MatrixSymbol) if not isinstance(part, FamilySymbol))
        yield from found
        yield from sorted((mask for mask in masks if mask not in found), key=str)

    def claimed(self) -> dict[str, Equation]:
        """For each argument the equation of its cotangent, as the row of the table has it."""
        upstream = declare(UPSTREAM, self.forward.shape)
        if self.axes:
            upstream = Member(upstream, *self.forward.indices)
        made = cotangents_of(self.node, upstream, self.forward.left_side)
        return {
            part.name: self._equation(part, cotangent)
            for part, cotangent in zip(self.node.args, made, strict=True)
            if getattr(part, "name", None) in self.arguments
        }

    def _equation(self, part: Any, cotangent: Any) -> Equation:
        name, bound = f"d{part.name}", ()
        if isinstance(self.node, nodes.OverAnIndex):
            bound = ((self.node.symbol, self.node.length),)
        axes = tuple(pair for pair in (*self.axes, *bound) if isinstance(part, Member) and pair[0] in part.positions)
        if cotangent is None:
            return Equation(name, ZeroMatrix(*shape_of(part)) if is_matrix(part) else S.Zero, axes)
        for symbol, length in self.axes:
            if (symbol, length) not in axes:
                cotangent = IndexSum(cotangent, symbol, length)
        return Equation(name, cotangent, axes)

    def whole(self, equations: dict[str, Equation]) -> EquationSystem:
        """The forward equation, and behind it cotangents; of a scalar's, which has one entry, that entry."""
        made = []
        for name, equation in equations.items():
            if not is_matrix(self.arguments[name]) and is_matrix(equation.expression):
                total = Equation(f"D_{name}", equation.expression)
                made += [total, Equation(equation.name, element(total.symbol, S.Zero, S.Zero))]
            else:
                made.append(equation)
        inputs = (*self.system.input_symbols, declare(UPSTREAM, self.forward.shape))
        cotangents = ((OUTPUT, UPSTREAM), *((name, equation.name) for name, equation in equations.items()))
        return EquationSystem("one row", inputs, (self.forward, *made), OUTPUT, cotangents=cotangents)

    def reverse_mode(self) -> ReverseMode:
        """The row's claim, as it stands in the table."""
        return ReverseMode.of(self.whole(self.claimed()), (self.forward,))

    def __str__(self) -> str:
        axes = "".join(f"[{symbol}]" for symbol, _ in self.axes)
        shapes = ", ".join(f"{name} {full_shape(symbol)}" for name, symbol in self.system.inputs.items())
        return f"{type(self.node).__name__}{axes}: {self.node} with {shapes}".replace(" ", "")


def is_size(symbol: Symbol) -> bool:
    return bool(symbol.is_integer and symbol.is_positive)


def instances(same: bool = False) -> tuple[Instance, ...]:
    """Instances of every row; with ``same`` all sizes but the number of members are one, so that matrices are square.

    The order is the same in both.
    """
    n, m, d, p = (size("n" if same else name) for name in NAMES)
    count = size("H")
    return tuple(_with_families(list(_plain(n, m, d, p, count)), count))


def _with_families(plain: list[Instance], count: Expr) -> Iterator[Instance]:
    """The instances, and for each kind of node the first one of them once more over members of families."""
    seen = set()
    for each in plain:
        yield each
        matrices = [part for part in each.node.args if isinstance(part, MatrixSymbol)]
        kind = type(each.node), len(matrices)
        if each.axes or kind in seen or not matrices or isinstance(each.node, nodes.OverAnIndex):
            continue
        seen.add(kind)
        members = {part: Member(FamilySymbol(part.name, *part.shape, count), HEAD) for part in matrices}
        yield Instance(each.node.func(*(members.get(part, part) for part in each.node.args)), ((HEAD, count),))
        if len(matrices) > 1:
            first = {matrices[0]: members[matrices[0]]}
            yield Instance(each.node.func(*(first.get(part, part) for part in each.node.args)), ((HEAD, count),))


def _plain(n: Expr, m: Expr, d: Expr, p: Expr, count: Expr) -> Iterator[Instance]:
    def kinds(names: str) -> list[Any]:
        """A matrix, a column, a row, a matrix of one entry, a number."""
        shapes = [(n, m), (n, S.One), (S.One, m), (S.One, S.One)]
        pairs = zip(names, shapes, strict=False)
        return [*(MatrixSymbol(name, *shape) for name, shape in pairs), Symbol(names[4], real=True)]

    lefts, rights = kinds("Auvsc"), kinds("Bwxyt")
    A, B, mask = lefts[0], rights[0], MatrixSymbol("M", n, m)
    causal = nodes.IndexCondition(Le(COLUMN, ROW, evaluate=False), ROW, COLUMN, n, m)
    for node in (*UNARY, nodes.Negation, Transpose):
        yield from (Instance(node(part)) for part in lefts[:4])
    for node in BINARY:
        yield from (Instance(node(a, b)) for a in lefts for b in rights if is_matrix(a) or is_matrix(b))
    yield from (Instance(nodes.ElementwisePower(part, c)) for part in lefts[:4] for c in EXPONENTS)
    for rows, inner, columns in ((n, d, m), (n, S.One, m), (S.One, d, S.One), (S.One, d, m), (n, d, S.One)):
        yield Instance(nodes.MatrixProduct(MatrixSymbol("A", rows, inner), MatrixSymbol("B", inner, columns)))
    sets = (None, mask, MatrixSymbol("M", n, 1), MatrixSymbol("M", 1, m), causal, nodes.Intersection(mask, causal))
    for options in ((nodes.Softmax,), (nodes.LogSumExp,), (nodes.Hardmax,), (nodes.Entmax, Integer(2))):
        node, *numbers = options
        yield from (Instance(node(A, *numbers, allowed=allowed)) for allowed in sets)
        yield from (Instance(node(part, *numbers)) for part in lefts[1:4])
    for alpha, some in ALPHAS.items():
        yield from (Instance(nodes.Entmax(A, alpha, allowed=sets[place])) for place in some)
    yield Instance(causal)
    yield Instance(nodes.Intersection(mask, MatrixSymbol("N", 1, m)))
    F = FamilySymbol("F", n, d, count)
    for node in (IndexSum, nodes.Concatenation):
        yield Instance(node(Member(F, HEAD), HEAD, count))
        yield Instance(node(Member(FamilySymbol("F", n, d, p, count), PLACE, HEAD), HEAD, count), ((PLACE, p),))
    yield Instance(nodes.HorizontalStack(A, MatrixSymbol("B", n, d), MatrixSymbol("u", n, 1)))
    yield Instance(nodes.HorizontalStack(A, B))
    yield Instance(nodes.VerticalStack(A, MatrixSymbol("B", d, m), MatrixSymbol("v", 1, m)))
    yield Instance(nodes.VerticalStack(A, B))
    yield Instance(nodes.Column(A, S.Zero))
    yield Instance(nodes.Column(A, PLACE), ((PLACE, m),))
    yield Instance(nodes.Row(A, S.Zero))
    yield Instance(nodes.Row(A, PLACE), ((PLACE, n),))
    yield Instance(nodes.Block(MatrixSymbol("A", n + d, m + p), S.Zero, S.Zero, n, m))
    yield Instance(nodes.Block(MatrixSymbol("A", n + d, m + p), n, m, d, p))
    yield Instance(nodes.Block(MatrixSymbol("A", n, m + d + p), S.Zero, m, n, d))
    yield Instance(nodes.Block(MatrixSymbol("A", n, count * d), S.Zero, HEAD * d, n, d), ((HEAD, count),))
    yield Instance(nodes.Scatter(A, (ROW + COLUMN) % d, COLUMN, ROW, COLUMN, d, m))
    yield Instance(nodes.Scatter(A, S.Zero, ROW + COLUMN, ROW, COLUMN, S.One, n + m - 1))
    yield Instance(nodes.Scatter(A, ROW, COLUMN - 1, ROW, COLUMN, n, m))


def by_row() -> dict[type, list[Instance]]:
    """The instances of each kind of node, at generic sizes."""
    found: dict[type, list[Instance]] = {}
    for each in instances():
        found.setdefault(type(each.node), []).append(each)
    return found
