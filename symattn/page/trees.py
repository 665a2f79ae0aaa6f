"""Formulas of single entries as data for a page's script, which puts numbers into them and prints them.

A tree is a whole number, or a list whose first item says what it is; :data:`ROWS` has a row for every kind of formula.
Positions and indices count from 0.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sympy import (
    Abs,
    Add,
    And,
    Basic,
    Eq,
    Expr,
    Integer,
    Max,
    Min,
    Mod,
    Mul,
    Ne,
    Not,
    NumberSymbol,
    Or,
    Piecewise,
    Pow,
    Rational,
    S,
    Sum,
    Symbol,
    cos,
    erf,
    exp,
    floor,
    log,
    sin,
    tanh,
)
from sympy.core.relational import Relational
from sympy.logic.boolalg import BooleanFalse, BooleanTrue
from sympy.matrices.expressions.matexpr import MatrixElement

from symattn.errors import MissingRowError
from symattn.nodes import LargestOver, Member, ThresholdOver
from symattn.nodes.base import is_index
from symattn.publishing.printer import quotient, sum_terms

Tree = Any
"""What JSON can hold: whole numbers, texts, truths and lists of these."""

FUNCTIONS: dict[type[Basic], str] = {
    exp: "exp",
    log: "log",
    tanh: "tanh",
    cos: "cos",
    sin: "sin",
    Abs: "abs",
    erf: "erf",
    Max: "max",
    Min: "min",
    floor: "floor",
    Mod: "mod",
}

CONSTANTS = {S.Pi: "π", S.Exp1: "e", S.Infinity: "∞", S.NegativeInfinity: "−∞"}

OVER: dict[type[Basic], str] = {Sum: "sum", LargestOver: "largest"}
"""What runs over an index."""

JOINED: dict[type[Basic], str] = {And: "and", Or: "or", Not: "not"}


def tree(value: Basic) -> Tree:
    """The tree of a scalar formula or of a condition.

    >>> from sympy import MatrixSymbol
    >>> i = Symbol("i", integer=True, nonnegative=True)
    >>> tree(2 * MatrixSymbol("Q", 2, 2)[i, 0])
    ['product', False, [2, ['entry', 'Q', ['index', 'i'], 0]], []]

    Errors: ``MissingRowError`` for a kind of formula that the table lacks.
    """
    for kind in type(value).__mro__:
        if kind in ROWS:
            return ROWS[kind](value)
    raise MissingRowError(f"a page cannot explain {type(value).__name__}; add a row to page/trees.py")


def _integer(value: Integer) -> Tree:
    return int(value)


def _rational(value: Rational) -> Tree:
    return ["quotient", int(value.p), int(value.q)]


def _constant(value: Expr) -> Tree:
    return ["constant", CONSTANTS[value]]


def _symbol(value: Symbol) -> Tree:
    return ["index" if is_index(value) else "entry", value.name]


def _entry(value: MatrixElement) -> Tree:
    matrix, *places = value.args
    before = matrix.positions if isinstance(matrix, Member) else ()
    return ["entry", matrix.name, *map(tree, (*before, *places))]


def _sum(value: Add) -> Tree:
    return ["total", *([bool(negative), tree(term)] for negative, term in sum_terms(value))]


def _product(value: Mul) -> Tree:
    found = quotient(value)
    return ["product", bool(found.negative), list(map(tree, found.above)), list(map(tree, found.below))]


def _power(value: Pow) -> Tree:
    if value.exp == Rational(1, 2):
        return ["root", tree(value.base)]
    if value.exp.could_extract_minus_sign():
        return ["product", False, [], [tree(1 / value)]]
    return ["power", tree(value.base), tree(value.exp)]


def _function(value: Expr) -> Tree:
    name = next(FUNCTIONS[kind] for kind in type(value).__mro__ if kind in FUNCTIONS)
    return ["function", name, *map(tree, value.args)]


def _over(value: Expr) -> Tree:
    term, *ranges = value.args
    if isinstance(value, Sum) and len(ranges) > 1:
        raise MissingRowError("a page explains sums over one index; add a row for several to page/trees.py")
    symbol, first, last = ranges[0]
    kind = next(OVER[each] for each in type(value).__mro__ if each in OVER)
    return ["over", kind, symbol.name, tree(first), tree(last), tree(term)]


def _threshold(value: ThresholdOver) -> Tree:
    """What entmax subtracts from a row of scores; it has no formula of its own."""
    return ["threshold"]


def _cases(value: Piecewise) -> Tree:
    return ["cases", *([tree(case), tree(held)] for case, held in value.args)]


def _truth(value: BooleanTrue | BooleanFalse) -> Tree:
    return bool(value)


def _joined(value: And | Or | Not) -> Tree:
    return [JOINED[type(value)], *map(tree, value.args)]


def _relation(value: Relational) -> Tree:
    sign = {Eq: "=", Ne: "≠", "<=": "≤", ">=": "≥"}.get(type(value) if isinstance(value, (Eq, Ne)) else value.rel_op)
    return ["compare", sign or value.rel_op, *map(tree, value.args)]


ROWS: dict[type[Basic], Callable[[Any], Tree]] = {
    Integer: _integer,
    Rational: _rational,
    NumberSymbol: _constant,
    type(S.Infinity): _constant,
    type(S.NegativeInfinity): _constant,
    Symbol: _symbol,
    MatrixElement: _entry,
    Add: _sum,
    Mul: _product,
    Pow: _power,
    **dict.fromkeys(FUNCTIONS, _function),
    **dict.fromkeys(OVER, _over),
    ThresholdOver: _threshold,
    Piecewise: _cases,
    BooleanTrue: _truth,
    BooleanFalse: _truth,
    **dict.fromkeys(JOINED, _joined),
    Relational: _relation,
}
