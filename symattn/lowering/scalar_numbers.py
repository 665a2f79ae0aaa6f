"""Single entries as straight-line Python over ``math``: one row an operation, one line an entry."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

from symattn.errors import MissingRowError
from symattn.language.to_code import formula
from symattn.lowering.comments import text_of
from symattn.lowering.scalar_entries import Assignment, Entries
from symattn.lowering.scalar_folding import FINITE, Entry

TERMS = 60
"""Terms of one sum without brackets; Python's compiler follows each into the next."""

HELPERS = {
    "_largest_of_numbers": '''
def _largest_of_numbers(*values):
    """The largest of some numbers; NaN if one of them is NaN."""
    largest = values[0]
    for value in values:
        if not value <= largest:
            largest = value
        if value != value:
            return value
    return largest
''',
    "_smallest_of_numbers": '''
def _smallest_of_numbers(*values):
    """The smallest of some numbers; NaN if one of them is NaN."""
    smallest = values[0]
    for value in values:
        if not value >= smallest:
            smallest = value
        if value != value:
            return value
    return smallest
''',
    "_sigmoid_of_number": '''
def _sigmoid_of_number(x):
    """1 / (1 + exp(-x)); exp is only taken of -|x|, so that nothing overflows."""
    e = math.exp(-abs(x))
    return (e if x < 0.0 else 1.0) / (1.0 + e)
''',
    "_elu_of_number": '''
def _elu_of_number(x):
    """x where x > 0, else exp(x) - 1."""
    return x if x > 0.0 else math.expm1(x)
''',
    "_gelu_of_number": '''
def _gelu_of_number(x):
    """x (1 + erf(x / sqrt 2)) / 2, the exact form."""
    return x * (math.erfc(-x / math.sqrt(2.0)) / 2.0)
''',
    "_step_of_number": '''
def _step_of_number(x):
    """1 where x > 0, else 0."""
    return 1.0 if x > 0.0 else 0.0 if x <= 0.0 else x
''',
    "_sign_of_number": '''
def _sign_of_number(x):
    """1, 0 or -1."""
    return 1.0 if x > 0.0 else -1.0 if x < 0.0 else x
''',
    "_sparsemax_threshold": '''
def _sparsemax_threshold(*scores):
    """The tau for which the scores less tau, as far as they are positive, sum to 1."""
    tau = -math.inf
    for _ in scores:  # each time the scores above tau share 1 anew, until no more of them drop out
        total, count = 0.0, 0.0
        for score in scores:
            if score > tau:
                total += score
                count += 1.0
        if count == 0.0:
            return math.nan
        tau = (total - 1.0) / count
    return tau
''',
    "_threshold": '''
def _threshold(exponent, *scores):
    """The tau for which the sum of max(s - tau, 0) ** exponent is 1, bisected; the largest score is 0."""
    low, width = -1.0, 1.0
    for _ in range(60):
        width /= 2.0
        total = 0.0
        for score in scores:
            if score > low + width:
                total += math.pow(score - (low + width), exponent)
        if total >= 1.0:
            low += width
    return low
''',
}
"""Functions that are put into the module if they are called."""


def number(entry: Entry) -> str:
    """A number or a variable as Python has it."""
    if isinstance(entry, str):
        return entry
    if math.isfinite(entry):
        return repr(entry) if math.copysign(1.0, entry) > 0 else f"({entry!r})"
    return "math.nan" if math.isnan(entry) else "math.inf" if entry > 0 else "(-math.inf)"


def _joined(sign: str, texts: Sequence[str]) -> str:
    """Texts with an operator between them, long ones in brackets of ``TERMS`` each."""
    if len(texts) <= TERMS:
        return f" {sign} ".join(texts)
    pieces = [texts[start : start + TERMS] for start in range(0, len(texts), TERMS)]
    return _joined(sign, [f"({_joined(sign, piece)})" for piece in pieces])


def _dot(*entries: Entry) -> str:
    pairs = zip(entries[::2], entries[1::2], strict=True)
    return _joined("+", [_product(pair) for pair in pairs])


def _product(factors: Sequence[Entry]) -> str:
    return " * ".join(number(factor) for factor in factors if factor != 1.0)


def _power(base: Entry, exponent: Entry) -> str:
    text = number(base)
    if exponent == 2.0:
        return f"{text} * {text}"
    if exponent == 0.5:
        return f"math.sqrt({text})"
    if exponent == -1.0:
        return f"1.0 / {text}"
    return f"math.pow({text}, {number(exponent)})"


