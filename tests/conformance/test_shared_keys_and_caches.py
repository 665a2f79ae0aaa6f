"""Heads that share keys, and keys that are kept: grouped queries of torch and ONNX, causal attention over the whole."""

import numpy as np
import pytest
import torch
from conformance_cases import (
    agree,
    code,
    computed,
    differ,
    draw,
    kinds,
    loops,
    onnx_attention,
    rounded,
    rows,
    sdpa,
)

import symattn as sa

GROUPED = """
    S[g, r] = Q[g, r] @ K[g].T / sqrt(d_k)
    P[g, r] = softmax(S[g, r], where={})
    O[g, r] = P[g, r] @ V[g]
"""
SETS = {
    "causal": lambda i, j, n, m, p: j <= i,
    "causal_lower_right": lambda i, j, n, m, p: j <= i + m - n,
    "padding": lambda i, j, n, m, p: p[j],
    "causal & padding & window(2, 0)": lambda i, j, n, m, p: p[j] and i - 2 <= j <= i,
}


def grouped(where):
    masks = {"padding": "1 m"} if "padding" in where else {}
    inputs = {"Q": "G R n d_k", "K": "G m d_k", "V": "G m d_v", **masks}
    return sa.mechanism("grouped queries", inputs, GROUPED.format(where))


@kinds
@pytest.mark.parametrize(("groups", "queries"), [(1, 1), (1, 4), (4, 1), (2, 3), (3, 2)])
@pytest.mark.parametrize("where", SETS)
def test_grouped_queries_over_a_set(where, groups, queries, kind):
    n, m, batch = 5, 6, 2
    inputs = draw(1, Q=(batch, groups, queries, n, 3), K=(batch, groups, m, 3), V=(batch, groups, m, 4))
    padding = np.array([[1, 0, 1, 1, 0, 1]], dtype=bool)
    exact = rounded(inputs, kind)
    exact["Q"] = exact["Q"].reshape(batch, groups * queries, n, 3)
    allowed = rows(n, m, lambda i, j: SETS[where](i, j, n, m, padding[0]))
    given = {**inputs, "padding": padding} if "padding" in where else inputs
    found = computed(grouped(where), kind, given).reshape(batch, groups * queries, n, 4)
    some_key = allowed.any(-1)
    assert agree(sdpa(**exact, attn_mask=allowed, enable_gqa=True)[..., some_key, :], found[..., some_key, :], kind)
    assert agree(found, onnx_attention(**exact, attn_mask=allowed), kind)
    assert not found[..., ~some_key, :].any()
    tiled = {**exact, **{name: np.tile(exact[name], (1, queries, 1, 1)) for name in "KV"}}
    if groups > 1 and queries > 1:
        assert differ(found, loops(**tiled, allowed=allowed))


@kinds
def test_one_key_for_all_heads_is_one_group(kind):
    inputs = draw(2, Q=(2, 4, 5, 3), K=(2, 6, 3), V=(2, 6, 4))
    multi_query = sa.mechanism(
        "one key for all heads",
        {"Q": "H n d_k", "K": "m d_k", "V": "m d_v"},
        "P[h] = softmax(Q[h] @ K.T / sqrt(d_k), where=causal)\nO[h] = P[h] @ V",
    )
    exact = rounded(inputs, kind)
    expected = sdpa(exact["Q"], exact["K"][:, None], exact["V"][:, None], is_causal=True, enable_gqa=True)
    assert agree(computed(multi_query, kind, inputs), expected, kind)


WEIGHTS = ("W_Q", "W_K", "W_V")
TOKENS = 7


def sequence(kind):
    """Tokens of two sequences, weights, and causal attention over the whole in double precision."""
    inputs = draw(3, X=(2, TOKENS, 4), W_Q=(4, 3), W_K=(4, 3), W_V=(4, 2))
    exact = rounded(inputs, kind)
    Q, K, V = (exact["X"] @ exact[name] for name in WEIGHTS)
    return inputs, (Q, K, V), sdpa(Q, K, V, is_causal=True)


