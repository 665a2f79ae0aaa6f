"""Latent attention: expanded and absorbed are equal, and both are what plain loops over the paper's formulas give."""

import cmath
import math

import pytest
import torch
from drawing import close, computed, drawn
from torch.nn import functional as F

SIZES = {"n": 5, "d": 6, "d_c": 4, "d_q": 3, "d_h": 2, "d_v": 3, "p": 2, "H": 2}


def turned(vector, position):
    """Pairs of neighbours as complex numbers, turned by the position times 10000^(-k/p)."""
    pairs = len(vector) // 2
    result = []
    for k in range(pairs):
        angle = position * 10000 ** (-k / pairs)
        number = complex(vector[2 * k], vector[2 * k + 1]) * cmath.exp(1j * angle)
        result += [number.real, number.imag]
    return torch.tensor(result, dtype=torch.float64)


def by_loops(inputs, scale_of=lambda d_h, d_c, d_r: d_h + d_r):
    """One token and one head after the other, in the paper's formulas."""
    X, heads = inputs["X"], inputs["W_UK"].shape[0]
    (_, d_c, d_h), d_r = inputs["W_UK"].shape, inputs["W_KR"].shape[1]
    scale = 1 / math.sqrt(scale_of(d_h, d_c, d_r))
    latent = [x @ inputs["W_DKV"] for x in X]
    shared = [turned(x @ inputs["W_KR"], t) for t, x in enumerate(X)]
    rows = []
    for t, x in enumerate(X):
        asking, parts = x @ inputs["W_DQ"], []
        for a in range(heads):
            content, rotated = asking @ inputs["W_UQ"][a], turned(asking @ inputs["W_QR"][a], t)
            scores = [
                scale * (content @ (latent[j] @ inputs["W_UK"][a]) + rotated @ shared[j]).item() for j in range(t + 1)
            ]
            weights = [math.exp(score - max(scores)) for score in scores]
            values = [latent[j] @ inputs["W_UV"][a] for j in range(t + 1)]
            parts.append(sum(w * v for w, v in zip(weights, values, strict=True)) / sum(weights))
        rows.append(torch.cat(parts) @ inputs["W_O"])
    return torch.stack(rows)


@pytest.mark.parametrize("name", ["mla-expanded", "mla-absorbed"])
def test_latent_attention_is_what_the_formulas_say(name):
    inputs = drawn(name, **SIZES)
    assert close(computed(name, inputs), by_loops(inputs))


def test_another_scale_shows():
    inputs = drawn("mla-absorbed", **SIZES)
    mistaken = by_loops(inputs, lambda d_h, d_c, d_r: d_c + d_r)
    assert not torch.allclose(computed("mla-absorbed", inputs), mistaken, atol=1e-3)


def test_absorbed_and_expanded_are_equal():
    inputs = drawn("mla-expanded", batched="X", **{**SIZES, "n": 7})
    expected = computed("mla-expanded", inputs)
    assert torch.allclose(computed("mla-absorbed", inputs), expected, rtol=1e-12, atol=1e-12 * expected.abs().max())


def test_absorbed_it_is_multi_query_attention_over_the_latent_vectors():
    inputs = drawn("mla-absorbed", **SIZES)
    found = computed("mla-absorbed", inputs, "Q", "K", "C_KV", "O")
    assert found["K"].shape == (5, 4 + 4) and found["Q"].shape == (2, 5, 4 + 4)
    keys, values = (found[name].expand(2, -1, -1) for name in ("K", "C_KV"))
    expected = F.scaled_dot_product_attention(found["Q"], keys, values, is_causal=True, scale=(2 + 4) ** -0.5)
    assert close(found["O"], expected)
