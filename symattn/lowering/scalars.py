"""Rows for scalars in Python: numbers made from sizes by ``math``, anything from an input by the target's arrays."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from sympy import (
    Abs,
    Add,
    Basic,
    Expr,
    Float,
    Integer,
    Max,
    Min,
    Mul,
    NumberSymbol,
    Piecewise,
    Pow,
    Rational,
    S,
    Symbol,
    erf,
    exp,
    log,
    tanh,
)
from sympy.core.relational import Relational
from sympy.logic.boolalg import BooleanFalse, BooleanTrue
from sympy.matrices.expressions.matexpr import MatrixElement

from symattn.errors import LoweringError
from symattn.lowering.arrays import entry, plain_number
from symattn.lowering.pieces import Binding, Piece
from symattn.lowering.target import ScalarRow
from symattn.lowering.writer import Writer
from symattn.nodes import (
    AbsoluteValue,
    ElementwiseFunction,
    Exponential,
    ExponentialLinear,
    HyperbolicTangent,
    Logarithm,
    Sigmoid,
    SquareRoot,
)

OfTwo = Callable[[str, str, bool], str]

EXACT_FLOAT = 2**53

FUNCTIONS: dict[type[Basic], tuple[str, type[ElementwiseFunction]]] = {
    exp: ("math.exp", Exponential),
    log: ("math.log", Logarithm),
    tanh: ("math.tanh", HyperbolicTangent),
    Abs: ("abs", AbsoluteValue),
}
"""What is called for a number, and the node whose row is called for an array."""

CONSTANTS = {S.Pi: "math.pi", S.Exp1: "math.e"}


def scalar_rows(
    larger: OfTwo,
    smaller: OfTwo,
    where: str,
    error_function: str,
    numbers_along: str,
) -> Mapping[type[Basic], ScalarRow]:
    """The table of a target that is Python.

    ``larger(a, b, is_number)`` and ``smaller`` write the one of two values, an array and an array or number;
    ``where`` and ``error_function`` are names; ``numbers_along`` writes ``0 .. length - 1``.
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

    def cases(writer: Writer, value: Piecewise) -> Piece:
        if value.has(exp):
            argument = _argument_of(ExponentialLinear, value, lambda case: case.expr)
            if argument is not None and not writer.program.facts(argument).is_number:
                return _called(writer, ExponentialLinear, argument, value)
        if value.args[-1].cond != S.true:
            raise LoweringError(f"{writer.target.name} cannot lower {value}: no case is left for all other values.")
        pieces = _aligned(writer, [case.expr for case in value.args], value)
        conditions = [comparison(writer, case.cond, value) for case in value.args[:-1]]
        text = pieces[-1].text
        plain = writer.program.facts(value).is_number
        if not plain and all(piece.facts.is_number for piece in pieces):
            text = writer.target.result_of_number.format(text, writer.dtype())
        for piece, condition in zip(reversed(pieces[:-1]), reversed(conditions), strict=True):
            if condition.facts.is_number:
                text = f"({piece.text} if {condition.text} else {text})"
            else:
                text = f"{where}({condition.text}, {piece.text}, {text})"
        return plain_number(text) if plain else writer.new(text, value)

    def symbol(writer: Writer, value: Symbol) -> Piece:
        program = writer.program
        if value.name in program.known:
            return writer.named(value.name)
        if value in program.lengths:
            length = writer.value(program.lengths[value]).text
            return writer.new(f"{numbers_along.format(length=length, dtype=writer.dtype())}[:, None, None]", value)
        return writer.size(value)

    def errors(writer: Writer, value: Expr) -> Piece:
        argument = writer.value(value.args[0])
        if argument.facts.is_number:
            return plain_number(f"math.erf({argument.text})")
        return writer.new(writer.call(error_function, argument.text), value)

    return {
        Rational: rational,
        Float: floating,
        NumberSymbol: constant,
        Symbol: symbol,
        MatrixElement: entry,
        Add: total,
        Mul: factors,
        Pow: power,
        **dict.fromkeys(FUNCTIONS, function),
        erf: errors,
        Max: extreme(larger, "max"),
        Min: extreme(smaller, "min"),
        Piecewise: cases,
    }


def rational(writer: Writer, value: Rational) -> Piece:
    """A whole number or a fraction; one that Python's floats cannot divide exactly is divided here."""
    if abs(value.p) < EXACT_FLOAT and value.q < EXACT_FLOAT:
        if value.q != 1:
            return plain_number(f"{value.p} / {value.q}", Binding.PRODUCT)
        return plain_number(str(value.p), Binding.NEGATION if value.p < 0 else Binding.ATOM)
    try:
        number = float(Fraction(value.p, value.q))
    except OverflowError:
        raise LoweringError(f"{writer.target.name} cannot hold a number of {len(str(value.p))} digits.") from None
    return plain_number(repr(number), Binding.NEGATION if number < 0 else Binding.ATOM)


