"""A function tried at instances of a mechanism: its arguments arranged, its results beside the truth."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from symattn.auditing.arranging import Arrangement, Caller, OtherShapeError, arrangements, arrays_at
from symattn.auditing.parameters import arguments_of
from symattn.auditing.running import TookTooLongError, quietly
from symattn.auditing.sampling import agrees, instances_of
from symattn.equations import EquationSystem
from symattn.errors import InputError
from symattn.verification.reference import Reference
from symattn.verification.rounding import Rounded
from symattn.verification.tally import Truth

DIGITS = 30
"""Of the reference that a function is held against."""

CALL_SECONDS = 20.0
"""For one call of the function."""


class Trial:
    """A function, a value of a mechanism that it should compute, and the instances at which both are compared."""

    def __init__(
        self,
        function: Callable[..., Any],
        system: EquationSystem,
        value: str,
        mapped: Mapping[str, str] | None,
        instances: int,
        seed: int,
    ) -> None:
        self.function, self.system, self.value = function, system, value
        self.title = getattr(function, "__name__", "the function")
        self.arguments = arguments_of(function, system, mapped)
        self.at = instances_of(system, [value], instances, seed)
        self._truth: dict[int, Rounded] = {}

    @property
    def statement(self) -> str:
        return (
            f"{self.value} of {self.system.name}: "
            f"{self.title}({', '.join(each.parameter or each.source for each in self.arguments)})"
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
        return self.called(caller, arrays_at(instance), dict(instance.sizes), shape, instance.label)

    def called(
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
                if isinstance(error, TookTooLongError):
                    raise
                continue
            if all(agrees(self.truth(number), array) for number, array in enumerate(found)):
                return caller
            running.append(caller)
        if not running:
            raise next((each for each in refusals if isinstance(each, OtherShapeError)), refusals[0])
        return min(running, key=self._failures)

    def _failures(self, caller: Caller) -> int:
        """At how many instances there is no result: shapes that fit by chance do not fit at all of them."""
        count = 0
        for number in range(len(self.at)):
            try:
                self.computed(caller, number)
            except TookTooLongError:
                raise
            except InputError:
                count += 1
        return count

    def _with(self, arrangement: Arrangement) -> Caller:
        return Caller(self.function, self.arguments, self.system, self.value, arrangement)

    def manners(self, caller: Caller, at: Sequence[int]) -> list[str]:
        """What else is to be said of a function that has been called: changed arguments, other dtypes, chance."""
        import numpy as np

        found = []
        if caller.mutated:
            found.append(f"{self.title} changes its argument {', '.join(sorted(caller.mutated))}")
        other = caller.dtypes - {"float64"}
        if other:
            found.append(f"{self.title} returns {', '.join(sorted(other))} for inputs in float64")
        if at:
            twice = [self.computed(caller, at[0]) for _ in range(2)]
            if not np.array_equal(twice[0], twice[1], equal_nan=True):
                found.append(f"{self.title} gives another result when it is called again (dropout?)")
        return found
