"""Positions against plain loops, torch and ONNX: biases by distance, rotations, relative vectors."""

import math
import warnings

import numpy as np
import pytest
import torch
from mechanism_cases import attention, check, difference, draw, onnx, softmax, values
from torch.nn.attention.flex_attention import flex_attention

HEADS = {"Q": "2 3 5 6", "K": "2 3 7 6", "V": "2 3 7 4"}


def causal(n, m):
    return np.tril(np.ones((n, m), dtype=bool))


def distances(n, m):
    return np.arange(n)[:, None] - np.arange(m)


def shaw_by_loops(x, W_Q, W_K, W_V, w_K, w_V, r):
    """Equations (3) and (4) of the paper, pair by pair: scores and outputs."""
    n, d_z = len(x), W_Q.shape[1]
    scores, outputs = np.zeros((n, n)), np.zeros((n, d_z))
    for i in range(n):
        for j in range(n):
            a = w_K[max(-r, min(r, j - i)) + r]
            scores[i, j] = (x[i] @ W_Q) @ (x[j] @ W_K + a) / math.sqrt(d_z)
    weights = softmax(scores)
    for i in range(n):
        outputs[i] = sum(weights[i, j] * (x[j] @ W_V + w_V[max(-r, min(r, j - i)) + r]) for j in range(n))
    return scores, outputs


@pytest.mark.parametrize("r", [1, 2, 6])
def test_shaws_relative_keys_and_values(r):
    inputs = draw(r, x="5 4", W_Q="4 3", W_K="4 3", W_V="4 3", w_K=f"{2 * r + 1} 3", w_V=f"{2 * r + 1} 3")
    scores, outputs = shaw_by_loops(**inputs, r=r)
    check("shaw", scores, "e", **inputs)
    check("shaw", outputs, **inputs)
    assert difference("shaw", scores, "e", **{**inputs, "w_K": inputs["w_K"][::-1].copy()}) > 0.01


def test_shaws_scores_gathered_by_distance_are_the_same():
    inputs = draw(4, x="5 4", W_Q="4 3", W_K="4 3", W_V="4 3", w_K="5 3", w_V="5 3")
    projected = {name: inputs["x"] @ inputs[f"W_{name}"] for name in "QKV"}
    check("shaw-gathered", values("shaw", "e", **inputs)[0], "e", **projected, w_K=inputs["w_K"])


def test_shaws_gathered_scores_with_fewer_queries_than_keys():
    inputs = draw(5, Q="2 4 3", K="2 9 3", V="2 9 6", w_K="5 3")
    Q, K, V, w_K = inputs.values()
    R = [[[w_K[max(-2, min(2, j - i)) + 2] @ Q[b, i] for j in range(9)] for i in range(4)] for b in range(2)]
    check("shaw-gathered", attention(Q, K, V, attn_mask=np.array(R) / math.sqrt(3)), **inputs)


def bucket(r, causal):
    """T5's bucket of a distance r, key minus query, in whole numbers: powers in the place of logarithms."""
    count, exact, root, base = (32, 16, 16, 8) if causal else (16, 8, 8, 16)
    far = max(-r, 0) if causal else abs(r)
    first = 0 if causal or r <= 0 else 16
    if far < exact:
        return first + far
    steps = sum(far**root >= exact**root * base**step for step in range(1, 64))
    return first + min(exact + steps, count - 1)


GOLDEN = {
    False: dict(zip((0, 1, -1, 7, -7, 8, -8, 16, 64, 127, 128), (0, 17, 1, 23, 7, 24, 8, 26, 30, 31, 31), strict=True)),
    True: dict(zip((-1, -15, -16, -32, -64, -113), (1, 15, 16, 21, 26, 31), strict=True)),
}
"""Buckets of the models' code, computed once."""


