"""What numbers among the operands settle beforehand: one row an operation, nothing that a finite entry could change."""

from __future__ import annotations

import math
from collections.abc import Callable

from symattn.closed_form.numbers import FLOATS
from symattn.closed_form.operations import OPERATIONS

Entry = float | str
"""A number, or the variable that holds one."""

Folded = tuple[str, tuple[Entry, ...]]
"""An operation with its operands; the operation ``""`` is its only operand."""

LOWEST = -math.inf
FINITE = -1.7976931348623157e308
"""The lowest number that is finite."""


def folded(operation: str, operands: tuple[Entry, ...]) -> Folded:
    """The operation with less to do, or the entry that it is.

    >>> folded("add", (0.0, "x")), folded("dot", ("x", 1.0, "y", 0.0)), folded("divide", (1.0, 4.0))
    (('', ('x',)), ('', ('x',)), ('', (0.25,)))
    """
    if operation in FOLDING:
        operation, operands = FOLDING[operation](operation, operands)
    if operation and operation not in OVER_NUMBERS and not any(isinstance(operand, str) for operand in operands):
        try:
            return _is(float(_computed(operation, operands)))
        except (ArithmeticError, ValueError):
            return operation, operands  # left to the code, which finds the infinity or the NaN that it is
    return operation, operands


def _is(entry: Entry) -> Folded:
    return "", (entry,)


OVER_NUMBERS = frozenset({"threshold"})
"""Operations that are left to the code even where every operand is a number."""


def _computed(operation: str, operands: tuple[Entry, ...]) -> float:
    if operation in EXTRA:
        return EXTRA[operation](*operands)
    if operation == "dot":
        operands = operands[::2] + operands[1::2]
    return OPERATIONS[operation].compute(FLOATS, *operands)


EXTRA: dict[str, Callable[..., float]] = {
    "top": max,
    "finite": lambda x: max(x, FINITE),
    "at least one": lambda x: max(x, 1.0),
    "shifted exp": lambda score, top: math.exp(score - top),
    "share": lambda weight, total: weight / total,
}
"""Operations that closed forms do not have."""


def _add(operation: str, operands: tuple[Entry, ...]) -> Folded:
    kept = tuple(operand for operand in operands if operand != 0.0)
    if len(kept) < 2:
        return _is(kept[0] if kept else 0.0)
    return operation, kept


def _multiply(operation: str, operands: tuple[Entry, ...]) -> Folded:
    if 0.0 in operands:
        return _is(0.0)
    kept = tuple(operand for operand in operands if operand != 1.0)
    if len(kept) < 2:
        return _is(kept[0] if kept else 1.0)
    return operation, kept


def _dot(operation: str, operands: tuple[Entry, ...]) -> Folded:
    pairs = [pair for pair in zip(operands[::2], operands[1::2], strict=True) if 0.0 not in pair]
    if len(pairs) > 1:
        return operation, tuple(entry for pair in pairs for entry in pair)
    return _multiply("multiply", pairs[0]) if pairs else _is(0.0)


def _less_nothing(operation: str, operands: tuple[Entry, ...]) -> Folded:
    return _is(operands[0]) if operands[1] == 0.0 else (operation, operands)


def _by_one(operation: str, operands: tuple[Entry, ...]) -> Folded:
    return _is(operands[0]) if operands[1] == 1.0 else (operation, operands)


def _largest(operation: str, operands: tuple[Entry, ...]) -> Folded:
    kept = tuple(dict.fromkeys(operand for operand in operands if operand != LOWEST))
    if len(kept) < 2:
        return _is(kept[0] if kept else LOWEST)
    return operation, kept


def _shifted(operation: str, operands: tuple[Entry, ...]) -> Folded:
    return _is(0.0) if operands[0] == LOWEST else (operation, operands)


def _share(operation: str, operands: tuple[Entry, ...]) -> Folded:
    return _is(0.0) if operands[0] == 0.0 else _by_one("divide", operands)


def _where(operation: str, operands: tuple[Entry, ...]) -> Folded:
    *sets, value = operands
    otherwise = LOWEST if operation == "where or lowest" else 0.0
    if 0.0 in sets or value == otherwise:
        return _is(otherwise)
    asked = tuple(dict.fromkeys(allowed for allowed in sets if isinstance(allowed, str)))
    return (operation, (*asked, value)) if asked else _is(value)


def _both(operation: str, operands: tuple[Entry, ...]) -> Folded:
    if 0.0 in operands:
        return _is(0.0)
    kept = tuple(dict.fromkeys(operand for operand in operands if isinstance(operand, str)))
    return (operation, kept) if kept else _is(1.0)


def _if(operation: str, operands: tuple[Entry, ...]) -> Folded:
    condition, value, otherwise = operands
    if isinstance(condition, str):
        return operation, operands
    return _is(value if condition != 0.0 else otherwise)


FOLDING: dict[str, Callable[[str, tuple[Entry, ...]], Folded]] = {
    "add": _add,
    "sum": _add,
    "multiply": _multiply,
    "dot": _dot,
    "subtract": _less_nothing,
    "divide": _by_one,
    "power": _by_one,
    "top": _largest,
    "max": _largest,
    "shifted exp": _shifted,
    "share": _share,
    "where": _where,
    "where or lowest": _where,
    "both": _both,
    "if": _if,
}
