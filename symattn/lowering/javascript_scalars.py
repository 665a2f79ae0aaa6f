"""Rows for scalars in JavaScript, where every number is a float64, and for the conditions of values by cases."""

from __future__ import annotations

import json
from fractions import Fraction

from sympy import (
    Abs,
    Add,
    And,
    Basic,
    Eq,
    Expr,
    Float,
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
from sympy.logic.boolalg import Boolean, BooleanFalse, BooleanTrue
from sympy.matrices.expressions.matexpr import MatrixElement

from symattn.errors import LoweringError
from symattn.language.to_code import formula
from symattn.lowering.conditions import without_fractions
from symattn.lowering.javascript_writer import Code, JavaScriptWriter, Row
from symattn.lowering.numerals import EXACT_FLOAT
from symattn.lowering.pieces import Binding
from symattn.lowering.whole import is_of_whole_numbers, whole_quotient
from symattn.nodes import ExponentialLinear, Sigmoid, Value
from symattn.shapes import same_size

FUNCTIONS: dict[type[Basic], str] = {
    exp: "Math.exp",
    log: "Math.log",
    tanh: "Math.tanh",
    Abs: "Math.abs",
    cos: "Math.cos",
    sin: "Math.sin",
    erf: "_erf",
    Max: "Math.max",
    Min: "Math.min",
}

CONSTANTS = {S.Pi: "Math.PI", S.Exp1: "Math.E"}

JOINED = {And: " && ", Or: " || "}


def function(writer: JavaScriptWriter, value: Expr) -> Code:
    """A function of one number or several."""
    name = FUNCTIONS[next(kind for kind in type(value).__mro__ if kind in FUNCTIONS)]
    return Code(f"{writer.helper(name)}({', '.join(map(writer.text, value.args))})")


def rational(writer: JavaScriptWriter, value: Rational) -> Code:
    """A whole number or a fraction; one that floats cannot divide exactly is divided here."""
    if abs(value.p) < EXACT_FLOAT and value.q < EXACT_FLOAT:
        if value.q != 1:
            return Code(f"{value.p} / {value.q}", Binding.PRODUCT)
        return _number(str(value.p))
    try:
        return _number(repr(float(Fraction(value.p, value.q))))
    except OverflowError:
        raise LoweringError(f"javascript cannot hold a number of {len(str(value.p))} digits.") from None


def floating(writer: JavaScriptWriter, value: Expr) -> Code:
    """A decimal number, or a constant without a name of its own, as the nearest float."""
    return Code(CONSTANTS[value]) if value in CONSTANTS else _number(repr(float(value)))


def _number(text: str) -> Code:
    return Code(text, Binding.NEGATION if text.startswith("-") else Binding.ATOM)


def total(writer: JavaScriptWriter, value: Add) -> Code:
    """A sum; a term with a minus sign is subtracted."""
    terms = value.as_ordered_terms() if value.is_commutative else value.args
    text = ""
    for term in sorted(terms, key=lambda term: term.could_extract_minus_sign()):
        minus = bool(text) and term.could_extract_minus_sign()
        code = writer.value(-term if minus else term)
        if text:
            text += f" {'-' if minus else '+'} {code.within(Binding.PRODUCT)}"
        else:
            text = code.within(Binding.SUM)
    return Code(text, Binding.SUM)


def factors(writer: JavaScriptWriter, value: Mul) -> Code:
    """A product; factors with a negative power are divided by."""
    above, below = [], []
    for factor in value.as_ordered_factors():
        if isinstance(factor, Rational) and factor.q != 1:
            above += [Integer(factor.p)] if factor.p != 1 else []
            below.append(Integer(factor.q))
        elif isinstance(factor, Pow) and factor.exp.could_extract_minus_sign() and not is_sigmoid(factor):
            below.append(1 / factor)
        else:
            above.append(factor)
    sign = ""
    if above and above[0] is S.NegativeOne:
        sign, above = "-", above[1:]
    # A minus sign stands before an atom, for two of them would be a decrement.
    tops = [writer.value(factor).within(Binding.ATOM if sign else Binding.PRODUCT) for factor in above]
    bottoms = [writer.value(factor).within(Binding.ATOM) for factor in below]
    return Code(sign + " / ".join([" * ".join(tops) or "1", *bottoms]), Binding.PRODUCT)


def power(writer: JavaScriptWriter, value: Pow) -> Code:
    """A power; roots and reciprocals by their own names, the logistic function without overflow."""
    base, exponent = value.base, value.exp
    if is_sigmoid(value):
        return writer.call("_sigmoid", writer.text(-base.args[1].args[0]))
    if exponent.could_extract_minus_sign():
        return Code(f"1 / {writer.value(1 / value).within(Binding.ATOM)}", Binding.PRODUCT)
    if exponent == S.Half:
        return Code(f"Math.sqrt({writer.text(base)})")
    return Code(f"Math.pow({writer.text(base)}, {writer.text(exponent)})")


def is_sigmoid(value: Pow) -> bool:
    """Whether a power is ``1 / (1 + exp(-x))``."""
    base = value.base
    is_sum = isinstance(base, Add) and len(base.args) == 2 and base.args[0] is S.One and isinstance(base.args[1], exp)
    return is_sum and bool(Sigmoid.of_number(-base.args[1].args[0]) == value)


def cases(writer: JavaScriptWriter, value: Piecewise) -> Code:
    """The first value whose condition holds; the others are not computed."""
    if value.has(exp) and ExponentialLinear.of_number(value.args[0].expr) == value:
        return writer.call("_elu", writer.text(value.args[0].expr))
    if value.args[-1].cond != S.true:
        raise LoweringError(f"javascript cannot lower {value}: no case is left for all other values.")
    text = writer.value(value.args[-1].expr).within(Binding.SUM)
    for case in reversed(value.args[:-1]):
        held, chosen = condition(writer, case.cond), writer.value(case.expr)
        text = f"{held.within(Binding.SUM)} ? {chosen.within(Binding.SUM)} : {text}"
    return Code(text, Binding.CONDITION)


def condition(writer: JavaScriptWriter, value: Boolean) -> Code:
    """A condition; comparisons of indices are multiplied out, so that nothing in them is rounded."""
    if isinstance(value, (BooleanTrue, BooleanFalse)):
        return Code(str(value).lower())
    if isinstance(value, Not):
        return Code(f"!{condition(writer, value.args[0]).within(Binding.ATOM)}", Binding.NEGATION)
    if type(value) in JOINED:
        sides = [condition(writer, side).within(Binding.SUM) for side in value.args]
        return Code(JOINED[type(value)].join(sides), Binding.CONDITION)
    if not isinstance(value, Relational):
        raise LoweringError(f"javascript cannot lower the condition {value}; join comparisons by & alone.")
    if not writer.depends_on_inputs(value):
        value = without_fractions(value)
    sign = {Eq: "===", Ne: "!=="}.get(type(value), value.rel_op)
    left, right = (writer.value(side).within(Binding.SUM) for side in value.args)
    return Code(f"{left} {sign} {right}", Binding.CONDITION)


def whole_part(writer: JavaScriptWriter, value: floor) -> Code:
    """The largest whole number that is not above a number; of a quotient of whole numbers without rounding."""
    numerator, denominator = whole_quotient(value.args[0])
    if is_of_whole_numbers(numerator) and is_of_whole_numbers(denominator):
        return writer.call("_quotient", writer.text(numerator), writer.text(denominator))
    if writer.depends_on_inputs(value):
        return Code(f"Math.floor({writer.text(value.args[0])})")
    return writer.call("_floor", writer.text(value.args[0]))


def remainder(writer: JavaScriptWriter, value: Mod) -> Code:
    """What is left over by multiples; of the divisor's sign."""
    return writer.call("_remainder", *map(writer.text, value.args))


def element(writer: JavaScriptWriter, value: MatrixElement) -> Code:
    """``A[i, j]``; a position that is no index over the same length is compared with the length when the code runs."""
    matrix, *places = value.args
    code = writer.value(matrix)
    for place, length in zip(places, matrix.shape, strict=True):
        code = part(writer, code, place, length, value)
    return code


def part(writer: JavaScriptWriter, whole: Code, place: Expr, length: Expr, value: Value) -> Code:
    """The member, row or entry of an array at one position; ``value`` is what an error says was asked for."""
    if place in writer.lengths and same_size(writer.lengths[place], length):
        return Code(f"{whole.text}[{writer.text(place)}]")
    if place == 0:
        return Code(f"{whole.text}[0]")
    return writer.call("_part", whole.text, position(writer, place), quoted(value))


def position(writer: JavaScriptWriter, place: Expr) -> str:
    """The code of a position, a whole number; where roots and logarithms lead to one, what they round to."""
    text = writer.text(place)
    return text if is_of_whole_numbers(place) else f"Math.round({text})"


def quoted(value: Value) -> str:
    """What was asked for, as a text in code; no sign in it could end the text or the script that it stands in."""
    text = formula(value, name=lambda symbol: symbol.name.lstrip("_"), lenient=True)
    return json.dumps(text).replace("<", "\\x3c")


SCALARS: dict[type[Basic], Row] = {
    Rational: rational,
    Float: floating,
    NumberSymbol: floating,
    Symbol: JavaScriptWriter.symbol,
    MatrixElement: element,
    Add: total,
    Mul: factors,
    Pow: power,
    **dict.fromkeys(FUNCTIONS, function),
    Piecewise: cases,
    floor: whole_part,
    Mod: remainder,
}