@pytest.mark.parametrize("is_causal", [False, True])
def test_the_buckets_here_are_those_of_the_models(is_causal):
    assert {r: bucket(r, is_causal) for r in GOLDEN[is_causal]} == GOLDEN[is_causal]


@pytest.mark.parametrize(("n", "m"), [(3, 140), (140, 3), (5, 7)])
@pytest.mark.parametrize(("name", "is_causal"), [("t5-bias", False), ("t5-causal-bias", True)])
def test_t5_adds_the_bias_of_its_bucket_to_unscaled_scores(name, is_causal, n, m):
    inputs = draw(6, Q=f"2 {n} 3", K=f"2 {m} 3", V=f"2 {m} 4", b="32 2")
    Q, K, V, b = inputs.values()
    B = np.array([[[b[bucket(j - i, is_causal), h] for j in range(m)] for i in range(n)] for h in range(2)])
    seen = causal(n, m) if is_causal else np.ones((n, m), dtype=bool)
    check(name, B, "B", **inputs)
    check(name, attention(Q, K, V, attn_mask=np.where(seen, B, -np.inf), scale=1.0), **inputs)


def test_the_bucket_to_the_right_by_0_is_never_used():
    inputs = draw(7, Q="1 9 3", K="1 9 3", V="1 9 4", b="32 1")
    other = {**inputs, "b": np.where(np.arange(32)[:, None] == 16, 100.0, inputs["b"])}
    check("t5-bias", values("t5-bias", **inputs)[0], **other)


@pytest.mark.parametrize("H", [1, 2, 8])
def test_alibi_is_the_papers_penalty_after_the_scale(H):
    inputs = draw(H, Q=f"2 {H} 5 3", K=f"2 {H} 7 3", V=f"2 {H} 7 4")
    slopes = np.array([2.0 ** (-8 * h / H) for h in range(1, H + 1)])
    mask = np.where(causal(5, 7), -slopes[:, None, None] * distances(5, 7), -np.inf)
    expected = attention(**inputs, attn_mask=mask)
    check("alibi", expected, **inputs)
    check("alibi-slopes", expected, **inputs, slope=slopes[:, None])
    from_0 = 2.0 ** (-8 * np.arange(H) / H)
    assert difference("alibi-slopes", expected, **inputs, slope=from_0[:, None]) > 1e-3


def slopes_of_the_code(H):
    """The slopes of the paper's code: for other H those of the power of two below, then every other one of the next."""
    if H & (H - 1) == 0:
        return [2.0 ** (-8 * (h + 1) / H) for h in range(H)]
    below = 1 << (H.bit_length() - 1)
    return slopes_of_the_code(below) + slopes_of_the_code(2 * below)[::2][: H - below]


def test_alibi_with_three_heads_is_flex_attentions():
    inputs = draw(9, Q="2 3 5 4", K="2 3 7 4", V="2 3 7 4")
    slopes = torch.tensor(slopes_of_the_code(3), dtype=torch.float64)

    def penalty(score, batch, head, query, key):
        return torch.where(query >= key, score - slopes[head] * (query - key), -torch.inf)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # torch says once a process that it is not compiled
        expected = flex_attention(*map(torch.as_tensor, inputs.values()), score_mod=penalty)
    check("alibi-slopes", expected, **inputs, slope=slopes.numpy()[:, None])


