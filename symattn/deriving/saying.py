"""Sentences with formulas in them: what stands between backquotes is in the language of equations and is parsed."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Any

from symattn.deriving.claim import Setting
from symattn.deriving.formulas import related
from symattn.deriving.marked import pieces
from symattn.errors import LanguageError, SymattnError
from symattn.language import parse_equations
from symattn.publishing import latex, text

FREE_INDEX = re.compile(r"\[([a-z])\]")


def with_formulas(setting: Setting, sentence: str) -> list[Any]:
    """The words (``str``) and the formulas of a sentence in turn, formulas as values over the names of a setting.

    >>> words, formula, more = with_formulas(Setting({"S": "n m"}), "each row of `exp(S)` is positive")
    >>> words, text(formula), more
    ('each row of ', 'exp(S)', ' is positive')

    Errors: ``LanguageError`` for a formula with a name that the setting does not have, or that is not in the language
    of equations, and for a backquote without its fellow.
    """
    return [_value(setting, piece) if is_formula else piece for is_formula, piece in pieces(sentence)]


def in_text(setting: Setting, sentence: str) -> str:
    """A sentence as plain text, its formulas as a terminal shows them.

    >>> in_text(Setting({"S": "n m", "T": "scalar"}), "the weights are `softmax(S.T / T)`")
    'the weights are softmax(Sᵀ/T)'
    """
    return "".join(part if isinstance(part, str) else text(part) for part in with_formulas(setting, sentence))


def as_data(setting: Setting, sentence: str) -> list[dict[str, str]]:
    """A sentence for a machine: words as ``text``; formulas as ``text``, as ``latex``, and as they are typed.

    >>> as_data(Setting({"S": "n m"}), "`S.T` here")
    [{'text': 'Sᵀ', 'latex': 'S^{\\\\top}', 'code': 'S.T'}, {'text': ' here'}]
    """
    made = []
    for is_formula, piece in pieces(sentence):
        if is_formula:
            value = _value(setting, piece)
            made.append({"text": text(value), "latex": latex(value), "code": piece})
        else:
            made.append({"text": piece})
    return made


def _value(setting: Setting, formula: str) -> Any:
    """A relation or a formula; indices of families may stand free in it, as in ``Q[h] @ K[h].T``."""
    try:
        return related(setting, formula)
    except SymattnError as error:
        reason = error.message
    indices = ", ".join(dict.fromkeys(FREE_INDEX.findall(formula)))
    with suppress(SymattnError):
        (equation,) = parse_equations(f"each[{indices}] = {formula}", setting.known)
        return equation.value
    shown = f"the formula {formula!r} in the prose is not in the language of equations over its names"
    raise LanguageError(f"{shown}: {reason}")
