"""Allowed sets against torch's masks, ONNX's windows and plain loops; rows without a key are zeros."""

import numpy as np
import pytest
import torch
from mechanism_cases import attention, check, difference, draw, onnx, softmax, values
from torch.nn.attention.bias import causal_lower_right

QKV = {"Q": "2 5 3", "K": "2 7 3", "V": "2 7 4"}
LONG = {"Q": "2 7 3", "K": "2 4 3", "V": "2 4 5"}


def rows(n, m, allowed):
    return np.array([[bool(allowed(i, j)) for j in range(m)] for i in range(n)])


def kept(inputs, allowed):
    """Attention over the allowed keys, loops and all."""
    scores = inputs["Q"] @ inputs["K"].swapaxes(-1, -2) / np.sqrt(inputs["Q"].shape[-1])
    return softmax(scores, allowed) @ inputs["V"]


@pytest.mark.parametrize("shapes", [QKV, LONG])
def test_causal_is_torchs_is_causal_aligned_at_the_upper_left(shapes):
    inputs = draw(1, **shapes)
    check("causal", attention(**inputs, is_causal=True), **inputs)


def test_causal_at_the_lower_right_is_torchs_bias():
    inputs = draw(2, **QKV)
    bias = causal_lower_right(5, 7)
    expected = torch.nn.functional.scaled_dot_product_attention(*map(torch.as_tensor, inputs.values()), attn_mask=bias)
    check("causal-lower-right", expected, **inputs)
    assert difference("causal", expected, **inputs) > 0.01


def test_queries_before_the_first_key_have_zeros():
    inputs = draw(3, **LONG)
    expected = kept(inputs, rows(7, 4, lambda i, j: j <= i - 3))
    assert not expected[:, :3].any()
    check("causal-lower-right", expected, **inputs)


@pytest.mark.parametrize("empty", [False, True])
def test_padding_is_torchs_boolean_mask_and_onnxs(empty):
    inputs = draw(4, **QKV)
    padding = np.zeros((1, 7), dtype=bool) if empty else np.array([[1, 0, 1, 1, 0, 1, 0]], dtype=bool)
    expected = kept(inputs, padding)
    assert expected.any() is not np.bool_(empty)
    found = values("padded", **inputs, padding=padding)
    assert all(np.allclose(value, expected, rtol=0, atol=1e-13) for value in found)
    heads = {name: value[:, None] for name, value in inputs.items()}
    assert np.allclose(onnx("Attention", {**heads, "attn_mask": np.tile(padding, (5, 1))})[:, 0], expected)


def test_a_mask_keeps_where_it_is_true_and_an_empty_row_is_zero():
    inputs = draw(5, **QKV)
    M = np.random.default_rng(5).uniform(size=(2, 5, 7)) < 0.4
    M[1, 3] = False
    expected = torch.nn.functional.scaled_dot_product_attention(
        *map(torch.as_tensor, inputs.values()), attn_mask=torch.as_tensor(M)
    )
    assert not expected[1, 3].any()
    check("masked", expected, **inputs, M=M)
    assert difference("masked", expected, **inputs, M=~M) > 0.01


@pytest.mark.parametrize("shapes", [QKV, LONG])
def test_the_sliding_window_counts_its_own_key(shapes):
    inputs = draw(6, **shapes)
    n, m = inputs["Q"].shape[1], inputs["K"].shape[1]
    check("sliding-window", kept(inputs, rows(n, m, lambda i, j: 0 <= i - j < 2)), **inputs)


def test_the_sliding_window_is_onnxs_with_one_key_to_the_left():
    inputs = draw(7, Q="2 1 7 3", K="2 1 7 3", V="2 1 7 4")
    expected = onnx("Attention", inputs, left_window_size=1, right_window_size=0)
    check("sliding-window", expected, **inputs)


def test_causal_and_padded_is_both():
    inputs = draw(8, **QKV)
    padding = np.array([[0, 0, 1, 1, 0, 1, 1]], dtype=bool)
    allowed = padding & rows(5, 7, lambda i, j: j <= i)
    check("causal-padded", kept(inputs, allowed), **inputs, padding=padding)
    assert not values("causal-padded", **inputs, padding=padding)[0][:, :2].any()


@pytest.mark.parametrize("p", [0.0, 1.0, 3.0, 7.0])
def test_a_prefix_is_seen_by_all(p):
    inputs = draw(9, **QKV)
    check("prefix", attention(**inputs, attn_mask=rows(5, 7, lambda i, j: j <= i or j < p)), **inputs, p=p)


def test_chunks_of_four():
    inputs = draw(10, Q="2 11 3", K="2 10 3", V="2 10 4")
    check("chunked", kept(inputs, rows(11, 10, lambda i, j: j <= i and i // 4 == j // 4)), **inputs)
    alone = values("chunked", **inputs)[0]
    assert np.allclose(alone[:, 8], inputs["V"][:, 8])


def test_packed_documents_do_not_see_each_other():
    inputs = draw(11, Q="2 6 3", K="2 6 3", V="2 6 4")
    s = np.array([[1.0], [1], [2], [2], [2], [7]])
    allowed = rows(6, 6, lambda i, j: j <= i and s[i] == s[j])
    check("packed", kept(inputs, allowed), **inputs, s=s)
    first = {name: value[:, 2:5] for name, value in inputs.items()}
    check("causal", values("packed", **inputs, s=s)[0][:, 2:5], **first)


@pytest.mark.parametrize("D", [1.0, 2.5, 20.0])
def test_luongs_monotonic_window(D):
    inputs = draw(12, H_t="5 2", H_s="9 3", W_a="2 3")
    H_t, H_s, W_a = inputs.values()
    weights = softmax(H_t @ W_a @ H_s.T, rows(5, 9, lambda i, j: i - D <= j <= i + D))
    check("local-m", weights, "A", **inputs, D=D)
    check("local-m", weights @ H_s, **inputs, D=D)


def test_a_window_beyond_the_last_key_is_empty():
    inputs = draw(13, H_t="6 2", H_s="3 3", W_a="2 3")
    assert not values("local-m", **inputs, D=1.0)[0][4:].any()


@pytest.mark.parametrize("D", [1.0, 2.5, 20.0])
def test_luongs_predicted_window_is_not_normalised_again(D):
    inputs = draw(14, H_t="5 2", H_s="9 3", W_a="2 3", W_p="4 2", v_p="4 1")
    H_t, H_s, W_a, W_p, v_p = inputs.values()
    A = np.zeros((5, 9))
    for t, h in enumerate(H_t):
        p = 9 / (1 + np.exp(-(v_p[:, 0] @ np.tanh(W_p @ h))))
        window = [s for s in range(9) if p - D <= s <= p + D]
        powers = {s: np.exp(h @ W_a @ H_s[s]) for s in window}
        for s in window:
            A[t, s] = powers[s] / sum(powers.values()) * np.exp(-((s - p) ** 2) / (2 * (D / 2) ** 2))
    check("local-p", A, "A", **inputs, D=D)
    check("local-p", A @ H_s, **inputs, D=D)
    assert (A.sum(1) < 1).all()


def test_a_wide_predicted_window_is_global_attention():
    inputs = draw(15, H_t="5 2", H_s="9 3", W_a="2 3", W_p="4 2", v_p="4 1")
    weights = softmax(inputs["H_t"] @ inputs["W_a"] @ inputs["H_s"].T)
    assert difference("local-p", weights, "A", **inputs, D=1e9) < 1e-12