def sinusoid(position, size, halves=False):
    """One row of Vaswani's positions: sine and cosine alternate, or all sines come first."""
    row = []
    for t in range(size // 2):
        angle = position / 10000 ** (2 * t / size)
        row += [math.sin(angle), math.cos(angle)]
    return np.array(row[::2] + row[1::2] if halves else row)


def transformer_xl_by_loops(E, M, W_q, W_kE, W_kR, W_v, u, v, scale, halves):
    """The four terms of section 3.3, pair by pair."""
    n, memory, size = len(E), len(M), E.shape[1]
    context = np.concatenate([M, E])
    scores = np.zeros((n, memory + n))
    for i in range(n):
        for j in range(memory + i + 1):
            R = W_kR @ sinusoid(memory + i - j, size, halves)
            q, k = W_q @ E[i], W_kE @ context[j]
            scores[i, j] = scale * (q @ k + q @ R + u[:, 0] @ k + v[:, 0] @ R)
    return softmax(scores, np.arange(memory + n) <= memory + np.arange(n)[:, None]) @ (context @ W_v.T)


@pytest.mark.parametrize(("name", "scale", "halves"), [("transformer-xl", 1, 0), ("transformer-xl-code", 3**-0.5, 1)])
def test_transformer_xls_four_terms(name, scale, halves):
    inputs = draw(10, E="5 4", M="2 4", W_q="3 4", W_kE="3 4", W_kR="3 4", W_v="6 4", u="3 1", v="3 1")
    check(name, transformer_xl_by_loops(**inputs, scale=scale, halves=halves), **inputs)
    assert difference(name, transformer_xl_by_loops(**inputs, scale=scale, halves=not halves), **inputs) > 1e-3


ROPE = {"rope": 1, "rope-half-split": 0}


def rotated(value, interleaved):
    """ONNX's rotation of one head, positions from 0."""
    positions, size = value.shape[-2:]
    angles = np.arange(positions)[:, None] / 10000 ** (2 * np.arange(size // 2) / size)
    places = np.broadcast_to(np.arange(positions), (len(value), positions))
    caches = {"cos_cache": np.cos(angles), "sin_cache": np.sin(angles)}
    return onnx("RotaryEmbedding", {"X": value[:, None], **caches, "position_ids": places}, interleaved=interleaved)[
        :, 0
    ]


@pytest.mark.parametrize("name", ROPE)
def test_rope_is_onnxs_rotation_in_its_layout(name):
    inputs = draw(11, Q="2 5 6", K="2 7 6", V="2 7 3")
    Q, K = (rotated(inputs[name_of], ROPE[name]) for name_of in "QK")
    check(name, Q, "Q_R", **inputs)
    check(name, attention(Q, K, inputs["V"]), **inputs)
    other = next(layout for layout in ROPE if layout != name)
    assert difference(other, Q, "Q_R", **inputs) > 0.01


@pytest.mark.parametrize("name", ROPE)
def test_rotated_scores_depend_on_the_distance_alone_and_rotations_keep_lengths(name):
    q, k = draw(12, q="6", k="6").values()
    inputs = {"Q": np.tile(q, (5, 1)), "K": np.tile(k, (7, 1)), "V": np.eye(7)}
    scores = values(name, "S", **inputs)[0]
    assert np.allclose(scores[1:, 1:], scores[:-1, :-1], atol=1e-13)
    assert not np.allclose(scores, scores.T[:5, :5].mean(), atol=1e-3)
    assert np.allclose(np.linalg.norm(values(name, "Q_R", **inputs)[0], axis=1), np.linalg.norm(q))


def test_the_two_layouts_are_one_after_coordinates_are_sorted():
    inputs = draw(13, Q="5 6", K="7 6", V="7 3")
    order = [0, 2, 4, 1, 3, 5]
    sorted_inputs = {"Q": inputs["Q"][:, order], "K": inputs["K"][:, order], "V": inputs["V"]}
    check("rope", values("rope-half-split", **sorted_inputs)[0], **inputs)


def test_sinusoids_are_added_to_the_tokens():
    inputs = draw(14, X="2 5 6", W_Q="6 3", W_K="6 3", W_V="6 4")
    X, W_Q, W_K, W_V = inputs.values()
    Z = X + np.array([sinusoid(position, 6) for position in range(5)])
    check("sinusoidal", np.array([sinusoid(position, 6) for position in range(5)]), "PE", **inputs)
    check("sinusoidal", attention(Z @ W_Q, Z @ W_K, Z @ W_V), **inputs)
