"""Generated backward passes, NumPy and torch, against code written by hand and against torch's autograd, on the CPU.

One head, whole, causal and masked, and a causal multi-head layer: from the inputs and the cotangent of the output to
the gradients of all inputs, forward pass included. The peers are written as a good programmer writes them who knows
the mathematics: scores, weights and their cotangents in one memory each, rowsum(dO * O) for rowsum(P * dP), the scale
on the smaller side, few large products; gradients of weights for each sequence, as in the generated code. Autograd
differentiates eager code with ``torch.softmax``, and our side of those rows is ``differentiable()`` under the same
``torch.autograd.grad``; the time of ``scaled_dot_product_attention`` is reported beside it, but nothing is demanded of
it.

Each round times peer and generated code in turn; what counts is the median of the rounds' ratios, and not slower means
at most 1, to which the noise of this machine is allowed on top (the peer's ratio to itself is printed beside it). For
OMP_NUM_THREADS=1 see lowering.py. Freed memory is kept by the process: else the time to get it back from the system,
which hangs on what was freed before and not on the code, would decide.

    python tests/benchmarks/backward.py [rounds [kind]]
"""

from __future__ import annotations

import ctypes
import math
import sys

import numpy as np
import torch
from lowering import ALLOWANCE, KINDS, causal_torch, compare, hand_written_torch, masked_torch

from symattn.mechanisms import named

SIZES = (512, 2048)
FEATURES = 64
BATCH, HEADS = 2, 8
WIDTH = HEADS * FEATURES


def keep_freed_memory():
    """Let the allocator hold on to what is freed, where it is the GNU C library's."""
    memory_options = getattr(ctypes.CDLL(None), "mallopt", None)
    for option in (-1, -3) if memory_options else ():  # M_TRIM_THRESHOLD and M_MMAP_THRESHOLD
        memory_options(option, 2**31 - 1)


def weights_numpy(S, allowed=None, has_empty_rows=False):
    """Softmax of each row over its allowed keys, in the memory of the scores."""
    if allowed is not None:
        np.copyto(S, -np.inf, where=~allowed)
    largest = S.max(axis=-1, keepdims=True)
    S -= np.where(np.isfinite(largest), largest, 0) if has_empty_rows else largest
    np.exp(S, out=S)
    total = S.sum(axis=-1, keepdims=True)
    S /= np.maximum(total, 1) if has_empty_rows else total
    return S


def scores_backward_numpy(P, dP, dO, output):
    """``P * (dP - rowsum(dO * O))``, in the memory of ``dP``."""
    dP -= np.einsum("...ij,...ij->...i", dO, output)[..., None]
    dP *= P
    return dP


def head_numpy(Q, K, V, dO, allowed=None, has_empty_rows=False):
    """One head, forwards and backwards."""
    scale = 1 / math.sqrt(Q.shape[-1])
    Q = Q * scale
    P = weights_numpy(Q @ K.mT, allowed, has_empty_rows)
    dS = scores_backward_numpy(P, dO @ V.mT, dO, P @ V)
    dQ = dS @ K
    dQ *= scale
    return dQ, dS.mT @ Q, P.mT @ dO


def causal_head_numpy(Q, K, V, dO):
    """One head over no later keys."""
    return head_numpy(Q, K, V, dO, np.tri(Q.shape[-2], K.shape[-2], dtype=bool))


def masked_head_numpy(Q, K, V, M, dO):
    """One head over the keys that a mask allows, none of them perhaps."""
    return head_numpy(Q, K, V, dO, M, has_empty_rows=True)


def layer_numpy(X, W_Q, W_K, W_V, W_O, dY):
    """A causal multi-head layer, forwards and backwards; heads side by side as columns of one matrix."""
    batch, n, width = X.shape
    heads, _, features = W_Q.shape

    def columns(W):
        return W.transpose(1, 0, 2).reshape(width, -1)

    def apart(A):
        return A.reshape(batch, n, heads, features).swapaxes(1, 2)

    def beside(A):
        return A.swapaxes(1, 2).reshape(batch * n, heads * features)

    rows, upstream, scale = X.reshape(-1, width), dY.reshape(-1, width), 1 / math.sqrt(features)
    sides = [columns(W) for W in (W_Q, W_K, W_V)]
    Q, K, V = (apart(rows @ side) for side in sides)
    Q *= scale
    P = weights_numpy(Q @ K.mT, np.tri(n, dtype=bool))
    output = P @ V
    dO = apart(upstream @ W_O.T)
    dV = P.mT @ dO
    dS = scores_backward_numpy(P, dO @ V.mT, dO, output)
    dQ = dS @ K
    dQ *= scale
    flat = [beside(A) for A in (dQ, dS.mT @ Q, dV)]
    dX = flat[0] @ sides[0].T
    for A, side in zip(flat[1:], sides[1:], strict=True):
        dX += A @ side.T
    of_sides = [(X.mT @ A.reshape(batch, n, -1)).reshape(batch, width, heads, features).swapaxes(1, 2) for A in flat]
    return dX.reshape(X.shape), *of_sides, beside(output).reshape(batch, n, -1).mT @ dY


