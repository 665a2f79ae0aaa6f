"""Attention as people write it by hand: textbook NumPy, NumPy in place, eager torch, and torch's own kernel.

All take queries ``(..., n, d_k)``, keys ``(..., m, d_k)`` and values ``(..., m, d_v)``, whose leading axes broadcast,
and a ``Form`` that says what becomes of the scores. Masks and biases are made beforehand, a causal set is made inside,
as people do.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Array = Any
"""A NumPy array or a torch tensor."""


@dataclass(frozen=True)
class Form:
    """``softmax(cap * tanh(scale * Q @ K.T / cap) + bias)`` over allowed keys.

    ``scale`` is 1/√d_k unless given; ``causal`` allows the keys up to a query's own position, ``allowed`` those where
    an array of truth values holds; both may be given. Without ``cap`` scores are not capped.

    >>> Form(causal=True).scale_of(16)
    0.25
    """

    scale: float | None = None
    causal: bool = False
    allowed: Array = None
    bias: Array = None
    cap: float | None = None

    def scale_of(self, d_k: int) -> float:
        """The number that products of queries and keys are multiplied by."""
        return 1 / math.sqrt(d_k) if self.scale is None else self.scale

    @property
    def has_kernel(self) -> bool:
        """Whether torch's ``scaled_dot_product_attention`` has words for it."""
        return self.cap is None


PLAIN = Form()


def textbook_numpy(Q: Array, K: Array, V: Array, form: Form = PLAIN) -> Array:
    """A new array for each step, as in textbooks.

    >>> textbook_numpy([[0.0]], [[1.0], [2.0]], [[1.0], [3.0]]).tolist()
    [[2.0]]
    """
    return _textbook_weights(Q, K, form)[0] @ V


def _textbook_weights(Q: Array, K: Array, form: Form) -> tuple[Array, Array]:
    """The weights, and what the cap did to the scores."""
    import numpy as np

    Q, K = np.asarray(Q), np.asarray(K)
    S = Q @ K.swapaxes(-1, -2) * form.scale_of(Q.shape[-1])
    T = None
    if form.cap is not None:
        T = np.tanh(S / form.cap)
        S = form.cap * T
    if form.bias is not None:
        S = S + form.bias
    allowed = _allowed_numpy(S.shape, form)
    if allowed is not None:
        S = np.where(allowed, S, -np.inf)
    largest = S.max(axis=-1, keepdims=True)
    if form.allowed is not None:
        largest = np.where(np.isfinite(largest), largest, 0)
    E = np.exp(S - largest)
    total = E.sum(axis=-1, keepdims=True)
    if form.allowed is not None:
        total = np.where(total == 0, 1, total)
    return E / total, T


def _allowed_numpy(shape: tuple[int, ...], form: Form) -> Array:
    import numpy as np

    if not form.causal:
        return form.allowed
    causal: Array = np.tri(*shape[-2:], dtype=np.bool_)
    return causal if form.allowed is None else causal & form.allowed


def in_place_numpy(Q: Array, K: Array, V: Array, form: Form = PLAIN) -> Array:
    """Everything in the memory of one score matrix, the division after the product with the values.

    >>> in_place_numpy([[0.0]], [[1.0], [2.0]], [[1.0], [3.0]]).tolist()
    [[2.0]]
    """
    E, total = _weights_in_place(Q, K, form)
    found = E @ V
    found /= total
    return found


def _weights_in_place(Q: Array, K: Array, form: Form) -> tuple[Array, Array]:
    """The weights before their division, and the row sums."""
    import numpy as np

    Q, K = np.asarray(Q), np.asarray(K)
    S = (Q * form.scale_of(Q.shape[-1])) @ K.swapaxes(-1, -2)
    if form.cap is not None:
        S /= form.cap
        np.tanh(S, out=S)
        S *= form.cap
    if form.bias is not None:
        S = S + form.bias if np.broadcast_shapes(S.shape, np.shape(form.bias)) != S.shape else np.add(S, form.bias, S)
    allowed = _allowed_numpy(S.shape, form)
    if allowed is not None:
        np.copyto(S, -np.inf, where=~allowed)
    largest = S.max(axis=-1, keepdims=True)
    if form.allowed is not None:
        largest[~np.isfinite(largest)] = 0
    S -= largest
    np.exp(S, out=S)
    total = S.sum(axis=-1, keepdims=True)
    if form.allowed is not None:
        total[total == 0] = 1
    return S, total


