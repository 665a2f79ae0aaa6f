"""Errors of the generated float64 code against mpmath at 50 digits, in units of 2^-53 times the conditioning scale.

For every mechanism of the library: the worked example and 200 random instances, a third of them with scores between
1e3 and 1e4 where the mechanism's scores can be that large; every entry of every equation's value. The demand is that
no entry errs by more than 50 units. What a unit is stands in symattn/verification/rounding.py.

Likewise for the derivatives of every mechanism, at random instances of their own: the gradients in all inputs and the
Hessian of <dO, O> times a direction, as the generated code has them and as torch's autograd has them, which
differentiates the code of the mechanism and knows nothing of the generated equations. Where a kink is too near, or
float64 keeps no digit, nothing is compared; such entries are counted.

Likewise for the outputs and the gradients by every strategy that can express them: by tiles of two keys and three
queries, by straight-line code at the sizes of each instance, by the same compiled (at two instances, for it takes
seconds), by torch's kernel. A third of the instances for outputs has scores between 1e3 and 1e4 too, where bounds of
scores underflow.

    python tests/benchmarks/accuracy.py [values | derivatives | strategies]
"""

from __future__ import annotations

import math
import random
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import lru_cache, partial
from itertools import islice
from typing import Any

import numpy as np
import torch

from symattn.defining import Mechanism
from symattn.errors import ExactnessError, LimitError, LoweringError, SymattnError
from symattn.examples import worked_example
from symattn.mechanisms import named, names
from symattn.verification.autograd import TorchDerivatives
from symattn.verification.crosscheck import given_instance
from symattn.verification.instances import Plan, plans
from symattn.verification.measuring import Measured, measured
from symattn.verification.reference import Reference
from symattn.verification.report import FACTOR
from symattn.verification.tally import Truth
from symattn.verification.witnesses import LoweredNumpy, LoweredTorch

RANDOM_INSTANCES = 200
DERIVATIVE_INSTANCES = 40
LARGE_SCORES = (1e3, 1e4)
STRATEGIES: dict[str, tuple[str, int | None]] = {
    "tiled": ("numpy", None),
    "scalar": ("numpy", None),
    "compiled": ("numpy", 2),
    "fused": ("torch", None),
}
"""The target of each strategy, and at how many instances it is tried; ``None`` is all of them."""
FIXED_SIZES = ("scalar", "compiled")


def largest_score(truth: Truth) -> float:
    """The largest absolute score of an instance."""
    return max(float(abs(score)) for one in truth.values for score in np.array(one["S"], dtype=object).ravel())


def with_large_scores(plan: Plan, drawn_from: Callable[[Plan], Truth]) -> Truth:
    """An instance with inputs scaled up until scores are large, or by 30 where scores are bounded or 0 anyway."""

    def drawn(spread: float) -> Truth:
        return drawn_from(replace(plan, spread=spread))

    target = math.exp(random.Random(str(plan)).uniform(*map(math.log, LARGE_SCORES)))
    spread = 1.0
    for _ in range(4):
        here, there = (largest_score(drawn(factor * spread)) for factor in (1.0, 2.0))
        if LARGE_SCORES[0] <= here <= LARGE_SCORES[1]:
            return drawn(spread)
        order = math.log2(there / here) if here and there else 0.0
        if order < 0.1:
            return drawn(30.0)
        spread *= (target / here) ** (1 / order)
    return drawn(spread)


def truths_of_values(name: str, reference: Reference, count: int) -> list[Truth]:
    """The worked example, where it has numbers for every input, then random instances up to a number of them.

    Entries are positive where the values of others do not exist.
    """
    mechanism, generator = named(name), random.Random(name)
    try:
        made = [Truth.at(reference, given_instance(worked_example(name)))]
    except SymattnError:  # no numbers for some input, or none that conform
        made = []
    for number, plan in enumerate(plans(mechanism, count - len(made), generator)):
        state = generator.getstate()

        def drawn_from(one: Plan, positive: bool, state: Any = state) -> Truth:
            generator.setstate(state)
            return Truth.at(reference, one.draw(mechanism, generator, positive=positive))

        for positive in (False, True):
            drawn = partial(drawn_from, positive=positive)
            try:
                is_scaled = number % 3 == 2 and "S" in mechanism.by_name
                made.append(with_large_scores(plan, drawn) if is_scaled else drawn(plan))
                break
            except ExactnessError:
                continue
    return made


