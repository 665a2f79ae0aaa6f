"""The texts of a derivation as values that can be printed as mathematics."""

from __future__ import annotations

import re
from typing import Any

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

RELATED = re.compile(r"(.+?)\s*(<=|>=|!=|=|<|>)\s*(.+)")

RECURRENCE = re.compile(r"(\w+)\(t\) with \1\(1\) = (.+), \1\(t \+ 1\) = (.+)")
"""How a sequence is written that is given by its first member and by the next one."""


def formula(setting: Setting, text: str) -> Any:
    """The value that a text stands for among the names of a setting; what is not in the language is kept as words."""
    known = {**setting.symbols, **{equation.name: equation.symbol for equation in setting.definitions}}
    try:
        return parse_expression(in_language(text), known, FUNCTIONS)
    except SymattnError:
        recurrence = RECURRENCE.fullmatch(text)
        if recurrence is None:
            return Words(text)
        name, first, following = recurrence.groups()
        return Joined(
            (
                Joined((Words(f"{name}(1)"), formula(setting, first)), "="),
                Joined((Words(f"{name}(t + 1)"), formula(setting, following)), "="),
            ),
            ",",
        )


def condition(setting: Setting, text: str) -> Any:
    """A condition as a relation between two formulas; as the words it is given in where it is none."""
    found = RELATED.fullmatch(text)
    if found is not None:
        sides = formula(setting, found[1]), formula(setting, found[3])
        if not any(isinstance(side, Words) for side in sides):
            return Joined(sides, SIGNS[found[2]])
    return text


def _called(word: str) -> Any:
    def row(printer: Printer, value: Any) -> Piece:
        return printer.notation.call(word, printer.piece(value.args[0]))

    return row


ROWS.update({node: _called(word) for word, node in FUNCTIONS.items()})
