"""The catalogue: every type of exercise by its name, its topic, the exercises of a sheet, and one found by name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from random import Random

from symattn import limits
from symattn.counts import count
from symattn.errors import InputError, UnknownNameError
from symattn.exercises.kinds import (
    costs,
    gradients,
    images,
    kernels,
    masks,
    normalisers,
    positions,
    ranks,
    rounding,
    scores,
    self_attention,
    softmax,
    temperature,
    tiles,
)
from symattn.exercises.task import Exercise, Kind
from symattn.language.names import suggestion

KINDS: dict[str, Kind] = {
    kind.name: kind
    for topic in (
        self_attention,
        scores,
        softmax,
        rounding,
        temperature,
        gradients,
        ranks,
        masks,
        tiles,
        normalisers,
        positions,
        kernels,
        images,
        costs,
    )
    for kind in topic.KINDS
}
"""Every type by its name, in the order in which they are learned; a new one is a row of its topic's file."""

NAME = re.compile(r"([a-z0-9-]*[a-z0-9])-([0-9]{1,18})-0*([1-9][0-9]{0,5})")


def topics() -> dict[str, list[Kind]]:
    """The types of each topic.

    >>> [kind.name for kind in topics()["masks"]]
    ['causal', 'padding']
    """
    found: dict[str, list[Kind]] = {}
    for kind in KINDS.values():
        found.setdefault(kind.topic, []).append(kind)
    return found


def chosen(seed: int, wanted: Sequence[str] = (), total: int = 10) -> list[Exercise]:
    """So many exercises from a seed, of the topics and types that are wanted or of all, each type in turn.

    >>> [exercise.name for exercise in chosen(7, ["softmax"], 2)] == [e.name for e in chosen(7, ["softmax"], 3)[:2]]
    True

    Errors: ``InputError`` for a topic that there is not and a total below 1, ``LimitError`` for too many.
    """
    count(seed, "seed", 0, 10**18 - 1)
    count(total, "count", 1, limits.EXERCISES)
    kinds: list[Kind] = []
    known = topics()
    for word in wanted or known:
        found = [KINDS[word]] if word in KINDS and word not in known else known.get(word)
        if found is None:
            hint = suggestion(str(word), [*known, *KINDS])
            raise InputError(f"there is no topic {word!a}.{hint} There are: {', '.join(known)}; or a type of exercise.")
        kinds += [kind for kind in found if kind not in kinds]
    if not wanted:  # a short sheet of everything has a little of everything
        Random(f"sheet {seed}").shuffle(kinds)
    return [Exercise(kinds[place % len(kinds)], seed, place + 1) for place in range(total)]


def identified(name: str) -> Exercise:
    """The exercise that a sheet calls so.

    >>> identified("softmax-7-3").number
    3

    Errors: ``InputError`` for a name of another form, ``UnknownNameError`` for a type that there is not.
    """
    found = NAME.fullmatch(str(name).strip().lower())
    if found is None:
        raise InputError(f"{str(name)[:60]!a} names no exercise; write it as on the sheet, such as softmax-7-3.")
    kind = found[1]
    if kind not in KINDS:
        raise UnknownNameError(
            f"there is no type of exercise {kind!a}.{suggestion(kind, KINDS)} There are: {', '.join(KINDS)}."
        )
    return Exercise(KINDS[kind], int(found[2]), int(found[3]))