class ResultsAlone:
    """A pass's results from the generated code that a caller gets, without its other values."""

    def __init__(self, target: str, strategy: str = "direct", sizes: tuple[tuple[str, int], ...] = ()) -> None:
        self.target, self.strategy, self.sizes = target, strategy, sizes
        self.name = f"{target} float64" if strategy == "direct" else strategy

    def evaluate(self, passed: Mechanism, arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        code = lambdified(passed, self.target, self.strategy, self.sizes)
        with np.errstate(all="ignore"):
            if self.target == "numpy":
                return code(**arrays)
            return {
                name: value.numpy()
                for name, value in code(**{k: torch.from_numpy(v) for k, v in arrays.items()}).items()
            }


@lru_cache(maxsize=8)
def lambdified(
    passed: Mechanism, target: str, strategy: str, sizes: tuple[tuple[str, int], ...]
) -> Callable[..., dict[str, Any]]:
    function = passed.lambdify(target, passed.results, strategy=strategy, sizes=dict(sizes) or None)
    if strategy == "tiled":
        function.__globals__.update(_WIDTH=2, _HEIGHT=3)
    return function


def truths_of_derivatives(mechanism: Mechanism, passed: Mechanism, generator: random.Random) -> list[Truth]:
    """Instances of every kind that the sizes of the mechanism admit; positive entries where values do not exist."""
    found = []
    for plan in plans(mechanism, DERIVATIVE_INSTANCES, generator):
        for positive in (False, True):
            try:
                found.append(Truth.at(Reference(50), plan.draw(passed, generator, positive=positive)))
                break
            except ExactnessError:
                continue
    return found


def derivatives() -> bool:
    """Print a table of gradients and of Hessians times a direction; whether no entry errs by more than 50 units."""
    heads = ("mechanism", "derivative", "code", "instances", "entries", "left out", "median", "99 %", "max", "bound")
    print("{:<24} {:<10} {:<14} {:>9} {:>8} {:>8} {:>7} {:>7} {:>7} {:>5}".format(*heads))
    everything: dict[tuple[str, str], list[Measured]] = {}
    for name in names():
        mechanism = named(name)
        for order, passed in (("gradient", mechanism.backward()), ("Hessian", mechanism.hvp())):
            truths = truths_of_derivatives(mechanism, passed, random.Random(name))
            for witness in (ResultsAlone("numpy"), ResultsAlone("torch"), TorchDerivatives(mechanism)):
                code = "autograd" if isinstance(witness, TorchDerivatives) else witness.name
                found = [one for truth in truths for one in errors_of(passed.results, passed, truth, witness)]
                everything.setdefault((order, code), []).extend(found)
                units = np.concatenate([one.units for one in found])
                lacking = sum(one.doubtful + one.beyond for one in found)
                figures = " ".join(f"{x:>7.3f}" for x in np.quantile(units, [0.5, 0.99, 1.0]))
                good = "PASS" if np.all(units <= FACTOR) else "FAIL"
                row = f"{name:<24} {order:<10} {code:<14} {len(truths):>9} {len(units):>8} {lacking:>8}"
                print(f"{row} {figures} {FACTOR:>5g} {good}", flush=True)
    good = True
    for (order, code), found in everything.items():
        units = np.concatenate([one.units for one in found])
        good &= bool(np.all(units <= FACTOR))
        shares = ", ".join(f"{q:g} %: {np.quantile(units, q / 100):.3g}" for q in (50, 99, 100))
        print(f"{order}, {code}: all {len(units)} entries, in units: {shares}; {left_out(found)}.")
    return good


def left_out(found: Iterable[Measured]) -> str:
    """How many entries could not be compared, and why."""
    kinks, beyond = (sum(each) for each in zip(*((one.doubtful, one.beyond) for one in found), strict=True))
    return f"not compared: {kinks} near a kink, {beyond} beyond float64"


def strategies() -> bool:
    """Print a table of outputs and gradients by every strategy; whether no entry errs by more than 50 units."""
    heads = ("mechanism", "result", "strategy", "instances", "entries", "median", "99 %", "max", "bound")
    print("{:<24} {:<10} {:<10} {:>9} {:>8} {:>7} {:>7} {:>7} {:>5}".format(*heads))
    good, everything = True, {strategy: [] for strategy in STRATEGIES}
    for name in names():
        forward = replace(named(name), results=(named(name).output,))
        for what, passed in (("output", forward), ("gradient", named(name).backward())):
            if what == "output":
                truths = truths_of_values(name, Reference(50), DERIVATIVE_INSTANCES)
            else:
                truths = truths_of_derivatives(named(name), passed, random.Random(name))
            for strategy in STRATEGIES:
                found = list(by_strategy(strategy, passed, truths))
                if not found:
                    continue
                units = np.concatenate([one.units for errors in found for one in errors])
                everything[strategy].append(units)
                passes = bool(np.all(units <= FACTOR))
                good &= passes
                figures = " ".join(f"{x:>7.3f}" for x in np.quantile(units, [0.5, 0.99, 1.0]))
                row = f"{name:<24} {what:<10} {strategy:<10} {len(found):>9} {len(units):>8} {figures} {FACTOR:>5g}"
                print(f"{row} {'PASS' if passes else 'FAIL'}", flush=True)
    for strategy, all_units in everything.items():
        units = np.concatenate(all_units)
        shares = ", ".join(f"{q:g} %: {np.quantile(units, q / 100):.3g}" for q in (50, 99, 100))
        print(f"{strategy}: {len(all_units)} results, all {len(units)} entries, in units: {shares}.")
    return good


def by_strategy(strategy: str, passed: Mechanism, truths: Iterable[Truth]) -> Iterator[list[Measured]]:
    """The errors of all results at each of the instances, as many of them as are tried and can be computed so."""
    target, most = STRATEGIES[strategy]
    for truth in islice(truths, most):
        sizes = truth.instance.sizes if strategy in FIXED_SIZES else ()
        try:
            yield errors_of(passed.results, passed, truth, ResultsAlone(target, strategy, sizes))
        except (LimitError, LoweringError):  # more entries than are written out, or nothing that the strategy can say
            continue


def errors_of(names_: Iterable[str], passed: Mechanism, truth: Truth, witness: Any) -> list[Measured]:
    """The values with some names, of every element of a batch."""
    found, batch = witness.evaluate(passed, truth.instance.arrays("float64")), truth.instance.batch
    errors = []
    for name in names_:
        shape = tuple(int(length) for length in truth.instance.system.shape(name))
        elements = np.broadcast_to(found[name], batch + shape).reshape(-1, *shape)
        errors += [measured(truth, name, array, element) for element, array in enumerate(elements)]
    return errors


def main() -> int:
    """Print the tables; the exit status is 0 if no entry errs by more than 50 units."""
    asked = sys.argv[1:] or ["values", "derivatives", "strategies"]
    good = True
    if "values" in asked:
        good &= values()
    if "derivatives" in asked:
        good &= derivatives()
    if "strategies" in asked:
        good &= strategies()
    return int(not good)


def values() -> bool:
    """Print a table of every equation's value; whether no entry errs by more than 50 units."""
    reference, failed = Reference(50), False
    witnesses = (LoweredNumpy("float64"), LoweredTorch("float64"))
    heads = ("mechanism", "code", "instances", "largest score", "entries", "median", "99 %", "max", "worked", "bound")
    print("{:<24} {:<14} {:>9} {:>13} {:>8} {:>7} {:>7} {:>7} {:>7} {:>5}".format(*heads))
    everything, compared, largest = [], [], 0
    for name in names():
        mechanism = named(name)
        truths = truths_of_values(name, reference, 1 + RANDOM_INSTANCES)
        largest = max(largest, *(length for truth in truths for _, length in truth.instance.sizes))
        scored = truths if "S" in mechanism.by_name else []
        score = max(map(largest_score, scored), default=math.nan)
        for witness in witnesses:
            errors = [errors_of(mechanism.by_name, mechanism, truth, witness) for truth in truths]
            found = [np.concatenate([one.units for one in each]) for each in errors]
            units = np.concatenate(found)
            everything.append(units)
            compared += [one for each in errors for one in each]
            good = bool(np.all(units <= FACTOR))
            failed |= not good
            median, most, worst = np.quantile(units, [0.5, 0.99, 1.0])
            code = f"{name:<24} {witness.name:<14} {len(found):>9} {score:>13.4g} {len(units):>8}"
            figures = " ".join(f"{x:>7.3f}" for x in (median, most, worst, found[0].max()))
            print(f"{code} {figures} {FACTOR:>5g} {'PASS' if good else 'FAIL'}")
    units = np.concatenate(everything)
    shares = ", ".join(f"{q:g} %: {np.quantile(units, q / 100):.3g}" for q in (0, 25, 50, 75, 90, 99, 99.9, 100))
    print(f"All {len(units)} entries, quantiles of the error in units of 2^-53 × conditioning scale: {shares}.")
    print(f"{left_out(compared)}.".capitalize())
    print(
        f"Measured at these instances only, no size above {largest}. The scale is a first-order bound: a small ratio\n"
        "says that the code is as accurate as its inputs' conditioning allows, not that every digit is right."
    )
    return not failed


if __name__ == "__main__":
    sys.exit(main())
