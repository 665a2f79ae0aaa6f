"""Lowered multi-head attention against hand-written einsum code, in NumPy and in eager torch, on the CPU.

The whole layer: projections of every head, scores, softmax, weighted sum, output projection; batched, causal or not.
The peers are written as a good programmer writes them with einsum and weights (heads, d, d_k). Each round times peer
and lowered code in turn; what counts is the median of the rounds' ratios, and not slower means at most 1, to which the
noise of this machine is allowed on top (the peer's ratio to itself is printed beside it). For OMP_NUM_THREADS=1 see
lowering.py.

    python tests/benchmarks/heads.py [rounds]
"""

from __future__ import annotations

import math
import sys
from functools import partial

import numpy as np
from lowering import ALLOWANCE, compare

from symattn.defining import mechanism

BATCH, HEADS, FEATURES = 4, 8, 64
WIDTH = HEADS * FEATURES
SIZES = (32, 128, 512)

EQUATIONS = """
    Q[h] = X @ W_Q[h]
    K[h] = X @ W_K[h]
    V[h] = X @ W_V[h]
    S[h] = Q[h] @ K[h].T / sqrt(d_k)
    P[h] = softmax(S[h]{where})
    O[h] = P[h] @ V[h]
    Y = sum(h, O[h] @ W_O[h])
"""

INPUTS = {"X": "n d", "W_Q": "H d d_k", "W_K": "H d d_k", "W_V": "H d d_v", "W_O": "H d_v d"}


def einsum_numpy(X, W_Q, W_K, W_V, W_O, causal=False):
    """Multi-head attention as a good NumPy programmer writes it with einsum."""
    Q, K, V = (np.einsum("bnd,hdk->bhnk", X, W, optimize=True) for W in (W_Q, W_K, W_V))
    S = np.einsum("bhik,bhjk->bhij", Q, K, optimize=True) / math.sqrt(Q.shape[-1])
    if causal:
        S = np.where(np.tri(*S.shape[-2:], dtype=bool), S, -np.inf)
    S -= S.max(axis=-1, keepdims=True)
    P = np.exp(S)
    P /= P.sum(axis=-1, keepdims=True)
    heads = np.einsum("bhij,bhjv->bhiv", P, V, optimize=True)
    return np.einsum("bhnv,hvd->bnd", heads, W_O, optimize=True)


def einsum_torch(X, W_Q, W_K, W_V, W_O, causal=False):
    """Multi-head attention as a good torch programmer writes it with einsum."""
    import torch

    Q, K, V = (torch.einsum("bnd,hdk->bhnk", X, W) for W in (W_Q, W_K, W_V))
    S = torch.einsum("bhik,bhjk->bhij", Q, K) / math.sqrt(Q.shape[-1])
    if causal:
        S = S.masked_fill(~torch.ones(S.shape[-2:], dtype=torch.bool).tril(), -torch.inf)
    heads = torch.einsum("bhij,bhjv->bhiv", torch.softmax(S, dim=-1), V)
    return torch.einsum("bhnv,hvd->bnd", heads, W_O)


def arguments(target, dtype, n):
    """X and the weights of one dtype with normally distributed entries, scaled as layers are when they begin."""
    generator = np.random.default_rng(0)
    X = generator.standard_normal((BATCH, n, WIDTH))
    into = [generator.standard_normal((HEADS, WIDTH, FEATURES)) / math.sqrt(WIDTH) for _ in range(3)]
    out = generator.standard_normal((HEADS, FEATURES, WIDTH)) / math.sqrt(WIDTH)
    arrays = [array.astype(dtype) for array in (X, *into, out)]
    if target == "numpy":
        return arrays
    import torch

    return [torch.from_numpy(array) for array in arrays]


def cases():
    """Every row of the table: its label, the peer, the lowered function and their arguments."""
    for where, causal in (("", False), (", where=causal", True)):
        system = mechanism("multi-head", inputs=INPUTS, equations=EQUATIONS.format(where=where))
        for target, einsum in (("numpy", einsum_numpy), ("torch", einsum_torch)):
            peer, lowered = partial(einsum, causal=causal), system.lambdify(target)
            for dtype in ("float32", "float64"):
                for n in SIZES:
                    label = f"{'causal ' if causal else ''}{target} {dtype} {n} x {WIDTH}"
                    yield label, peer, lowered, arguments(target, dtype, n)


def main(rounds=None):
    """Print the table; 0 if every demand is met, else 1."""
    failed = 0
    print(f"batch {BATCH}, {HEADS} heads of {FEATURES}; demanded: median ratio at most 1 + {ALLOWANCE}")
    print(f"{'case':33}{'einsum':>12}{'ratio':>8}{'peer/peer':>11}")
    for label, peer, lowered, given in cases():
        error = abs(peer(*given) - lowered(*given)).max()
        if error > 1e-3:
            raise AssertionError(f"{label}: the two differ by {error}")
        count = rounds or max(9, 4_000 // given[0].shape[-2])
        median, ratio, noise = compare(peer, lowered, given, count, 1)
        verdict = "PASS" if ratio <= 1 + ALLOWANCE else "FAIL"
        failed += verdict == "FAIL"
        print(f"{label:33}{median * 1e3:9.2f} ms{ratio:8.3f}{noise:11.3f}  {verdict}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else None))