def textbook_numpy_backward(
    Q: Array, K: Array, V: Array, dO: Array, form: Form = PLAIN
) -> tuple[Array, Array, Array, Array]:
    """The output and the gradients in Q, K and V, by ``dS = P * (dP - rowsum(P * dP))``, a new array a step.

    >>> [gradient.tolist() for gradient in textbook_numpy_backward([[0.0]], [[1.0], [1.0]], [[1.0], [3.0]], [[1.0]])]
    [[[2.0]], [[0.0]], [[0.0], [0.0]], [[0.5], [0.5]]]
    """
    import numpy as np

    Q, K, V, dO = (np.asarray(given) for given in (Q, K, V, dO))
    P, T = _textbook_weights(Q, K, form)
    O = P @ V  # noqa: E741
    dV = P.swapaxes(-1, -2) @ dO
    dP = dO @ V.swapaxes(-1, -2)
    dS = P * (dP - (P * dP).sum(axis=-1, keepdims=True))
    if T is not None:
        dS = dS * (1 - T * T)
    dS = dS * form.scale_of(Q.shape[-1])
    return O, _summed(dS @ K, Q), _summed(dS.swapaxes(-1, -2) @ Q, K), _summed(dV, V)


def _summed(gradient: Array, of: Array) -> Array:
    """A gradient in the shape of what it belongs to, summed over the axes along which that was repeated."""
    for axis, length in enumerate(of.shape):
        if length == 1 < gradient.shape[axis]:
            gradient = gradient.sum(axis=axis, keepdims=True)
    return gradient


def eager_torch(Q: Array, K: Array, V: Array, form: Form = PLAIN) -> Array:
    """Torch's operations one by one."""
    import torch

    S = Q @ K.mT * form.scale_of(Q.shape[-1])
    if form.cap is not None:
        S = form.cap * torch.tanh(S / form.cap)
    if form.bias is not None:
        S = S + form.bias
    allowed = form.allowed
    if form.causal:
        causal = torch.ones(S.shape[-2:], dtype=torch.bool, device=S.device).tril()
        allowed = causal if allowed is None else causal & allowed
    if allowed is not None:
        S = S.masked_fill(~allowed, -torch.inf)
    P = torch.softmax(S, dim=-1)
    if form.allowed is not None:
        P = P.masked_fill(~allowed.any(dim=-1, keepdim=True), 0)
    return P @ V


def sdpa_torch(Q: Array, K: Array, V: Array, form: Form = PLAIN) -> Array:
    """Torch's ``scaled_dot_product_attention``, of four axes, as it wants to be called.

    Errors: ``InputError`` for a cap, for which it has no words.
    """
    import torch

    from symattn.errors import InputError

    if not form.has_kernel:
        raise InputError("scaled_dot_product_attention has no words for a cap on the scores.")
    mask = form.bias
    allowed = form.allowed
    causal = form.causal and mask is None and allowed is None
    if form.causal and not causal:
        tri = torch.ones((Q.shape[-2], K.shape[-2]), dtype=torch.bool, device=Q.device).tril()
        allowed = tri if allowed is None else tri & allowed
    if mask is not None and allowed is not None:
        mask = torch.where(allowed, mask, -torch.inf)
    elif mask is None:
        mask = allowed
    leading = torch.broadcast_shapes(Q.shape[:-2], K.shape[:-2], V.shape[:-2])
    grouped = len(leading) > 1 and K.shape[-3] == V.shape[-3] == 1 < leading[-1]
    heads = [_four_axes(Q, leading), *(_four_axes(each, (*leading[:-1], 1) if grouped else leading) for each in (K, V))]
    if mask is not None and mask.ndim > 2:
        mask = _four_axes(mask, leading)
    found = torch.nn.functional.scaled_dot_product_attention(
        *heads, mask, is_causal=causal, scale=form.scale_of(Q.shape[-1]), enable_gqa=grouped
    )
    return found.reshape(*leading, *found.shape[-2:])


def _four_axes(tensor: Array, leading: tuple[int, ...]) -> Array:
    """One batch, the leading axes as one of heads, rows and columns."""
    return tensor.expand(*leading, *tensor.shape[-2:]).reshape(1, math.prod(leading), *tensor.shape[-2:])


def with_autograd(attention: Callable[..., Array]) -> Callable[..., tuple[Array, Array, Array, Array]]:
    """The output and the gradients in Q, K and V by torch's autograd through one of the functions above."""

    def backward(Q: Array, K: Array, V: Array, dO: Array, form: Form = PLAIN) -> tuple[Array, Array, Array, Array]:
        import torch

        inputs = [tensor.detach().requires_grad_() for tensor in (Q, K, V)]
        with torch.enable_grad():
            found = attention(*inputs, form)
            gradients = torch.autograd.grad(found, inputs, dO)
        return found.detach(), *gradients

    return backward


@dataclass(frozen=True)
class Peer:
    """A way to write attention by hand: the library that it uses, forwards, and with the backward pass."""

    library: str
    forward: Callable[..., Array]
    backward: Callable[..., tuple[Array, Array, Array, Array]] | None = None


PEERS: dict[str, Peer] = {
    "textbook NumPy": Peer("numpy", textbook_numpy, textbook_numpy_backward),
    "NumPy in place": Peer("numpy", in_place_numpy),
    "torch eager": Peer("torch", eager_torch, with_autograd(eager_torch)),
    "torch SDPA": Peer("torch", sdpa_torch, with_autograd(sdpa_torch)),
}
"""The peers by name."""