def scores_backward_torch(P, dP, dO, output):
    """``P * (dP - rowsum(dO * O))``, in the memory of ``dP``."""
    return dP.sub_((dO * output).sum(dim=-1, keepdim=True)).mul_(P)


def head_torch(Q, K, V, dO, allowed=None, empty=None):
    """One head, forwards and backwards, without a graph."""
    scale = 1 / math.sqrt(Q.shape[-1])
    Q = Q * scale
    S = Q @ K.mT
    if allowed is not None:
        S.masked_fill_(~allowed if empty is None else ~allowed & ~empty, -torch.inf)
    P = torch.softmax(S, dim=-1)
    if empty is not None:
        P.masked_fill_(empty, 0)
    dS = scores_backward_torch(P, dO @ V.mT, dO, P @ V)
    return (dS @ K).mul_(scale), dS.mT @ Q, P.mT @ dO


def causal_head_torch(Q, K, V, dO):
    """One head over no later keys."""
    return head_torch(Q, K, V, dO, torch.ones(Q.shape[-2], K.shape[-2], dtype=torch.bool).tril())


def masked_head_torch(Q, K, V, M, dO):
    """One head over the keys that a mask allows, none of them perhaps."""
    return head_torch(Q, K, V, dO, M, ~M.any(dim=-1, keepdim=True))


def layer_torch(X, W_Q, W_K, W_V, W_O, dY):
    """A causal multi-head layer, forwards and backwards; see ``layer_numpy``."""
    (batch, n, width), (heads, _, features) = X.shape, W_Q.shape

    def columns(W):
        return W.transpose(0, 1).reshape(width, -1)

    def apart(A):
        return A.view(batch, n, heads, features).transpose(1, 2)

    def beside(A):
        return A.transpose(1, 2).reshape(batch * n, heads * features)

    rows, upstream, scale = X.reshape(-1, width), dY.reshape(-1, width), 1 / math.sqrt(features)
    sides = [columns(W) for W in (W_Q, W_K, W_V)]
    Q, K, V = (apart(rows @ side) for side in sides)
    Q = Q * scale
    S = Q @ K.mT
    P = torch.softmax(S.masked_fill_(~torch.ones(n, n, dtype=torch.bool).tril(), -torch.inf), dim=-1)
    output = P @ V
    dO = apart(upstream @ W_O.T)
    dV = P.mT @ dO
    dS = scores_backward_torch(P, dO @ V.mT, dO, output)
    flat = [beside(A) for A in ((dS @ K).mul_(scale), dS.mT @ Q, dV)]
    dX = sum(A @ side.T for A, side in zip(flat, sides, strict=True))
    of_sides = [(X.mT @ A.view(batch, n, -1)).view(batch, width, heads, features).transpose(1, 2) for A in flat]
    return dX.view(X.shape), *of_sides, beside(output).view(batch, n, -1).mT @ dY


def layer_eager(X, W_Q, W_K, W_V, W_O):
    """The layer as a good torch programmer writes it, to be differentiated by autograd."""
    (batch, n, width), (heads, _, features) = X.shape, W_Q.shape
    Q, K, V = (
        (X @ W.transpose(0, 1).reshape(width, -1)).view(batch, n, heads, features).transpose(1, 2)
        for W in (W_Q, W_K, W_V)
    )
    return causal_torch(Q, K, V).transpose(1, 2).reshape(batch, n, -1) @ W_O


def attended(Q, K, V, **more):
    """torch's own kernel, of matrices; it wants four axes to be fast."""
    found = torch.nn.functional.scaled_dot_product_attention(*(A[None, None] for A in (Q, K, V)), **more)
    return found[0, 0]


def layer_attended(X, W_Q, W_K, W_V, W_O):
    """The layer around torch's own kernel."""
    (batch, n, width), (heads, _, features) = X.shape, W_Q.shape
    Q, K, V = (
        (X @ W.transpose(0, 1).reshape(width, -1)).view(batch, n, heads, features).transpose(1, 2)
        for W in (W_Q, W_K, W_V)
    )
    output = torch.nn.functional.scaled_dot_product_attention(Q, K, V, is_causal=True)
    return output.transpose(1, 2).reshape(batch, n, -1) @ W_O


