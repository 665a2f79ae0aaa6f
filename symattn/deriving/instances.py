"""Claims at instances: exact numbers, or floating point, where there is no proof for all sizes."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from symattn import worked
from symattn.deriving.claim import LEFT, RIGHT, Claim
from symattn.deriving.conditions import stated, within
from symattn.equations import EquationSystem
from symattn.errors import ExactnessError, LimitError
from symattn.exact.element import Element
from symattn.verdicts import Counterexample, Verdict
from symattn.verification.instances import Plan, plans, rational
from symattn.verification.reference import Reference

INSTANCES = 12
"""Instances for exact arithmetic, unless they are given."""

DRAWS = 40
"""Draws of numbers for each instance asked for, as not all satisfy the conditions."""

SAMPLES = 24
"""Instances for floating point."""

TOLERANCE = 1e-25
"""How far apart two sides may be, relative to the larger, in the reference's 50 digits."""

HOLDS: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda left, right: left == right,
    "<=": lambda left, right: left <= right,
    ">=": lambda left, right: left >= right,
}


@dataclass(frozen=True)
class Numbers:
    """Numbers for every input by name."""

    values: Mapping[str, Any]

    def __str__(self) -> str:
        return ", ".join(f"{name} = {_shown(value)}" for name, value in self.values.items())


def _shown(value: Any) -> str:
    return "[" + ", ".join(map(_shown, value)) + "]" if isinstance(value, (list, tuple)) else str(value)


def exactly(claim: Claim, given: Iterable[Mapping[str, Any]] = (), count: int = INSTANCES) -> Verdict:
    """What exact arithmetic says of a claim at given instances, or at so many of small sizes and halves.

    >>> from symattn.deriving.claim import Setting
    >>> doubled = Claim("softmax(S + S)", "=", "softmax(2 * S)", Setting({"S": "n m"}))
    >>> exactly(doubled).kind, exactly(Claim("softmax(S)", "=", "softmax(2 * S)", doubled.setting)).kind
    ('exact', 'refuted')
    """
    made, undecided, chosen = [], "", list(given)
    for numbers in _chosen(claim, chosen, count):
        try:
            bound = worked.bind(_with_conditions(claim), numbers.values)
            if not satisfied(claim, partial(_flat_entries, bound)):
                continue
            found = _difference(claim, bound)
        except (ExactnessError, LimitError) as error:
            undecided = error.message
            continue
        if found is not None:
            if not chosen and len(stated(claim.setting.conditions)) < len(claim.setting.conditions):
                reason = "values differ, but whether they satisfy the conditions in words is open; give some that do"
                return Verdict("unknown", str(claim), reason)
            shown = _counterexample(numbers, *found)
            return Verdict("refuted", str(claim), "exact values differ", counterexample=shown)
        made.append(str(numbers))
        if len(made) == count and not chosen:
            break
    if not made:
        reason = f"at no instance could both sides be evaluated and compared{': ' + undecided if undecided else ''}"
        return Verdict("unknown", str(claim), reason)
    word = {"=": "are equal", "<=": "are in this order", ">=": "are in this order"}[claim.relation]
    reason = f"exact values {word} at {len(made)} instance{'s' * (len(made) > 1)}"
    return Verdict("exact", str(claim), reason, instances=tuple(made))


def _chosen(claim: Claim, given: list[Mapping[str, Any]], count: int) -> Iterator[Numbers]:
    if given:
        yield from map(Numbers, given)
        return
    for instance in itertools.islice(rational(claim.system, random.Random(0)), DRAWS * count):
        yield Numbers(within(claim.setting.conditions, instance.elements[0]))


def _with_conditions(claim: Claim) -> EquationSystem:
    """The sides of the claim, and those of its conditions, as equations."""
    sides = {LEFT: claim.before, RIGHT: claim.after}
    for number, one in enumerate(stated(claim.setting.conditions)):
        sides |= {f"larger_{number}": one.larger, f"smaller_{number}": one.smaller}
    return claim.setting.system(**sides)


