"""Functions as somebody would write them, right and wrong, for the tests of auditing code."""

import math
import time

import numpy as np
import torch


def softmax(scores):
    weights = np.exp(scores - scores.max(-1, keepdims=True))
    return weights / weights.sum(-1, keepdims=True)


# NumPy.


def attention(q, k, v):
    return softmax(q @ k.swapaxes(-1, -2) / np.sqrt(q.shape[-1])) @ v


def in_order(a, b, c):
    return attention(a, b, c)


def other_names(values, queries, keys):
    return attention(queries, keys, values)


def unscaled(Q, K, V):
    return softmax(Q @ K.swapaxes(-1, -2)) @ V


def scaled_twice(q, k, v):
    return softmax(q @ k.swapaxes(-1, -2) / q.shape[-1]) @ v


def keys_as_they_are(q, k, v):
    return softmax(q @ k / np.sqrt(q.shape[-1])) @ v


def values_inside(q, k, v):
    return softmax(q @ k.swapaxes(-1, -2) / np.sqrt(q.shape[-1]) @ v)


def other_axis(q, k, v):
    scores = q @ k.swapaxes(-1, -2) / np.sqrt(q.shape[-1])
    weights = np.exp(scores - scores.max(-2, keepdims=True))
    return weights / weights.sum(-2, keepdims=True) @ v


def masked_afterwards(q, k, v):
    weights = softmax(q @ k.swapaxes(-1, -2) / np.sqrt(q.shape[-1]))
    return np.tril(weights) @ v


def times_row_sum(q, k, v):
    weights = np.exp(q @ k.swapaxes(-1, -2) / np.sqrt(q.shape[-1]))
    return (weights * weights.sum(-1, keepdims=True)) @ v


def masked(q, k, v, mask):
    scores = q @ k.swapaxes(-1, -2) / np.sqrt(q.shape[-1])
    weights = np.where(mask, np.exp(scores - scores.max(-1, keepdims=True)), 0)
    total = weights.sum(-1, keepdims=True)
    return weights / np.where(total == 0, 1, total) @ v


def in_place(q, k, v):
    q /= np.sqrt(q.shape[-1])
    return softmax(q @ k.swapaxes(-1, -2)) @ v


def transposed_result(q, k, v):
    return attention(q, k, v).T


def noisy(q, k, v):
    return attention(q, k, v) * (1 + np.random.default_rng().random())


def unlike_any_mistake(q, k, v):
    return attention(q, k, np.tanh(v))


# torch.


def causal_sdpa(query, key, value, is_causal=False):
    return torch.nn.functional.scaled_dot_product_attention(query, key, value, is_causal=is_causal)


def lower_right(q, k, v):
    n, m = q.shape[-2], k.shape[-2]
    scores = q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1])
    return scores.masked_fill(torch.ones(n, m).tril(m - n) == 0, -math.inf).softmax(-1) @ v


def batched(q, k, v):
    batch, _, width = q.shape
    assert batch
    return torch.bmm(torch.softmax(torch.bmm(q, k.transpose(1, 2)) / width**0.5, -1), v)


def blocked_where_true(q, k, v, mask):
    scores = q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1])
    return scores.masked_fill(mask, -1e9).softmax(-1) @ v


def added_with_plus(q, k, v):
    scores = q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1])
    return (scores + 1e9 * torch.ones_like(scores).triu(1)).softmax(-1) @ v


def in_single_precision(q, k, v):
    scores = q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1])
    return scores.float().softmax(-1).to(q.dtype) @ v


def tiled_heads(q, k, v):
    repeats = q.shape[0] // k.shape[0]
    return batched(q, k.repeat(repeats, 1, 1), v.repeat(repeats, 1, 1))


def interleaved_heads(q, k, v):
    repeats = q.shape[0] // k.shape[0]
    return batched(q, k.repeat_interleave(repeats, 0), v.repeat_interleave(repeats, 0))


def tiled_with_a_batch(q, k, v):
    repeats = q.shape[1] // k.shape[1]
    scores = q @ k.repeat(1, repeats, 1, 1).mT / math.sqrt(q.shape[-1])
    return scores.softmax(-1) @ v.repeat(1, repeats, 1, 1)


def capped_after_mask(q, k, v, softcap):
    scores = q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1])
    scores = scores.masked_fill(torch.ones_like(scores).triu(1) == 1, -math.inf)
    return (softcap * torch.tanh(scores / softcap)).softmax(-1) @ v


def rotated(x, base=10000.0):
    """Halves, as LLaMA has them."""
    half = x.shape[-1] // 2
    angles = torch.outer(torch.arange(x.shape[-2], dtype=x.dtype), base ** (-torch.arange(half, dtype=x.dtype) / half))
    cosines, sines = (part.repeat(1, 2) for part in (angles.cos(), angles.sin()))
    return x * cosines + torch.cat([-x[..., half:], x[..., :half]], -1) * sines


def llama(q, k, v):
    return (rotated(q) @ rotated(k).transpose(-1, -2) / math.sqrt(q.shape[-1])).softmax(-1) @ v


# What goes wrong.


def raises(q, k, v):
    raise ValueError("no \x1b[31m way")


def leaves(q, k, v):
    raise SystemExit(3)


def endless(q, k, v):
    while True:
        time.sleep(0.01)


def text(q, k, v):
    return "done"


def too_few(q, k):
    return q


def too_many(q, k, v, dropout):
    return q


not_a_function = 3


def any_number(*arrays):
    return attention(*arrays)


def any_names(**arrays):
    return attention(**arrays)


def nothing():
    return 0.0


class Layer:
    def __call__(self, q, k, v):
        return attention(q, k, v)
