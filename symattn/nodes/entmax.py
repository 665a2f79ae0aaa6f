"""Sparsemax and alpha-entmax: weights that can be exactly 0."""

from __future__ import annotations

from itertools import accumulate
from typing import Any, Self

from mpmath import mp, mpf
from mpmath.libmp import prec_to_dps
from sympy import Expr, Float, Integer, Rational, S, Tuple, sympify
from sympy.concrete.expr_with_limits import ExprWithLimits

from symattn.nodes.base import Indices
from symattn.nodes.functions import RectifiedLinear
from symattn.nodes.normalising import OverAllowedKeys
from symattn.nodes.reductions import LargestOver
from symattn.nodes.written import added, multiplied, negated, raised


class ThresholdOver(ExprWithLimits):
    """The ``tau`` for which ``sum_c max((alpha - 1) s_c - tau, 0) ** (1 / (alpha - 1)) = 1``, ``c`` over its range.

    >>> from sympy import Symbol
    >>> c = Symbol("c", integer=True)
    >>> ThresholdOver(c, (c, 0, 3), 2).alpha, ThresholdOver(c, (c, 0, 3), 2).doit()
    (2, 2)
    """

    is_commutative = True
    is_real = True

    def __new__(cls, score: Expr, row: Any, alpha: Any) -> ThresholdOver:
        return Expr.__new__(cls, score, Tuple(*row), sympify(alpha))

    @property
    def alpha(self) -> Expr:
        return self.args[2]

    @property
    def limits(self) -> tuple[Any, ...]:
        return (self.args[1],)

    def _eval_subs(self, old: Expr, new: Expr) -> Expr:
        """As for every expression with limits, which knows nothing of ``alpha``."""
        made = LargestOver(self.function, self.args[1])._subs(old, new)
        return ThresholdOver(made.function, made.limits[0], self.alpha)

    def doit(self, **hints: Any) -> Expr:
        symbol, lower, upper = self.limits[0]
        if not (lower.is_Integer and upper.is_Integer):
            return self
        scores = (self.function.subs(symbol, value) for value in range(int(lower), int(upper) + 1))
        return ThresholdOf(self.alpha, *(score.doit(**hints) for score in scores)).doit()


class ThresholdOf(Expr):
    """The same threshold of scores that are written out, one after the other; those of minus infinity add nothing.

    >>> from sympy import Symbol
    >>> ThresholdOf(2, 1, Rational(1, 2)).doit(), ThresholdOf(2, Symbol("x"), 0)
    (1/4, ThresholdOf(2, x, 0))
    """

    is_commutative = True
    is_real = True

    def __new__(cls, alpha: Any, *scores: Any) -> ThresholdOf:
        finite = (score for score in map(sympify, scores) if score is not S.NegativeInfinity)
        return Expr.__new__(cls, sympify(alpha), *finite)

    @property
    def alpha(self) -> Expr:
        return self.args[0]

    @property
    def scores(self) -> tuple[Expr, ...]:
        return self.args[1:]

    def doit(self, **hints: Any) -> Expr:
        made = ThresholdOf(self.alpha, *(score.doit(**hints) for score in self.scores))
        if self.alpha == 2 and made.scores and all(isinstance(score, Rational) for score in made.scores):
            return sparsemax_threshold(list(made.scores))
        return made

    def _eval_evalf(self, prec: int) -> Expr:
        steepness, digits = self.alpha - 1, prec_to_dps(prec) + 5
        scores = [(steepness * score).evalf(digits) for score in self.scores]
        if not scores or not all(isinstance(score, (Float, Integer)) for score in scores):
            return self
        with mp.workprec(prec + 10):
            exponent = mpf(int(steepness.q)) / int(steepness.p)
            found = threshold([mpf(score._to_mpmath(prec + 10)) for score in scores], exponent, prec)
        return Float._new(found._mpf_, prec)


def sparsemax_threshold(scores: list[Any]) -> Any:
    """The ``tau`` for which the scores less ``tau``, as far as they are positive, sum to 1; exact for fractions.

    Source: Martins & Astudillo 2016, arXiv:1602.02068, algorithm 1.

    >>> sparsemax_threshold([Rational(1, 2), Integer(0), Integer(-5)])
    -1/4
    """
    falling = sorted(scores, reverse=True)
    sums = list(accumulate(falling))
    pairs = enumerate(zip(falling, sums, strict=True), 1)
    kept = max(count for count, (score, total) in pairs if 1 + count * score > total)
    return (sums[kept - 1] - 1) / kept


def threshold(scores: list[Any], exponent: Any, bits: int) -> Any:
    """The ``tau`` for which ``sum max(s - tau, 0) ** exponent = 1``, bisected to ``2 ** -bits``.

    The largest score is between ``tau`` and ``tau + 1``, as its own weight is.

    >>> round(threshold([0.5, 0.0, -5.0], 1.0, 60), 12)
    -0.25
    """
    high = max(scores)
    low = high - 1
    for _ in range(bits + 4):
        middle = (low + high) / 2
        if sum((score - middle) ** exponent for score in scores if score > middle) > 1:
            low = middle
        else:
            high = middle
    return (low + high) / 2


class Entmax(OverAllowedKeys):
    """``p_j = max((alpha - 1) s_j - tau, 0) ** (1 / (alpha - 1))`` for each row, ``tau`` such that they sum to 1.

    ``alpha = 2`` is sparsemax, the Euclidean projection of the scores on the simplex; ``alpha`` to 1 is softmax.
    Shapes: ``S (n, m) -> P (n, m)``. Units: dimensionless; a row sums to 1, or to 0 if no key is allowed.
    Errors: as for softmax; ``ValueError`` unless ``alpha`` is a number above 1.
    Source: Martins & Astudillo 2016, arXiv:1602.02068; Peters, Niculae & Martins 2019, arXiv:1905.05702.

    >>> from sympy import MatrixSymbol
    >>> Entmax(MatrixSymbol("S", 2, 3), 2).alpha
    2
    """

    option_count = 1

    def __new__(cls, scores: Any, alpha: Any, *options: Any, allowed: Any = None) -> Self:
        alpha = sympify(alpha)
        if not isinstance(alpha, Rational) or alpha <= 1:
            raise ValueError(f"entmax takes a number above 1 as its alpha, found {alpha}")
        return super().__new__(cls, scores, alpha, *options, allowed=allowed)

    @property
    def alpha(self) -> Rational:
        return self.args[1]

    def entry(self, i: Expr, j: Expr, indices: Indices) -> Expr:
        steepness = self.alpha - 1
        length = self.shape[1]
        positions = indices.written_out(length)
        if positions is None:
            symbol = indices.fresh()
            row = (symbol, S.Zero, length - 1)
            threshold: Expr = ThresholdOver(self.allowed_score(i, symbol, indices), row, self.alpha)
        else:
            threshold = ThresholdOf(self.alpha, *(self.allowed_score(i, c, indices) for c in positions))
        above = added(multiplied(steepness, self.score(i, j, indices)), negated(threshold))
        weight = raised(RectifiedLinear.of_number(above), 1 / steepness)
        return self.where_allowed(i, j, weight, indices)
