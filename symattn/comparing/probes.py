"""Probes: the scores of a mechanism on other queries and keys than those given, so that no coincidence is told."""

from __future__ import annotations

from random import Random

from symattn.comparing.fits import Geometry, Scores
from symattn.comparing.weighing import Weighed, value_of
from symattn.errors import ExactnessError, LimitError
from symattn.exact import ExactMatrix
from symattn.worked import Bound

PROBES = 3
"""Other queries and keys for which the scores are computed too."""

LARGEST = 5
"""The largest absolute value of an entry in them; none is 0, so that every vector has a length."""


def probes(member: Weighed) -> tuple[tuple[Scores, Geometry], ...]:
    """Scores on queries and keys drawn at random, the same in every run; none unless ``Q`` and ``K`` are inputs.

    The other inputs keep their numbers.
    """
    system, queries, keys = member.bound.symbolic, member.matrix("Q"), member.matrix("K")
    if member.normaliser is None or queries is None or keys is None or not {"Q", "K"} <= set(system.inputs):
        return ()
    if queries.shape[1] != keys.shape[1]:
        return ()
    random, found = Random(0), []
    for _ in range(PROBES):
        numbers = {name: member.bound.exact(name) for name in system.inputs}
        geometry = Geometry(_drawn(random, *queries.shape), _drawn(random, *keys.shape))
        numbers |= {"Q": geometry.queries, "K": geometry.keys}
        try:
            scores = value_of(Bound(system, numbers), member.normaliser.scores)
        except (ExactnessError, LimitError):
            return ()
        assert isinstance(scores, ExactMatrix)
        found.append((scores, geometry))
    return tuple(found)


def _drawn(random: Random, rows: int, columns: int) -> ExactMatrix:
    choices = [number for number in range(-LARGEST, LARGEST + 1) if number]
    return ExactMatrix.of([[random.choice(choices) for _ in range(columns)] for _ in range(rows)])
