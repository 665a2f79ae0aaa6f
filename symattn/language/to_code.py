"""The language's own text of a value: what, read again, gives an equal value; one row for each class."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import IntEnum
from typing import Any, NamedTuple

from sympy import (
    Abs,
    Add,
    Basic,
    Expr,
    Identity,
    MatrixSymbol,
    Max,
    Min,
    Mod,
    Mul,
    OneMatrix,
    Piecewise,
    Pow,
    Rational,
    S,
    Symbol,
    Transpose,
    ZeroMatrix,
    cos,
    erf,
    exp,
    expand,
    factor_terms,
    floor,
    log,
    sin,
    sqrt,
    sstr,
    tanh,
)
from sympy.core.function import Application
from sympy.core.numbers import Exp1
from sympy.core.relational import Relational
from sympy.logic.boolalg import And, BooleanAtom
from sympy.matrices.expressions.matexpr import MatrixElement

from symattn.errors import MissingRowError
from symattn.language.named_sets import COLUMN, ROW
from symattn.language.names import safe_name
from symattn.language.vocabulary import CONCAT, ENTMAX, MATRIX, NAME_OF_NODE, SPARSEMAX, STACKS, SUM
from symattn.nodes import (
    Arithmetic,
    Block,
    Column,
    Concatenation,
    ElementwiseDifference,
    ElementwiseFunction,
    ElementwisePower,
    ElementwiseProduct,
    ElementwiseQuotient,
    ElementwiseSum,
    Entmax,
    ExponentialLinear,
    GaussianLinear,
    HorizontalStack,
    IndexCondition,
    IndexedMatrix,
    IndexSum,
    Intersection,
    MatrixProduct,
    Member,
    Negation,
    OverAllowedKeys,
    Reduction,
    Row,
    Sigmoid,
    is_matrix,
)
from symattn.nodes.allowed import in_order
from symattn.nodes.written import negated


class Level(IntEnum):
    """How tightly a piece binds; an operand that binds less than its place asks for stands in brackets."""

    CASES = 0
    SUM = 1
    PRODUCT = 2
    FACTOR = 3
    POWER = 4
    ATOM = 5


class Piece(NamedTuple):
    """Written text, and how tightly it binds."""

    text: str
    level: Level = Level.ATOM


class Printer:
    """The walk from a value to its row; ``name`` gives the name of a symbol, or an error.

    A value without a row is an error, unless ``lenient``: it is then written as SymPy would write it.
    """

    def __init__(self, name: Callable[[Any], str], lenient: bool = False) -> None:
        self.name = name
        self.lenient = lenient
        self._inside: list[str] = []
        self._known: dict[Any, Piece] = {}

    def piece(self, value: Any) -> Piece:
        """The piece of a value; a part that occurs again is not written again."""
        if not isinstance(value, Basic):
            raise self.missing(value)
        if value not in self._known:
            self._known[value] = self._fresh(value)
        return self._known[value]

    def _fresh(self, value: Basic) -> Piece:
        self._inside.append(type(value).__name__)
        try:
            row = next((ROWS[kind] for kind in type(value).__mro__ if kind in ROWS), None)
            if row is None:
                raise self.missing(value)
            return row(self, value)
        except MissingRowError:
            if not self.lenient:
                raise
            return self._as_sympy(value)
        finally:
            self._inside.pop()

    def _as_sympy(self, value: Basic) -> Piece:
        if is_matrix(value):
            return _call(type(value).__name__, *(self.piece(part).text for part in value.args))
        return Piece(sstr(value), Level.ATOM if isinstance(value, Application) or not value.args else Level.SUM)

    def missing(self, value: Any) -> MissingRowError:
        """The error for a value that no row is for."""
        own = type(value).__name__
        around = self._inside[:-1] if self._inside[-1:] == [own] else self._inside
        inside = f", inside {around[-1]}" if around else ""
        return MissingRowError(f"the language cannot print {own}{inside}; add a row to language/to_code.py")


def formula(value: Any, name: Callable[[Any], str] = safe_name, lenient: bool = False) -> str:
    """A value as the language of equations writes it; ``name`` gives the name of a symbol, checked unless told.

    With ``lenient``, what the language cannot say is written as SymPy writes it, for a reader and not to be read again.

    Errors: ``MissingRowError`` for what the language cannot say, such as the formula of an entry; ``LanguageError`` for
    a name outside the language.

    >>> from symattn.shapes import size
    >>> Q, K = MatrixSymbol("Q", size("n"), size("d_k")), MatrixSymbol("K", size("m"), size("d_k"))
    >>> formula(ElementwiseQuotient(MatrixProduct(Q, Transpose(K)), sqrt(size("d_k"))))
    'Q @ K.T / sqrt(d_k)'
    """
    return Printer(name, lenient).piece(value).text


def _at_least(printer: Printer, value: Any, level: Level) -> str:
    piece = printer.piece(value)
    return piece.text if piece.level >= level else f"({piece.text})"


def _name(printer: Printer, value: Any) -> Piece:
    return Piece(printer.name(value))


def _number(printer: Printer, value: Rational) -> Piece:
    if value.q == 1:
        return Piece(str(value.p), Level.SUM if value < 0 else Level.ATOM)
    return Piece(f"{value.p}/{value.q}", Level.SUM if value < 0 else Level.PRODUCT)


def _binary(sign: str, left_level: Level, right_level: Level, level: Level) -> Callable[[Printer, Arithmetic], Piece]:
    def row(printer: Printer, value: Arithmetic) -> Piece:
        left, right = _at_least(printer, value.args[0], left_level), _at_least(printer, value.args[1], right_level)
        return Piece(f"{left} {sign} {right}", level)

    return row


_PRODUCT_LEVELS = (Level.PRODUCT, Level.FACTOR, Level.PRODUCT)


def _negation(printer: Printer, value: Negation) -> Piece:
    return Piece("-" + _at_least(printer, value.args[0], Level.POWER), Level.SUM)


def _power(printer: Printer, value: ElementwisePower) -> Piece:
    base, exponent = _at_least(printer, value.left, Level.ATOM), _at_least(printer, value.right, Level.ATOM)
    return Piece(f"{base}**{exponent}", Level.POWER)


def _transpose(printer: Printer, value: Transpose) -> Piece:
    return Piece(_at_least(printer, value.arg, Level.ATOM) + ".T")


def _call(word: str, *arguments: str) -> Piece:
    return Piece(f"{word}({', '.join(arguments)})")


def _node(printer: Printer, value: Any) -> Piece:
    word = NAME_OF_NODE.get(type(value))
    if word is None:
        raise printer.missing(value)
    return _call(word, printer.piece(value.args[0]).text)


def _over_keys(printer: Printer, value: OverAllowedKeys) -> Piece:
    word, options = NAME_OF_NODE.get(type(value), SPARSEMAX), value.options
    if isinstance(value, Entmax) and value.alpha != 2:
        word = ENTMAX
    shown = [printer.piece(part).text for part in (value.scores, *(options if word == ENTMAX else ()))]
    return _call(word, *shown, *([] if value.allowed is None else [f"where={printer.piece(value.allowed).text}"]))


# ---- allowed sets, which the language reads after where= only ------------------------------------------------------


def _index_condition(printer: Printer, value: IndexCondition) -> Piece:
    """The condition in the language's own two letters, a comparison or several joined by ``&``."""
    letters = {value.row: ROW, value.column: COLUMN}
    return printer.piece(value.condition.subs(letters, simultaneous=True))


