"""One witness at one instance, held against the reference entry by entry."""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from symattn.equations import EquationSystem
from symattn.errors import ExactnessError, InputError, LimitError, MissingExtraError
from symattn.nodes import shape_of
from symattn.verification.conditioning import SIGNIFICANT_BITS, UNIT_ROUNDOFF, gradient_scale, scales
from symattn.verification.instances import Instance
from symattn.verification.reference import Number, Reference
from symattn.verification.report import FACTOR, Comparison
from symattn.verification.rounding import FIRST_ORDER, Rounded
from symattn.verification.witnesses import ExactWitness, GradientWitness, ValueWitness, Witness


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

    def scales(self, precision: str) -> tuple[dict[str, Rounded], ...]:
        """The scales of the errors at each element, for a precision."""
        if precision not in self._scales:
            self._scales[precision] = tuple(scales(self.instance.system, one, precision) for one in self.inputs)
        return self._scales[precision]

    @cached_property
    def _scales(self) -> dict[str, tuple[dict[str, Rounded], ...]]:
        return {}


@dataclass(frozen=True)
class Header:
    """What all comparisons of one witness have in common."""

    witness: str
    against: str
    unit: str
    verdict: str


def compare(witness: Witness, system: EquationSystem, truth: Truth) -> Iterator[Comparison]:
    """Every value that the witness gives at the instance, against the reference.

    Errors: ``TypeError`` for a witness of no known kind.
    """
    if isinstance(witness, ValueWitness):
        yield from _values(witness, system, truth)
    elif isinstance(witness, GradientWitness):
        yield from _gradients(witness, system, truth)
    elif isinstance(witness, ExactWitness):
        yield from _exact(witness, truth)
    else:
        raise TypeError(f"a witness is a ValueWitness, a GradientWitness or an ExactWitness, found {witness!r}.")


def undefined(witness: Witness, instance: Instance, obstacle: ExactnessError) -> Iterator[Comparison]:
    """For each value, that it was not compared at an instance where the reference does not exist."""
    values = [equation.name for equation in instance.system.equations]
    if isinstance(witness, GradientWitness):
        values = [f"d{name}" for name in instance.system.inputs]
    for name in values:
        yield _unknown(Header(witness.name, "mpmath", "", "unknown"), name, instance, f"no value: {obstacle.message}")


def _values(witness: ValueWitness, system: EquationSystem, truth: Truth) -> Iterator[Comparison]:
    instance, precision = truth.instance, witness.precision
    unit = f"2^-{SIGNIFICANT_BITS[precision]} × conditioning scale"
    header = Header(witness.name, truth.reference.name, unit, "sampled")
    names = [equation.name for equation in instance.system.equations]
    try:
        found = witness.evaluate(system, instance.arrays(precision))
    except MissingExtraError as error:
        yield from (_unknown(header, name, instance, str(error), excused=True) for name in names)
        return
    scaled = truth.scales(precision)
    for name in names:
        if name not in found:
            raise InputError(f"the witness {witness.name} gives no value for {name}; it gives: {', '.join(found)}.")
        yield _array(header, name, instance, truth, found[name], precision, [one[name] for one in scaled])


def _array(
    header: Header, name: str, instance: Instance, truth: Truth, found: Any, precision: str, scaled: list[Rounded]
) -> Comparison:
    import numpy as np

    shape = tuple(int(length) for length in shape_of(instance.system[name]))
    found = np.asarray(found)
    if str(found.dtype) != precision:
        return _mismatch(header, name, instance, f"dtype {found.dtype}", f"dtype {precision}")
    try:
        elements = np.broadcast_to(found, instance.batch + shape).reshape((-1, *shape))
    except ValueError:
        elements = None
    if elements is None or found.shape[found.ndim - len(shape) :] != shape:
        return _mismatch(header, name, instance, f"shape {found.shape}", f"shape {instance.batch + shape}")
    unit = UNIT_ROUNDOFF[precision]
    largest = float(np.finfo(precision).max)
    worst = _Worst()
    for element, (values, scale) in enumerate(zip(truth.values, scaled, strict=True)):
        if not np.all(np.isfinite(scale.scale)):
            return _unknown(header, name, instance, f"beyond what {precision} can represent on the way to it")
        if not scale.strain * unit <= FIRST_ORDER:
            return _unknown(header, name, instance, f"{precision} keeps no digit here: first-order analysis ends")
        for place in np.ndindex(shape):
            expected = entry(values[name], place)
            if abs(expected) > largest:
                return _unknown(header, name, instance, f"{truth.reference.mp.nstr(expected, 3)} is no {precision}")
            got = truth.reference.mp.mpf(float(elements[(element, *place)]))
            where = place if not instance.batch else (*np.unravel_index(element, instance.batch), *place)
            worst.see(got, expected, unit * float(scale.scale[place]), where)
    return worst.comparison(header, name, instance, truth)


