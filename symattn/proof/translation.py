"""SymPy formulas of entries in index notation; names are kept, or replaced by what defines them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import reduce
from typing import Any

from sympy import (
    Abs,
    Add,
    Basic,
    E,
    Expr,
    Integer,
    KroneckerDelta,
    Max,
    Min,
    Mod,
    Mul,
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
from sympy.core.relational import Eq, Ge, Gt, Le, Lt, Ne, Relational
from sympy.logic.boolalg import And, Boolean, Not, Or
from sympy.matrices.expressions.matexpr import MatrixElement

from symattn.equations import Equation
from symattn.errors import MissingRowError
from symattn.nodes import Indices, LargestOver, Member, ThresholdOf, ThresholdOver, Value, entry_of, index, shape_of
from symattn.nodes.base import is_index
from symattn.proof import normal_form, ranges
from symattn.proof.terms import (
    Expression,
    Factor,
    Index,
    added,
    fresh,
    negated,
    number,
    of_factor,
    of_index,
    of_size,
    one,
    scaled,
    subtracted,
)

Places = Mapping[Symbol, Expression]
"""What stands for each SymPy index: an index, or a formula of a position."""


@dataclass
class Translator:
    """Translates entries; ``definitions`` are the equations whose names are replaced by what they stand for.

    The names of ``scalars`` are inputs without rows and columns; every other symbol is a size.
    """

    definitions: Mapping[str, Equation] = field(default_factory=dict)
    scalars: frozenset[str] = frozenset()
    templates: dict[str, tuple[tuple[Index, ...], Expression]] = field(default_factory=dict)

    def length(self, value: Expr) -> Expression:
        """A number of rows, columns or members."""
        return self.formula(value, {})

    def entry(self, value: Value, positions: Iterable[Expression], family: Places | None = None) -> Expression:
        """The entry of a matrix at a row and a column, or a scalar; ``family`` says what its free indices are."""
        places = dict(family or {})
        if not shape_of(value):
            return self.formula(value, places)
        i, j = index("_row"), index("_column")
        places[i], places[j] = positions
        rows, columns = value.shape
        at_row = S.Zero if rows == 1 else i
        at_column = S.Zero if columns == 1 else j
        return self.formula(entry_of(value, at_row, at_column, Indices(avoid=(value, i, j, *places))), places)

    def named(self, name: str, positions: tuple[Expression, ...]) -> Expression:
        """An entry of a named value: the members' positions, then row and column."""
        if name not in self.definitions:
            return of_factor(Factor("entry", name, positions))
        if name not in self.templates:
            self.templates[name] = self._template(self.definitions[name])
        indices, template = self.templates[name]
        return normal_form.substituted(template, dict(zip(indices, positions, strict=True)))

    def _template(self, equation: Equation) -> tuple[tuple[Index, ...], Expression]:
        indices = self.free_indices(equation.shape)
        count = len(equation.axes)
        family = {symbol: of_index(own) for symbol, own in zip(equation.indices, indices[:count], strict=True)}
        positions = [of_index(own) for own in indices[count:]]
        return indices, self.entry(equation.expression, positions, family)

    def free_indices(self, shape: Iterable[Expr]) -> tuple[Index, ...]:
        """An index of its own for each length of a shape."""
        return tuple(fresh(self.length(length)) for length in shape)

    def places(self, shape: Iterable[Expr]) -> tuple[tuple[Index, ...], tuple[Expression, ...]]:
        """Any place in a value of some shape: its indices, and a position for each length, 0 for a length of 1."""
        indices, positions = [], []
        for length in shape:
            if length == 1:
                positions.append(number(0))
            else:
                indices.append(fresh(self.length(length)))
                positions.append(of_index(indices[-1]))
        return tuple(indices), tuple(positions)

    def formula(self, value: Any, places: Places) -> Expression:
        """A scalar formula.

        Errors: ``MissingRowError`` for what index notation has no word for.
        """
        for kind in type(value).__mro__:
            row = ROWS.get(kind)
            if row is not None:
                return row(self, value, places)
        raise MissingRowError(f"{type(value).__name__} has no row in proof/translation.py.")

    def truth(self, condition: Any, places: Places) -> Expression:
        """1 where a condition holds, else 0."""
        if condition is S.true:
            return one()
        if condition is S.false:
            return number(0)
        if isinstance(condition, And):
            return reduce(normal_form.multiplied, (self.truth(part, places) for part in condition.args))
        if isinstance(condition, Not):
            return normal_form.complement(self.truth(condition.args[0], places))
        if isinstance(condition, Or):
            none = reduce(
                normal_form.multiplied, (normal_form.complement(self.truth(part, places)) for part in condition.args)
            )
            return subtracted(one(), none)
        if isinstance(condition, Relational):
            both = _both_sides_of_zero(condition)
            if both is not None:
                return self.truth(both, places)
            left, right = (self.formula(side, places) for side in condition.args)
            return _relation(type(condition), left, right)
        raise MissingRowError(f"{type(condition).__name__} has no row for conditions in proof/translation.py.")