def step_by_step(inputs, kind, counts, forgets=False):
    """Outputs of chunk after chunk; what is kept begins as nothing, and each step's keys are the next one's past."""
    target, dtype = kind
    name = "key-cache" if set(counts) == {1} else "key-cache-chunk"
    token, output = ("x", "o") if name == "key-cache" else ("X", "O")
    step = code(sa.mechanisms.named(name), target, (output, "K", "V"))
    make = (lambda value: torch.as_tensor(np.asarray(value, dtype))) if target == "torch" else np.asarray
    weights = {name: make(inputs[name].astype(dtype)) for name in WEIGHTS}
    kept = {"K_past": make(np.zeros((2, 0, 3), dtype)), "V_past": make(np.zeros((2, 0, 2), dtype))}
    outputs, start = [], 0
    for count in counts:
        chunk = make(inputs["X"][:, start : start + count].astype(dtype))
        found = step(**{token: chunk}, **kept, **weights)
        if not forgets:
            kept = {"K_past": found["K"], "V_past": found["V"]}
        outputs.append(np.asarray(found[output]))
        start += count
    return np.concatenate(outputs, axis=1), np.asarray(kept["K_past"]), np.asarray(kept["V_past"])


CHUNKS = [(1,) * TOKENS, (TOKENS,), (1, 6), (6, 1), (3, 4), (2, 2, 3), (1, 2, 1, 3), (0, 7), (4, 0, 3)]


@kinds
@pytest.mark.parametrize("counts", CHUNKS, ids=lambda counts: " then ".join(map(str, counts)))
def test_keys_that_are_kept_from_an_empty_past_on(counts, kind):
    inputs, (_, K, V), expected = sequence(kind)
    found, K_kept, V_kept = step_by_step(inputs, kind, counts)
    assert agree(found, expected, kind)
    assert agree(K_kept, K, kind) and agree(V_kept, V, kind)


@kinds
def test_a_past_that_is_forgotten_is_seen(kind):
    inputs, _, expected = sequence(kind)
    assert differ(step_by_step(inputs, kind, (3, 4), forgets=True)[0], expected)
    assert differ(step_by_step(inputs, kind, (1,) * TOKENS, forgets=True)[0], expected)


@kinds
@pytest.mark.parametrize("past", [0, 1, 3])
def test_a_chunk_beside_a_past_is_onnxs(past, kind):
    inputs, (Q, K, V), _ = sequence(kind)
    heads = [value[:, None] for value in (Q, K, V)]
    kept = {"past_key": heads[1][:, :, :past], "past_value": heads[2][:, :, :past]}
    expected = onnx_attention(*(value[:, :, past:] for value in heads), **kept, is_causal=1, results=3)
    given = {name: inputs[name] for name in WEIGHTS} | {"X": inputs["X"][:, past:]}
    given |= {"K_past": K[:, :past], "V_past": V[:, :past]}
    for output, theirs in zip(("O", "K", "V"), expected, strict=True):
        assert agree(computed("key-cache-chunk", kind, given, output), theirs[:, 0], kind, units=128)


@kinds
def test_keys_of_the_past_may_be_padding(kind):
    """Sequences of different lengths share a cache: what the shorter one lacks at its beginning is masked."""
    made = sa.mechanism(
        "a padded past",
        {"Q": "n d_k", "K": "n d_k", "V": "n d_v", "A": "p d_k", "B": "p d_v", "padding": "1 p+n"},
        """
        S = Q @ vstack(A, K).T / sqrt(d_k)
        P = softmax(S, where=causal_lower_right & padding)
        O = P @ vstack(B, V)
        """,
    )
    inputs = draw(4, Q=(2, 2, 3), K=(2, 2, 3), V=(2, 2, 4), A=(2, 3, 3), B=(2, 3, 4))
    padding = np.arange(5) >= np.array([0, 2])[:, None, None]
    exact = rounded(inputs, kind)
    found = computed(made, kind, {**inputs, "padding": padding})
    for sequence, skipped in enumerate([0, 2]):
        one = {name: value[sequence] for name, value in exact.items()}
        K, V = (np.concatenate([one[past], one[new]])[skipped:] for past, new in (("A", "K"), ("B", "V")))
        allowed = rows(2, 5 - skipped, lambda i, j: j <= i + 3 - skipped)  # noqa: B023
        assert agree(found[sequence], loops(one["Q"], K, V, allowed), kind)
