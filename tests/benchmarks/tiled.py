"""The strategy `tiled` against torch's fused kernel, textbook NumPy and the limit that the machine sets.

float32, 64 numbers a query, key and value, no batch; one head unless said. Peers are written by hand
(`symattn.benching.peers`) and get the same numbers. Each round times all of a case in turn; what counts is the median
of the rounds' ratios. Before anything is timed, every output is compared with the peer's. The limit of a case is the
time of both matrix products at the best rate that this machine's BLAS has, and of the exponentials at theirs, one after
the other. Memory is the growth of the resident set in a process of its own.

    python tests/benchmarks/tiled.py [part ...]

The parts: forwards, limit, memory, backwards, short, variants. Exits 1 if a demand is missed.
"""

from __future__ import annotations

import os
import sys

import numpy as np
import torch

from symattn.benching.machine import measure_rates
from symattn.benching.measuring import interleaved
from symattn.benching.memory import peak_extra_bytes
from symattn.benching.peers import (
    Form,
    eager_torch,
    in_place_numpy,
    sdpa_torch,
    textbook_numpy,
    textbook_numpy_backward,
    with_autograd,
)
from symattn.benching.threads import held_to
from symattn.mechanisms import named

FEATURES = 64
THREADS = tuple(range(1, min(2, len(os.sched_getaffinity(0))) + 1))
TOLERANCE = 1e-4
REST = 0.02
"""Seconds between samples: the threads of torch's kernel spin for some milliseconds after it."""


def arrays(n, heads, count=3):
    generator = np.random.default_rng(0)
    shape = (n, FEATURES) if heads == 1 else (heads, n, FEATURES)
    return [generator.standard_normal(shape, dtype=np.float32) for _ in range(count)]


def attention(causal, strategy, backward=False):
    made = named("causal" if causal else "scaled-dot")
    return (made.backward() if backward else made).lambdify("numpy", strategy=strategy)


class Demands:
    """Prints a line for each figure, and remembers whether one is missed."""

    def __init__(self):
        self.missed = []

    def line(self, what, text, figure, sign, demand):
        holds = demand is None or (figure <= demand if sign == "<=" else figure >= demand)
        asked = "" if demand is None else f"  (asked: {sign} {demand:g}{'' if holds else ', MISSED'})"
        print(f"{what:<58}{text}{asked}", flush=True)
        if not holds:
            self.missed.append(what)


def rounds_for(n, heads, backward):
    """Enough of them for a median in some seconds."""
    scores = n * n * heads * (3 if backward else 1)
    return max(5, min(41, int(3e9 / scores)))


def repeated(function, calls):
    """Several calls in a row, as in a loop: the first one after a rest has to wake threads."""

    def call():
        for _ in range(calls):
            function()

    return call


def compare(demands, what, functions, own, peer, demand, rounds, sign="<=", calls=1):
    """The median ratio of one function's time to a peer's."""
    several = {name: repeated(function, calls) for name, function in functions.items()}
    timings = interleaved(several, rounds=rounds, rest=REST)
    ratio = timings.ratio(own, peer)
    if sign == ">=":
        ratio = 1 / ratio
    times = ", ".join(f"{name} {1e3 * timings.median(name) / calls:.1f} ms" for name in functions)
    demands.line(what, f"{ratio:5.2f} x {peer}   {times}", ratio, sign, demand)


def assert_close(found, expected):
    error = max(float(np.abs(np.asarray(a) - np.asarray(b)).max()) for a, b in zip(found, expected, strict=True))
    if not error <= TOLERANCE:
        sys.exit(f"outputs differ by {error:g}")


def forwards(demands):
    cases = [(n, 1, causal, threads, 1.05) for n in (8192, 16384) for causal in (False, True) for threads in THREADS]
    cases += [
        (2048, heads, causal, THREADS[-1], 1.4 if causal else 1.15) for heads in (1, 8) for causal in (False, True)
    ]
    for n, heads, causal, threads, demand in cases:
        values, form = arrays(n, heads), Form(causal=causal)
        tensors = [torch.from_numpy(value) for value in values]
        function = attention(causal, "tiled")
        functions = {
            "tiled": lambda function=function, values=values: function(*values),
            "SDPA": lambda tensors=tensors, form=form: sdpa_torch(*tensors, form),
        }
        with held_to(threads):
            assert_close([functions["tiled"]()], [functions["SDPA"]()])
            what = f"forwards, n {n}, heads {heads}, {'causal' if causal else 'whole'}, threads {threads}"
            rounds = rounds_for(n, heads, False)
            compare(demands, what, functions, "tiled", "SDPA", demand, rounds, calls=5 if n * n * heads < 1e7 else 1)
    values = arrays(8192, 1)
    function = attention(False, "tiled")
    functions = {
        "tiled": lambda: function(*values),
        "textbook NumPy": lambda: textbook_numpy(*values),
        "torch eager": lambda: eager_torch(*map(torch.from_numpy, values)),
    }
    with held_to(THREADS[-1]):
        what = f"forwards, n 8192, threads {THREADS[-1]}: times faster"
        compare(demands, what, functions, "tiled", "textbook NumPy", 2.5, 9, ">=")


