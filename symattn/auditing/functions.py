"""A Python function against a mechanism: the same within rounding at random instances, or different and explained."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from symattn.auditing.arranging import Caller, OtherShapeError
from symattn.auditing.confirming import WITHIN, at_instance, sampled
from symattn.auditing.explaining import Explanation, explain
from symattn.auditing.mistakes import Mistake, with_equal_sizes
from symattn.auditing.outcome import Audit
from symattn.auditing.running import TookTooLongError
from symattn.auditing.sampling import Difference, agrees, difference, exactly
from symattn.auditing.smallest import smallest
from symattn.auditing.trial import Trial
from symattn.equations import EquationSystem
from symattn.errors import InputError
from symattn.verdicts import Counterexample, Verdict
from symattn.verification.instances import Instance
from symattn.verification.rounding import Rounded

SINGLE_PRECISION = 2.0**29
"""How many times larger rounding is with 24 bits than with 53."""

COMPARED = "code is compared, and nothing is proved of it"

SINGLE = Mistake(
    "single precision inside",
    "The values agree as far as numbers of 24 bits go, and no further, although the inputs have 53.",
    "softmax in float32 in eager attention of transformers and in jax.nn.dot_product_attention",
    lambda system: iter(()),
)
EMPTY_ROW = Mistake(
    "NaN for a row without keys",
    "A query without any allowed key gives NaN, where the mechanism gives 0; elsewhere the values agree.",
    "softmax of a row of minus infinity; torch's nn.MultiheadAttention with need_weights=True",
    lambda system: iter(()),
)
"""Mistakes that formulas cannot make."""


class _Audited:
    """The audit of a trial under way."""

    def __init__(self, trial: Trial, seconds: float) -> None:
        self.trial, self.seconds = trial, seconds
        self.notes: list[str] = []

    def run(self) -> Audit:
        """The function at every instance, and what follows from it."""
        if not self.trial.at:
            verdict = Verdict(
                "unknown", self.trial.statement, "no instance was found at which the mechanism has a value"
            )
            return self._audit(verdict)
        caller = self.trial.caller()
        self.notes.append(f"called with {caller.arrangement}")
        agreed, apart, found, at = 0, [], [], []
        for number, instance in enumerate(self.trial.at):
            try:
                array = self.trial.computed(caller, number)
            except TookTooLongError:
                raise
            except InputError as error:
                self.notes.append(error.message)
                continue
            found.append(array)
            at.append(number)
            seen = difference(self.trial.truth(number), exactly(array))
            if seen is not None and seen.ratio > 1:
                apart.append((instance, seen))
            agreed += seen is not None and seen.ratio <= 1
        self.notes += self.trial.manners(caller, at)
        if apart:
            return self._different(caller, apart, found, at)
        failed = len(self.trial.at) - len(at)
        if failed:
            reason = f"equal within {WITHIN} at {agreed} random instances, and no result at {failed} others"
            return self._audit(Verdict("unknown", self.trial.statement, reason))
        return self._audit(sampled(self.trial.statement, agreed, self.trial.at, COMPARED))

    def _audit(self, verdict: Verdict, explanations: tuple[Explanation, ...] = ()) -> Audit:
        notes = tuple(dict.fromkeys(self.notes))
        return Audit(self.trial.title, self.trial.system.name, self.trial.value, verdict, explanations, notes)

    def of_another_shape(self, refusal: OtherShapeError) -> Audit:
        """The audit of a function whose result cannot be the value, whatever its numbers are."""
        instance = self.trial.at[0]
        shown = Counterexample(dict(instance.sizes), {}, (), refusal.asked, refusal.found, "sampled")
        return self._audit(Verdict("refuted", self.trial.statement, refusal.message, counterexample=shown))

    # Different.

    def _different(
        self, caller: Caller, apart: list[tuple[Instance, Difference]], found: list[Any], at: list[int]
    ) -> Audit:
        counterexample = smallest(self.trial, caller, self.seconds / 2)
        if counterexample is None:
            counterexample = at_instance(*min(apart, key=lambda pair: pair[0].volume))
        reason = f"the values are further apart than {WITHIN} at {len(apart)} of {len(at)} random instances"
        verdict = Verdict("refuted", self.trial.statement, reason, counterexample=counterexample)
        return self._audit(verdict, self._explained(found, at))

    def _explained(self, found: list[Any], at: list[int]) -> tuple[Explanation, ...]:
        import numpy as np

        instances = [self.trial.at[number] for number in at]
        known = [self.trial.truth(number) for number in at]
        everywhere = f"at {len(at)} instances"
        filled = [np.where(np.isnan(array), 0.0, array) for array in found]
        if any(np.isnan(array).any() for array in found):
            count = sum(bool(np.isnan(array).any()) for array in found)
            self.notes.append(f"{self.trial.title} gives NaN at {count} of {len(found)} instances")
            if _only_zeros(known, found) and all(map(agrees, known, filled)):
                return (self._seen(EMPTY_ROW, everywhere),)
        confirm = partial(self._confirmed, instances)
        exact = [exactly(array) for array in filled]
        if all(map(partial(agrees, factor=SINGLE_PRECISION), known, filled)):
            return (self._seen(SINGLE, everywhere),)
        explanations = explain(self.trial.system, self.trial.value, exact, instances, confirm, self.seconds)
        if explanations:
            return explanations
        coarse = explain(self.trial.system, self.trial.value, exact, instances, confirm, 0.0, SINGLE_PRECISION)
        if coarse:
            self.notes.append(
                f"{self.trial.title} agrees with that mistake as far as numbers of 24 bits go, and no further"
            )
        return coarse

    def _seen(self, mistake: Mistake, where: str) -> Explanation:
        return Explanation((mistake,), (self.trial.value,), Verdict("sampled", mistake.name, where))

    def _confirmed(self, instances: Sequence[Instance], system: EquationSystem, agreed: int) -> Verdict:
        return sampled(f"{self.trial.title} is the mistaken formula", agreed, instances, COMPARED)


def _only_zeros(known: Sequence[Rounded], found: Sequence[Any]) -> bool:
    """Whether what is NaN is 0 by the mechanism."""
    import numpy as np

    return all(bool((one.value[np.isnan(array)] == 0).all()) for one, array in zip(known, found, strict=True))


def audit_function(
    function: Callable[..., Any],
    system: EquationSystem,
    value: str,
    mapped: Mapping[str, str] | None,
    instances: int,
    seed: int,
    seconds: float,
) -> Audit:
    """The audit of a function; of one that runs only where two sizes are equal, at these sizes.

    Errors: ``InputError`` for a function that cannot be called, does not run, or takes too long.
    """
    first = _Audited(Trial(function, system, value, mapped, instances, seed), seconds)
    try:
        return first.run()
    except OtherShapeError as refusal:
        return first.of_another_shape(refusal)
    except TookTooLongError:
        raise
    except InputError as refusal:
        for equal, merged in with_equal_sizes(system):
            try:
                found = _Audited(Trial(function, merged, value, mapped, instances, seed), seconds).run()
            except InputError:  # another shape, too: what conforms by chance is no reading of the function
                continue
            sizes = ", ".join(f"{one} = {other}" for one, other in equal.items())
            verdict = replace(found.verdict, conditions=(*found.verdict.conditions, sizes))
            note = f"it runs only where {sizes}: {refusal.message}"
            return replace(found, verdict=verdict, notes=(note, *found.notes))
        raise
