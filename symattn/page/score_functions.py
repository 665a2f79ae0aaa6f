"""The score functions of the library, each as equations from a query and a key to a score, for any names of these."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from sympy import Expr, MatrixSymbol, Symbol, Transpose

from symattn.calculus.naming import Names
from symattn.equations import Equation, EquationSystem, with_own_indices
from symattn.language.declarations import declare
from symattn.mechanisms import named
from symattn.nodes import MatrixProduct, Member, Value, full_shape
from symattn.nodes.cases import put_in

FUNCTIONS = ("dot", "cosine", "bilinear", "additive", "mlp-score", "rbf")
"""The mechanisms of the library whose scores a page offers for one another."""

QUERY, KEY, SCORE = "Q", "K", "S"
"""What all of these call the query, the key and the score."""


@dataclass(frozen=True)
class Scored:
    """What scores are made of: query ``(n, d)`` and key ``(m, d)``, members of families where there are heads."""

    query: Value
    key: Value
    axes: tuple[tuple[Symbol, Expr], ...] = ()


def dot_product_of(equation: Equation) -> Scored | None:
    """The query and the key whose dot products an expression is; ``None`` where it is anything else.

    >>> Q, K = MatrixSymbol("Q", 2, 3), MatrixSymbol("K", 4, 3)
    >>> dot_product_of(Equation("S", MatrixProduct(Q, Transpose(K)))).key
    K
    """
    value = equation.expression
    if not isinstance(value, MatrixProduct) or not isinstance(value.right, Transpose):
        return None
    query, key = value.left, value.right.arg
    if not all(isinstance(side, (MatrixSymbol, Member)) for side in (query, key)) or query == key:
        return None
    return Scored(query, key, equation.axes)


@cache
def equations_of(name: str) -> tuple[EquationSystem, tuple[Equation, ...]]:
    """A score function's mechanism and its equations up to the score."""
    system = named(name)
    return system, system.needed(SCORE)


def function_of(equations: tuple[Equation, ...]) -> str | None:
    """The score function whose equations these are, letter by letter."""
    return next((name for name in FUNCTIONS if equations_of(name)[1] == equations), None)


def rewritten(name: str, scored: Scored, score: str, names: Names) -> tuple[tuple[Equation, ...], tuple[Value, ...]]:
    """A score function's equations for other queries and keys, and the inputs that it needs besides.

    Its score is called ``score``; what else it names is called something that is free. Query and key have entries of
    one length here, where the library may tell two lengths apart.
    """
    system, equations = equations_of(name)
    lengths = dict[Expr, Expr]()
    for own, given in ((system.inputs[QUERY], scored.query), (system.inputs[KEY], scored.key)):
        lengths.update(zip(full_shape(own), given.shape, strict=True))
    mentioned = {symbol.name for equation in equations for symbol in equation.expression.free_symbols}
    inputs = [each for key, each in system.inputs.items() if key in mentioned and key not in (QUERY, KEY)]
    for symbol in system.sizes:
        if symbol not in lengths and any(
            symbol in length.free_symbols for each in inputs for length in full_shape(each)
        ):
            lengths[symbol] = type(symbol)(names.fresh(symbol.name), **symbol.assumptions0)
    replaced: dict[Expr, Expr] = {}
    for own, given in ((system.inputs[QUERY], scored.query), (system.inputs[KEY], scored.key)):
        replaced[own.xreplace(lengths)] = given
    added = []
    for symbol in inputs:
        sized = symbol.xreplace(lengths)
        renamed = declare(names.fresh(symbol.name), full_shape(sized))
        added.append(renamed)
        replaced[sized] = renamed
    made = []
    for equation in equations:
        own = with_own_indices(equation.replaced(lengths).expression, names.as_indices())
        value = put_in(own, replaced)
        called = score if equation.name == SCORE else names.fresh(equation.name)
        new = Equation(called, value, scored.axes)
        made.append(new)
        replaced[equation.replaced(lengths).symbol] = new.left_side
    return tuple(made), tuple(added)
