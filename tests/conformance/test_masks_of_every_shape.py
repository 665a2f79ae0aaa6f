"""Masks of every shape, form and polarity: plain loops, torch and ONNX say what attention over them is."""

import numpy as np
import pytest
import torch
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
    sdpa,
)
from torch.nn.attention.flex_attention import create_block_mask, flex_attention

B, H, N, M_ = 2, 3, 5, 7


def some(*shape, seed=3):
    """A drawn mask in which every row has a key."""
    mask = np.random.default_rng(seed).random(shape) < 0.5
    mask[..., 0] = True
    return mask


def without(mask, *places):
    """The mask without any key in some of its rows."""
    mask = mask.copy()
    for place in places:
        mask[place] = False
    return mask


MASKS = {
    "every key is allowed": ("n m", np.ones((N, M_), dtype=bool)),
    "one key a query": ("n m", np.eye(N, M_, dtype=bool)),
    "some keys": ("n m", some(N, M_)),
    "all but one": ("n m", ~np.eye(N, M_, dtype=bool)),
    "one query has no key": ("n m", without(some(N, M_), 2)),
    "no query has a key": ("n m", np.zeros((N, M_), dtype=bool)),
    "one row for all queries": ("1 m", some(1, M_)),
    "one row without any key": ("1 m", np.zeros((1, M_), dtype=bool)),
    "one column: a query sees all or nothing": ("n 1", np.array([[True], [False], [True], [True], [False]])),
    "one for each element of the batch": ("n m", without(some(B, 1, N, M_), (1, 0, 3))),
    "one for each head": ("n m", without(some(H, N, M_), (1, 3))),
    "one for each element and head": ("n m", without(some(B, H, N, M_), (1, 2))),
    "padding for each element": ("1 m", np.arange(M_) < np.array([7, 4])[:, None, None, None]),
    "an element that is padding alone": ("1 m", np.arange(M_) < np.array([0, 4])[:, None, None, None]),
}

FORMS = {
    "truth values": lambda mask: mask,
    "0 and 1": lambda mask: mask.astype(float),
    "whole numbers": lambda mask: mask.astype(np.uint8),
    "any number but 0": lambda mask: np.where(mask, np.linspace(-3, 2, mask.size).reshape(mask.shape) + 0.01, -0.0),
}


@kinds
@pytest.mark.parametrize("circumstance", MASKS)
def test_attention_over_a_mask(circumstance, kind):
    shape, mask = MASKS[circumstance]
    inputs = qkv(1, N, M_, batch=(B, H))
    exact = rounded(inputs, kind)
    expected = loops(**exact, allowed=np.broadcast_to(mask, (*mask.shape[:-2], N, M_)))
    for form in FORMS.values():
        found = computed(attention("M", M=shape), kind, {**inputs, "M": form(mask)})
        assert agree(found, expected, kind)
    full = np.broadcast_to(mask, (*mask.shape[:-2], N, M_))
    assert agree(onnx_attention(**exact, attn_mask=full), expected, kind)
    some_key = np.broadcast_to(full.any(-1), (B, H, N))
    assert agree(sdpa(**exact, attn_mask=full.copy())[some_key], expected[some_key], kind)
    assert not found[~some_key].any()
    if not mask.all():
        turned = computed(attention("M", M=shape), kind, {**inputs, "M": ~mask})
        assert differ(turned, expected)


def multi_head_attention(Q, K, V, **masks):
    """torch's layer with weights that change nothing, one head."""
    width = Q.shape[-1]
    layer = torch.nn.MultiheadAttention(width, 1, bias=False, batch_first=True, dtype=torch.float64)
    with torch.no_grad():
        layer.in_proj_weight.copy_(torch.eye(width).repeat(3, 1))
        layer.out_proj.weight.copy_(torch.eye(width))
    tensors = [torch.as_tensor(value) for value in (Q, K, V)]
    with torch.no_grad():
        return layer(*tensors, need_weights=False, **masks)[0].numpy()


