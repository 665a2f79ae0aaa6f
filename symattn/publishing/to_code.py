"""The language's own text of a value, or of every equation of a system: what, read again, gives an equal one."""

from __future__ import annotations

from typing import Any

from symattn.equations import EquationSystem
from symattn.language.to_code import formula


def code(value: Any) -> str:
    """A value as the language of equations writes it; of a system of equations, every equation on a line.

    Errors: ``MissingRowError`` for what the language cannot say, such as the formula of an entry; ``LanguageError`` for
    a name outside the language.

    >>> from symattn.mechanisms import named
    >>> code(named("scaled-dot")["S"])
    'Q @ K.T / sqrt(d_k)'
    """
    if isinstance(value, EquationSystem):
        return "\n".join(f"{formula(equation.left_side)} = {formula(equation.expression)}" for equation in value)
    return formula(value)