def _intersection(printer: Printer, value: Intersection) -> Piece:
    left, right = value.args
    around = Level.SUM if isinstance(left, Intersection) else Level.PRODUCT
    return Piece(f"{_at_least(printer, left, around)} & {_at_least(printer, right, Level.PRODUCT)}", Level.SUM)


def _relation(printer: Printer, value: Relational) -> Piece:
    return _chain(printer, [value])


def _chain(printer: Printer, relations: Sequence[Relational]) -> Piece:
    """Relations, each of which begins with what the one before it ends with: ``i - 2 <= j <= i``."""
    shown = printer.piece(in_order(relations[0].lhs)).text
    for relation in relations:
        shown += f" {relation.rel_op} {printer.piece(in_order(relation.rhs)).text}"
    return Piece(shown, Level.SUM)


def _both(printer: Printer, value: And) -> Piece:
    """Relations joined by ``&``, in chains where one ends with what another begins with."""
    left, chains = list(value.args), []
    while left:
        chain = [left.pop(0)]
        for part in list(left):
            if part.lhs == chain[-1].rhs:
                chain.append(part)
            elif part.rhs == chain[0].lhs:
                chain.insert(0, part)
            else:
                continue
            left.remove(part)
        chains.append(_chain(printer, chain))
    if len(chains) == 1:
        return chains[0]
    return Piece(" & ".join(f"({chain.text})" for chain in chains), Level.SUM)


