"""The texts of a derivation as values that can be printed as mathematics."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from sympy import oo

from symattn.deriving import differentials, expectation
from symattn.deriving.claim import Setting
from symattn.deriving.tables import in_language
from symattn.errors import SymattnError
from symattn.language import parse_expression
from symattn.publishing.document import Joined, Words
from symattn.publishing.notation import Piece
from symattn.publishing.printer import Printer
from symattn.publishing.shared_table import ROWS

FUNCTIONS = {**expectation.FUNCTIONS, **differentials.FUNCTIONS}
"""What statements may call beside the functions of the language: expectation, variance, rate of change."""

SIGNS = {"=": "=", "<=": "≤", ">=": "≥", "->": "→", "<": "<", ">": ">", "!=": "≠"}
"""The relations of claims and of conditions, as they are printed."""

RELATION = re.compile("|".join(map(re.escape, sorted(SIGNS, key=len, reverse=True))))

INFINITE = {"oo": oo, "-oo": -oo}
"""How a relation says infinity, as in ``T -> oo``."""

RECURRENCE = re.compile(r"(\w+)\(t\) with \1\(1\) = (.+), \1\(t \+ 1\) = (.+)")
"""How a sequence is written that is given by its first member and by the next one."""


@dataclass(frozen=True)
class After:
    """A state after some rows, as in ``w(t + 1)``."""

    state: Any
    rows: str


def formula(setting: Setting, text: str) -> Any:
    """The value that a text stands for among the names of a setting; what is not in the language is kept as words."""
    try:
        return parsed(setting, text)
    except SymattnError:
        recurrence = RECURRENCE.fullmatch(text)
        if recurrence is None:
            return Words(text)
        name, first, following = recurrence.groups()
        return Joined(
            (
                Joined((After(formula(setting, name), "1"), formula(setting, first)), "="),
                Joined((After(formula(setting, name), "t + 1"), formula(setting, following)), "="),
            ),
            ",",
        )


def parsed(setting: Setting, text: str) -> Any:
    """The value that a text stands for among the names of a setting.

    Errors: those of the language.
    """
    return parse_expression(in_language(text), setting.known, FUNCTIONS)


def related(setting: Setting, text: str) -> Any:
    """A formula, or several with signs between them as in ``a <= b <= c`` and ``T -> oo``, as one value.

    >>> from symattn.publishing import text
    >>> text(related(Setting({"T": "scalar", "S": "n m"}), "T * lse(S / T) >= rowmax(S)"))
    'T lse(S/T) ≥ rowmax(S)'

    Errors: those of the language.
    """
    sides, signs = related_sides(text)
    value, *others = (INFINITE[side] if side in INFINITE and signs else parsed(setting, side) for side in sides)
    for sign, other in zip(signs, others, strict=True):
        value = Joined((value, other), SIGNS[sign])
    return value


def related_sides(text: str) -> tuple[list[str], list[str]]:
    """The formulas of a relation and the signs between them; a sign inside brackets is part of a formula.

    >>> related_sides("0 <= softmax(S, where=causal) <= 1")
    (['0', 'softmax(S, where=causal)', '1'], ['<=', '<='])
    """
    depth, place, begin = 0, 0, 0
    sides, signs = [], []
    while place < len(text):
        depth += (text[place] in "([{") - (text[place] in ")]}")
        found = RELATION.match(text, place) if depth == 0 else None
        if found is None:
            place += 1
            continue
        sides.append(text[begin:place].strip())
        signs.append(found[0])
        place = begin = found.end()
    return [*sides, text[begin:].strip()], signs


def condition(setting: Setting, text: str) -> Any:
    """A condition as a relation between formulas; as the words it is given in where it is none."""
    if not related_sides(text)[1]:
        return text
    try:
        return related(setting, text)
    except SymattnError:
        return text


def _called(word: str) -> Any:
    def row(printer: Printer, value: Any) -> Piece:
        return printer.notation.call(word, printer.piece(value.args[0]))

    return row


def _after(printer: Printer, value: After) -> Piece:
    return Piece(f"{printer.piece(value.state).text}({value.rows})")


ROWS.update({node: _called(word) for word, node in FUNCTIONS.items()})
ROWS[After] = _after
