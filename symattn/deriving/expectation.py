"""Expectation and variance: E(A) and Var(A) of a matrix of random numbers, entry by entry."""

from __future__ import annotations

from sympy import Expr, Function

from symattn.nodes import ElementwiseFunction


class Expected(Function):
    """The expectation of a number, left as it is written."""

    @classmethod
    def eval(cls, x: Expr) -> None:
        return None


class Expectation(ElementwiseFunction):
    """``E(A)``, the expectation of every entry; shapes ``(n, m) -> (n, m)``, units those of ``A``.

    >>> from sympy import MatrixSymbol
    >>> Expectation(MatrixSymbol("S", 2, 3))[0, 1]
    Expected(S[0, 1])
    """

    @staticmethod
    def of_number(x: Expr) -> Expr:
        return Expected(x)


class Variance(ElementwiseFunction):
    """``Var(A)``, the variance of every entry, ``E(A * A) - E(A)**2``; units those of ``A`` squared.

    >>> from sympy import MatrixSymbol
    >>> Variance(MatrixSymbol("S", 2, 3))[0, 1]
    -Expected(S[0, 1])**2 + Expected(S[0, 1]**2)
    """

    @staticmethod
    def of_number(x: Expr) -> Expr:
        return Expected(x**2) - Expected(x) ** 2


FUNCTIONS = {"E": Expectation, "Var": Variance}
"""What statements about random numbers may call, beside the functions of the language."""
