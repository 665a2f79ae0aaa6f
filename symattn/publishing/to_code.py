"""The language's own text of a value, or of every equation of a system: what, read again, gives an equal one."""

from __future__ import annotations

from typing import Any

from symattn.equations import EquationSystem
from symattn.language.to_code import formula
from symattn.shapes import Shape


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


def declared(shape: Shape) -> str:
    """A shape as an input's declaration writes it: sizes with spaces between them and none inside.

    >>> from symattn.shapes import size
    >>> declared((2 * size("r") + 1, size("m"))), declared(())
    ('2*r+1 m', 'scalar')
    """
    return " ".join(str(length).replace(" ", "") for length in shape) or "scalar"