def _both_sides_of_zero(condition: Any) -> Boolean | None:
    """``|x| <= y`` as ``x <= y and -x <= y``; nothing for another comparison."""
    smaller, larger = condition.args if isinstance(condition, (Le, Lt)) else reversed(condition.args)
    if not isinstance(condition, (Le, Lt, Ge, Gt)) or not isinstance(smaller, Abs):
        return None
    kind = Le if isinstance(condition, (Le, Ge)) else Lt
    return And(*(kind(side, larger, evaluate=False) for side in (smaller.args[0], -smaller.args[0])), evaluate=False)


def _relation(kind: type[Basic], left: Expression, right: Expression) -> Expression:
    """A comparison of whole numbers as a predicate, one of other numbers by its sign."""
    difference = subtracted(left, right)
    if kind in (Lt, Le):
        return _relation(Gt if kind is Lt else Ge, right, left)
    if ranges.is_whole(difference):
        if kind is Ge:
            return normal_form.holds(difference)
        if kind is Gt:
            return normal_form.holds(subtracted(difference, one()))
        equal = normal_form.delta(left, right)
        return equal if kind is Eq else subtracted(one(), equal)
    if kind is Gt:
        return normal_form.compare(">", difference)
    if kind is Ge:
        return subtracted(one(), normal_form.compare(">", negated(difference)))
    lead = difference.terms[0][1] if difference.terms else 1
    apart = normal_form.compare("!=", difference if lead > 0 else negated(difference))
    return apart if kind is Ne else subtracted(one(), apart)


Row = Callable[[Translator, Any, Places], Expression]


def _sum_over(translator: Translator, value: Any, places: Places) -> Expression:
    """A sum; where it is a product of many matrices that are inputs, all its sums at once."""
    is_product = _is_of_inputs(translator, value)
    bound: list[Index] = []
    factors: list[Expression] = []
    pending: list[tuple[Any, Places]] = [(value, places)]
    while pending:
        part, at = pending.pop()
        if part is value or (is_product and isinstance(part, Sum)):
            for limit in part.limits:
                own, at = _bound(translator, limit, at)
                bound.append(own)
            pending.append((part.function, at))
        elif is_product and isinstance(part, Mul):
            pending += [(factor, at) for factor in reversed(part.args)]
        else:
            factors.append(translator.formula(part, at))
    return normal_form.over(reversed(bound), normal_form.multiplied(*factors))


def _is_of_inputs(translator: Translator, value: Any) -> bool:
    """Whether a formula is made of sums and products of inputs' entries, so that nothing is opened in it."""
    if isinstance(value, Sum):
        return _is_of_inputs(translator, value.function)
    if isinstance(value, Mul):
        return all(_is_of_inputs(translator, factor) for factor in value.args)
    return isinstance(value, MatrixElement) and value.args[0].name not in translator.definitions


def _bound(translator: Translator, limit: Any, places: Places) -> tuple[Index, Places]:
    symbol, lower, upper = limit
    own = fresh(translator.length(upper - lower + 1))
    return own, {**places, symbol: added(of_index(own), translator.formula(lower, places))}


def _largest(translator: Translator, value: Any, places: Places) -> Expression:
    own, inner = _bound(translator, value.limits[0], places)
    return normal_form.largest(own, translator.formula(value.function, inner))


def _threshold(translator: Translator, value: Any, places: Places) -> Expression:
    own, inner = _bound(translator, value.limits[0], places)
    return normal_form.largest(own, translator.formula(value.function, inner), "threshold", str(value.alpha))


def _threshold_of(translator: Translator, value: Any, places: Places) -> Expression:
    """Of one score: its weight is 1, so that (alpha - 1) s - tau is."""
    if len(value.scores) != 1:
        raise MissingRowError("a threshold of scores written out one by one has no row in proof/translation.py.")
    steepness = Fraction(int(value.alpha.p), int(value.alpha.q)) - 1
    return subtracted(scaled(translator.formula(value.scores[0], places), steepness), one())


def _power(translator: Translator, value: Any, places: Places) -> Expression:
    base, exponent = value.as_base_exp()
    if base is E:
        return normal_form.applied("exp", translator.formula(exponent, places))
    if isinstance(exponent, Integer) and isinstance(base, Mul):
        # A power of a product before the product is multiplied out, and a power of a power as one.
        return reduce(
            normal_form.multiplied,
            (_power(translator, Pow(part, exponent, evaluate=False), places) for part in base.args),
        )
    if isinstance(exponent, Integer) and isinstance(base, Pow) and isinstance(base.exp, Rational):
        return _power(translator, Pow(base.base, base.exp * exponent, evaluate=False), places)
    if isinstance(exponent, Rational):
        return normal_form.power(translator.formula(base, places), Fraction(int(exponent.p), int(exponent.q)))
    # b ** x is exp(x ln b), where ln b is real for a positive b alone.
    raised = translator.formula(exponent, places)
    return normal_form.applied(
        "exp", normal_form.multiplied(raised, normal_form.applied("ln", translator.formula(base, places)))
    )