def minus_infinity(allowed):
    """The additive form: 0 for a key that is allowed, -inf for one that is not."""
    return np.where(allowed, 0.0, -np.inf)


def one_head(*arrays):
    return [array[:, None] for array in arrays]


def flex(Q, K, V, keeps):
    """torch's FlexAttention, not compiled, with a mask function."""
    tensors = [torch.as_tensor(value) for value in one_head(Q, K, V)]
    keeps = torch.as_tensor(keeps)
    blocks = create_block_mask(lambda b, h, i, j: keeps[i, j], None, None, *keeps.shape, device="cpu")
    return flex_attention(*tensors, block_mask=blocks)[:, 0].numpy()


LIBRARIES = {
    "torch's attention keeps where a boolean is True": lambda Q, K, V, M: sdpa(Q, K, V, attn_mask=M),
    "torch's attention adds numbers": lambda Q, K, V, M: sdpa(Q, K, V, attn_mask=minus_infinity(M)),
    "torch's layer drops where a boolean is True": lambda Q, K, V, M: multi_head_attention(
        Q, K, V, attn_mask=torch.as_tensor(~M)
    ),
    "torch's layer adds numbers": lambda Q, K, V, M: multi_head_attention(
        Q, K, V, attn_mask=torch.as_tensor(minus_infinity(M))
    ),
    "ONNX keeps where a boolean is True": lambda Q, K, V, M: onnx_attention(*one_head(Q, K, V), M)[:, 0],
    "ONNX adds numbers": lambda Q, K, V, M: onnx_attention(*one_head(Q, K, V), minus_infinity(M))[:, 0],
    "FlexAttention keeps where its function is True": flex,
}


@pytest.mark.filterwarnings("ignore:flex_attention called without torch.compile")
@pytest.mark.parametrize("library", LIBRARIES)
def test_the_polarity_of_each_library(library):
    inputs = rounded(qkv(2, N, M_, 4, 4, batch=(B,)), KINDS[-1])  # the same numbers in both dtypes
    mask = some(N, M_)
    mask[:, 1] = ~mask[:, 0]
    mask[2:, 0] = False
    mask[2:, 1] = True
    turned = ~mask
    assert mask.any(-1).all() and turned.any(-1).all()
    kept, dropped = (LIBRARIES[library](*inputs.values(), each) for each in (mask, turned))
    for kind in KINDS:
        found = computed(attention("M"), kind, {**inputs, "M": mask})
        assert agree(found, kept, kind) and differ(found, dropped)


@kinds
def test_the_layers_padding_is_true_where_a_key_is_dropped(kind):
    inputs = qkv(3, N, M_, 4, 4, batch=(B,))
    padding = np.array([[1, 1, 1, 0, 1, 0, 0], [0, 1, 1, 1, 1, 1, 1]], dtype=bool)
    found = computed(attention("padding"), kind, {**inputs, "padding": padding[:, None]})
    expected = [
        multi_head_attention(*rounded(inputs, kind).values(), key_padding_mask=torch.as_tensor(mask))
        for mask in (~padding, padding)
    ]
    assert agree(found, expected[0], kind) and differ(found, expected[1])


@kinds
def test_a_large_negative_number_is_not_a_mask(kind):
    """Where every key is masked the numbers cancel and the weights are those without a mask."""
    inputs = qkv(4)
    mask = without(some(5, 7), 2)
    found = computed(attention("M"), kind, {**inputs, "M": mask})
    added = sdpa(*inputs.values(), attn_mask=np.where(mask, 0.0, np.finfo("float32").min))
    assert not found[2].any() and added[2].any()
    assert agree(np.delete(found, 2, 0), np.delete(added, 2, 0), kind, units=2**12 if kind[1] == "float32" else 64)


