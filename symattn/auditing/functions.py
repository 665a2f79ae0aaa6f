"""A Python function against a mechanism: the same within rounding at random instances, or the smallest difference."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import Any

from symattn.auditing.arranging import Arrangement, Caller, OtherShapeError, arrangements, arrays_at
from symattn.auditing.confirming import WITHIN, at_instance, sampled
from symattn.auditing.explaining import Explanation, explain
from symattn.auditing.mistakes import Mistake, with_equal_sizes
from symattn.auditing.outcome import Audit
from symattn.auditing.parameters import arguments_of
from symattn.auditing.running import quietly
from symattn.auditing.sampling import Difference, difference, instances_of
from symattn.equations import EquationSystem
from symattn.errors import InputError
from symattn.proof.candidates import Candidate, drawn, shapes_at, sizes_in_order
from symattn.proof.shrinking import shrunk
from symattn.verdicts import Counterexample, Verdict
from symattn.verification.conditioning import scales
from symattn.verification.instances import Instance, least_sizes
from symattn.verification.reference import Reference
from symattn.verification.rounding import Rounded
from symattn.verification.tally import Truth

DIGITS = 30
"""Of the reference that a function is held against."""

CALL_SECONDS = 20.0
"""For one call of the function."""

LARGEST_SIZE, DRAWS = 3, 4
"""Sizes and draws of numbers of each, that are tried for the smallest difference."""

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


class FunctionAudit:
    """A function, a value of a mechanism that it should compute, and the instances at which both are compared."""

    def __init__(
        self,
        function: Callable[..., Any],
        system: EquationSystem,
        value: str,
        mapped: Mapping[str, str] | None,
        instances: int,
        seed: int,
        seconds: float,
    ) -> None:
        self.function, self.system, self.value = function, system, value
        self.title = getattr(function, "__name__", "the function")
        self.arguments = arguments_of(function, system, mapped)
        self.seconds = seconds
        self.at = instances_of(system, [value], instances, seed)
        self.notes: list[str] = []
        self._truth: dict[int, Rounded] = {}

    @property
    def statement(self) -> str:
        return (
            f"{self.value} of {self.system.name}: {self.title}({', '.join(each.parameter for each in self.arguments)})"
        )

    def truth(self, number: int) -> Rounded:
        """The value at an instance, to 30 digits and then rounded, with the scale of its error."""
        if number not in self._truth:
            found = Truth.at(Reference(DIGITS), self.at[number])
            scale = found.scales("float64")[0][self.value]
            self._truth[number] = replace(scale, value=found.doubles(0, self.value)[0])
        return self._truth[number]

    def computed(self, caller: Caller, number: int) -> Any:
        """What the function gives at an instance.

        Errors: ``InputError`` for what it raises, for too long a time, and for another shape.
        """
        instance = self.at[number]
        shape = tuple(int(length) for length in instance.system.shape(self.value))
        return self._called(caller, arrays_at(instance), dict(instance.sizes), shape, instance.label)

    def _called(
        self, caller: Caller, arrays: Mapping[str, Any], sizes: Mapping[str, int], shape: tuple[int, ...], label: str
    ) -> Any:
        what = f"{self.title} at {label}"
        return caller.result(quietly(caller.prepared(arrays, sizes), CALL_SECONDS, what), shape)

    def caller(self) -> Caller:
        """The function with its arguments arranged so that it runs, and agrees if it agrees in any way.

        Errors: ``InputError`` where it runs in no way, with what it raised first.
        """
        running: list[Caller] = []
        refusals: list[InputError] = []
        for arrangement in arrangements(self.function, self.system, self.value):
            caller = self._with(arrangement)
            try:
                found = [self.computed(caller, number) for number in range(min(2, len(self.at)))]
            except InputError as error:
                refusals.append(error)
                if "was given up" in error.message:
                    raise
                continue
            if all(_agree(self.truth(number), array) for number, array in enumerate(found)):
                return caller
            running.append(caller)
        if not running:
            raise next((each for each in refusals if isinstance(each, OtherShapeError)), refusals[0])
        return running[0]

    def _with(self, arrangement: Arrangement) -> Caller:
        return Caller(self.function, self.arguments, self.system, self.value, arrangement)

    def run(self) -> Audit:
        """The function at every instance, and what follows from it."""
        if not self.at:
            verdict = Verdict("unknown", self.statement, "no instance was found at which the mechanism has a value")
            return self._audit(verdict)
        caller = self.caller()
        self.notes.append(f"called with {caller.arrangement}")
        agreed, apart, found, at = 0, [], [], []
        for number, instance in enumerate(self.at):
            try:
                array = self.computed(caller, number)
            except InputError as error:
                self.notes.append(error.message)
                continue
            found.append(array)
            at.append(number)
            seen = difference(self.truth(number), _exactly(array))
            if seen is not None and seen.ratio > 1:
                apart.append((instance, seen))
            agreed += seen is not None and seen.ratio <= 1
        self._note_manners(caller, at)
        if apart:
            return self._different(caller, apart, found, at)
        failed = len(self.at) - len(at)
        if failed:
            reason = f"equal within {WITHIN} at {agreed} random instances, and no result at {failed} others"
            return self._audit(Verdict("unknown", self.statement, reason))
        return self._audit(sampled(self.statement, agreed, self.at, COMPARED))

    def _note_manners(self, caller: Caller, at: Sequence[int]) -> None:
        import numpy as np

        if caller.mutated:
            self.notes.append(f"{self.title} changes its argument {', '.join(sorted(caller.mutated))}")
        other = caller.dtypes - {"float64"}
        if other:
            self.notes.append(f"{self.title} returns {', '.join(sorted(other))} for inputs in float64")
        if at:
            twice = [self.computed(caller, at[0]) for _ in range(2)]
            if not np.array_equal(twice[0], twice[1], equal_nan=True):
                self.notes.append(f"{self.title} gives another result when it is called again (dropout?)")

    def _audit(self, verdict: Verdict, explanations: tuple[Explanation, ...] = ()) -> Audit:
        notes = tuple(dict.fromkeys(self.notes))
        return Audit(self.title, self.system.name, self.value, verdict, explanations, notes)

    def of_another_shape(self, refusal: OtherShapeError) -> Audit:
        """The audit of a function whose result cannot be the value, whatever its numbers are."""
        instance = self.at[0]
        shown = Counterexample(dict(instance.sizes), {}, (), refusal.asked, refusal.found, "sampled")
        return self._audit(Verdict("refuted", self.statement, refusal.message, counterexample=shown))

    # Different.

    def _different(
        self, caller: Caller, apart: list[tuple[Instance, Difference]], found: list[Any], at: list[int]
    ) -> Audit:
        counterexample = self._smallest(caller)
        if counterexample is None:
            counterexample = at_instance(*min(apart, key=lambda pair: pair[0].volume))
        reason = f"the values are further apart than {WITHIN} at {len(apart)} of {len(at)} random instances"
        verdict = Verdict("refuted", self.statement, reason, counterexample=counterexample)
        return self._audit(verdict, self._explained(found, at))

    def _explained(self, found: list[Any], at: list[int]) -> tuple[Explanation, ...]:
        import numpy as np

        instances = [self.at[number] for number in at]
        known = [self.truth(number) for number in at]
        everywhere = f"at {len(at)} instances"
        filled = [np.where(np.isnan(array), 0.0, array) for array in found]
        if any(np.isnan(array).any() for array in found):
            count = sum(bool(np.isnan(array).any()) for array in found)
            self.notes.append(f"{self.title} gives NaN at {count} of {len(found)} instances")
            if _only_zeros(known, found) and all(map(_agree, known, filled)):
                return (self._seen(EMPTY_ROW, everywhere),)
        confirm = partial(self._confirmed, instances)
        exact = [_exactly(array) for array in filled]
        explanations = explain(self.system, self.value, exact, instances, confirm, self.seconds)
        if explanations:
            return explanations
        if all(map(partial(_agree, factor=SINGLE_PRECISION), known, filled)):
            return (self._seen(SINGLE, everywhere),)
        coarse = explain(self.system, self.value, exact, instances, confirm, 0.0, SINGLE_PRECISION)
        if coarse:
            self.notes.append(f"{self.title} agrees with that mistake as far as numbers of 24 bits go, and no further")
        return coarse

    def _seen(self, mistake: Mistake, where: str) -> Explanation:
        return Explanation((mistake,), (self.value,), Verdict("sampled", mistake.name, where))

    def _confirmed(self, instances: Sequence[Instance], system: EquationSystem, agreed: int) -> Verdict:
        return sampled(f"{self.title} is the mistaken formula", agreed, instances, COMPARED)

    def _smallest(self, caller: Caller) -> Counterexample | None:
        """The smallest sizes and simplest numbers at which the function differs from the mechanism, if a few tell."""
        deadline = time.monotonic() + self.seconds / 2
        generator = random.Random(0)
        least = least_sizes(self.system)
        asked = partial(shapes_at, self.system)

        def differing(candidates: Sequence[Candidate]) -> int | None:
            for position, candidate in enumerate(candidates):
                if time.monotonic() > deadline:
                    return None
                seen = self._apart(caller, candidate)
                if seen is not None and seen.ratio > 1:
                    return position
            return None

        for sizes in islice(sizes_in_order(least, LARGEST_SIZE), 200):
            shapes = asked(sizes)
            if shapes is None:
                continue
            candidates = [
                Candidate(sizes, drawn(shapes, self.system.allowed_inputs, k, generator)) for k in range(DRAWS)
            ]
            first = differing(candidates)
            if first is not None:
                small = shrunk(candidates[first], least, asked, differing)
                seen = self._apart(caller, small)
                return None if seen is None else _shown(small, seen)
        return None

    def _apart(self, caller: Caller, candidate: Candidate) -> Difference | None:
        """How far the function is from the mechanism at a candidate; nothing where either has no value."""
        import numpy as np

        made = self.system.with_sizes(**dict(candidate.sizes))
        try:
            expected = scales(made, candidate.inputs)[self.value]
            if not np.isfinite(expected.value).all():
                return None
            arrays = {name: np.array(values, dtype=np.float64) for name, values in candidate.inputs.items()}
            shape = tuple(int(length) for length in made.shape(self.value))
            return difference(expected, _exactly(self._called(caller, arrays, candidate.sizes, shape, "small sizes")))
        except (InputError, ArithmeticError, IndexError):
            return None


def _shown(candidate: Candidate, seen: Difference) -> Counterexample:
    left, right = f"{seen.left:.12g}", f"{seen.right:.12g}"
    return Counterexample(dict(candidate.sizes), dict(candidate.inputs), seen.place, left, right, "sampled")


def _exactly(array: Any) -> Rounded:
    import numpy as np

    return Rounded(array, np.zeros_like(array))


def _agree(known: Rounded, array: Any, factor: float = 1.0) -> bool:
    seen = difference(known, _exactly(array))
    return seen is None or seen.ratio <= factor


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
    given = (mapped, instances, seed, seconds)
    first = FunctionAudit(function, system, value, *given)
    try:
        return first.run()
    except OtherShapeError as refusal:
        return first.of_another_shape(refusal)
    except InputError as refusal:
        if "was given up" in refusal.message:
            raise
        for equal, merged in with_equal_sizes(system):
            try:
                found = FunctionAudit(function, merged, value, *given).run()
            except InputError:  # another shape, too: what conforms by chance is no reading of the function
                continue
            sizes = ", ".join(f"{one} = {other}" for one, other in equal.items())
            verdict = replace(found.verdict, conditions=(*found.verdict.conditions, sizes))
            return replace(
                found, verdict=verdict, notes=(f"it runs only where {sizes}: {refusal.message}", *found.notes)
            )
        raise
