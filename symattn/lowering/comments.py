"""An equation as a comment above its code: one line, in the language in which it was written."""

from __future__ import annotations

from symattn.language.to_code import formula
from symattn.nodes import Value

LONGEST = 100


def text_of(value: Value) -> str:
    """The value in the language of equations, cut short where it would not fit on a line.

    What the language has no words for, such as a cosine given to ``lambdify``, is written as SymPy writes it.

    >>> from sympy import MatrixSymbol, Transpose
    >>> from symattn.nodes import MatrixProduct, Softmax
    >>> A = MatrixSymbol("A", 2, 3)
    >>> text_of(MatrixProduct(Softmax(A), Transpose(A)))
    'softmax(A) @ A.T'
    """
    text = formula(value, name=lambda symbol: symbol.name, lenient=True)
    text = " ".join(text.split())  # whatever a symbol is called, a comment ends with its line
    return text if len(text) <= LONGEST else text[: LONGEST - 4] + " ..."