def _always_or_never(printer: Printer, value: BooleanAtom) -> Piece:
    return Piece("0 == 0" if value is S.true else "0 != 0", Level.SUM)


def _function(word: str) -> Callable[[Printer, Any], Piece]:
    return lambda printer, value: _call(word, printer.piece(value.args[0]).text)


def _constant(word: str) -> Callable[[Printer, Any], Piece]:
    def row(printer: Printer, value: Any) -> Piece:
        sizes = value.shape[:1] if word == "eye" else value.shape
        return _call(word, *(printer.piece(length).text for length in sizes))

    return row


def _column(printer: Printer, value: Column) -> Piece:
    position = printer.piece(value.position).text
    places = f"{position}, :" if isinstance(value, Row) else f":, {position}"
    return Piece(f"{printer.piece(value.matrix).text}[{places}]")


def _element(printer: Printer, value: MatrixElement) -> Piece:
    matrix, i, j = value.args
    rows, columns = matrix.shape
    places = [i] if columns == 1 else [j] if rows == 1 else [i, j]
    return Piece(f"{printer.piece(matrix).text}[{', '.join(printer.piece(place).text for place in places)}]")


def _over_an_index(word: str) -> Callable[[Printer, Any], Piece]:
    return lambda printer, value: _call(word, printer.name(value.symbol), printer.piece(value.term).text)


def _member(printer: Printer, value: Member) -> Piece:
    places = ", ".join(printer.piece(position).text for position in value.positions)
    return Piece(f"{printer.piece(value.family).text}[{places}]")


def _block(printer: Printer, value: Block) -> Piece:
    stretches = []
    for start, count, whole in zip((value.top, value.left), value.shape, value.matrix.shape, strict=True):
        stop = expand(start + count)
        before = "" if start == 0 else printer.piece(factor_terms(start)).text
        behind = "" if stop == whole else printer.piece(factor_terms(stop)).text
        stretches.append(f"{before}:{behind}")
    return Piece(f"{printer.piece(value.matrix).text}[{', '.join(stretches)}]")


def _stack(printer: Printer, value: HorizontalStack) -> Piece:
    word = next(word for word, node in STACKS.items() if type(value) is node)
    return _call(word, *(printer.piece(part).text for part in value.args))


def _indexed(printer: Printer, value: IndexedMatrix) -> Piece:
    letters = {value.row: ROW, value.column: COLUMN}
    formula = value.formula.xreplace(letters)
    return _call(MATRIX, *(printer.piece(part).text for part in (*value.shape, formula)))


# ---- scalars, which SymPy has put in its own order --------------------------------------------------------------


def _add(printer: Printer, value: Add) -> Piece:
    text = ""
    for place, term in enumerate(value.args):
        negative = bool(term.could_extract_minus_sign()) and not isinstance(term, Add)
        shown = _at_least(printer, -term if negative else term, Level.PRODUCT)
        text += (f" {'-' if negative else '+'} " if place else "-" * negative) + shown
    return Piece(text, Level.SUM)


def _mul(printer: Printer, value: Mul) -> Piece:
    if value.has(erf):
        return _gaussian(printer, value)
    above, below = [], []
    for factor in value.args:
        if isinstance(factor, Pow) and not isinstance(factor, exp) and factor.exp.is_Number and factor.exp.is_negative:
            below.append(factor.base**-factor.exp)
        else:
            above.append(factor)
    negative = bool(above) and above[0].is_Number and above[0] < 0
    if above[:1] == [-1] and len(above) > 1:
        above = above[1:]
    elif negative:
        above[0] = -above[0]
    text = " * ".join(_at_least(printer, factor, Level.FACTOR) for factor in above) or "1"
    for factor in below:
        text += " / " + _at_least(printer, factor, Level.FACTOR)
    return Piece("-" + text if negative else text, Level.SUM if negative else Level.PRODUCT)


