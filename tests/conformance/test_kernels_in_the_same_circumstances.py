"""Code that calls torch's kernels, in the circumstances of the others: sets of every form, empty rows, no keys."""

from functools import cache

import numpy as np
import pytest
import torch
from conformance_cases import agree, attention, cast, differ, loops, onnx_attention, qkv, rounded, rows
from test_gradients_under_masks import by_formula, drawn_like, value_like
from test_masks_of_every_shape import FORMS, MASKS
from test_without_keys import EMPTY

import symattn as sa

DTYPES = ["float64", "float32"]
dtypes = pytest.mark.parametrize("dtype", DTYPES)


@cache
def fused(mechanism):
    return mechanism.lambdify("torch", strategy="fused")


def computed(mechanism, dtype, inputs):
    """The output of code with kernels, which must be in it."""
    function = fused(mechanism)
    assert "scaled_dot_product_attention" in function.source
    found = function(**{name: cast(value, "torch", dtype) for name, value in inputs.items()}).numpy()
    assert found.dtype == dtype
    return found


@dtypes
@pytest.mark.parametrize("circumstance", MASKS)
def test_masks(circumstance, dtype):
    shape, mask = MASKS[circumstance]
    inputs = qkv(1, 5, 7, batch=(2, 3))
    full = np.broadcast_to(mask, (*mask.shape[:-2], 5, 7))
    expected = loops(**rounded(inputs, ("torch", dtype)), allowed=full)
    for form in FORMS.values():
        assert agree(computed(attention("M", M=shape), dtype, {**inputs, "M": form(mask)}), expected, ("torch", dtype))


SETS = {
    "causal": lambda i, j, n, m: j <= i,
    "causal_lower_right": lambda i, j, n, m: j <= i + m - n,
    "window(1, 2)": lambda i, j, n, m: i - 1 <= j <= i + 2,
    "(j > 1)": lambda i, j, n, m: j > 1,
    "(j > m)": lambda i, j, n, m: False,
    "(j < 1)": lambda i, j, n, m: j < 1,
    "(i > 1)": lambda i, j, n, m: i > 1,
    "(n < m)": lambda i, j, n, m: n < m,
    "causal & (j > 0)": lambda i, j, n, m: 0 < j <= i,
}


@dtypes
@pytest.mark.parametrize(("n", "m"), [(5, 7), (7, 5), (1, 4), (4, 1), (6, 6)])
@pytest.mark.parametrize("where", SETS)
def test_sets_of_positions_and_their_gradients(where, n, m, dtype):
    inputs = rounded(qkv(2, n, m, batch=(2, 1)), ("torch", dtype))
    allowed = rows(n, m, lambda i, j: SETS[where](i, j, n, m))
    expected = loops(**inputs, allowed=allowed)
    tensors = {name: torch.tensor(value.astype(dtype), requires_grad=True) for name, value in inputs.items()}
    result = fused(attention(where))(**tensors)
    assert agree(result.detach(), expected, ("torch", dtype))
    upstream = drawn_like(value_like(expected))
    found = torch.autograd.grad(result, list(tensors.values()), upstream.to(result.dtype))
    _, gradients = by_formula(**inputs, allowed=allowed, upstream=upstream.numpy())
    for mine, name in zip(found, gradients, strict=True):
        assert torch.isfinite(mine).all() and agree(mine, gradients[name], ("torch", dtype), units=256)


@dtypes
@pytest.mark.parametrize("circumstance", EMPTY)
def test_a_set_that_allows_nothing(circumstance, dtype):
    where, masks = EMPTY[circumstance]
    assert not computed(attention(where), dtype, {**qkv(3, batch=(2,)), **masks}).any()


@dtypes
@pytest.mark.parametrize("where", ["causal", "M", "padding", "window(1, 0)"])
def test_no_keys_at_all(where, dtype):
    masks = {"M": np.ones((5, 0), dtype=bool), "padding": np.ones((1, 0), dtype=bool)}
    given = {**qkv(4, m=0, batch=(2,)), **{name: mask for name, mask in masks.items() if name == where}}
    found = computed(attention(where), dtype, given)
    assert found.shape == (2, 5, 4) and not found.any()


@dtypes
@pytest.mark.parametrize("scale", [0.0, -1.0, 2.5])
def test_a_scale_of_any_sign_under_a_causal_set(scale, dtype):
    made = sa.mechanism(
        "scaled and causal",
        {"Q": "n d_k", "K": "m d_k", "V": "m d_v", "s": "scalar"},
        "P = softmax(s * (Q @ K.T), where=causal)\nO = P @ V",
    )
    inputs = qkv(5)
    exact = rounded(inputs, ("torch", dtype))
    expected = loops(scale * np.sqrt(3) * exact["Q"], exact["K"], exact["V"], rows(5, 7, lambda i, j: j <= i))
    found = computed(made, dtype, {**inputs, "s": scale})
    assert agree(found, expected, ("torch", dtype)) and differ(found, -expected)


@dtypes
def test_tensors_whose_last_stride_is_not_1(dtype):
    inputs = qkv(6, batch=(2, 3))
    expected = onnx_attention(**rounded(inputs, ("torch", dtype)), is_causal=1)
    turned = {name: np.ascontiguousarray(value.mT).mT for name, value in inputs.items()}
    strided = {name: np.repeat(value, 2, axis=-1)[..., ::2] for name, value in inputs.items()}
    for given in (turned, strided):
        tensors = {name: torch.from_numpy(value.astype(dtype, order="K")) for name, value in given.items()}
        found = fused(attention("causal"))(**tensors)
        assert agree(found, expected, ("torch", dtype))
    wide = {
        name: torch.from_numpy(np.repeat(value, 2, axis=-1).astype(dtype))[..., ::2] for name, value in inputs.items()
    }
    assert all(tensor.stride(-1) == 2 for tensor in wide.values())
    assert agree(fused(attention("causal"))(**wide), expected, ("torch", dtype))


@dtypes
def test_a_masked_key_that_is_no_number_does_matter_to_kernels(dtype):
    """Direct code leaves it out; kernels add -inf to its score, which is no number then."""
    inputs, mask = qkv(7), np.ones((5, 7), dtype=bool)
    mask[:, 3] = False
    inputs["K"][3] = np.nan
    assert np.isnan(computed(attention("M"), dtype, {**inputs, "M": mask})).any()
    given = {name: cast(value, "torch", dtype) for name, value in {**inputs, "M": mask}.items()}
    assert torch.isfinite(attention("M").lambdify("torch")(**given)).all()