def entry(values: Any, place: tuple[int, ...]) -> Number:
    """The entry of rows of numbers at a place; a scalar has the place ``()``."""
    for position in place:
        values = values[position]
    return values


@dataclass
class _Worst:
    """The largest error seen, in units, and how many entries were seen."""

    ratio: float = 0.0
    entries: int = 0
    error: float = 0.0
    place: tuple[int, ...] = ()
    found: Number = None
    expected: Number = None

    def see(self, found: Number, expected: Number, unit: float, place: tuple[int, ...]) -> None:
        self.entries += 1
        error = abs(found - expected)
        if error == 0:
            ratio = 0.0
        elif math.isnan(float(error)) or unit == 0:
            ratio = math.inf
        else:
            ratio = float(error / unit)
        if self.expected is None or ratio > self.ratio:
            self.ratio, self.error, self.place = ratio, float(error), tuple(int(k) for k in place)
            self.found, self.expected = found, expected

    def comparison(self, header: Header, name: str, instance: Instance, truth: Truth, digits: int = 20) -> Comparison:
        show = truth.reference.mp.nstr
        return Comparison(
            name,
            header.witness,
            header.against,
            header.unit,
            header.verdict,
            instance.label,
            instance.sizes,
            instance.volume,
            self.entries,
            self.ratio,
            self.error,
            self.place,
            show(self.found, digits),
            show(self.expected, digits),
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


def _unknown(header: Header, name: str, instance: Instance, reason: str, excused: bool = False) -> Comparison:
    label = "" if excused and "install" in reason else instance.label
    return Comparison(
        name, header.witness, header.against, header.unit, "unknown", label, reason=reason, excused=excused
    )


def _mismatch(header: Header, name: str, instance: Instance, found: str, expected: str) -> Comparison:
    return Comparison(
        name,
        header.witness,
        header.against,
        header.unit,
        header.verdict,
        instance.label,
        instance.sizes,
        instance.volume,
        ratio=math.inf,
        found=found,
        expected=expected,
        reason="not the array that was asked for",
    )


def _exact(witness: ExactWitness, truth: Truth) -> Iterator[Comparison]:
    import numpy as np

    instance, reference = truth.instance, truth.reference
    unit = 10.0**-reference.digits
    label = f"10^-{reference.digits} × (conditioning scale + size)"
    header = Header(witness.name, truth.reference.name, label, "exact")
    names = [equation.name for equation in instance.system.equations]
    try:
        found = witness.decimals(instance.system, instance.elements[0], reference.digits)
    except (ExactnessError, LimitError) as error:
        reason = error.message
        yield from (_unknown(header, name, instance, reason, excused=True) for name in names)
        return
    scaled = truth.scales("float64")[0]
    for name in names:
        scale, worst = scaled[name].scale, _Worst()
        if not np.all(np.isfinite(scale)):
            yield _unknown(header, name, instance, "no conditioning scale at this instance")
            continue
        for place in np.ndindex(scale.shape):
            expected = entry(truth.values[0][name], place)
            size = float(scale[place]) + abs(expected)
            got = reference.mp.mpf(str(entry(found[name], place)))
            worst.see(got, expected, unit * size, place)
        yield worst.comparison(header, name, instance, truth, digits=reference.digits)


def _gradients(witness: GradientWitness, system: EquationSystem, truth: Truth) -> Iterator[Comparison]:
    import numpy as np

    instance = truth.instance
    header = Header(
        witness.name, f"central differences, {truth.reference.name}", "2^-53 × conditioning scale", "sampled"
    )
    output = instance.system.output
    shape = tuple(int(length) for length in shape_of(instance.system[output]))
    generator = np.random.default_rng(zlib.crc32(instance.label.encode()))
    upstream = generator.standard_normal(instance.batch + shape)
    try:
        found = witness.gradients(system, instance.arrays("float64"), upstream)
    except MissingExtraError as error:
        yield from (_unknown(header, f"d{name}", instance, str(error), excused=True) for name in instance.system.inputs)
        return
    each = upstream.reshape((-1, *shape))
    for name, symbol in instance.system.inputs.items():
        size = tuple(int(length) for length in shape_of(symbol))
        gradient = np.asarray(found[name])
        expected_shape = size if name in instance.shared else instance.batch + size
        if gradient.shape != expected_shape:
            yield _mismatch(header, f"d{name}", instance, f"shape {gradient.shape}", f"shape {expected_shape}")
            continue
        directions = generator.standard_normal(size if name in instance.shared else (len(truth.inputs), *size))
        slopes = []
        for element in range(len(truth.inputs)):
            direction = directions if name in instance.shared else directions[element]
            slopes.append(_slope(truth, element, name, direction, each[element]))
        yield _directional(header, name, truth, gradient.reshape(directions.shape), directions, slopes)


@dataclass(frozen=True)
class _Slope:
    """<G, dO> along a direction by central differences, the scale of a float64 gradient's error, and any obstacle."""

    value: Number
    scale: float
    obstacle: str = ""


def _slope(truth: Truth, element: int, name: str, direction: Any, upstream: Any) -> _Slope:
    reference, system, inputs = truth.reference, truth.instance.system, truth.inputs[element]
    mp = reference.mp
    step = mp.mpf(10) ** -(reference.digits // 3)
    moves, weights = reference.rows(direction.tolist()), reference.rows(upstream.tolist())

    def paired(values: Any) -> Number:
        return mp.fdot(_flat(weights), _flat(values))

    def after(distance: Number) -> Number:
        moved = _combined(inputs[name], moves, lambda x, d: x + distance * d)
        return paired(reference.evaluate(system, {**inputs, name: moved})[system.output])

    try:
        forward, backward = after(step), after(-step)
    except ExactnessError as error:
        return _Slope(mp.zero, 0.0, error.message)
    here = paired(truth.values[element][system.output])
    analysed = gradient_scale(system, inputs, {name: direction}, upstream)
    scale = float(analysed.scale)
    value = (forward - backward) / (2 * step)
    if not math.isfinite(scale):
        return _Slope(value, scale, "beyond what float64 can represent on the way to it")
    if not analysed.strain * UNIT_ROUNDOFF["float64"] <= FIRST_ORDER:
        return _Slope(value, scale, "float64 keeps no digit here: first-order analysis ends")
    # At a smooth point the two one-sided differences differ by about the step; at a kink they differ by its jump.
    if abs(forward - 2 * here + backward) / step > mp.sqrt(step) * scale:
        return _Slope(value, scale, "not differentiable here, or nearly so")
    return _Slope(value, scale)


def _directional(
    header: Header, name: str, truth: Truth, gradient: Any, directions: Any, slopes: list[_Slope]
) -> Comparison:
    reference, instance = truth.reference, truth.instance
    obstacle = next((slope.obstacle for slope in slopes if slope.obstacle), "")
    if obstacle:
        return _unknown(header, f"d{name}", instance, obstacle)
    mp = reference.mp
    worst = _Worst()
    unit = UNIT_ROUNDOFF["float64"]
    if name in instance.shared:
        found = mp.fdot(gradient.ravel().tolist(), directions.ravel().tolist())
        worst.see(found, mp.fsum(one.value for one in slopes), unit * sum(one.scale for one in slopes), ())
    else:
        for element, slope in enumerate(slopes):
            found = mp.fdot(gradient[element].ravel().tolist(), directions[element].ravel().tolist())
            worst.see(found, slope.value, unit * slope.scale, (element,))
    return worst.comparison(header, f"d{name}", instance, truth)


def _flat(values: Any) -> list[Number]:
    return [number for part in values for number in _flat(part)] if isinstance(values, list) else [values]


def _combined(a: Any, b: Any, operation: Callable[[Number, Number], Number]) -> Any:
    if isinstance(a, list):
        return [_combined(x, y, operation) for x, y in zip(a, b, strict=True)]
    return operation(a, b)
