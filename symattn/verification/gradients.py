"""Gradients against the reference: <G, dO> along a direction of each input, by central differences in mpmath.

At 50 digits a step of 10^-16 leaves a truncation error near 10^-32 and a rounding error near 10^-49, so that the
tolerance has to cover the float64 gradient alone.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from symattn.equations import EquationSystem, mentioned_names
from symattn.errors import ExactnessError, MissingExtraError
from symattn.verification.conditioning import UNIT_ROUNDOFF, gradient_scale
from symattn.verification.reference import Number
from symattn.verification.report import Comparison
from symattn.verification.rounding import FIRST_ORDER
from symattn.verification.tally import Header, Tally, Truth, mismatch, unknown
from symattn.verification.witnesses import GradientWitness


def compare_gradients(witness: GradientWitness, system: EquationSystem, truth: Truth) -> Iterator[Comparison]:
    """The witness's gradient in every input but allowed sets, along one random direction each; G is random, too."""
    import numpy as np

    instance = truth.instance
    header = Header(
        witness.name,
        f"central differences, {truth.reference.name}",
        "2^-53 × conditioning scale, along one random direction of each input",
        "sampled",
    )
    output = instance.system.output
    shape = tuple(int(length) for length in instance.system.shape(output))
    # Only whether an entry of an allowed set is 0 counts, so that no output has a slope along it.
    inputs = [name for name in instance.system.inputs if name not in system.allowed_inputs]
    generator = np.random.default_rng(zlib.crc32(instance.label.encode()))
    upstream = generator.standard_normal(instance.batch + shape)
    try:
        found = witness.gradients(system, instance.arrays("float64"), upstream)
    except MissingExtraError as error:
        yield from (unknown(header, f"d{name}", "", str(error), excused=True) for name in inputs)
        return
    each = upstream.reshape((-1, *shape))
    for name in inputs:
        size = tuple(int(length) for length in instance.system.shape(name))
        gradient = np.asarray(found[name])
        expected_shape = size if name in instance.shared else instance.batch + size
        if gradient.shape != expected_shape:
            yield mismatch(header, f"d{name}", instance, f"shape {gradient.shape}", f"shape {expected_shape}")
            continue
        directions = generator.standard_normal(size if name in instance.shared else (len(truth.inputs), *size))
        slopes = []
        for element in range(len(truth.inputs)):
            direction = directions if name in instance.shared else directions[element]
            slopes.append(_slope(truth, element, name, direction, each[element]))
        yield _directional(header, name, truth, gradient.reshape(directions.shape), directions, slopes)


@dataclass(frozen=True)
class _Slope:
    """<G, dO> along a direction by central differences, the scale of a float64 gradient's error, and any obstacle.

    ``kink`` says that the obstacle is the mathematics: there is no gradient at this point, whatever a witness gives.
    """

    value: Number
    scale: float
    obstacle: str = ""
    kink: bool = False


def _slope(truth: Truth, element: int, name: str, direction: Any, upstream: Any) -> _Slope:
    reference, system, inputs = truth.reference, truth.instance.system, truth.inputs[element]
    mp = reference.mp
    step = mp.mpf(10) ** -(reference.digits // 3)
    moves, weights = reference.rows(direction.tolist()), reference.rows(upstream.tolist())
    resting = _resting(truth, element, name)

    def paired(values: Any) -> Number:
        # An infinity, as log-sum-exp gives over no keys, stays where it is: it has no slope.
        return mp.fdot((g, x) for g, x in zip(_flat(weights), _flat(values), strict=True) if mp.isfinite(x))

    def after(distance: Number) -> Number:
        moved = _combined(inputs[name], moves, lambda x, d: x + distance * d)
        return paired(reference.evaluate(system, {**inputs, name: moved}, known=resting)[system.output])

    try:
        forward, backward = after(step), after(-step)
    except ExactnessError as error:
        return _Slope(mp.zero, 0.0, error.message)
    here = paired(truth.values[element][system.output])
    analysed = gradient_scale(system, inputs, {name: direction}, upstream)
    # The reference knows its values to so many digits; a slope below the last of them is beyond its differences.
    unseen = paired(_combined(truth.values[element][system.output], weights, lambda x, g: mp.sign(g) * abs(x)))
    scale = float(analysed.scale) + float(unseen * mp.mpf(10) ** -reference.digits / step) / UNIT_ROUNDOFF["float64"]
    value = (forward - backward) / (2 * step)
    if not math.isfinite(scale):
        beyond = "beyond what float64 can represent on the way to it"
        return _Slope(value, scale, analysed.doubt or beyond, kink=bool(analysed.doubt))
    if not analysed.strain * UNIT_ROUNDOFF["float64"] <= FIRST_ORDER:
        return _Slope(value, scale, "float64 keeps no digit here: first-order analysis ends")
    # At a smooth point the two one-sided differences differ by about the step; at a kink they differ by its jump. Where
    # the values themselves jump, both may be one large number; no slope is so much larger than what it is made of.
    if max(abs(forward - 2 * here + backward) / step, abs(value) * step) > mp.sqrt(step) * scale:
        return _Slope(value, scale, "not differentiable here, or nearly so", kink=True)
    return _Slope(value, scale)


def _resting(truth: Truth, element: int, name: str) -> dict[str, Any]:
    """The values that do not move with an input."""
    moving = {name}
    for equation in truth.instance.system.equations:
        if mentioned_names(equation.expression) & moving:
            moving.add(equation.name)
    return {key: value for key, value in truth.values[element].items() if key not in moving}


def _directional(
    header: Header, name: str, truth: Truth, gradient: Any, directions: Any, slopes: list[_Slope]
) -> Comparison:
    reference, instance = truth.reference, truth.instance
    obstructed = [slope for slope in slopes if slope.obstacle]
    if obstructed:
        kinks = all(slope.kink for slope in obstructed)
        return unknown(header, f"d{name}", instance.label, obstructed[0].obstacle, excused=kinks)
    mp = reference.mp
    worst = Tally()
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
