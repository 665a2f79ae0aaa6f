"""Cross-validation of a system: every witness against the reference, at many instances, into one report."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from symattn import limits, worked
from symattn.counts import count
from symattn.equations import EquationSystem
from symattn.errors import ExactnessError, InputError
from symattn.verification.comparison import compare, undefined
from symattn.verification.evaluation import OutsideError
from symattn.verification.instances import Instance, Plan, plans, rational, resized, tiny
from symattn.verification.reference import Reference
from symattn.verification.report import Comparison, Report, row_of
from symattn.verification.tally import Truth
from symattn.verification.witnesses import ExactWitness, GradientWitness, Witness, standard

EXACT_INSTANCES = 3
"""Random instances held against exact arithmetic, beside the given numbers."""

ATTEMPTS = 8
"""Draws for one instance of exact arithmetic, whose small numbers may well divide by zero, and of sizes that do."""

FEWEST_DIGITS = 30
"""Below this the reference's finite differences would not be sharper than float64."""


def verify(
    system_or_bound: EquationSystem | worked.Bound,
    *,
    instances: int = 13,
    seed: int = 0,
    digits: int = 50,
    targets: Iterable[str] = ("numpy", "torch"),
    gradients: bool = True,
    progress: Callable[[int, int, str], None] | None = None,
    witnesses: Sequence[Witness] | None = None,
) -> Report:
    """Hold every value of a mechanism against witnesses that share no code with the reference.

    Each equation's value is compared, entry by entry, with an mpmath evaluation of the definitions at ``digits``
    digits: the lowered code of each target in float64 and float32 (random instances of different sizes and of equal
    ones, each size 1 in turn, batches, non-contiguous inputs, entries of some tens), and exact values at tiny sizes.
    With ``gradients``, torch's gradient of <G, output>, G random and not constant, is compared along a random
    direction of each input with central differences of the reference. Of a ``Bound`` the bound numbers are the first
    instance.
    ``progress(done, total, what)`` is called after every instance. ``witnesses`` replaces the standard ones.

    A tolerance is 50 u times the conditioning scale, see ``verification/conditioning.py``.
    Errors: ``InputError`` or ``LimitError`` for options out of range, ``MissingRowError`` or ``LoweringError`` for a
    node without a row.

    >>> from symattn.mechanisms import named
    >>> report = verify(named("dot"), instances=1, targets=["numpy"], gradients=False)
    >>> report.passed, [row.value for row in report.refuted]
    (True, [])
    """
    count(instances, "instances", 0, limits.INSTANCES)
    count(digits, "digits", FEWEST_DIGITS, limits.DECIMAL_DIGITS)
    if isinstance(system_or_bound, worked.Bound):
        bound, system = system_or_bound, system_or_bound.symbolic
    elif isinstance(system_or_bound, EquationSystem):
        bound, system = None, system_or_bound
    else:
        raise InputError(f"a mechanism or a bound one can be verified, found {system_or_bound!r}.")
    chosen = tuple(standard(targets, gradients, bound) if witnesses is None else witnesses)
    if isinstance(seed, bool) or not isinstance(seed, (int, str)):
        raise InputError(f"seed = {seed!r}: a seed is a whole number or a text.")
    run = _Run(system, chosen, Reference(digits), random.Random(seed), progress)
    run.total = (bound is not None) + instances + (EXACT_INSTANCES if run.exact else 0)
    if bound is not None:
        run.check([given_instance(bound)], (*run.floating, *run.exact))
    without_gradients = tuple(one for one in run.floating if not isinstance(one, GradientWitness))
    for plan in plans(system, instances, run.generator):
        run.check(run.draws(plan), without_gradients if plan.values_only else run.floating)
    drawn = rational(system, run.generator)
    for _ in range(EXACT_INSTANCES if run.exact else 0):
        run.check(itertools.islice(drawn, ATTEMPTS), run.exact)
    rows = tuple(row_of(run.with_smallest(found)) for found in run.found.values())
    values = tuple(equation.name for equation in system.equations)
    order = {name: k for k, name in enumerate((*values, *(f"d{name}" for name in system.inputs)))}
    return Report(
        mechanism=system.name,
        values=values,
        rows=tuple(sorted(rows, key=lambda row: order[row.value])),
        digits=digits,
        seed=seed,
        instances=tuple(run.sampled_at),
        exact_instances=tuple(run.exact_at),
        sizes=run.sizes(),
    )


def given_instance(bound: worked.Bound) -> Instance:
    """The numbers of a bound mechanism as an instance."""
    system = bound.system
    numbers = {name: _as_lists(bound[name]) for name in system.inputs}
    return Instance(system, tuple(bound.sizes.items()), (numbers,), shared=frozenset(numbers), remark="given numbers")


