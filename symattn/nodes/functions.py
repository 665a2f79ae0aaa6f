"""Functions of one number, applied to every entry of a matrix."""

from __future__ import annotations

from functools import cached_property, partial
from typing import Any

from sympy import Abs, Expr, Integer, Max, S, StrictGreaterThan, StrictLessThan, cos, erf, exp, log, sin, sqrt, tanh

from symattn.nodes.base import Indices, Node, entry_of, matrix_argument
from symattn.nodes.cases import Cases
from symattn.nodes.written import added, applied, divided, multiplied, negated, raised, reciprocal
from symattn.shapes import Shape


class ElementwiseFunction(Node):
    """A function of one number, applied to every entry; shapes ``(n, m) -> (n, m)``, both dimensionless.

    Errors: ``TypeError`` unless the argument is a matrix.
    """

    def __new__(cls, argument: Any) -> ElementwiseFunction:
        return super().__new__(cls, matrix_argument(argument, cls.__name__))

    @property
    def argument(self) -> Expr:
        return self.args[0]

    @cached_property
    def shape(self) -> Shape:
        return tuple(self.argument.shape)

    @staticmethod
    def of_number(x: Expr) -> Expr:
        """The function of one number."""
        raise NotImplementedError

    def entry(self, i: Expr, j: Expr, indices: Indices) -> Expr:
        return self.of_number(entry_of(self.argument, i, j, indices))


class Exponential(ElementwiseFunction):
    """``exp(A)``, entry by entry: not the exponential of a matrix.

    >>> from sympy import MatrixSymbol
    >>> Exponential(MatrixSymbol("S", 2, 3))[0, 1]
    exp(S[0, 1])
    """

    @staticmethod
    def of_number(x: Expr) -> Expr:
        return applied(exp, x)


class Logarithm(ElementwiseFunction):
    """``log(A)``, the natural logarithm of every entry; real for positive entries.

    >>> from sympy import MatrixSymbol
    >>> Logarithm(MatrixSymbol("S", 2, 3))[0, 1]
    log(S[0, 1])
    """

    @staticmethod
    def of_number(x: Expr) -> Expr:
        return applied(log, x)


class HyperbolicTangent(ElementwiseFunction):
    """``tanh(A)``, entry by entry.

    >>> from sympy import MatrixSymbol
    >>> HyperbolicTangent(MatrixSymbol("S", 2, 3))[0, 1]
    tanh(S[0, 1])
    """

    @staticmethod
    def of_number(x: Expr) -> Expr:
        return applied(tanh, x)


class Cosine(ElementwiseFunction):
    """``cos(A)`` of angles in radians, entry by entry.

    >>> Cosine.of_number(Integer(0))
    1
    """

    @staticmethod
    def of_number(x: Expr) -> Expr:
        return applied(cos, x)


class Sine(ElementwiseFunction):
    """``sin(A)`` of angles in radians, entry by entry.

    >>> Sine.of_number(Integer(0))
    0
    """

    @staticmethod
    def of_number(x: Expr) -> Expr:
        return applied(sin, x)


class Sigmoid(ElementwiseFunction):
    """``sigmoid(A) = 1 / (1 + exp(-A))``, entry by entry.

    >>> from sympy import MatrixSymbol
    >>> Sigmoid(MatrixSymbol("S", 2, 3))[0, 1]
    1/(1 + exp(-S[0, 1]))
    """

    @staticmethod
    def of_number(x: Expr) -> Expr:
        return reciprocal(added(S.One, applied(exp, negated(x))))


class RectifiedLinear(ElementwiseFunction):
    """``relu(A) = max(A, 0)``, entry by entry.

    >>> RectifiedLinear.of_number(Integer(-2)), RectifiedLinear.of_number(Integer(3))
    (0, 3)
    """

    @staticmethod
    def of_number(x: Expr) -> Expr:
        return applied(partial(Max, S.Zero), x)


class ExponentialLinear(ElementwiseFunction):
    """``elu(A)``: ``x`` where ``x > 0``, else ``exp(x) - 1``. Source: Clevert et al. 2015, arXiv:1511.07289.

    >>> ExponentialLinear.of_number(Integer(-2)), ExponentialLinear.of_number(Integer(3))
    (-1 + exp(-2), 3)
    """

    @staticmethod
    def of_number(x: Expr) -> Expr:
        if x.is_number:
            return x if x > 0 else exp(x) - 1
        below = added(applied(exp, x), S.NegativeOne)
        return Cases((x, StrictGreaterThan(x, S.Zero, evaluate=False)), (below, True))


class GaussianLinear(ElementwiseFunction):
    """``gelu(A) = A (1 + erf(A / sqrt 2)) / 2``, the exact form. Source: Hendrycks & Gimpel 2016, arXiv:1606.08415.

    >>> GaussianLinear.of_number(Integer(0))
    0
    """

    @staticmethod
    def of_number(x: Expr) -> Expr:
        return divided(multiplied(x, added(S.One, applied(erf, divided(x, sqrt(2))))), Integer(2))


class ErrorFunction(ElementwiseFunction):
    """``erf(A)``, entry by entry: ``2 / sqrt(pi)`` times the integral of ``exp(-t**2)`` from 0 to ``x``.

    >>> from sympy import MatrixSymbol
    >>> ErrorFunction(MatrixSymbol("S", 2, 3))[0, 1]
    erf(S[0, 1])
    """

    @staticmethod
    def of_number(x: Expr) -> Expr:
        return applied(erf, x)


class Step(ElementwiseFunction):
    """``step(A)``: 1 where ``x > 0``, else 0; the derivative of ``relu``, at 0 as libraries choose it.

    It jumps at 0 and is constant elsewhere: wherever it is differentiable, its gradient is 0.

    >>> Step.of_number(Integer(-2)), Step.of_number(Integer(0)), Step.of_number(Integer(3))
    (0, 0, 1)
    """

    @staticmethod
    def of_number(x: Expr) -> Expr:
        if x.is_number:
            return S.One if x > 0 else S.Zero
        return Cases((S.One, StrictGreaterThan(x, S.Zero, evaluate=False)), (S.Zero, True))


class Sign(ElementwiseFunction):
    """``sign(A)``: 1 where ``x > 0``, -1 where ``x < 0`` and 0 at 0; the derivative of ``abs``, at 0 its middle.

    It jumps at 0 and is constant elsewhere: wherever it is differentiable, its gradient is 0.

    >>> Sign.of_number(Integer(-2)), Sign.of_number(Integer(0)), Sign.of_number(Integer(3))
    (-1, 0, 1)
    """

    @staticmethod
    def of_number(x: Expr) -> Expr:
        if x.is_number:
            return Step.of_number(x) - Step.of_number(-x)
        above, below = (relation(x, S.Zero, evaluate=False) for relation in (StrictGreaterThan, StrictLessThan))
        return Cases((S.One, above), (S.NegativeOne, below), (S.Zero, True))


class SquareRoot(ElementwiseFunction):
    """``sqrt(A)``, entry by entry; real for entries from 0 on.

    >>> from sympy import MatrixSymbol
    >>> SquareRoot(MatrixSymbol("S", 2, 3))[0, 1]
    sqrt(S[0, 1])
    """

    @staticmethod
    def of_number(x: Expr) -> Expr:
        return raised(x, S.Half)


class AbsoluteValue(ElementwiseFunction):
    """``abs(A)``, entry by entry.

    >>> AbsoluteValue.of_number(Integer(-2))
    2
    """

    @staticmethod
    def of_number(x: Expr) -> Expr:
        return applied(Abs, x)
