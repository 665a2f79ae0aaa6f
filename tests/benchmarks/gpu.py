"""Generated torch code on a CUDA GPU against torch's kernels called by hand, in bfloat16.

`fused` against `scaled_dot_product_attention`, whole and causal; and a variant that no kernel has, capped scores over a
sliding window, as generated flex code under torch.compile against `flex_attention` written by hand, forwards and with
gradients. Those take Q, K and V and are compiled whole on both sides: block masks are made inside. Beside it
stands, without a demand, what a block mask that is made once beforehand would save the peer. Each round times peer and
generated code in turn; what counts is the median of the rounds' ratios. Results are compared before.

Where no GPU is at hand it says so and ends with status 0.

    python tests/benchmarks/gpu.py [rounds]
"""

from __future__ import annotations

import sys

from symattn.benching.measuring import interleaved
from symattn.defining import mechanism

TOKENS, BATCH, HEADS, FEATURES, WINDOW, CAP = 8192, 2, 16, 64, 1024, 30.0
FUSED, FLEX = 1.03, 1.05
"""The ratios that count as no slower."""

CLOSE = 0.02
"""How far results may lie apart, of sums of numbers of about 1 that are rounded to 8 bits."""


def heads(scores="Q[h] @ K[h].T / sqrt(d_k)", where=""):
    """Attention of several heads over an allowed set."""
    chosen = f", where={where}" if where else ""
    equations = f"S[h] = {scores}\nP[h] = softmax(S[h]{chosen})\nO[h] = P[h] @ V[h]"
    return mechanism("attention", inputs={"Q": "H n d_k", "K": "H m d_k", "V": "H m d_v"}, equations=equations)


CAPPED_WINDOW = heads(f"{CAP:g} * tanh(Q[h] @ K[h].T / sqrt(d_k) / {CAP:g})", f"window({WINDOW - 1}, 0)")


def by_kernel(causal):
    """Torch's kernel, called as one does."""
    from torch.nn.functional import scaled_dot_product_attention

    return lambda Q, K, V: scaled_dot_product_attention(Q, K, V, is_causal=causal, scale=FEATURES**-0.5)


def capped(score, b, h, q_idx, kv_idx):
    """A soft cap on one score."""
    import torch

    return CAP * torch.tanh(score / CAP)


def in_window(b, h, q_idx, kv_idx):
    """A query's own key and those shortly before it."""
    return (kv_idx <= q_idx) & (q_idx - kv_idx < WINDOW)


def flex_by_hand(block_mask=None):
    """Capped scores over a window; the block mask is made inside unless it is given."""
    from torch.nn.attention.flex_attention import create_block_mask, flex_attention

    def attention(Q, K, V):
        mask = block_mask
        if mask is None:
            mask = create_block_mask(in_window, None, None, Q.shape[-2], K.shape[-2], device=Q.device)
        return flex_attention(Q, K, V, score_mod=capped, block_mask=mask, scale=FEATURES**-0.5)

    return attention


def arguments(device, dtype):
    """Q, K and V with normally distributed entries."""
    import torch

    torch.manual_seed(0)
    shape = BATCH, HEADS, TOKENS, FEATURES
    return [torch.randn(shape, device=device, dtype=dtype) for _ in range(3)]


def forward(function, given):
    """A call without gradients."""
    import torch

    def run():
        with torch.no_grad():
            return function(*given)

    return run


def with_gradients(function, given):
    """A call and its backward pass."""
    import torch

    inputs = [tensor.detach().requires_grad_() for tensor in given]
    upstream = torch.ones_like(given[2])

    def run():
        return torch.autograd.grad(function(*inputs), inputs, upstream)

    return run


def agree(found, expected):
    """Whether tensors, or several, are close."""
    pairs = zip(found, expected, strict=True) if isinstance(found, tuple) else [(found, expected)]
    return all(((a - b).abs() <= CLOSE * (1 + b.abs())).all() for a, b in ((x.float(), y.float()) for x, y in pairs))


def cases(given):
    """Every row: what is compared, the peer, the generated code, and what is demanded, if anything is."""
    import torch
    from torch.nn.attention.flex_attention import create_block_mask

    for name, where in (("whole", ""), ("causal", "causal")):
        function = heads(where=where).lambdify("torch", strategy="fused")
        peer = by_kernel(causal=bool(where))
        yield f"SDPA, {name}", forward(peer, given), forward(function, given), FUSED
        yield f"SDPA, {name}, gradients", with_gradients(peer, given), with_gradients(function, given), FUSED
    generated = torch.compile(CAPPED_WINDOW.lambdify("torch", strategy="flex"), fullgraph=True, dynamic=False)
    peer = torch.compile(flex_by_hand(), fullgraph=True, dynamic=False)
    yield "flex, cap and window", forward(peer, given), forward(generated, given), FLEX
    yield "flex, gradients", with_gradients(peer, given), with_gradients(generated, given), FLEX
    mask = create_block_mask(in_window, None, None, TOKENS, TOKENS, device=given[0].device)
    before = torch.compile(flex_by_hand(mask), dynamic=False)
    yield "flex, mask made beforehand", forward(before, given), forward(generated, given), None


def main(rounds=25):
    """Print the table; 0 if every demand is met or there is no GPU, else 1."""
    try:
        import torch
    except ImportError:
        print("torch is not installed, so nothing was measured.")
        return 0
    if not torch.cuda.is_available():
        print("no CUDA device is at hand, so nothing was measured.")
        return 0
    print(f"{torch.cuda.get_device_name()}, bfloat16, batch {BATCH}, {HEADS} heads, n = {TOKENS}, d = {FEATURES}")
    print(f"{'case':30}{'peer':>12}{'ratio':>8}{'demanded':>10}")
    failed = 0
    for label, peer, own, demanded in cases(arguments("cuda", torch.bfloat16)):
        if not agree(own(), peer()):
            raise SystemExit(f"{label}: the generated code gives something else than the peer.")
        timings = interleaved({"peer": peer, "own": own}, rounds=rounds, finish=torch.cuda.synchronize)
        ratio = timings.ratio("own", "peer")
        verdict = "" if demanded is None else "PASS" if ratio <= demanded else "FAIL"
        failed += verdict == "FAIL"
        asked = "–" if demanded is None else f"{demanded:.2f}"
        print(f"{label:30}{timings.median('peer') * 1e3:9.3f} ms{ratio:8.3f}{asked:>10}  {verdict}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:2])))
