"""Rows for scalars in Python: numbers made from sizes by ``math``, anything from an input by the target's arrays."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from sympy import (
    Abs,
    Add,
    And,
    Basic,
    Expr,
    Float,
    Integer,
    Max,
    Min,
    Mod,
    Mul,
    Not,
    NumberSymbol,
    Piecewise,
    Pow,
    Rational,
    S,
    Symbol,
    cos,
    erf,
    exp,
    floor,
    log,
    sin,
    tanh,
)
from sympy.matrices.expressions.matexpr import MatrixElement

from symattn.errors import LoweringError
from symattn.lowering.arrays import plain_number
from symattn.lowering.conditions import boolean, joined
from symattn.lowering.lookups import element
from symattn.lowering.numerals import constant, floating, made, rational, remainder, whole_part
from symattn.lowering.pieces import Binding, Piece
from symattn.lowering.target import ScalarRow
from symattn.lowering.uses import COLUMN, ROW
from symattn.lowering.whole import is_of_indices
from symattn.lowering.windows import windows
from symattn.lowering.writer import Writer
from symattn.nodes import (
    AbsoluteValue,
    Cosine,
    ElementwiseFunction,
    ErrorFunction,
    Exponential,
    ExponentialLinear,
    HyperbolicTangent,
    Logarithm,
    Sigmoid,
    Sine,
    SquareRoot,
)

OfTwo = Callable[[str, str, bool], str]

FUNCTIONS: dict[type[Basic], tuple[str, type[ElementwiseFunction]]] = {
    exp: ("math.exp", Exponential),
    log: ("math.log", Logarithm),
    tanh: ("math.tanh", HyperbolicTangent),
    Abs: ("abs", AbsoluteValue),
    cos: ("math.cos", Cosine),
    sin: ("math.sin", Sine),
    erf: ("math.erf", ErrorFunction),
}
"""What is called for a number, and the node whose row is called for an array."""


def scalar_rows(larger: OfTwo, smaller: OfTwo) -> Mapping[type[Basic], ScalarRow]:
    """The table of a target that is Python.

    ``larger(a, b, is_number)`` and ``smaller`` write the one of two values, an array and an array or number.
    """

    def extreme(of_arrays: OfTwo, of_numbers: str) -> ScalarRow:
        def row(writer: Writer, value: Expr) -> Piece:
            pieces = _aligned(writer, value.args, value)
            if all(piece.facts.is_number for piece in pieces):
                return plain_number(f"{of_numbers}({', '.join(piece.text for piece in pieces)})")
            pieces.sort(key=lambda piece: piece.facts.is_number)
            text = pieces[0].text
            for piece in pieces[1:]:
                text = of_arrays(text, piece.text, piece.facts.is_number)
            return writer.new(text, value)

        return row

    return {
        Rational: rational,
        Float: floating,
        NumberSymbol: constant,
        Symbol: symbol,
        MatrixElement: element,
        Add: total,
        Mul: factors,
        Pow: power,
        **dict.fromkeys(FUNCTIONS, function),
        Max: extreme(larger, "max"),
        Min: extreme(smaller, "min"),
        Piecewise: cases,
        floor: whole_part,
        Mod: remainder,
    }


def cases(writer: Writer, value: Piecewise) -> Piece:
    """The first value whose condition holds; what an untaken case asks for outside its matrix is not looked at."""
    if value.has(exp):
        argument = _argument_of(ExponentialLinear, value, lambda case: case.expr)
        if argument is not None and not writer.program.facts(argument).is_number:
            return _called(writer, ExponentialLinear, argument, value)
    at_once = windows(writer, value)
    if at_once is not None:
        return at_once
    if value.args[-1].cond != S.true:
        raise LoweringError(f"{writer.target.name} cannot lower {value}: no case is left for all other values.")
    facts, words = writer.program.facts(value), writer.target.words
    pieces, conditions, guards = [], [], writer.around.guards
    for case in value.args:
        chosen = () if case.cond == S.true else And.make_args(case.cond)
        with writer.having(guards=(*guards, *chosen)):
            pieces.append(writer.aligned(writer.value(case.expr), facts.axes))
        if case.cond != S.true:
            conditions.append(writer.aligned(boolean(writer, case.cond, value), facts.axes))
            guards = (*guards, *And.make_args(Not(case.cond)))
    text = pieces[-1].text
    if not facts.is_number and writer.around.numbers != "whole" and all(piece.facts.is_number for piece in pieces):
        text = writer.target.result_of_number.format(text, words.real if writer.around.numbers else writer.dtype())
        writer.needs_device = True
    for piece, condition in zip(reversed(pieces[:-1]), reversed(conditions), strict=True):
        if condition.facts.is_number:
            text = f"({piece.text} if {condition.text} else {text})"
        else:
            text = f"{words.where}({condition.text}, {piece.text}, {text})"
    return plain_number(text) if facts.is_number else writer.new(text, value)


def symbol(writer: Writer, value: Symbol) -> Piece:
    """A named number, an index as an array along its axis, or a size."""
    program = writer.program
    if value in (ROW, COLUMN) or value in program.lengths:
        return writer.along(value)
    if value.name in program.known:
        return writer.named(value.name)
    return writer.size(value)


def total(writer: Writer, value: Add) -> Piece:
    """A sum; a term with a minus sign is subtracted."""
    terms = value.as_ordered_terms() if value.is_commutative else value.args
    terms = sorted(terms, key=lambda term: term.could_extract_minus_sign())
    axes = writer.program.facts(value).axes
    text = ""
    for term in terms:
        minus = bool(text) and term.could_extract_minus_sign()
        piece = writer.aligned(writer.value(-term if minus else term), axes)
        if text:
            text += f" {'-' if minus else '+'} {piece.within(Binding.PRODUCT)}"
        else:
            text = piece.within(Binding.SUM)
    return made(writer, text, value, Binding.SUM)


def factors(writer: Writer, value: Mul) -> Piece:
    """A product; factors with a negative power are divided by."""
    above, below = [], []
    for factor in value.as_ordered_factors():
        if isinstance(factor, Rational) and factor.q != 1:
            above += [Integer(factor.p)] if factor.p != 1 else []
            below.append(Integer(factor.q))
        elif isinstance(factor, Pow) and factor.exp.could_extract_minus_sign() and not _sigmoid_argument(factor.base):
            below.append(1 / factor)
        else:
            above.append(factor)
    sign = ""
    if above and above[0] is S.NegativeOne:
        sign, above = "-", above[1:]
    axes = writer.program.facts(value).axes
    tops = [writer.aligned(writer.value(factor), axes).within(Binding.PRODUCT) for factor in above]
    bottoms = [writer.aligned(_where_asked(writer, factor), axes).within(Binding.NEGATION) for factor in below]
    text = sign + " / ".join([" * ".join(tops) or "1", *bottoms])
    return made(writer, text, value, Binding.PRODUCT)


def power(writer: Writer, value: Pow) -> Piece:
    """A power; roots and reciprocals by their own names, the logistic function without overflow."""
    base, exponent = value.base, value.exp
    inner = _sigmoid_argument(base)
    if inner is not None and not writer.program.facts(inner).is_number and exponent.is_negative:
        logistic = _called(writer, Sigmoid, inner, value)
        if exponent == -1:
            return logistic
        raised = f"{logistic.text} ** {writer.value(-exponent).within(Binding.ATOM)}"
        return made(writer, raised, value, Binding.POWER)
    if exponent.could_extract_minus_sign():
        return made(writer, f"1 / {_where_asked(writer, 1 / value).within(Binding.NEGATION)}", value, Binding.PRODUCT)
    if exponent == S.Half:
        piece = writer.value(base)
        if piece.facts.is_number:
            return plain_number(f"math.sqrt({piece.text})")
        return _called(writer, SquareRoot, base, value)
    axes = writer.program.facts(value).axes
    below = writer.value(base) if exponent.is_integer else _where_asked(writer, base)
    text = f"{writer.aligned(below, axes).within(Binding.ATOM)} ** "
    return made(writer, text + writer.aligned(writer.value(exponent), axes).within(Binding.ATOM), value, Binding.POWER)


def function(writer: Writer, value: Expr) -> Piece:
    """A function of one number."""
    of_number, node = FUNCTIONS[next(kind for kind in type(value).__mro__ if kind in FUNCTIONS)]
    argument = value.args[0]
    if writer.program.facts(argument).is_number:
        return plain_number(f"{of_number}({writer.value(argument).text})")
    return _called(writer, node, argument, value)


def _called(writer: Writer, node: type[ElementwiseFunction], argument: Expr, value: Expr) -> Piece:
    asked = _where_asked if node in (Exponential, Logarithm, SquareRoot) else Writer.value
    return writer.new(writer.call(writer.target.functions[node], asked(writer, argument).text), value)


def _where_asked(writer: Writer, value: Expr) -> Piece:
    """A value that a case asks for, 1 where it does not: there it might overflow, or have no finite derivative."""
    piece, program = writer.value(value), writer.program
    if piece.facts.is_number or writer.around.flat:
        return piece
    alone = is_of_indices(program, value)
    guards = []
    for guard in writer.around.guards:
        facts = program.facts(guard)
        if (
            not facts.is_number
            and set(facts.axes) <= set(piece.facts.axes)
            and (not alone or is_of_indices(program, guard))
        ):
            guards.append(guard)
    if not guards:
        return piece
    with writer.having(guards=()):
        condition = joined(writer, guards, " & ", piece.facts)
    return replace(piece, text=f"{writer.target.words.where}({condition.text}, {piece.text}, 1)", binding=Binding.ATOM)


def _aligned(writer: Writer, values: tuple[Expr, ...] | list[Expr], whole: Basic) -> list[Piece]:
    axes = writer.program.facts(whole).axes
    return [writer.aligned(writer.value(value), axes) for value in values]


def _argument_of(node: type[ElementwiseFunction], value: Piecewise, part: Callable[..., Expr]) -> Expr | None:
    """``x`` if the value is the node's function of ``x``."""
    candidate = part(value.args[0])
    return candidate if node.of_number(candidate) == value else None


def _sigmoid_argument(base: Expr) -> Expr | None:
    """``x`` if the base is ``1 + exp(-x)``."""
    if isinstance(base, Add) and len(base.args) == 2 and base.args[0] is S.One and isinstance(base.args[1], exp):
        return -base.args[1].args[0]
    return None
