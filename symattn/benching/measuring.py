"""Times of several functions, taken in turn in one run: what disturbs the machine disturbs all of them alike."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from symattn.errors import InputError

SAMPLE_SECONDS = 0.004
"""How long one sample lasts at least; what is quicker is called several times in it."""

MOST_CALLS = 10_000
LEAST_ROUNDS = 3
MOST_ROUNDS = 1_000

Call = Callable[[], object]


@dataclass(frozen=True)
class Timings:
    """Seconds a call of each function, one sample a round; the rounds of all functions are the same.

    ``interrupted``: Ctrl-C came, and these are the rounds before.

    >>> timings = Timings({"peer": (2.0, 4.0, 2.0), "own": (1.0, 3.0, 1.0)})
    >>> timings.median("own"), timings.ratio("own", "peer")
    (1.0, 0.5)
    """

    seconds: Mapping[str, tuple[float, ...]]
    interrupted: bool = False

    @property
    def rounds(self) -> int:
        """How many samples of each function there are."""
        return min((len(samples) for samples in self.seconds.values()), default=0)

    def median(self, name: str) -> float:
        """The median time of one call, in seconds."""
        return statistics.median(self.seconds[name])

    def ratio(self, name: str, peer: str) -> float:
        """The median of the rounds' ratios of one function's time to another's."""
        return statistics.median(
            own / other for own, other in zip(self.seconds[name], self.seconds[peer], strict=False)
        )


def interleaved(
    functions: Mapping[str, Call],
    *,
    seconds: float = 2.0,
    rounds: int | None = None,
    clock: Callable[[], float] = time.perf_counter,
    finish: Call | None = None,
    partial: bool = False,
    rest: float = 0.0,
) -> Timings:
    """Time functions in turn, in one order and then in the other, after one call of each that does not count.

    ``rounds`` is the number of samples of each; without it as many as fit into ``seconds``, three at least.
    ``finish`` is called before the clock is read, to wait for a device that computes on its own.
    Before each sample nothing is done for ``rest`` seconds, so that threads which one function has left spinning, as
    those of OpenMP do for a while, take no time from the next.
    With ``partial``, Ctrl-C after the first round ends it with the whole rounds before.
    Errors: ``InputError`` for no functions or no rounds; those of the functions.

    >>> interleaved({"nothing": lambda: None}, rounds=5).rounds
    5
    """
    if not functions or (rounds is not None and rounds < 1):
        raise InputError(f"there are {len(functions)} functions to time in {rounds} rounds; both are at least 1.")
    start = clock()
    calls = {name: _calls_in_a_sample(function, clock, finish) for name, function in functions.items()}
    taken: dict[str, list[float]] = {name: [] for name in functions}
    order = list(functions)
    done = 0
    try:
        while done < (rounds or MOST_ROUNDS) and (rounds or done < LEAST_ROUNDS or clock() - start < seconds):
            found = {}
            for name in order:
                if rest:
                    time.sleep(rest)
                found[name] = _sample(functions[name], calls[name], clock, finish)
            for name, sample in found.items():
                taken[name].append(sample)
            order.reverse()
            done += 1
    except KeyboardInterrupt:
        if not (partial and done):
            raise
        return Timings(_whole(taken), interrupted=True)
    return Timings(_whole(taken))


def _whole(taken: Mapping[str, list[float]]) -> dict[str, tuple[float, ...]]:
    return {name: tuple(samples) for name, samples in taken.items()}


def _sample(function: Call, calls: int, clock: Callable[[], float], finish: Call | None) -> float:
    start = clock()
    for _ in range(calls):
        function()
    if finish is not None:
        finish()
    return (clock() - start) / calls


def _calls_in_a_sample(function: Call, clock: Callable[[], float], finish: Call | None) -> int:
    """So many calls that a sample lasts long enough; the first call warms up caches and is not timed if it is quick."""
    once = _sample(function, 1, clock, finish)
    if once < 25 * SAMPLE_SECONDS:
        once = min(_sample(function, 1, clock, finish) for _ in range(2))
    return max(1, min(MOST_CALLS, round(SAMPLE_SECONDS / max(once, 1e-9))))
