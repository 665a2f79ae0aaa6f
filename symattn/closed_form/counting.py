"""How large an entry would be, written out: counted from the nodes' own definitions before anything is built.

Each node's entry is written once with a placeholder for each matrix it is made from; a placeholder then counts as much
as the entry it stands for, as often as it appears. So deep equations are counted in time proportional to their length,
however large what they describe.
"""

from __future__ import annotations

from collections.abc import Mapping

from sympy import Add, Expr, KroneckerDelta, MatrixSymbol, Max, Min, Mul, Pow, S, Sum, Symbol, Transpose
from sympy.functions.elementary.piecewise import ExprCondPair
from sympy.matrices.expressions.matexpr import MatrixElement

from symattn.equations import EquationSystem
from symattn.nodes import Indices, LargestOver, Member, Node, ThresholdOver, Value, entry_of, index, is_matrix

ROW, COLUMN = index("i"), index("j")


def operations_in_entry(system: EquationSystem, name: str, expand: bool) -> int:
    """Operations in one entry of a value, over the named values or over the inputs; an indexed sum is one operation.

    >>> from symattn.mechanisms import named
    >>> operations_in_entry(named("dot"), "O", expand=False), operations_in_entry(named("dot"), "O", expand=True)
    (2, 10)
    """
    if not expand or name not in system.by_name:
        return _of_value(system[name], {}, {})
    weights: dict[str, int] = {}
    for equation in system.needed(name):
        weights[equation.name] = _of_value(equation.expression, weights, {})
    return weights[name]


def _of_value(value: Value, weights: Mapping[str, int], known: dict[Value, int]) -> int:
    """Operations in an entry of a value, when an entry of each name counts as much as ``weights`` says."""
    if not isinstance(value, Node):
        if isinstance(value, Transpose):
            return _of_value(value.arg, weights, known)
        return weights.get(value.name, 0) if isinstance(value, MatrixSymbol) else operations(value, weights)
    if isinstance(value, Member):
        return weights.get(value.name, 0)
    if value not in known:
        inner = dict(weights)
        arguments = list(value.args)
        for place, argument in enumerate(arguments):
            if is_matrix(argument):
                # No declared name begins with a digit.
                placeholder = MatrixSymbol(f"{place} of {len(known)}", *argument.shape)
                inner[placeholder.name] = _of_value(argument, weights, known)
                arguments[place] = placeholder
        written = entry_of(value.func(*arguments), ROW, COLUMN, Indices(avoid=(value, ROW, COLUMN)))
        known[value] = operations(written, inner)
    return known[value]


def operations(expression: Expr, weights: Mapping[str, int] | None = None) -> int:
    """Operations in an expression; a quotient and a difference are one each, a sum over a known range all its terms.

    >>> from sympy import sqrt
    >>> from sympy.abc import x, y
    >>> operations(x / y - 1), operations(sqrt(x * y))
    (2, 2)
    """
    weights = weights or {}
    if isinstance(expression, MatrixElement):
        return weights.get(expression.parent.name, 0)
    if isinstance(expression, Symbol):
        return weights.get(expression.name, 0)
    if is_matrix(expression) or isinstance(expression, KroneckerDelta) or expression in (S.true, S.false):
        return 0
    if isinstance(expression, (Sum, LargestOver, ThresholdOver)):
        term, length = operations(expression.function, weights), expression.limits[0][2] + 1
        if isinstance(expression, ThresholdOver):
            return term * (int(length) if length.is_Integer else 1) + 1
        return int(length) * (term + 1) - 1 if length.is_Integer else term + 1
    if isinstance(expression, Expr) and expression.is_number:
        return 0
    read, own = sum(operations(part, weights) for part in expression.args), len(expression.args) - 1
    if isinstance(expression, Add):
        return read + own - sum(_is_negated(part) for part in expression.args[1:])
    if isinstance(expression, Mul):
        # A denominator's own reciprocal is no operation beside the division.
        return read + own - sum(_is_inverted(part) for part in expression.args)
    if isinstance(expression, ExprCondPair):
        return read
    return read + (own if isinstance(expression, (Max, Min)) else 1)


def _is_negated(part: Expr) -> bool:
    return isinstance(part, Mul) and part.args[0] is S.NegativeOne


def _is_inverted(part: Expr) -> bool:
    return isinstance(part, Pow) and part.exp is S.NegativeOne and not part.is_number