def limit(demands):
    n = 8192
    values, function = arrays(n, 1), attention(False, "tiled")
    for threads in THREADS:
        shares = []
        with held_to(threads):
            for _ in range(5):
                rates = measure_rates("float32", threads, seconds=0.5)
                least = rates.limit(2 * n * n * FEATURES, n * n)
                shares.append(least / interleaved({"tiled": lambda: function(*values)}, rounds=3).median("tiled"))
        share = sorted(shares)[len(shares) // 2]
        text = f"{100 * share:.0f} %   limit {1e3 * least:.0f} ms: {rates.gigaflops:.0f} GFLOP/s"
        text += f", {rates.exponentials / 1e9:.2f} G {rates.function}/s"
        demands.line(f"share of the machine's limit, n {n}, threads {threads}", text, share, ">=", 0.75)


def once(strategy, n, backward=False):
    """What the process that measures memory calls."""
    values = arrays(n, 1, 4 if backward else 3)
    function = attention(False, strategy, backward)
    return lambda: function(*values)


def memory(demands):
    n = 16384
    for backward, demand in ((False, 64), (True, None)):
        peak = peak_extra_bytes(once, "tiled", n, backward, warm=("tiled", 64, backward), threads=THREADS[-1])
        way = "forwards and backwards" if backward else "forwards"
        scores = n * n * 4 / 2**20
        text = f"{peak.mebibytes:.0f} MiB, where one matrix of scores has {scores:.0f}"
        demands.line(f"extra memory {way}, n {n}", text, peak.mebibytes, "<=", demand)


def backwards(demands):
    cases = [(8192, 1, False, 0.9), (8192, 1, True, None), (16384, 1, False, 0.9), (2048, 8, False, 1.3)]
    for n, heads, causal, demand in cases:
        values, form = arrays(n, heads, 4), Form(causal=causal)
        tensors = [torch.from_numpy(value) for value in values]
        function, peer = attention(causal, "tiled", True), with_autograd(sdpa_torch)
        functions = {
            "tiled": lambda function=function, values=values: function(*values),
            "SDPA with autograd": lambda tensors=tensors, form=form, peer=peer: peer(*tensors, form),
        }
        if n == 8192 and not causal:
            functions["textbook NumPy"] = lambda values=values, form=form: textbook_numpy_backward(*values, form)
        with held_to(THREADS[-1]):
            assert_close(functions["tiled"]().values(), functions["SDPA with autograd"]()[1:])
            what = f"forwards and backwards, n {n}, heads {heads}, {'causal' if causal else 'whole'}"
            rounds = rounds_for(n, heads, True)
            compare(demands, what, functions, "tiled", "SDPA with autograd", demand, rounds)


def short(demands):
    function, direct = attention(False, "auto"), attention(False, "direct")
    for n in (8, 32, 64, 128, 256):
        values = arrays(n, 1)
        functions = {
            "auto": lambda values=values: function(*values),
            "direct": lambda values=values: direct(*values),
            "in place": lambda values=values: in_place_numpy(*values),
            "textbook": lambda values=values: textbook_numpy(*values),
        }
        timings = interleaved(functions, rounds=61)
        better = min(("direct", "in place", "textbook"), key=timings.median)
        ratio = timings.ratio("auto", better)
        text = f"{ratio:5.2f} x {better}   auto {1e6 * timings.median('auto'):.1f} us"
        demands.line(f"short inputs, n {n}", text, ratio, "<=", 1.1)
    for n in (512, 724, 1024):
        for heads in (1, 8):
            values, tiles = arrays(n, heads), attention(False, "tiled")
            functions = {
                "tiled": lambda values=values, tiles=tiles: tiles(*values),
                "direct": lambda values=values: direct(*values),
                "auto": lambda values=values: function(*values),
            }
            compare(demands, f"where auto changes over, n {n}, heads {heads}", functions, "tiled", "direct", None, 31)


def variants(demands):
    """Variants that no kernel has a word for: the same code against the direct one and torch eager."""
    generator, n = np.random.default_rng(0), 4096
    for name in ("softcap", "alibi", "sliding-window", "t5-causal-bias", "differential"):
        made = named(name)
        values = []
        for symbol in made.input_symbols:
            shape = [{"n": n, "m": n, "H": 2}.get(str(length), FEATURES) for length in made.shape(symbol.name)]
            shape = [
                int(length) if str(length).isdigit() else given
                for length, given in zip(made.shape(symbol.name), shape, strict=True)
            ]
            values.append(generator.standard_normal(shape).astype(np.float32) if shape else np.float32(5))
        codes = {strategy: made.lambdify("numpy", strategy=strategy) for strategy in ("tiled", "direct")}
        functions = {strategy: lambda code=code, values=values: code(*values) for strategy, code in codes.items()}
        assert_close([functions["tiled"]()], [functions["direct"]()])
        compare(demands, f"{name}, n {n}", functions, "tiled", "direct", None, 5)


PARTS = {part.__name__: part for part in (forwards, limit, memory, backwards, short, variants)}


def main(names):
    unknown = [name for name in names if name not in PARTS]
    if unknown:
        sys.exit(f"no part is called {unknown[0]}; there are: {', '.join(PARTS)}")
    demands = Demands()
    for name in names or PARTS:
        PARTS[name](demands)
    if demands.missed:
        sys.exit(f"missed: {'; '.join(demands.missed)}")


if __name__ == "__main__":
    main(sys.argv[1:])
