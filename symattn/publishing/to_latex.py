"""LaTeX in the paper's order: the shared table in LaTeX's notation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from symattn.equations import EquationSystem
from symattn.publishing.families import with_ranges
from symattn.publishing.latex_notation import LatexNotation
from symattn.publishing.printer import Printer, among
from symattn.publishing.shared_table import ROWS


class LatexPrinter(Printer):
    """Values to LaTeX; see :class:`Printer`."""

    rows = ROWS
    table = "publishing/shared_table.py"
    what = "LaTeX"
    euler_everywhere = True


def latex(value: Any, *, digits: int = 10, numbers: Mapping[str, Any] | None = None) -> str:
    """LaTeX of a value of the language, an entry, an exact number or anything else that a formula may hold.

    Of a system of equations, ``system_latex``.
    Entries and sums are counted from 1, and factors stand in the order in which they were written. ``digits`` are those
    of decimals, ``numbers`` stand in the place of names.
    Errors: ``MissingRowError`` for what has no row, ``LanguageError`` for a name outside the language.

    >>> from sympy import MatrixSymbol, Transpose, sqrt
    >>> from symattn.nodes import ElementwiseQuotient, MatrixProduct
    >>> from symattn.shapes import size
    >>> Q, K = MatrixSymbol("Q", size("n"), size("d_k")), MatrixSymbol("K", size("m"), size("d_k"))
    >>> print(latex(ElementwiseQuotient(MatrixProduct(Q, Transpose(K)), sqrt(size("d_k")))))
    \\frac{QK^{\\top}}{\\sqrt{d_k}}
    """
    if isinstance(value, EquationSystem):
        return system_latex(value)
    return LatexPrinter.printed(LatexNotation, value, digits=digits, numbers=numbers)[0]


def system_latex(system: EquationSystem) -> str:
    """All equations of a system below each other, their ``=`` aligned; goes between dollars.

    >>> from sympy import MatrixSymbol, S
    >>> from symattn.equations import Equation
    >>> from symattn.nodes import ElementwiseProduct
    >>> A = MatrixSymbol("A", 2, 3)
    >>> print(system_latex(EquationSystem("twice", (A,), (Equation("B", ElementwiseProduct(S(2), A)),), "B")))
    \\begin{aligned} B &= 2A \\end{aligned}
    """
    with among((*system.inputs, *system.by_name)):
        lines = [f"{latex(each.left_side)} &= {latex(right)}" for each, right in with_ranges(system)]
    return r"\begin{aligned} " + r" \\ ".join(lines) + r" \end{aligned}"
