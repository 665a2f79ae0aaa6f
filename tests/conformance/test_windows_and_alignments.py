"""Causal sets and windows where there are more keys than queries or fewer: both alignments, both sides."""

import numpy as np
import pytest
from conformance_cases import (
    KINDS,
    agree,
    attention,
    computed,
    differ,
    kinds,
    loops,
    onnx_attention,
    qkv,
    rounded,
    rows,
    sdpa,
)
from torch.nn.attention.bias import causal_lower_right

LENGTHS = [(5, 8), (8, 5), (6, 6), (1, 6), (6, 1), (2, 3)]
lengths = pytest.mark.parametrize(("n", "m"), LENGTHS, ids=lambda length: str(length))


@kinds
@lengths
def test_aligned_at_the_upper_left(n, m, kind):
    inputs = qkv(1, n, m, batch=(2, 3))
    exact = rounded(inputs, kind)
    found = computed("causal", kind, inputs)
    for expected in (sdpa(**exact, is_causal=True), onnx_attention(**exact, is_causal=1)):
        assert agree(found, expected, kind)
    assert n == m or m == 1 or differ(found, loops(**exact, allowed=rows(n, m, lambda i, j: j <= i + m - n)))


@kinds
@lengths
def test_aligned_at_the_lower_right(n, m, kind):
    inputs = qkv(2, n, m, batch=(2, 3))
    exact = rounded(inputs, kind)
    found = computed("causal-lower-right", kind, inputs)
    assert agree(found, loops(**exact, allowed=rows(n, m, lambda i, j: j <= i + m - n)), kind)
    assert not found[..., : max(n - m, 0), :].any()
    if n <= m:
        past = {"past_key": exact["K"][..., : m - n, :], "past_value": exact["V"][..., : m - n, :]}
        last = onnx_attention(exact["Q"], exact["K"][..., m - n :, :], exact["V"][..., m - n :, :], **past, is_causal=1)
        assert agree(found, last, kind)
        assert agree(found, sdpa(**exact, attn_mask=causal_lower_right(n, m)), kind)


WINDOWS = [(0, 0), (1, 0), (0, 1), (2, 1), (1, 3), (100, 100)]


@kinds
@lengths
@pytest.mark.parametrize(("left", "right"), WINDOWS)
def test_a_window(left, right, n, m, kind):
    inputs = qkv(3, n, m, batch=(2, 1))
    exact = rounded(inputs, kind)
    found = computed(attention(f"window({left}, {right})"), kind, inputs)
    allowed = rows(n, m, lambda i, j: i - left <= j <= i + right)
    assert agree(found, loops(**exact, allowed=allowed), kind)
    assert agree(found, onnx_attention(**exact, left_window_size=left, right_window_size=right), kind)
    other = rows(n, m, lambda i, j: i - right <= j <= i + left)
    assert (allowed == other).all() or differ(found, loops(**exact, allowed=other))


SIDES = {
    "only the left is bounded": ("(i - j <= 2)", {"left_window_size": 2}),
    "only the right is bounded": ("(j - i <= 1)", {"right_window_size": 1}),
    "causal and bounded to the left": ("causal & window(2, 5)", {"left_window_size": 2, "is_causal": 1}),
    "causal alone": ("causal & (i - j < 1000)", {"is_causal": 1}),
}


@kinds
@lengths
@pytest.mark.parametrize("circumstance", SIDES)
def test_a_window_with_one_side_and_a_causal_one(circumstance, n, m, kind):
    where, attributes = SIDES[circumstance]
    inputs = qkv(4, n, m, batch=(2, 1))
    expected = onnx_attention(**rounded(inputs, kind), **attributes)
    assert agree(computed(attention(where), kind, inputs), expected, kind)


@kinds
@pytest.mark.parametrize(("left", "right"), [(0, 0), (1, 0), (2, 1)])
@pytest.mark.parametrize(("n", "m"), [(3, 8), (1, 6), (6, 6)])
def test_a_window_beside_a_cache_is_counted_from_the_query_s_own_key(left, right, n, m, kind):
    """ONNX counts the keys of the past before the first query; here they are m - n."""
    inputs = qkv(5, n, m, batch=(2, 1))
    exact, past = rounded(inputs, kind), m - n
    expected = onnx_attention(
        exact["Q"],
        *(exact[name][..., past:, :] for name in "KV"),
        past_key=exact["K"][..., :past, :],
        past_value=exact["V"][..., :past, :],
        left_window_size=left,
        right_window_size=right,
    )
    where = f"(j >= i + m - n - {left}) & (j <= i + m - n + {right})"
    assert agree(computed(attention(where), kind, inputs), expected, kind)
    assert n == m or differ(computed(attention(f"window({left}, {right})"), kind, inputs), expected)


MISTAKES = {
    "a window that does not count its own key": ("window(2, 0)", lambda i, j, n, m: i - 2 < j <= i),
    "a window with its sides exchanged": ("window(2, 0)", lambda i, j, n, m: i <= j <= i + 2),
    "keys before the query only": ("causal", lambda i, j, n, m: j < i),
    "the other alignment": ("causal", lambda i, j, n, m: j <= i + m - n),
    "the alignment off by one": ("causal_lower_right", lambda i, j, n, m: j <= i + m - n - 1),
    "columns and rows exchanged": ("causal", lambda i, j, n, m: i <= j),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistaken_sets_are_seen(mistake):
    where, allows = MISTAKES[mistake]
    inputs = qkv(6, 5, 8)
    wrong = loops(**inputs, allowed=rows(5, 8, lambda i, j: allows(i, j, 5, 8)))
    for kind in KINDS:
        found = computed(attention(where), kind, inputs)
        assert differ(found, wrong) and not agree(found, wrong, kind)


def test_the_oracles_do_not_share_their_windows():
    inputs = qkv(7, 5, 8, batch=(1, 1))
    allowed = rows(5, 8, lambda i, j: i - 2 <= j <= i)
    by_torch = sdpa(**inputs, attn_mask=allowed)
    assert np.allclose(onnx_attention(**inputs, left_window_size=2, right_window_size=0), by_torch, atol=1e-14)
    assert differ(onnx_attention(**inputs, left_window_size=1, right_window_size=0), by_torch)
