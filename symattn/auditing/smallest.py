"""The smallest sizes and simplest numbers at which a function differs from a mechanism."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from functools import partial
from itertools import islice

from symattn.auditing.arranging import Caller
from symattn.auditing.sampling import Difference, difference, exactly
from symattn.auditing.trial import Trial
from symattn.errors import InputError
from symattn.proof.candidates import Candidate, drawn, shapes_at, sizes_in_order
from symattn.proof.shrinking import shrunk
from symattn.verdicts import Counterexample
from symattn.verification.conditioning import scales
from symattn.verification.instances import least_sizes

LARGEST_SIZE, DRAWS = 3, 4
"""Sizes, and draws of numbers of each, that are tried."""

MOST_SIZES = 200
"""Combinations of sizes that are tried."""


def smallest(trial: Trial, caller: Caller, seconds: float) -> Counterexample | None:
    """A counterexample in floating point, if a few instances tell and the time suffices."""
    deadline = time.monotonic() + seconds
    generator = random.Random(0)
    least = least_sizes(trial.system)
    asked = partial(shapes_at, trial.system)

    def differing(candidates: Sequence[Candidate]) -> int | None:
        for position, candidate in enumerate(candidates):
            if time.monotonic() > deadline:
                return None
            seen = _apart(trial, caller, candidate)
            if seen is not None and seen.ratio > 1:
                return position
        return None

    for sizes in islice(sizes_in_order(least, LARGEST_SIZE), MOST_SIZES):
        shapes = asked(sizes)
        if shapes is None:
            continue
        candidates = [Candidate(sizes, drawn(shapes, trial.system.allowed_inputs, k, generator)) for k in range(DRAWS)]
        first = differing(candidates)
        if first is not None:
            small = shrunk(candidates[first], least, asked, differing)
            seen = _apart(trial, caller, small)
            return None if seen is None else _shown(small, seen)
    return None


def _apart(trial: Trial, caller: Caller, candidate: Candidate) -> Difference | None:
    """How far the function is from the mechanism at a candidate; nothing where either has no value."""
    import numpy as np

    made = trial.system.with_sizes(**dict(candidate.sizes))
    try:
        expected = scales(made, candidate.inputs)[trial.value]
        if not np.isfinite(expected.value).all():
            return None
        arrays = {name: np.array(values, dtype=np.float64) for name, values in candidate.inputs.items()}
        shape = tuple(int(length) for length in made.shape(trial.value))
        return difference(expected, exactly(trial.called(caller, arrays, candidate.sizes, shape, "small sizes")))
    except (InputError, ArithmeticError, IndexError):
        return None


def _shown(candidate: Candidate, seen: Difference) -> Counterexample:
    left, right = f"{seen.left:.12g}", f"{seen.right:.12g}"
    return Counterexample(dict(candidate.sizes), dict(candidate.inputs), seen.place, left, right, "sampled")
