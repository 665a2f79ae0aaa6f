"""From scores to weights in small steps: allowed keys, exponentials, their sums, the normalised weights."""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Abs, Expr, Le, MatrixExpr, Ne, S, Symbol, exp, log
from sympy.matrices.expressions.matexpr import MatrixElement

from symattn.calculus.naming import Names
from symattn.equations import Equation
from symattn.language.declarations import declare
from symattn.nodes import (
    Cases,
    ElementwiseQuotient,
    Exponential,
    IndexCondition,
    IndexedMatrix,
    Indices,
    OverAllowedKeys,
    RowSum,
    Softmax,
    Value,
    entry_of,
    index,
)
from symattn.nodes.allowed import condition_at
from symattn.nodes.base import broadcast_entry
from symattn.nodes.written import applied, divided, multiplied, negated
from symattn.page.lines import Choice, Line

MASK = "mask"
"""What the choice among allowed sets is called."""

ALL, OWN, CAUSAL, WINDOW, CHOSEN = "all", "own", "causal", "window", "chosen"
"""All keys; those of the mechanism; none after the query; none too far away; those that a person picks."""

ROW, COLUMN = index("i"), index("j")


@dataclass(frozen=True)
class Weighing:
    """A normaliser's lines, what there is to choose, and the inputs that this needs: a reach and a picked set."""

    lines: tuple[Line, ...]
    choices: tuple[Choice, ...] = ()
    window: Value | None = None
    picked: Value | None = None


def weighing(equation: Equation, scores: Value, temperature: Value | None, names: Names, choose: bool) -> Weighing:
    """The lines of an equation whose expression is a normaliser over allowed keys, for these scores.

    ``temperature`` divides the scores; with ``choose`` other allowed sets may be taken.
    """
    node = equation.expression
    assert isinstance(node, OverAllowedKeys)
    divided_scores = scores if temperature is None else ElementwiseQuotient(scores, temperature)
    sets, added = allowed_sets(node, equation.axes, names, choose)
    lines = [Line(made, "mask", MASK, (option,)) for option, made in sets.items() if made is not None]
    if not choose:
        lines = [Line(line.equation, "mask") for line in lines]
    called = (names.fresh("E"), names.fresh("s", "z", "r")) if isinstance(node, Softmax) else None
    with_set = {option: None if made is None else made.left_side for option, made in sets.items()}
    for allowed in dict.fromkeys(with_set.values()):
        options = tuple(option for option, found in with_set.items() if found == allowed)
        place = (MASK, options) if choose else ("", ())
        reading = None
        if called is not None:
            made, reading = _exponentials(equation, divided_scores, allowed, called)
            lines += [Line(each, role, *place) for each, role in zip(made, ("exponentials", "sums"), strict=True)]
        marks = [] if allowed is None else [allowed]
        weights = Equation(equation.name, type(node)(divided_scores, *node.options, *marks), equation.axes)
        lines.append(Line(weights, "normalise", *place, read_as=reading))
    lines.append(Line(_entropy(equation, names), "entropy"))
    return Weighing(tuple(lines), (Choice(MASK, tuple(sets)),), *added) if choose else Weighing(tuple(lines))


def _exponentials(
    equation: Equation, scores: Value, allowed: Value | None, called: tuple[str, str]
) -> tuple[tuple[Equation, Equation], Value]:
    """The exponentials of the allowed scores and their sum in each row, and the weights as one over the other.

    A score that is not allowed has no exponential, however large it is; 0 times infinity would be no number.
    """
    exponentials: MatrixExpr
    if allowed is None:
        exponentials = Exponential(scores)
    else:
        supply = Indices(avoid=[scores, allowed, ROW, COLUMN])
        score = broadcast_entry(scores, ROW, COLUMN, supply)
        kept = condition_at(allowed, ROW, COLUMN, supply)
        exponentials = IndexedMatrix(Cases.of(kept, applied(exp, score)), ROW, COLUMN, *scores.shape)
    first = Equation(called[0], exponentials, equation.axes)
    second = Equation(called[1], RowSum(first.left_side), equation.axes)
    supply = Indices(avoid=[first.left_side, second.left_side, ROW, COLUMN])
    above = entry_of(first.left_side, ROW, COLUMN, supply)
    below = entry_of(second.left_side, ROW, S.Zero, supply)
    quotient = divided(above, below) if allowed is None else Cases.of(Ne(below, 0), divided(above, below))
    return (first, second), IndexedMatrix(quotient, ROW, COLUMN, *scores.shape)


def _entropy(equation: Equation, names: Names) -> Equation:
    """How spread out the weights of each row are, in nats; a weight of 0 adds nothing, one that is no number does."""
    weights = equation.left_side
    weight = entry_of(weights, ROW, COLUMN, Indices(avoid=[weights, ROW, COLUMN]))
    term = Cases.of(Ne(weight, 0), negated(multiplied(weight, applied(log, weight))))
    terms = IndexedMatrix(term, ROW, COLUMN, *weights.shape)
    return Equation(names.fresh("h", "H"), RowSum(terms), equation.axes)


def allowed_sets(
    node: OverAllowedKeys, axes: tuple[tuple[Symbol, Expr], ...], names: Names, choose: bool
) -> tuple[dict[str, Equation | None], list[Value]]:
    """Allowed sets by option, the normaliser's own first, each as an equation; all keys need none.

    Beside them the inputs that they need: how far a window reaches, and the set that a person picks.
    """
    shape = node.scores.shape
    called = names.fresh("M", "G")
    sets: dict[str, Equation | None] = {}
    own = None if node.allowed is None else own_set(node.allowed, shape)
    added: list[Value] = []
    # A set of its own for each head makes every set of that name a family.
    heads = axes if own is not None and any(symbol in own.free_symbols for symbol, _ in axes) else ()
    if own is not None:
        is_causal = own == condition(Le(COLUMN, ROW), shape)
        sets[CAUSAL if is_causal else OWN] = Equation(called, own, heads)
    if choose or own is None:
        sets[ALL] = None
    if choose:
        reach, picked = names.fresh("w"), names.fresh("A", "B")
        added = [declare(reach, ()), declare(picked, shape)]
        others = {
            CAUSAL: condition(Le(COLUMN, ROW), shape),
            WINDOW: condition(Le(Abs(COLUMN - ROW), added[0]), shape),
            CHOSEN: condition(Ne(MatrixElement(added[1], ROW, COLUMN), 0), shape),
        }
        for option, made in others.items():
            sets.setdefault(option, Equation(called, made, heads))
    return sets, added


def condition(held: Expr, shape: tuple[Expr, Expr]) -> IndexCondition:
    """The set of the places where a condition on the row and the column holds."""
    return IndexCondition(held, ROW, COLUMN, *shape)


def own_set(allowed: MatrixExpr, shape: tuple[Expr, Expr]) -> MatrixExpr:
    """A normaliser's allowed set as a matrix of 0 and 1 of the shape of its scores."""
    if isinstance(allowed, IndexCondition) and allowed.shape == shape:
        return condition(allowed.at(ROW, COLUMN), shape)
    return condition(condition_at(allowed, ROW, COLUMN, Indices(avoid=[allowed, ROW, COLUMN])), shape)