COMBINED = {
    "causal and padding": ("causal & padding", lambda i, j, n, m, p: j <= i and p[j]),
    "a window of padded keys": ("window(2, 1) & padding", lambda i, j, n, m, p: i - 2 <= j <= i + 1 and p[j]),
    "causal, a window and padding": (
        "causal & padding & window(2, 3)",
        lambda i, j, n, m, p: j <= i and p[j] and i - 2 <= j,
    ),
    "in any order": ("padding & window(2, 3) & causal", lambda i, j, n, m, p: j <= i and p[j] and i - 2 <= j),
    "at the lower right": (
        "causal_lower_right & padding",
        lambda i, j, n, m, p: j <= i + m - n and p[j],
    ),
    "all but itself": ("padding & (j != i)", lambda i, j, n, m, p: p[j] and j != i),
    "every second key": ("(j % 2 == 0) & padding", lambda i, j, n, m, p: p[j] and j % 2 == 0),
    "a condition twice": ("causal & causal & padding", lambda i, j, n, m, p: j <= i and p[j]),
    "dilated": ("causal & ((i - j) % 3 == 0) & padding", lambda i, j, n, m, p: j <= i and (i - j) % 3 == 0 and p[j]),
}


@kinds
@pytest.mark.parametrize(("n", "m"), [(5, 7), (7, 5), (6, 6), (1, 4), (4, 1)])
@pytest.mark.parametrize("circumstance", COMBINED)
def test_sets_combined(circumstance, n, m, kind):
    where, allows = COMBINED[circumstance]
    inputs = qkv(5, n, m, batch=(2, 1))
    padding = np.random.default_rng(n + m).random((2, 1, 1, m)) < 0.6
    exact = rounded(inputs, kind)
    allowed = np.array(
        [[[[bool(allows(i, j, n, m, row)) for j in range(m)] for i in range(n)]] for row in padding[:, 0, 0]]
    )
    expected = loops(**exact, allowed=allowed)
    assert agree(computed(attention(where), kind, {**inputs, "padding": padding}), expected, kind)
    assert agree(onnx_attention(**exact, attn_mask=allowed), expected, kind)
    wrong = loops(**exact, allowed=np.broadcast_to(padding, allowed.shape))
    assert (allowed == padding).all() or differ(wrong, expected)


@kinds
@pytest.mark.parametrize("lengths", [(6,), (1, 5), (3, 3), (2, 1, 3), (1, 1, 1, 1, 1, 1)])
def test_packed_documents_are_documents_alone(lengths, kind):
    inputs = qkv(6, 6, 6, batch=(2,))
    s = np.repeat(np.arange(len(lengths))[::-1] * 1.5, lengths)[:, None]
    exact = rounded(inputs, kind)
    ends = np.cumsum(lengths)
    alone = [
        sdpa(**{name: value[:, start:end] for name, value in exact.items()}, is_causal=True)
        for start, end in zip(ends - lengths, ends, strict=True)
    ]
    found = computed("packed", kind, {**inputs, "s": s})
    assert agree(found, np.concatenate(alone, axis=1), kind)
    if len(lengths) > 1:
        assert differ(found, sdpa(**exact, is_causal=True))


@kinds
@pytest.mark.filterwarnings("ignore:invalid value")
def test_an_added_minus_infinity_is_a_mask_but_for_empty_rows(kind):
    """Scores that a formula makes -inf are scores: a row of them alone is no number, as in torch.softmax."""
    inputs, mask = qkv(7), without(some(5, 7), 2)
    made = attention("M", "P = softmax(Q @ K.T / sqrt(d_k) + M)\nO = P @ V")
    found = computed(made, kind, {**inputs, "M": minus_infinity(mask)})
    over = computed(attention("M"), kind, {**inputs, "M": mask})
    assert np.isnan(found[2]).all() and not over[2].any()
    assert agree(np.delete(found, 2, 0), np.delete(over, 2, 0), kind)
    assert torch.softmax(torch.full((7,), -torch.inf), -1).isnan().all()