def _as_lists(value: Any) -> Any:
    """A number as it is, rows as lists of numbers, a family as lists of its members' rows."""
    if isinstance(value, (tuple, list)):
        return [_as_lists(part) for part in value]
    return value.tolist() if hasattr(value, "tolist") else value


class _Run:
    """A cross-validation under way: what has been found, and where."""

    def __init__(
        self,
        system: EquationSystem,
        witnesses: Sequence[Witness],
        reference: Reference,
        generator: random.Random,
        progress: Callable[[int, int, str], None] | None,
    ) -> None:
        self.system = system
        self.exact = tuple(one for one in witnesses if isinstance(one, ExactWitness))
        self.floating = tuple(one for one in witnesses if not isinstance(one, ExactWitness))
        self.witnesses = {one.name: one for one in witnesses}
        if len(self.witnesses) < len(witnesses):
            raise InputError(f"two witnesses of one name among: {', '.join(one.name for one in witnesses)}.")
        self.reference = reference
        self.generator = generator
        self.progress = progress
        self.done = self.total = 0
        self.obstacle: ExactnessError | None = None
        self.found: dict[tuple[str, str], list[Comparison]] = {}
        self.sampled_at: list[str] = []
        self.exact_at: list[str] = []
        self.seen: dict[str, set[int]] = {}
        self._smaller: dict[str, list[list[Comparison]]] = {}

    def draws(self, plan: Plan) -> Iterator[Instance]:
        """A plan's numbers, then positive ones; with other sizes where an entry is looked up that is not there."""
        yield plan.draw(self.system, self.generator)
        if not isinstance(self.obstacle, OutsideError):
            yield plan.draw(self.system, self.generator, positive=True)
        for _ in range(ATTEMPTS):
            if isinstance(self.obstacle, OutsideError):
                yield resized(plan, self.system, self.generator).draw(self.system, self.generator)

    def check(self, draws: Iterable[Instance], witnesses: Sequence[Witness]) -> None:
        """Compare at the first of some draws at which every value exists; if there is none, say so in every row."""
        self.obstacle = None
        for instance in draws:
            try:
                truth = Truth.at(self.reference, instance)
            except ExactnessError as error:
                self.obstacle = error
                continue
            for witness in witnesses:
                self._record(compare(witness, self.system, truth))
            self._note(instance, witnesses)
            break
        else:
            assert self.obstacle is not None
            for witness in witnesses:
                self._record(undefined(witness, instance, self.obstacle))
        self.done += 1
        if self.progress is not None:
            self.progress(self.done, self.total, instance.label)

    def _record(self, comparisons: Iterable[Comparison]) -> None:
        for one in comparisons:
            self.found.setdefault((one.value, one.witness), []).append(one)

    def _note(self, instance: Instance, witnesses: Sequence[Witness]) -> None:
        for name, value in instance.sizes:
            self.seen.setdefault(name, set()).add(value)
        if any(witness in self.floating for witness in witnesses):
            self.sampled_at.append(instance.label)
        if any(witness in self.exact for witness in witnesses):
            self.exact_at.append(instance.label)

    def sizes(self) -> tuple[tuple[str, tuple[int, ...]], ...]:
        """The values that each size took."""
        return tuple((name, tuple(sorted(values))) for name, values in self.seen.items())

    def with_smallest(self, comparisons: list[Comparison]) -> list[Comparison]:
        """The comparisons of a row, and if one of them refutes, a refuting one of sizes 1 and 2 if there is one."""
        if not any(one.refutes for one in comparisons):
            return comparisons
        first = comparisons[0]
        for batch in self._at_tiny_sizes(first.witness):
            for one in batch:
                if one.value == first.value and one.refutes:
                    return [*comparisons, one]
        return comparisons

    def _smallest_first(self, exact: bool) -> Iterator[Instance]:
        generator = random.Random(0)
        if exact:
            draws = itertools.islice(rational(self.system, generator), 4 * ATTEMPTS)
            return iter(sorted(draws, key=lambda instance: instance.volume))
        return (plan.draw(self.system, generator, positive=True) for plan in tiny(self.system))

    def _at_tiny_sizes(self, name: str) -> Iterator[list[Comparison]]:
        witness, known = self.witnesses[name], self._smaller.setdefault(name, [])
        yield from known
        for instance in itertools.islice(self._smallest_first(isinstance(witness, ExactWitness)), len(known), None):
            try:
                known.append(list(compare(witness, self.system, Truth.at(self.reference, instance))))
            except ExactnessError:
                known.append([])
            yield known[-1]