def _gaussian(printer: Printer, value: Mul) -> Piece:
    """``gelu`` of a number, which SymPy keeps as a product: found again by its error function."""
    inside = next(iter(value.atoms(erf))).args[0]
    for argument in (inside.args[0] if inside.args else inside, (inside * sqrt(2)).doit()):
        whole = GaussianLinear.of_number(argument)
        call = _call("gelu", printer.piece(argument).text)
        if whole == value:
            return call
        rest = value.doit() / whole.doit()
        if not rest.has(erf):
            return Piece(f"{_at_least(printer, rest, Level.FACTOR)} * {call.text}", Level.PRODUCT)
    raise printer.missing(value)


def _scalar_power(printer: Printer, value: Pow) -> Piece:
    base, exponent = value.args
    if isinstance(base, Add) and isinstance(base.args[-1], exp):
        argument = negated(base.args[-1].args[0]).doit(deep=False)
        if Sigmoid.of_number(argument) == value:
            return _call("sigmoid", printer.piece(argument).text)
    if exponent == Rational(1, 2):
        return _call("sqrt", printer.piece(base).text)
    if exponent.is_Number and exponent < 0:
        return Piece("1 / " + _at_least(printer, base**-exponent, Level.FACTOR), Level.PRODUCT)
    return Piece(f"{_at_least(printer, base, Level.ATOM)}**{_at_least(printer, exponent, Level.ATOM)}", Level.POWER)


def _largest(printer: Printer, value: Max) -> Piece:
    rest = [part for part in value.args if part != 0]
    if len(rest) == 1 and len(value.args) == 2:
        return _call("relu", printer.piece(rest[0]).text)
    return _call("max", *(printer.piece(part).text for part in value.args))


def _smallest(printer: Printer, value: Min) -> Piece:
    return _call("min", *(printer.piece(part).text for part in value.args))


def _cases(printer: Printer, value: Piecewise) -> Piece:
    first: Expr = value.args[0].expr
    if ExponentialLinear.of_number(first) == value:
        return _call("elu", printer.piece(first).text)
    if value.args[-1].cond is not S.true:
        raise printer.missing(value)
    text = _at_least(printer, value.args[-1].expr, Level.SUM)
    for case in reversed(value.args[:-1]):
        text = f"{_at_least(printer, case.expr, Level.SUM)} if {printer.piece(case.cond).text} else {text}"
    return Piece(text, Level.CASES)


def _remainder(printer: Printer, value: Mod) -> Piece:
    whole, divisor = (_at_least(printer, part, Level.FACTOR) for part in value.args)
    return Piece(f"{whole} % {divisor}", Level.PRODUCT)


ROWS: dict[type, Any] = {
    Rational: _number,
    Exp1: lambda printer, value: Piece("exp(1)"),
    Symbol: _name,
    Add: _add,
    Mul: _mul,
    Pow: _scalar_power,
    exp: _function("exp"),
    log: _function("log"),
    tanh: _function("tanh"),
    Abs: _function("abs"),
    Max: _largest,
    Min: _smallest,
    Mod: _remainder,
    Piecewise: _cases,
    cos: _function("cos"),
    floor: _function("floor"),
    sin: _function("sin"),
    MatrixElement: _element,
    MatrixSymbol: _name,
    Transpose: _transpose,
    Identity: _constant("eye"),
    OneMatrix: _constant("ones"),
    ZeroMatrix: _constant("zeros"),
    MatrixProduct: _binary("@", *_PRODUCT_LEVELS),
    ElementwiseProduct: _binary("*", *_PRODUCT_LEVELS),
    ElementwiseQuotient: _binary("/", *_PRODUCT_LEVELS),
    ElementwiseSum: _binary("+", Level.SUM, Level.PRODUCT, Level.SUM),
    ElementwiseDifference: _binary("-", Level.SUM, Level.PRODUCT, Level.SUM),
    ElementwisePower: _power,
    Negation: _negation,
    ElementwiseFunction: _node,
    OverAllowedKeys: _over_keys,
    Member: _member,
    Block: _block,
    HorizontalStack: _stack,
    Concatenation: _over_an_index(CONCAT),
    IndexedMatrix: _indexed,
    IndexCondition: _index_condition,
    Intersection: _intersection,
    Relational: _relation,
    And: _both,
    BooleanAtom: _always_or_never,
    Reduction: _node,
    Column: _column,
    IndexSum: _over_an_index(SUM),
}
"""One row a class; a subclass without a row of its own is printed by its base's."""