def _allowed(sets: Sequence[Entry]) -> str:
    return " and ".join(f"{number(allowed)} != 0.0" for allowed in sets)


def _threshold(alpha: Entry, *scores: Entry) -> str:
    texts = list(map(number, scores))
    if alpha == 2.0:
        return f"_sparsemax_threshold({', '.join(texts)})"
    assert isinstance(alpha, float)
    return f"_threshold({', '.join([repr(1.0 / (alpha - 1.0)), *texts])})"


def _infix(sign: str) -> Callable[..., str]:
    return lambda *entries: _joined(sign, list(map(number, entries)))


def _call(name: str) -> Callable[..., str]:
    return lambda *entries: f"{name}({', '.join(map(number, entries))})"


def _comparison(sign: str) -> Callable[..., str]:
    return lambda x, y: f"1.0 if {number(x)} {sign} {number(y)} else 0.0"


OPERATIONS: dict[str, Callable[..., str]] = {
    "add": _infix("+"),
    "sum": _infix("+"),
    "subtract": _infix("-"),
    "multiply": _infix("*"),
    "divide": _infix("/"),
    "share": _infix("/"),
    "dot": _dot,
    "negate": lambda x: f"-{number(x)}",
    "power": _power,
    "remainder": _infix("%"),
    "top": _call("max"),
    "finite": lambda x: f"max({number(x)}, {FINITE!r})",
    "at least one": lambda x: f"max({number(x)}, 1.0)",
    "shifted exp": lambda score, top: f"_exp({number(score)} - {number(top)})",
    "threshold": _threshold,
    "max": _call("_largest_of_numbers"),
    "maximum": _call("_largest_of_numbers"),
    "minimum": _call("_smallest_of_numbers"),
    "less": _comparison("<"),
    "at most": _comparison("<="),
    "greater": _comparison(">"),
    "at least": _comparison(">="),
    "equal": _comparison("=="),
    "unequal": _comparison("!="),
    "both": lambda *sets: f"1.0 if {_allowed(sets)} else 0.0",
    "if": lambda condition, x, y: f"{number(x)} if {number(condition)} != 0.0 else {number(y)}",
    "where": lambda *entries: f"{number(entries[-1])} if {_allowed(entries[:-1])} else 0.0",
    "where or lowest": lambda *entries: f"{number(entries[-1])} if {_allowed(entries[:-1])} else -math.inf",
    "log of a total": lambda x: f"-math.inf if {number(x)} == 0.0 else math.log({number(x)})",
    "exp": _call("_exp"),
    "log": _call("math.log"),
    "tanh": _call("math.tanh"),
    "erf": _call("math.erf"),
    "cos": _call("math.cos"),
    "sin": _call("math.sin"),
    "floor": _call("math.floor"),
    "sqrt": _call("math.sqrt"),
    "abs": _call("abs"),
    "relu": lambda x: f"0.0 if {number(x)} <= 0.0 else {number(x)}",
    "sigmoid": _call("_sigmoid_of_number"),
    "elu": _call("_elu_of_number"),
    "gelu": _call("_gelu_of_number"),
    "step": _call("_step_of_number"),
    "sign": _call("_sign_of_number"),
}
"""The text of one entry."""


def statements(entries: Entries) -> Iterator[str]:
    """A line for each entry, and a comment with the equation above the first of each."""
    pending = list(entries.steps.ends.items())
    for assignment in entries.assignments:
        while pending and assignment.step >= pending[0][1]:
            pending.pop(0)
        if pending and pending[0][0]:
            yield equation_comment(entries, pending[0][0])
            pending[0] = "", pending[0][1]
        yield f"{assignment.name} = {_text(assignment)}"


def equation_comment(entries: Entries, name: str) -> str:
    """An equation as a comment."""
    equation = entries.steps.system.by_name[name]
    left_side = formula(equation.left_side, name=lambda symbol: symbol.name, lenient=True)
    return f"# {left_side} = {text_of(equation.expression)}"


def _text(assignment: Assignment) -> str:
    if assignment.operation not in OPERATIONS:
        raise MissingRowError(
            f"the strategy scalar has no {assignment.operation!r}; add a row to lowering/scalar_numbers.py"
        )
    return OPERATIONS[assignment.operation](*assignment.operands)
