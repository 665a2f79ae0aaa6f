"""Random instances at which values are compared: what both sides are there, and how far rounding may part them."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from symattn.equations import EquationSystem
from symattn.errors import MissingRowError, SymattnError
from symattn.verification.conditioning import UNIT_ROUNDOFF, scales
from symattn.verification.instances import Instance, Plan, plans, resized
from symattn.verification.report import FACTOR
from symattn.verification.rounding import FIRST_ORDER, Rounded

ATTEMPTS = 6
"""Draws for one instance, of which a value may not exist at the first."""


@dataclass(frozen=True)
class Difference:
    """Where two values differ most, at one instance: by how many times what rounding may make of it."""

    ratio: float
    place: tuple[int, ...]
    left: float
    right: float


def instances_of(system: EquationSystem, names: Sequence[str], count: int, seed: int = 0) -> list[Instance]:
    """Instances of different sizes, layouts and allowed sets at which the named values exist, without batches.

    Errors: ``MissingRowError`` for a node that floating point does not know.
    """
    generator = random.Random(seed)
    found = []
    for plan in plans(system, count, generator):
        single = Plan(plan.sizes, layout=plan.layout, spread=plan.spread, allowed=plan.allowed)
        for instance in _draws(single, system, generator):
            try:
                values = values_at(instance)
            except MissingRowError:
                raise
            except (SymattnError, ArithmeticError, IndexError):
                continue
            if all(_is_finite(values[name]) for name in names):
                found.append(instance)
                break
    return found


def _draws(plan: Plan, system: EquationSystem, generator: random.Random) -> Iterator[Instance]:
    yield plan.draw(system, generator)
    yield plan.draw(system, generator, positive=True)
    for _ in range(ATTEMPTS):
        yield resized(plan, system, generator).draw(system, generator, positive=generator.random() < 0.5)


def _is_finite(value: Rounded) -> bool:
    import numpy as np

    return bool(np.isfinite(value.value).all())


def values_at(instance: Instance, system: EquationSystem | None = None) -> dict[str, Rounded]:
    """Every value of a system with symbolic sizes at an instance, with the scale of its error."""
    made = instance.system if system is None else system.with_sizes(**dict(instance.sizes))
    return scales(made, instance.elements[0])


def difference(left: Rounded, right: Rounded) -> Difference | None:
    """Where two values differ most; nothing where rounding leaves nothing to be compared.

    A ratio up to 1 is agreement: both lie within 50 * 2^-53 times their conditioning scales of one number.
    """
    import numpy as np

    if max(left.strain, right.strain) * UNIT_ROUNDOFF["float64"] > FIRST_ORDER:
        return None
    with np.errstate(all="ignore"):
        allowed = FACTOR * UNIT_ROUNDOFF["float64"] * (left.scale + right.scale)
        apart = np.where(left.value == right.value, 0.0, abs(left.value - right.value))
        known = np.isfinite(allowed)
        ratios = np.where(apart == 0, 0.0, np.nan_to_num(apart / allowed, nan=np.inf, posinf=np.inf))
    if not known.any():
        return None
    place = np.unravel_index(np.argmax(np.where(known, ratios, -1.0)), ratios.shape)
    return Difference(float(ratios[place]), tuple(map(int, place)), float(left.value[place]), float(right.value[place]))


def compared(system: EquationSystem, left: str, right: str, at: Sequence[Instance]) -> tuple[int, list[Any]]:
    """At how many instances two values of a system agree, and the instances, with differences, at which they do not."""
    agreed, apart = 0, []
    for instance in at:
        values = values_at(instance, system)
        found = difference(values[left], values[right])
        if found is not None and found.ratio > 1:
            apart.append((instance, found))
        elif found is not None:
            agreed += 1
    return agreed, apart


def agree(
    found: Sequence[Rounded], system: EquationSystem, name: str, at: Sequence[Instance], factor: float = 1.0
) -> int:
    """At how many instances a value of a system is what was found, within a factor; -1 as soon as it is not."""
    agreed, system = 0, replace(system, equations=system.needed(name), output=name)
    for instance, known in zip(at, found, strict=True):
        try:
            other = values_at(instance, system)[name]
        except (SymattnError, ArithmeticError, IndexError):
            return -1
        if other.value.shape != known.value.shape:
            return -1
        seen = difference(known, other)
        if seen is not None and not seen.ratio <= factor:
            return -1
        agreed += seen is not None
    return agreed


def exactly(array: Any) -> Rounded:
    """Numbers as they are, with nothing to be said for an error."""
    import numpy as np

    return Rounded(array, np.zeros_like(array))


def agrees(known: Rounded, array: Any, factor: float = 1.0) -> bool:
    """Whether an array is a known value within rounding, or nothing is known."""
    seen = difference(known, exactly(array))
    return seen is None or seen.ratio <= factor
