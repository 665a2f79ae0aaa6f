"""One witness at one instance, held against the reference entry by entry."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from symattn.equations import EquationSystem
from symattn.errors import ExactnessError, InputError, LimitError, MissingExtraError
from symattn.verification.conditioning import SIGNIFICANT_BITS, UNIT_ROUNDOFF
from symattn.verification.gradients import compare_gradients
from symattn.verification.instances import Instance
from symattn.verification.measuring import ratios_of
from symattn.verification.report import Comparison
from symattn.verification.rounding import FIRST_ORDER, Rounded
from symattn.verification.tally import Header, Tally, Truth, entry, mismatch, unknown
from symattn.verification.witnesses import ExactWitness, GradientWitness, ValueWitness, Witness


def compare(witness: Witness, system: EquationSystem, truth: Truth) -> Iterator[Comparison]:
    """Every value that the witness gives at the instance, against the reference.

    Errors: ``TypeError`` for a witness of no known kind.
    """
    if isinstance(witness, ValueWitness):
        yield from _values(witness, system, truth)
    elif isinstance(witness, GradientWitness):
        yield from compare_gradients(witness, system, truth)
    elif isinstance(witness, ExactWitness):
        yield from _exact(witness, truth)
    else:
        raise TypeError(f"a witness is a ValueWitness, a GradientWitness or an ExactWitness, found {witness!r}.")


def undefined(witness: Witness, instance: Instance, obstacle: ExactnessError) -> Iterator[Comparison]:
    """For each value, that it was not compared at an instance where the reference does not exist."""
    values = [equation.name for equation in instance.system.equations]
    if isinstance(witness, GradientWitness):
        values = [f"d{name}" for name in instance.system.inputs if name not in instance.system.allowed_inputs]
    for name in values:
        yield unknown(
            Header(witness.name, "mpmath", "", "unknown"), name, instance.label, f"no value: {obstacle.message}"
        )


def _values(witness: ValueWitness, system: EquationSystem, truth: Truth) -> Iterator[Comparison]:
    instance, precision = truth.instance, witness.precision
    unit = f"2^-{SIGNIFICANT_BITS[precision]} × conditioning scale"
    header = Header(witness.name, truth.reference.name, unit, "sampled")
    names = witness.compared(system)
    try:
        found = witness.evaluate(system, instance.arrays(precision))
    except MissingExtraError as error:
        yield from (unknown(header, name, "", str(error), excused=True) for name in names)
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

    shape = tuple(int(length) for length in instance.system.shape(name))
    found = np.asarray(found)
    if str(found.dtype) != precision:
        return mismatch(header, name, instance, f"dtype {found.dtype}", f"dtype {precision}")
    try:
        elements = np.broadcast_to(found, instance.batch + shape).reshape((-1, *shape))
    except ValueError:
        elements = None
    if elements is None or found.shape[found.ndim - len(shape) :] != shape:
        return mismatch(header, name, instance, f"shape {found.shape}", f"shape {instance.batch + shape}")
    narrow = precision != "float64"  # numbers too large for it are no fault of the code, which float64 judges
    unit = UNIT_ROUNDOFF[precision]
    largest = float(np.finfo(precision).max)
    worst = Tally()
    for element, (values, scale) in enumerate(zip(truth.values, scaled, strict=True)):
        finite = np.isfinite(scale.scale)
        if not finite.all() and not scale.doubt:
            reason = f"beyond what {precision} can represent on the way to it"
            return unknown(header, name, instance.label, reason, excused=narrow)
        if not scale.strain * unit <= FIRST_ORDER:
            reason = scale.doubt or f"{precision} keeps no digit here: first-order analysis ends"
            return unknown(header, name, instance.label, reason, excused=narrow or bool(scale.doubt))
        high, low = truth.doubles(element, name)
        too_large = finite & (np.isnan(low) | (np.isfinite(high) & (abs(high) > largest)))
        if too_large.any():
            expected = entry(values[name], tuple(np.argwhere(too_large)[0]))
            reason = f"{truth.reference.mp.nstr(expected, 3)} is no {precision}"
            return unknown(header, name, instance.label, reason, excused=narrow)
        worst.skip(int((~finite).sum()), scale.doubt)
        if finite.any():
            ratios = ratios_of(elements[element].astype("float64"), high, low, unit * scale.scale)
            place = tuple(map(int, np.unravel_index(np.argmax(np.where(finite, ratios, -1.0)), shape)))
            got = truth.reference.mp.mpf(float(elements[(element, *place)]))
            at = map(int, np.unravel_index(element, instance.batch)) if instance.batch else ()
            where = (*at, *place)
            worst.see(got, entry(values[name], place), unit * float(scale.scale[place]), where, int(finite.sum()))
    return worst.comparison(header, name, instance, truth)


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
        yield from (unknown(header, name, instance.label, reason, excused=True) for name in names)
        return
    scaled = truth.scales("float64", settled=True)[0]
    for name in names:
        if isinstance(found[name], (ExactnessError, LimitError)):
            yield unknown(header, name, instance.label, found[name].message, excused=True)
            continue
        scale, worst = scaled[name].scale, Tally()
        if not np.all(np.isfinite(scale)):
            yield unknown(header, name, instance.label, "no conditioning scale at this instance")
            continue
        for place in np.ndindex(scale.shape):
            expected, written = entry(truth.values[0][name], place), str(entry(found[name], place))
            size = float(scale[place]) + abs(expected) if abs(expected) < math.inf else 0.0
            got = reference.mp.mpf(float(written) if "inf" in written.lower() else written)
            worst.see(got, expected, unit * size, place)
        yield worst.comparison(header, name, instance, truth, digits=reference.digits)
