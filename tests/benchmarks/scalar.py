"""Code for small fixed sizes against NumPy written by hand, and what it takes to build.

Scaled dot-product attention of 3 queries and keys of 4 numbers, float64. The peer is batched NumPy as a good programmer
writes it: the batch first, ``np.matmul``, softmax in place. Each round times peer and code in turn, a few calls each
of which the first is left out, so that each finds the process's memory as it leaves it itself; what counts is the
median of the rounds' ratios. ``scalar`` is timed with the batch last in memory, which is how it computes and what it
is to be given where speed matters, and with the batch first like the peer, so that moving it is part of the time.

Demanded: 10 000 instances at least 4 times as fast by ``scalar``, with the batch last and with the batch first, which
it reaches on a machine that does nothing else; a single call no slower than the peer's. Times of more instances, for
which there are threads, and times to build are printed.

    python tests/benchmarks/scalar.py [rounds]
"""

from __future__ import annotations

import sys
from importlib.util import find_spec
from statistics import median
from time import perf_counter

import numpy as np

from symattn.mechanisms import named

SIZES = {"n": 3, "m": 3, "d_k": 4, "d_v": 4}
INSTANCES = 10_000
MANY = 300_000
DEMANDED = {"scalar, batch last in memory": 4.0, "scalar": 4.0}
CALLS = 6


def by_hand(Q, K, V):
    """Attention of every instance of a batch."""
    S = Q @ K.mT
    S /= np.sqrt(Q.shape[-1])
    S -= S.max(axis=-1, keepdims=True)
    np.exp(S, out=S)
    S /= S.sum(axis=-1, keepdims=True)
    return S @ V


class KeptByHand:
    """The same in memory that is kept between calls, which only a caller that copies results can do."""

    def __init__(self, count):
        self.S, self.most, self.O = np.empty((count, 3, 3)), np.empty((count, 3, 1)), np.empty((count, 3, 4))

    def __call__(self, Q, K, V):
        S, most = np.matmul(Q, K.mT, out=self.S), self.most
        S /= np.sqrt(Q.shape[-1])
        S -= S.max(axis=-1, keepdims=True, out=most)
        np.exp(S, out=S)
        S /= S.sum(axis=-1, keepdims=True, out=most)
        return np.matmul(S, V, out=self.O)


def timed(function, given, calls=CALLS, repeats=1):
    """Seconds of one call, the median of some, after one that is left out."""
    function(*given)
    times = []
    for _ in range(calls):
        start = perf_counter()
        for _ in range(repeats):
            function(*given)
        times.append((perf_counter() - start) / repeats)
    return median(times)


def compared(functions, given, rounds, repeats=1):
    """For each function the median seconds and the median ratio of the first function's time to its own."""
    found = [[] for _ in functions]
    for _ in range(rounds):
        for times, (function, arrays) in zip(found, zip(functions, given, strict=True), strict=True):
            times.append(timed(function, arrays, repeats=repeats))
    ratios = [median(first / own for first, own in zip(found[0], times, strict=True)) for times in found]
    return [median(times) for times in found], ratios


def printed(labels, times, ratios, instances):
    """Print a row for each function; whether one is slower than demanded."""
    missed = False
    for label, seconds, ratio in zip(labels, times, ratios, strict=True):
        least = DEMANDED.get(label)
        verdict = "" if least is None else f"  demanded {least}: {'PASS' if ratio >= least else 'MISS'}"
        missed |= verdict.endswith("MISS")
        print(f"  {label:30}{seconds / instances * 1e9:8.1f} ns an instance{ratio:8.2f} x{verdict}")
    return missed


def built(strategy, sizes, rounds=7):
    """Milliseconds to write and load the code."""
    made, times = named("scaled-dot").at(**sizes), []
    for _ in range(rounds):
        start = perf_counter()
        made.lambdify(strategy=strategy)
        times.append(perf_counter() - start)
    return median(times) * 1e3


def main(rounds=11):
    """Print the tables; 0 if every demand is met, else 1."""
    generator = np.random.default_rng(0)
    given = [generator.standard_normal((INSTANCES, 3, 4)) for _ in range(3)]
    last = [np.moveaxis(np.ascontiguousarray(np.moveaxis(array, 0, -1)), -1, 0) for array in given]
    strategies = ["scalar", *(["compiled"] if find_spec("numba") else [])]
    codes = [named("scaled-dot").lambdify(strategy=strategy, sizes=SIZES) for strategy in strategies]
    for code in codes:
        error = max(abs(code(*arrays) - by_hand(*given)).max() for arrays in (given, last))
        if error > 1e-14:
            raise AssertionError(f"the two differ by {error}")

    labels = ["by hand", *strategies, "scalar, batch last in memory", "by hand, in memory of its own"]
    functions = [by_hand, *codes, codes[0], KeptByHand(INSTANCES)]
    times, ratios = compared(functions, [given] * (1 + len(codes)) + [last, given], rounds)
    print(f"{INSTANCES} instances of 3 x 4")
    missed = printed(labels, times, ratios, INSTANCES)
    if len(codes) == 1:
        print("  numba is not installed: strategy compiled is left out")

    many = [generator.standard_normal((MANY, 3, 4)) for _ in range(3)]
    labels = ["by hand", *strategies]
    times, ratios = compared([by_hand, *codes], [many] * (1 + len(codes)), max(rounds // 4, 1))
    print(f"{MANY} instances")
    printed([f"{label}, many" for label in labels], times, ratios, MANY)

    one = [array[0] for array in given]
    direct = named("scaled-dot").lambdify()
    labels = ["by hand", *strategies, "direct"]
    times, ratios = compared([by_hand, *codes, direct], [one] * (2 + len(codes)), rounds, repeats=500)
    print("one instance; demanded: scalar no slower than by hand")
    for label, seconds, ratio in zip(labels, times, ratios, strict=True):
        print(f"  {label:30}{seconds * 1e6:8.2f} us a call{ratio:8.2f} x")
    missed |= ratios[1] < 1
    print(f"  {'MISS' if ratios[1] < 1 else 'PASS'}: {ratios[1]:.2f} x")

    print("to write and load the code")
    for side in (3, 8):
        sizes = dict.fromkeys(SIZES, side) | ({"d_k": 4, "d_v": 4} if side == 3 else {})
        print(f"  scalar, {side} x {sizes['d_k']:<20}{built('scalar', sizes):12.1f} ms")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
