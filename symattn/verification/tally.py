"""The truth at an instance, and the tally of errors that a witness makes against it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from symattn.verification.conditioning import scales
from symattn.verification.instances import Instance
from symattn.verification.reference import Number, Reference
from symattn.verification.report import FACTOR, Comparison
from symattn.verification.rounding import Rounded


@dataclass(frozen=True)
class Truth:
    """The reference's values at an instance, one dict for each element of the batch."""

    reference: Reference
    instance: Instance
    inputs: tuple[Mapping[str, Any], ...]
    values: tuple[Mapping[str, Any], ...]

    @classmethod
    def at(cls, reference: Reference, instance: Instance) -> Truth:
        """Errors: ``ExactnessError`` where a value does not exist at this instance."""
        inputs = tuple({name: reference.rows(rows) for name, rows in one.items()} for one in instance.elements)
        return cls(reference, instance, inputs, tuple(reference.evaluate(instance.system, one) for one in inputs))

    def scales(self, precision: str, settled: bool = False) -> tuple[dict[str, Rounded], ...]:
        """The scales of the errors at each element, for a precision; with ``settled``, for exact arithmetic."""
        asked = (precision, settled)
        if asked not in self._scales:
            system = self.instance.system
            self._scales[asked] = tuple(scales(system, one, precision, settled) for one in self.inputs)
        return self._scales[asked]

    def doubles(self, element: int, name: str) -> tuple[Any, Any]:
        """A value as two arrays of float64, which add up to it in about 106 bits.

        The second is not a number where the value is finite and no float64 is as large.
        """
        if (element, name) not in self._doubles:
            import numpy as np

            exact = np.array(self.values[element][name], dtype=object)
            high = np.vectorize(_nearest, otypes=[np.float64])(exact)
            rest = np.vectorize(_rest, otypes=[np.float64])(exact, high)
            self._doubles[(element, name)] = high, rest
        return self._doubles[(element, name)]

    @cached_property
    def _doubles(self) -> dict[tuple[int, str], tuple[Any, Any]]:
        return {}

    @cached_property
    def _scales(self) -> dict[tuple[str, bool], tuple[dict[str, Rounded], ...]]:
        return {}


def _nearest(value: Number) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.copysign(math.inf, value)


def _rest(value: Number, nearest: float) -> float:
    if math.isfinite(nearest):
        return float(value - nearest)
    return 0.0 if value == nearest else math.nan


@dataclass(frozen=True)
class Header:
    """What all comparisons of one witness have in common."""

    witness: str
    against: str
    unit: str
    verdict: str


def entry(values: Any, place: tuple[int, ...]) -> Number:
    """The entry of rows of numbers at a place; a scalar has the place ``()``."""
    for position in place:
        values = values[position]
    return values


@dataclass
class Tally:
    """The largest error seen, in units, and how many entries were seen, and skipped for a ``doubt``."""

    ratio: float = 0.0
    entries: int = 0
    skipped: int = 0
    doubt: str = ""
    error: float = 0.0
    place: tuple[int, ...] = ()
    found: Number = None
    expected: Number = None

    def see(self, found: Number, expected: Number, unit: float, place: tuple[int, ...], entries: int = 1) -> None:
        """Count an entry, or the worst of several."""
        self.entries += entries
        error = 0 if found == expected else abs(found - expected)  # an infinity less itself is no number
        if error == 0:
            ratio = 0.0
        elif math.isnan(float(error)) or unit == 0:
            ratio = math.inf
        else:
            ratio = float(error / unit)
        if self.expected is None or ratio > self.ratio:
            self.ratio, self.error, self.place = ratio, float(error), tuple(int(k) for k in place)
            self.found, self.expected = found, expected

    def skip(self, entries: int, doubt: str) -> None:
        """Count entries of which nothing is known."""
        self.skipped += entries
        self.doubt = self.doubt or doubt * bool(entries)

    def comparison(self, header: Header, name: str, instance: Instance, truth: Truth, digits: int = 20) -> Comparison:
        if not self.entries:
            return unknown(header, name, instance.label, self.doubt, excused=True)
        show = truth.reference.mp.nstr
        return _compared(
            header,
            name,
            instance,
            entries=self.entries,
            skipped=self.skipped,
            doubt=self.doubt,
            ratio=self.ratio,
            error=self.error,
            place=self.place,
            found=show(self.found, digits),
            expected=show(self.expected, digits),
            axes=_axes(instance, name),
            inputs=_written(instance) if self.ratio > FACTOR else (),
        )


SMALL = 32
"""Numbers in an instance that a report writes out."""


def _written(instance: Instance) -> tuple[tuple[str, str], ...]:
    if instance.volume > SMALL:
        return ()

    def rows(values: Any) -> str:
        return f"[{', '.join(map(rows, values))}]" if isinstance(values, (list, tuple)) else str(values)

    return tuple((name, rows(values)) for name, values in instance.elements[0].items())


def unknown(header: Header, name: str, where: str, reason: str, excused: bool = False) -> Comparison:
    """A value that was not compared: where (an instance's label, or nothing for all of them) and why."""
    return Comparison(
        name, header.witness, header.against, header.unit, "unknown", where, reason=reason, excused=excused
    )


def _axes(instance: Instance, name: str) -> int:
    """How many axes a family has; a gradient is compared as one number."""
    equation = instance.system.by_name.get(name)
    return 0 if equation is None else len(equation.axes)


def mismatch(header: Header, name: str, instance: Instance, found: str, expected: str) -> Comparison:
    """An array of another shape or dtype than was asked for, which refutes like an infinite error."""
    reason = "not the array that was asked for"
    return _compared(header, name, instance, ratio=math.inf, found=found, expected=expected, reason=reason)


def _compared(header: Header, name: str, instance: Instance, **outcome: Any) -> Comparison:
    """A value at an instance with what came of it, under the header's names."""
    about = (name, header.witness, header.against, header.unit, header.verdict)
    return Comparison(*about, instance.label, instance.sizes, instance.volume, **outcome)
