"""Lowered scaled dot-product attention, whole, causal and masked, against hand-written NumPy and eager torch.

On the CPU. The peers are written as a good programmer writes them: scores shifted in place, `math.sqrt` so that float32
stays float32, `torch.softmax`; keys masked by -inf and, under a mask, rows without keys made zeros. Each round times
peer and lowered code in turn; what counts is the median of the rounds' ratios. Not slower means a ratio of at most 1,
to which the noise of this machine is allowed on top; the same run measures it, as the ratio of the peer to itself.
Where others use the machine too, OMP_NUM_THREADS=1 counts the processor's time on one thread instead of the clock's.

    python tests/benchmarks/lowering.py [rounds [kind]]
"""

from __future__ import annotations

import math
import os
import statistics
import sys
import time

import numpy as np

from symattn.defining import mechanism
from symattn.mechanisms import named

FEATURES = 64
SIZES = (128, 512, 2048)
ALLOWANCE = 0.05
"""How far above 1 a ratio may lie and still count as not slower: timings on a shared machine differ by as much."""
OVERHEAD = 1.3
"""The ratio demanded at 3 x 4, where nothing but the cost of the calls is left."""


CLOCK = time.process_time if os.environ.get("OMP_NUM_THREADS") == "1" else time.perf_counter


def hand_written_numpy(Q, K, V):
    """Stable attention as a good NumPy programmer writes it."""
    S = Q @ K.swapaxes(-1, -2) / math.sqrt(Q.shape[-1])
    S -= S.max(axis=-1, keepdims=True)
    E = np.exp(S)
    P = E / E.sum(axis=-1, keepdims=True)
    return P @ V


def hand_written_torch(Q, K, V):
    """Attention as a good torch programmer writes it, without the fused function."""
    import torch

    return torch.softmax(Q @ K.mT / Q.shape[-1] ** 0.5, dim=-1) @ V


def causal_numpy(Q, K, V):
    """Stable causal attention as a good NumPy programmer writes it."""
    S = Q @ K.swapaxes(-1, -2) / math.sqrt(Q.shape[-1])
    n, m = S.shape[-2:]
    S = np.where(np.tri(n, m, dtype=bool), S, -np.inf)
    S -= S.max(axis=-1, keepdims=True)
    E = np.exp(S)
    P = E / E.sum(axis=-1, keepdims=True)
    return P @ V


def causal_torch(Q, K, V):
    """Causal attention as a good torch programmer writes it, without the fused function."""
    import torch

    S = Q @ K.mT / Q.shape[-1] ** 0.5
    allowed = torch.ones(S.shape[-2:], dtype=torch.bool, device=S.device).tril()
    return torch.softmax(S.masked_fill(~allowed, -torch.inf), dim=-1) @ V


def masked_numpy(Q, K, V, M):
    """Stable masked attention whose rows without keys are zeros, as a good NumPy programmer writes it."""
    S = np.where(M, Q @ K.swapaxes(-1, -2) / math.sqrt(Q.shape[-1]), -np.inf)
    largest = S.max(axis=-1, keepdims=True)
    S -= np.where(np.isfinite(largest), largest, 0)
    E = np.exp(S)
    total = E.sum(axis=-1, keepdims=True)
    P = E / np.where(total == 0, 1, total)
    return P @ V


def masked_torch(Q, K, V, M):
    """Masked attention whose rows without keys are zeros and have gradients, as a good torch programmer writes it."""
    import torch

    S = Q @ K.mT / Q.shape[-1] ** 0.5
    empty = ~M.any(dim=-1, keepdim=True)
    P = torch.softmax(S.masked_fill(~M & ~empty, -torch.inf), dim=-1)
    return P.masked_fill(empty, 0) @ V


def seconds(function, arguments, calls):
    """Seconds a call, over some calls."""
    start = CLOCK()
    for _ in range(calls):
        function(*arguments)
    return (CLOCK() - start) / calls


def compare(peer, lowered, arguments, rounds, calls):
    """The peer's median time, the median ratio of the lowered code to it, and of the peer to itself."""
    times, ratios, noise = [], [], []
    for function in (peer, lowered, peer):
        function(*arguments)
    for number in range(rounds):
        if number % 2:
            first, own, again = (seconds(function, arguments, calls) for function in (peer, lowered, peer))
        else:
            again, own, first = (seconds(function, arguments, calls) for function in (peer, lowered, peer))
        times.append(first)
        ratios.append(2 * own / (first + again))
        noise.append(first / again)
    return statistics.median(times), statistics.median(ratios), statistics.median(noise)


def attention(where, **masks):
    """Scaled dot-product attention over an allowed set."""
    equations = f"S = Q @ K.T / sqrt(d_k)\nP = softmax(S, where={where})\nO = P @ V"
    return mechanism("attention", inputs={"Q": "n d_k", "K": "m d_k", "V": "m d_v", **masks}, equations=equations)


KINDS = {
    "whole": (named("scaled-dot"), {"numpy": hand_written_numpy, "torch": hand_written_torch}),
    "causal": (attention("causal"), {"numpy": causal_numpy, "torch": causal_torch}),
    "masked": (attention("M", M="n m"), {"numpy": masked_numpy, "torch": masked_torch}),
}
"""What is compared: a mechanism, and its peer for each target."""


def cases():
    """Every row of the table: what is compared, with which arguments, and what is demanded."""
    for kind, (system, peers) in KINDS.items():
        for target, peer in peers.items():
            lowered = system.lambdify(target)
            for dtype in ("float32", "float64"):
                label = f"{kind} {target} {dtype}"
                if target == "numpy" and kind == "whole":
                    yield f"{label} 3 x 4", peer, lowered, arguments(kind, target, dtype, 3, 4), 500, OVERHEAD
                for n in SIZES:
                    given, calls = arguments(kind, target, dtype, n, FEATURES), max(1, 60_000 // n**2)
                    yield f"{label} {n} x 64", peer, lowered, given, calls, 1 + ALLOWANCE


def arguments(kind, target, dtype, n, d):
    """Q, K and V of one dtype with normally distributed entries; for masked attention a mask of blocks as well."""
    generator = np.random.default_rng(0)
    matrices = [generator.standard_normal((n, d)).astype(dtype) for _ in range(3)]
    if kind == "masked":
        documents = np.arange(n) * 4 // n
        matrices.append((documents[:, None] == documents) & (documents > 0))
    if target == "numpy":
        return matrices
    import torch

    return [torch.from_numpy(matrix) for matrix in matrices]


def main(rounds=None, kind=""):
    """Print the table; 0 if every demand is met, else 1."""
    failed = 0
    print(f"not slower: median ratio at most 1 + {ALLOWANCE}, the allowance for noise; at 3 x 4 at most {OVERHEAD}")
    print(f"{'case':33}{'peer':>12}{'ratio':>8}{'peer/peer':>11}{'demanded':>10}")
    for label, peer, lowered, given, calls, demanded in cases():
        if not label.startswith(kind):
            continue
        n = given[0].shape[0]
        count = rounds or max(25, min(300, 40_000 // n))
        median, ratio, noise = compare(peer, lowered, given, count, calls)
        verdict = "PASS" if ratio <= demanded else "FAIL"
        failed += verdict == "FAIL"
        print(f"{label:33}{median * 1e6:9.1f} us{ratio:8.3f}{noise:11.3f}{demanded:10.2f}  {verdict}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else None, *sys.argv[2:3]))