def _cases(translator: Translator, value: Any, places: Places) -> Expression:
    """Values by cases: each where its condition holds and none before it does."""
    before, made = one(), number(0)
    for case in value.args:
        truth = normal_form.multiplied(before, translator.truth(case.cond, places))
        if truth.is_zero:
            continue
        made = added(made, normal_form.multiplied(truth, translator.formula(case.expr, places)))
        if case.cond is S.true:
            break
        before = normal_form.multiplied(before, normal_form.complement(translator.truth(case.cond, places)))
    return made


def _maximum(translator: Translator, value: Any, places: Places) -> Expression:
    numbers = [arg for arg in value.args if arg.is_number]
    ordered = [arg for arg in value.args if not arg.is_number] + numbers
    return reduce(_larger, (translator.formula(arg, places) for arg in ordered))


def _minimum(translator: Translator, value: Any, places: Places) -> Expression:
    numbers = [arg for arg in value.args if arg.is_number]
    ordered = [arg for arg in value.args if not arg.is_number] + numbers
    return negated(reduce(_larger, (negated(translator.formula(arg, places)) for arg in ordered)))


def _larger(left: Expression, right: Expression) -> Expression:
    """max(a, b) = b + (a - b) [a > b]; where two values that both move are equal, each has half a share."""
    difference = subtracted(left, right)
    if ranges.is_whole(difference):
        above = normal_form.holds(subtracted(difference, one()))
    elif right.number is not None:
        above = normal_form.compare(">", difference)
    else:
        below = normal_form.compare(">", negated(difference))
        above = scaled(added(one(), normal_form.compare(">", difference), negated(below)), Fraction(1, 2))
    return added(right, normal_form.multiplied(difference, above))


def _absolute(translator: Translator, value: Any, places: Places) -> Expression:
    inside = translator.formula(value.args[0], places)
    return added(_larger(inside, number(0)), _larger(negated(inside), number(0)))


def _sign(translator: Translator, value: Any, places: Places) -> Expression:
    inside = translator.formula(value.args[0], places)
    return subtracted(normal_form.compare(">", inside), normal_form.compare(">", negated(inside)))


def _symbol(translator: Translator, value: Any, places: Places) -> Expression:
    if value in places:
        return places[value]
    if value.name in translator.definitions:
        return translator.named(value.name, ())
    if value.name in translator.scalars or not (value.is_integer and value.is_positive):
        if is_index(value):
            raise MissingRowError(f"the index {value} is bound nowhere.")
        return of_factor(Factor("entry", value.name))
    return of_size(value.name)


def _element(translator: Translator, value: Any, places: Places) -> Expression:
    matrix, *position = value.args
    # Of one row or column there is only one position, however it is computed.
    positions = tuple(
        number(0) if length == 1 else translator.formula(place, places)
        for place, length in zip(position, matrix.shape, strict=True)
    )
    if isinstance(matrix, Member):
        front = tuple(translator.formula(place, places) for place in matrix.positions)
        return translator.named(matrix.name, (*front, *positions))
    return translator.named(matrix.name, positions)


def _function(name: str) -> Row:
    return lambda translator, value, places: normal_form.applied(name, translator.formula(value.args[0], places))


ROWS: dict[type, Row] = {
    Integer: lambda translator, value, places: number(int(value)),
    Rational: lambda translator, value, places: number(Fraction(int(value.p), int(value.q))),
    Symbol: _symbol,
    Add: lambda translator, value, places: added(*(translator.formula(part, places) for part in value.args)),
    Mul: lambda translator, value, places: reduce(
        normal_form.multiplied, (translator.formula(part, places) for part in value.args)
    ),
    Pow: _power,
    exp: _function("exp"),
    log: _function("log"),
    tanh: _function("tanh"),
    sin: _function("sin"),
    cos: _function("cos"),
    erf: _function("erf"),
    floor: _function("floor"),
    type(S.Exp1): lambda translator, value, places: normal_form.applied("exp", one()),
    type(S.Pi): lambda translator, value, places: of_factor(Factor("constant", "pi")),
    Abs: _absolute,
    Max: _maximum,
    Min: _minimum,
    Mod: lambda translator, value, places: _remainder(*(translator.formula(part, places) for part in value.args)),
    Piecewise: _cases,
    Sum: _sum_over,
    LargestOver: _largest,
    ThresholdOver: _threshold,
    ThresholdOf: _threshold_of,
    MatrixElement: _element,
    KroneckerDelta: lambda translator, value, places: normal_form.delta(
        *(translator.formula(part, places) for part in value.args)
    ),
    Boolean: lambda translator, value, places: translator.truth(value, places),
    type(S.NegativeInfinity): lambda translator, value, places: scaled(of_factor(Factor("entry", "∞")), -1),
}
"""One row a kind of formula; a kind without one is looked up by what it is derived from."""


def _remainder(left: Expression, right: Expression) -> Expression:
    whole = normal_form.floored(normal_form.multiplied(left, normal_form.power(right, Fraction(-1))))
    return subtracted(left, normal_form.multiplied(right, whole))