def satisfied(claim: Claim, entries: Callable[[str], list[Any]]) -> bool:
    """Whether numbers satisfy the conditions; ``entries`` gives the entries of each side of one by its name."""
    for number, one in enumerate(stated(claim.setting.conditions)):
        larger, smaller = entries(f"larger_{number}"), entries(f"smaller_{number}")
        common = max(len(larger), len(smaller))
        pairs = zip(larger * (common // len(larger)), smaller * (common // len(smaller)), strict=True)
        if any(high < low or (one.strict and high == low) for high, low in pairs):
            return False
    return True


def _entries(bound: worked.Bound, name: str) -> Iterator[tuple[tuple[int, ...], Element]]:
    value: Any = bound.exact(name)
    if isinstance(value, Element):
        yield (), value
        return
    for i, row in enumerate(value):
        for j, entry in enumerate(row):
            yield (i, j), entry


def _flat_entries(bound: worked.Bound, name: str) -> list[Element]:
    return [entry for _, entry in _entries(bound, name)]


def _difference(claim: Claim, bound: worked.Bound) -> tuple[worked.Bound, tuple[int, ...], Element, Element] | None:
    """The first entry at which the claim does not hold."""
    for (place, left), (_, right) in zip(_entries(bound, LEFT), _entries(bound, RIGHT), strict=True):
        if not HOLDS[claim.relation](left, right):
            return bound, place, left, right
    return None


def _counterexample(
    numbers: Numbers, bound: worked.Bound, place: tuple[int, ...], left: Element, right: Element
) -> Counterexample:
    return Counterexample(bound.sizes, numbers.values, place, _value(left), _value(right))


def _value(value: Element) -> str:
    """A closed form with its first digits."""
    return str(value) if value.is_rational else f"{value} ({value.decimal(6)})"


def sampled(claim: Claim, count: int = SAMPLES) -> Verdict:
    """What 50 digits say of a claim at so many random instances; what they refute has no exact counterexample.

    >>> from symattn.deriving.claim import Setting
    >>> sampled(Claim("tanh(S)", "=", "1 - 2 / (exp(2 * S) + 1)", Setting({"S": "n m"}))).kind
    'sampled'
    """
    reference, generator, made, worst = Reference(), random.Random(0), [], 0.0
    system = _with_conditions(claim)
    for plan in plans(system, DRAWS * count, generator):
        instance = Plan(plan.sizes, allowed=plan.allowed).draw(system, generator)
        values = within(claim.setting.conditions, instance.elements[0])
        try:
            found = reference.evaluate(instance.system, values)
        except ExactnessError:
            continue
        if not satisfied(claim, partial(_flat_value, found)):
            continue
        apart = _apart(claim, found[LEFT], found[RIGHT])
        if apart > TOLERANCE:
            return Verdict("unknown", str(claim), f"the sides are {float(apart):.2g} apart at {instance.label}")
        worst = max(worst, float(apart))
        made.append(instance.label)
        if len(made) == count:
            break
    if not made:
        return Verdict("unknown", str(claim), "at no instance do both sides exist")
    reason = f"the sides are at most {worst:.1g} apart at {len(made)} random instances, to 50 digits"
    return Verdict("sampled", str(claim), reason, instances=tuple(made))


def _flat_value(found: Mapping[str, Any], name: str) -> list[Any]:
    return _flat(found[name])


def _flat(value: Any) -> list[Any]:
    return [entry for row in value for entry in row] if isinstance(value, list) else [value]


def _apart(claim: Claim, left: Any, right: Any) -> Any:
    """By how much the claim is missed at the worst entry, relative to the larger side."""
    worst = 0
    for a, b in zip(_flat(left), _flat(right), strict=True):
        missed = abs(a - b) if claim.relation == "=" else max(0, a - b if claim.relation == "<=" else b - a)
        worst = max(worst, missed / max(abs(a), abs(b), 1))
    return worst