def floating(writer: Writer, value: Float) -> Piece:
    """A decimal number as Python's nearest float."""
    number = float(value)
    return plain_number(repr(number), Binding.NEGATION if number < 0 else Binding.ATOM)


def constant(writer: Writer, value: NumberSymbol) -> Piece:
    """``math.pi``, ``math.e``, or another constant's nearest float."""
    return plain_number(CONSTANTS.get(value) or repr(float(value)))


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
    return _made(writer, text, value, Binding.SUM)


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
    bottoms = [writer.aligned(writer.value(factor), axes).within(Binding.NEGATION) for factor in below]
    text = sign + " / ".join([" * ".join(tops) or "1", *bottoms])
    return _made(writer, text, value, Binding.PRODUCT)


def power(writer: Writer, value: Pow) -> Piece:
    """A power; roots and reciprocals by their own names, the logistic function without overflow."""
    base, exponent = value.base, value.exp
    inner = _sigmoid_argument(base)
    if inner is not None and not writer.program.facts(inner).is_number and exponent.is_negative:
        logistic = _called(writer, Sigmoid, inner, value)
        if exponent == -1:
            return logistic
        raised = f"{logistic.text} ** {writer.value(-exponent).within(Binding.ATOM)}"
        return _made(writer, raised, value, Binding.POWER)
    if exponent.could_extract_minus_sign():
        return _made(writer, f"1 / {writer.value(1 / value).within(Binding.NEGATION)}", value, Binding.PRODUCT)
    if exponent == S.Half:
        piece = writer.value(base)
        if piece.facts.is_number:
            return plain_number(f"math.sqrt({piece.text})")
        return _called(writer, SquareRoot, base, value)
    axes = writer.program.facts(value).axes
    text = f"{writer.aligned(writer.value(base), axes).within(Binding.ATOM)} ** "
    return _made(writer, text + writer.aligned(writer.value(exponent), axes).within(Binding.ATOM), value, Binding.POWER)


def function(writer: Writer, value: Expr) -> Piece:
    """A function of one number."""
    of_number, node = FUNCTIONS[next(kind for kind in type(value).__mro__ if kind in FUNCTIONS)]
    argument = value.args[0]
    if writer.program.facts(argument).is_number:
        return plain_number(f"{of_number}({writer.value(argument).text})")
    return _called(writer, node, argument, value)


def _called(writer: Writer, node: type[ElementwiseFunction], argument: Expr, value: Expr) -> Piece:
    return writer.new(writer.call(writer.target.functions[node], writer.value(argument).text), value)


def _made(writer: Writer, text: str, value: Expr, binding: Binding) -> Piece:
    if writer.program.facts(value).is_number:
        return plain_number(text, binding)
    return writer.new(text, value, binding)


def _aligned(writer: Writer, values: tuple[Expr, ...] | list[Expr], whole: Basic) -> list[Piece]:
    axes = writer.program.facts(whole).axes
    return [writer.aligned(writer.value(value), axes) for value in values]


def comparison(writer: Writer, condition: Basic, whole: Basic | None = None) -> Piece:
    """One comparison; ``whole`` is what it stands in, over whose indices it is to run too."""
    if isinstance(condition, (BooleanTrue, BooleanFalse)):
        return plain_number(str(condition))
    if not isinstance(condition, Relational):
        name = writer.target.name
        raise LoweringError(f"{name} cannot lower the condition {condition}; write one comparison a case.")
    left, right = _aligned(writer, condition.args, condition if whole is None else whole)
    text = f"{left.within(Binding.SUM)} {condition.rel_op} {right.within(Binding.SUM)}"
    return Piece(text, writer.program.facts(condition), Binding.CONDITION)


def _argument_of(node: type[ElementwiseFunction], value: Piecewise, part: Callable[..., Expr]) -> Expr | None:
    """``x`` if the value is the node's function of ``x``."""
    candidate = part(value.args[0])
    return candidate if node.of_number(candidate) == value else None


def _sigmoid_argument(base: Expr) -> Expr | None:
    """``x`` if the base is ``1 + exp(-x)``."""
    if isinstance(base, Add) and len(base.args) == 2 and base.args[0] is S.One and isinstance(base.args[1], exp):
        return -base.args[1].args[0]
    return None
