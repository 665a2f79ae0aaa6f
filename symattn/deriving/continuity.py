"""Continuity: limits in index notation, for every size, where no part runs to infinity and no denominator to 0."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from symattn.deriving.claim import LEFT, RIGHT, Claim
from symattn.deriving.conditions import stated
from symattn.errors import LimitError, MissingRowError
from symattn.proof import deciding, normal_form
from symattn.proof.equality import place_of
from symattn.proof.normal_form import UndefinedError
from symattn.proof.patience import OutOfTimeError, within_seconds
from symattn.proof.positivity import is_positive, is_positive_factor
from symattn.proof.terms import (
    ZERO,
    Expression,
    Factor,
    added,
    fresh,
    one,
    opened,
    renamed,
    scaled,
    subtracted,
    zero,
)
from symattn.proof.translation import Translator

SECONDS = 10.0
"""What one limit may take."""

CONTINUOUS = ("exp", "tanh", "sin", "cos", "erf")
"""The functions of one number that are continuous everywhere."""


Growth: TypeAlias = tuple[Fraction, Fraction]
"""How fast something grows: as which power of the variable's exponential, then as which power of what grows."""

CONSTANT: Growth = (ZERO, ZERO)


class OpenError(Exception):
    """What a part tends to is not seen."""


@dataclass(frozen=True)
class Approach:
    """A scalar input that tends to 0 from above, or to infinity, and the inputs that are known to be positive."""

    variable: str
    to_infinity: bool
    positive: frozenset[str] = frozenset()

    def limit(self, value: Expression) -> Expression:
        """What an expression tends to.

        Errors: ``OpenError`` where a part has no limit, or none that is seen.
        """
        growth, leading = self._leading(value)
        if growth > CONSTANT:
            raise OpenError
        return leading if growth == CONSTANT else zero()

    def _leading(self, value: Expression) -> tuple[Growth, Expression]:
        """How fast an expression grows, and what it tends to once divided by that: its fastest products alone."""
        parts: dict[Growth, list[Expression]] = {CONSTANT: [zero()]}
        for term, coefficient in value.terms:
            bound, powers = opened(term)
            growth, made = CONSTANT, normal_form.product_of([pair for pair in powers if not self._moves(pair[0])])
            for factor, exponent in powers:
                if self._moves(factor):
                    own, leading = self._power(factor, exponent)
                    growth = (growth[0] + own[0], growth[1] + own[1])
                    made = normal_form.multiplied(made, leading)
            for index in bound:
                made = normal_form.total(index, made)
            parts.setdefault(growth, []).append(scaled(made, coefficient))
        fastest = max(parts)
        return fastest, added(*parts[fastest])

    def _moves(self, value: Expression | Factor) -> bool:
        return f"entry.{self.variable}[" in value.text

    def _power(self, factor: Factor, exponent: Fraction) -> tuple[Growth, Expression]:
        """The same for a power of a factor in which the variable stands."""
        if factor.kind == "entry" and factor.head == self.variable:
            return (ZERO, exponent if self.to_infinity else -exponent), one()
        if (factor.kind, factor.head) == ("apply", "exp"):
            inside = factor.parts[0]
            alone = inside.single_factor
            if self.to_infinity and alone is not None and alone.kind == "entry":
                return (exponent, ZERO), one()
            inside = scaled(inside, exponent)
            falls = self._falls_for_ever(inside)
            return CONSTANT, zero() if falls else normal_form.applied("exp", self.limit(inside))
        if factor.kind == "base":
            growth, leading = self._leading(factor.parts[0])
            if not surely_positive(leading):
                raise OpenError
            return (growth[0] * exponent, growth[1] * exponent), normal_form.power(leading, exponent)
        return CONSTANT, normal_form.power(self._of_limit(factor), exponent)

    def _of_limit(self, factor: Factor) -> Expression:
        """What a continuous function of a limit comes to."""
        if factor.kind == "apply" and factor.head in (*CONTINUOUS, "log"):
            inside = self.limit(factor.parts[0])
            if factor.head == "log" and not surely_positive(inside):
                raise OpenError
            return normal_form.applied(factor.head, inside)
        if factor.kind == "largest":
            (bound,) = factor.bound
            own = fresh(bound.length)
            return normal_form.largest(own, self.limit(renamed(factor.parts[0], {bound: own})))
        raise OpenError

    def _falls_for_ever(self, value: Expression) -> bool:
        """Whether every product of an expression is below 0 and grows beyond all bounds."""
        return bool(value.terms) and all(
            c < 0
            and not term.bound
            and all(self._is_positive(factor) for factor, _ in term.factors)
            and any(
                f.head == self.variable and f.kind == "entry" and (e > 0) == self.to_infinity for f, e in term.factors
            )
            for term, c in value.terms
        )

    def _is_positive(self, factor: Factor) -> bool:
        named = factor.kind == "entry" and factor.head in (*self.positive, self.variable)
        return named or (is_positive_factor(factor) and not self._moves(factor))


def surely_positive(value: Expression) -> bool:
    """Whether an expression is above 0: sums of what is positive, over allowed keys of which one is always there."""
    if is_positive(value):
        return True
    not_negative = all(
        c > 0 and all(factor.kind in normal_form.TRUTHS or is_positive_factor(factor) for factor, _ in term.factors)
        for term, c in value.terms
    )
    return bool(value.terms) and not_negative and normal_form.surely_not_zero(value)


def approaches(claim: Claim, name: str, to_infinity: bool) -> bool:
    """Whether ``before -> after`` is seen for every size as a scalar input tends to 0 from above, or to infinity."""
    system = claim.written_out
    scalars = frozenset(name for name in [*system.inputs, *system.by_name] if not system.shape(name))
    sides = {LEFT: system.by_name[LEFT], RIGHT: system.by_name[RIGHT]}
    translator = Translator(definitions=sides, scalars=scalars)
    positions = place_of(system, LEFT, translator)
    positive = frozenset(positive_names(claim.setting.conditions))
    approach = Approach(name, to_infinity, positive)
    try:
        with within_seconds(SECONDS):
            left, right = (approach.limit(translator.named(side, positions)) for side in (LEFT, RIGHT))
            return deciding.is_zero(subtracted(left, right))
    except (OpenError, OutOfTimeError, MissingRowError, LimitError, UndefinedError, RecursionError):
        return False


def positive_names(conditions: Iterable[str]) -> list[str]:
    """The inputs whose entries are above 0 by a condition such as ``delta > 0``.

    >>> positive_names(["delta > 0", "g >= 0", "r >= 1"])
    ['delta', 'r']
    """
    known = ((each, each.least) for each in stated(conditions))
    return [each.larger for each, least in known if least is not None and (each.strict or least[1] > 0)]
