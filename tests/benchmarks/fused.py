"""The fused strategy against torch's `scaled_dot_product_attention` called directly: what the generated code adds.

On the CPU, 8 heads of 64 numbers, one batch, float32. The peer calls the kernel with the same scale and the same causal
flag or mask on the same tensors; heads without batches get their fourth axis from the peer, as they do from the
generated code. Each round times peer and generated code in turn; what counts is the median of the rounds' ratios. The
same run measures the noise of this machine, as the ratio of the peer to itself.

    python tests/benchmarks/fused.py [rounds [kind]]
"""

from __future__ import annotations

import sys

import torch
from lowering import compare
from torch.nn.functional import scaled_dot_product_attention

from symattn.defining import mechanism

HEADS, FEATURES = 8, 64
SIZES = (512, 2048)
DEMANDED = 1.03
"""The ratio that counts as no slower."""


def heads(scores="Q[h] @ K[h].T / sqrt(d_k)", where=""):
    """Scaled dot-product attention of several heads over an allowed set."""
    chosen = f", where={where}" if where else ""
    equations = f"S[h] = {scores}\nP[h] = softmax(S[h]{chosen})\nO[h] = P[h] @ V[h]"
    return mechanism("attention", inputs={"Q": "H n d_k", "K": "H m d_k", "V": "H m d_v"}, equations=equations)


def whole(Q, K, V):
    """Every key."""
    return scaled_dot_product_attention(Q, K, V, scale=FEATURES**-0.5)


def causal(Q, K, V):
    """Keys up to the query's own position."""
    return scaled_dot_product_attention(Q, K, V, is_causal=True, scale=FEATURES**-0.5)


def window(Q, K, V):
    """The query's own key and 127 before it, by a mask."""
    n, m = Q.shape[-2], K.shape[-2]
    i, j = torch.arange(n)[:, None], torch.arange(m)
    return scaled_dot_product_attention(Q, K, V, (j <= i) & (j >= i - 127), scale=FEATURES**-0.5)


def without_batch(peer):
    """The peer on heads without batches."""
    return lambda Q, K, V: peer(Q[None], K[None], V[None])[0]


KINDS = {
    "whole": (heads(), whole),
    "causal": (heads(where="causal"), causal),
    "window": (heads(where="window(127, 0)"), window),
}
"""What is compared: a mechanism, and its peer."""


def cases():
    """Every row of the table: what is compared, with which arguments."""
    for kind, (system, peer) in KINDS.items():
        function = system.lambdify("torch", strategy="fused")
        for n in SIZES:
            yield f"{kind} {n} x {FEATURES}", peer, function, arguments(1, HEADS, n, FEATURES)
            if kind != "window":
                yield f"{kind} {n} x {FEATURES}, no batch", without_batch(peer), function, arguments(HEADS, n, FEATURES)


def arguments(*shape):
    """Q, K and V with normally distributed entries."""
    torch.manual_seed(0)
    return [torch.randn(shape) for _ in range(3)]


def main(rounds=None, kind=""):
    """Print the table; 0 if every demand is met, else 1."""
    failed = 0
    print(f"{'case':28}{'kernel':>12}{'ratio':>8}{'kernel/kernel':>15}{'demanded':>10}")
    for label, peer, function, given in cases():
        if not label.startswith(kind):
            continue
        n = given[0].shape[-2]
        count = rounds or (60 if n < 1000 else 25)
        with torch.no_grad():
            if not torch.allclose(peer(*given), function(*given), rtol=1e-5, atol=1e-6):
                raise SystemExit(f"{label}: the generated code gives something else than the kernel.")
            median, ratio, noise = compare(peer, function, given, count, max(1, 2000 // n))
        verdict = "PASS" if ratio <= DEMANDED else "FAIL"
        failed += verdict == "FAIL"
        print(f"{label:28}{median * 1e6:9.0f} us{ratio:8.3f}{noise:15.3f}{DEMANDED:10.2f}  {verdict}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else None, *sys.argv[2:3]))
