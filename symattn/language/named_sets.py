"""The indices of a matrix's entries, and the allowed sets that have a name."""

from __future__ import annotations

from collections.abc import Callable

from sympy import Expr, Le
from sympy.logic.boolalg import Boolean

from symattn.nodes import index

ROW, COLUMN = index("i"), index("j")

NAMED: dict[str, Callable[[Expr, Expr], Boolean]] = {
    "causal": lambda n, m: Le(COLUMN, ROW),
    "causal_lower_right": lambda n, m: Le(COLUMN, ROW + m - n),
}
"""Sets that a name stands for; ``causal`` is aligned at the upper left, key j to query i, as torch does it."""

WINDOW = "window"

ALLOWED_WORDS = frozenset({*NAMED, WINDOW})
