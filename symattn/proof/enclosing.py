"""Enclosing: values between rigorous ends, by the definitions of the reference, where exact numbers are refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any

from mpmath.libmp import fone, fzero, mpf_add, mpf_ge, mpf_le, mpf_shift, mpf_sub
from mpmath.libmp.libmpi import mpi_pi
from sympy import NumberSymbol, pi
from sympy.core.numbers import Exp1

from symattn.equations import EquationSystem
from symattn.errors import ExactnessError
from symattn.exact.enclosures import max_of
from symattn.nodes import Entmax
from symattn.proof.intervals import Context, Interval, exp, floor
from symattn.verification.evaluation import Definitions, Evaluation, Number, Rows
from symattn.verification.reference import MATRICES, SCALARS, Reference
from symattn.verification.reference_keys import Row, weights_of_allowed


class EnclosedEvaluation(Evaluation):
    """An evaluation whose numbers are intervals: nothing is near enough to be equal, and no comparison guesses."""

    def __init__(self, bits: int, known: dict[Any, Rows]) -> None:
        super().__init__(Context(bits), 0, DEFINITIONS, known)
        self.near = self.mp.zero

    def sign(self, sides: Callable[[], tuple[Number, Number]], fixed: bool) -> int:
        left, right = sides()
        return (left > right) - (left < right)

    def floor(self, number: Callable[[], Number], fixed: bool) -> Number:
        return floor(number())

    def exp(self, x: Number) -> Number:
        return exp(x)

    def moderate(self, x: Number) -> Number:
        return x


class Enclosures(Reference):
    """The reference with intervals of so many bits for its numbers.

    Errors: ``ExactnessError`` also for what the ends of an interval leave open.
    """

    def __init__(self, bits: int) -> None:
        self.mp, self.digits = Context(bits), 0
        self.name = f"enclosures of {bits} bits"
        self._known = {}

    def _evaluation(self) -> Evaluation:
        return EnclosedEvaluation(self.mp.prec, self._known)


def enclosed(system: EquationSystem, inputs: Mapping[str, Any], bits: int) -> dict[str, Any]:
    """Intervals around every input and value of a system of concrete sizes: rows for a matrix, lists for a family.

    Errors: ``ExactnessError`` where a value does not exist or is left open, ``MissingRowError`` for a node without a
    definition.

    >>> from sympy import MatrixSymbol, Rational
    >>> from symattn.equations import Equation
    >>> A = MatrixSymbol("A", 1, 2)
    >>> system = EquationSystem("weights", (A,), (Equation("P", Entmax(A, Rational(4, 3))),), "P")
    >>> [weight.decimal(6) for weight in enclosed(system, {"A": [[0, 1]]}, 64)["P"][0]]
    [Decimal('0.207537'), Decimal('0.792463')]
    """
    reference = Enclosures(bits)
    given = {name: reference.rows(values) for name, values in inputs.items()}
    return {**given, **reference.evaluate(system, inputs)}


def entmax(e: Evaluation, node: Entmax) -> Rows:
    """Weights by a threshold that lies between two others, one certainly too low and one certainly too high."""
    steepness, exponent = e.number(node.alpha - 1), e.number(1 / (node.alpha - 1))

    def weigh(e: Evaluation, row: Row) -> Row:
        heights = [steepness * x for x in row]
        threshold = _threshold(heights, exponent, e.mp)
        return [_above_0(height - threshold) ** exponent for height in heights]

    return weights_of_allowed(e, node, weigh)


def _above_0(x: Interval) -> Interval:
    """The larger of a number and 0."""
    return Interval((max_of(x.ends[0], fzero), max_of(x.ends[1], fzero)), x.bits)


def _threshold(heights: list[Interval], exponent: Interval, mp: Context) -> Interval:
    """The ``t`` with ``sum max(height - t, 0) ** exponent = 1``, between ends found by halving.

    The sum falls as ``t`` rises. One below the largest height that height alone gives 1 or more, and at the largest
    height all give 0. Halving ends where the sum is no longer told from 1.
    """

    def total(t: Any) -> Interval:
        return mp.fsum(_above_0(height - mp.mpf(t)) ** exponent for height in heights)

    low = mpf_sub(reduce(max_of, (height.ends[0] for height in heights)), fone)
    high = reduce(max_of, (height.ends[1] for height in heights))
    too_low, too_high = low, high
    for _ in range(mp.prec):
        middle = _between(too_low, high)
        if mpf_ge(total(middle).ends[0], fone):
            too_low = middle
        else:
            high = middle
        middle = _between(low, too_high)
        if mpf_le(total(middle).ends[1], fone):
            too_high = middle
        else:
            low = middle
    return Interval((too_low, too_high), mp.prec)


def _between(low: Any, high: Any) -> Any:
    return mpf_shift(mpf_add(low, high), -1)


def _constant(e: Evaluation, x: NumberSymbol) -> Number:
    if x is pi:
        return Interval(mpi_pi(e.mp.prec), e.mp.prec)
    if isinstance(x, Exp1):
        return exp(e.mp.one)
    raise ExactnessError(f"there are no enclosures for {x}.")


DEFINITIONS = Definitions({**MATRICES, Entmax: entmax}, {**SCALARS, NumberSymbol: _constant})
"""The reference's definitions; what it computes by approximation is computed between two ends."""