SYSTEMS = {**{kind: system for kind, (system, _) in KINDS.items()}, "multi-head": named("multi-head-causal")}
NUMPY = {"whole": head_numpy, "causal": causal_head_numpy, "masked": masked_head_numpy, "multi-head": layer_numpy}
TORCH = {"whole": head_torch, "causal": causal_head_torch, "masked": masked_head_torch, "multi-head": layer_torch}
EAGER = {"whole": hand_written_torch, "causal": causal_torch, "masked": masked_torch, "multi-head": layer_eager}
KERNEL = {
    "whole": attended,
    "causal": lambda Q, K, V: attended(Q, K, V, is_causal=True),
    "masked": lambda Q, K, V, M: attended(Q, K, V, attn_mask=M),
    "multi-head": layer_attended,
}


def arguments(kind, dtype, n):
    """Arrays with normally distributed entries, the cotangent of the output last; a mask of blocks."""
    generator = np.random.default_rng(0)
    if kind == "multi-head":
        shapes = [(BATCH, n, WIDTH), *[(HEADS, WIDTH, FEATURES)] * 3, (WIDTH, WIDTH), (BATCH, n, WIDTH)]
    else:
        shapes = [(n, FEATURES)] * 4
    arrays = [generator.standard_normal(shape).astype(dtype) for shape in shapes]
    if kind == "multi-head":
        arrays[1:5] = [array / np.asarray(math.sqrt(WIDTH), dtype) for array in arrays[1:5]]
    if kind == "masked":
        documents = np.arange(n) * 4 // n
        arrays.insert(3, (documents[:, None] == documents) & (documents > 0))
    return arrays


def gradients_of(system, function):
    """The gradients of a generated function, in the order of the inputs; those of weights for each sequence."""
    names = [f"d{name}" for name in system.inputs if name not in system.allowed_inputs]

    def gradients(*given):
        found = function(*given)
        return tuple(found[name] for name in names)

    return gradients


def by_autograd(function):
    """The gradients that torch.autograd.grad gives, of what takes a gradient."""

    def gradients(*given):
        *inputs, upstream = given
        asked = [tensor for tensor in inputs if tensor.requires_grad]
        return torch.autograd.grad(function(*inputs), asked, upstream)

    return gradients


def cases(chosen):
    """Every row of the table: its label, the peer, the generated code, their arguments, and whether it has to win."""
    for kind, system in SYSTEMS.items():
        if not kind.startswith(chosen):
            continue
        numpy_code = gradients_of(system, system.backward().lambdify("numpy"))
        torch_code = gradients_of(system, system.backward().lambdify("torch"))
        own = by_autograd(system.differentiable())
        for dtype in ("float32", "float64"):
            for n in SIZES:
                arrays, where = arguments(kind, dtype, n), f"{dtype} {n}"
                tensors = [torch.from_numpy(array) for array in arrays]
                yield f"{kind} numpy, by hand, {where}", NUMPY[kind], numpy_code, arrays, True
                by_hand, code = torch.no_grad()(TORCH[kind]), torch.no_grad()(torch_code)
                yield f"{kind} torch, by hand, {where}", by_hand, code, tensors, True
                leaves = [tensor.clone().requires_grad_(tensor.is_floating_point()) for tensor in tensors[:-1]]
                given = [*leaves, tensors[-1]]
                yield f"{kind} torch, autograd, {where}", by_autograd(EAGER[kind]), own, given, True
                yield f"{kind} torch, kernel, {where}", by_autograd(KERNEL[kind]), own, given, False


def main(rounds=None, kind=""):
    """Print the table; 0 if every demand is met, else 1."""
    failed = 0
    keep_freed_memory()
    print(f"one head {FEATURES} wide; batch {BATCH}, {HEADS} heads of {FEATURES}; demanded: at most 1 + {ALLOWANCE}")
    print(f"{'case':45}{'peer':>12}{'ratio':>8}{'peer/peer':>11}")
    for label, peer, generated, given, has_to_win in cases(kind):
        pairs = zip(peer(*given), generated(*given), strict=True)
        error = max(float(abs(expected - found).max() / abs(expected).max()) for expected, found in pairs)
        if error > 1e-4:
            raise AssertionError(f"{label}: the two differ by {error}")
        count = rounds or max(9, 20_000 // max(given[0].shape[-2], 1))
        median, ratio, noise = compare(peer, generated, given, count, 1)
        slower = ratio > 1 + ALLOWANCE
        failed += slower and has_to_win
        verdict = ("FAIL" if slower else "PASS") if has_to_win else "for information"
        print(f"{label:45}{median * 1e3:9.2f} ms{ratio:8.3f}{noise:11.3f}  {verdict}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else None, *sys.argv[2:3]))
