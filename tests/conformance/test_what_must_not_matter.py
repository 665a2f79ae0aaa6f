"""What must not matter: weights that are dropped, numbers under a mask, values of keys that are not allowed."""

import numpy as np
import pytest
import torch
from conformance_cases import agree, attention, code, computed, differ, kinds, onnx_attention, qkv, rounded, rows, sdpa
from torch.nn.attention import SDPBackend, sdpa_kernel

import symattn as sa

SHARES = [0.0, 0.1, 0.5, 0.9]


def kept_weights(seed, shape, p, dtype=torch.float64):
    """What torch's dropout keeps, read off from ones."""
    torch.manual_seed(seed)
    return (torch.nn.functional.dropout(torch.ones(shape, dtype=dtype), p) != 0).numpy()


@kinds
@pytest.mark.parametrize("p", SHARES)
def test_dropout_with_the_weights_that_torch_kept(p, kind):
    inputs = qkv(1, batch=(2, 3))
    exact = rounded(inputs, kind)
    keep = kept_weights(1, (2, 3, 5, 7), p)
    torch.manual_seed(1)
    expected = sdpa(**exact, dropout_p=p)
    found = computed("dropout", kind, {**inputs, "M": keep.astype(float), "p": p})
    assert agree(found, expected, kind, units=128)
    if p:
        assert differ(found, sdpa(**exact))
        not_scaled = computed("dropout", kind, {**inputs, "M": keep.astype(float), "p": 0.0})
        before = np.where(keep, 0.0, -np.inf)
        assert differ(not_scaled, expected) and differ(sdpa(**exact, attn_mask=before), expected)


@kinds
def test_everything_dropped_is_zeros_and_nothing_dropped_is_attention(kind):
    inputs = qkv(2)
    assert not computed("dropout", kind, {**inputs, "M": np.zeros((5, 7)), "p": 0.5}).any()
    whole = computed("dropout", kind, {**inputs, "M": np.ones((5, 7)), "p": 0.0})
    assert agree(whole, sdpa(**rounded(inputs, kind)), kind)


@kinds
def test_dropout_stands_behind_a_mask(kind):
    made = attention(
        "causal & padding",
        "P = softmax(Q @ K.T / sqrt(d_k), where={})\nO = (D * P / (1 - p)) @ V",
        D="n m",
        p="scalar",
    )
    inputs = qkv(3, batch=(2,))
    padding = np.array([[1, 0, 1, 1, 1, 0, 1]], dtype=bool)
    keep = kept_weights(3, (2, 5, 7), 0.5)
    torch.manual_seed(3)
    expected = sdpa(**rounded(inputs, kind), attn_mask=rows(5, 7, lambda i, j: j <= i) & padding, dropout_p=0.5)
    found = computed(made, kind, {**inputs, "padding": padding, "D": keep.astype(float), "p": 0.5})
    assert agree(found, expected, kind, units=128)


def masked_third_key():
    """A mask under which no query sees the third key, and every query sees the first."""
    mask = np.random.default_rng(4).random((5, 7)) < 0.6
    mask[:, 0], mask[:, 3] = True, False
    return mask


BAD = {"not a number": np.nan, "infinity": np.inf, "minus infinity": -np.inf}


def spoiled(inputs, name, number):
    """The inputs with a row of one of them replaced."""
    changed = inputs[name].copy()
    changed[3] = number
    return {**inputs, name: changed}


@kinds
@pytest.mark.parametrize("number", BAD.values(), ids=BAD)
@pytest.mark.filterwarnings("ignore:invalid value")
def test_a_masked_key_that_is_no_number_does_not_matter_though_it_does_elsewhere(number, kind):
    inputs, mask = qkv(4), masked_third_key()
    given = spoiled(inputs, "K", number)
    found = computed(attention("M"), kind, {**given, "M": mask})
    assert np.array_equal(found, computed(attention("M"), kind, {**inputs, "M": mask}))
    assert not computed(attention("M"), kind, {**given, "M": mask}, "P")[:, 3].any()
    with np.errstate(invalid="ignore"):
        assert np.isnan(sdpa(**given, attn_mask=mask)).any()
        assert np.isnan(onnx_attention(*(value[None, None] for value in given.values()), mask)).any()
    for formula in ("sparsemax", "hardmax", "entmax", "lse"):
        call = f"{formula}(S, 1.5, where=M)" if formula == "entmax" else f"{formula}(S, where=M)"
        made = sa.mechanism("of scores", {"S": "n m", "M": "n m"}, f"P = {call}")
        S = np.arange(35.0).reshape(5, 7) % 4
        clean = computed(made, kind, {"S": S, "M": mask})
        S[:, 3] = number
        assert np.array_equal(computed(made, kind, {"S": S, "M": mask}), clean)


@kinds
@pytest.mark.parametrize("number", BAD.values(), ids=BAD)
@pytest.mark.filterwarnings("ignore:invalid value")
def test_a_masked_value_that_is_no_number_is_multiplied_by_0_as_everywhere(number, kind):
    """0 times such a number is none: P @ V says so, as torch and ONNX do. The weights are what they are."""
    inputs, mask = qkv(4), masked_third_key()
    given = spoiled(inputs, "V", number)
    assert np.isnan(computed(attention("M"), kind, {**given, "M": mask})).all()
    assert np.isnan(sdpa(**given, attn_mask=mask)).all()
    assert np.isnan(onnx_attention(*(value[None, None] for value in given.values()), mask)).all()
    weights = [computed(attention("M"), kind, {**each, "M": mask}, "P") for each in (given, inputs)]
    assert np.array_equal(*weights)


@kinds
def test_finite_values_of_masked_keys_do_not_matter_however_large(kind):
    inputs, mask = qkv(5), masked_third_key()
    clean = computed(attention("M"), kind, {**inputs, "M": mask})
    for name, number in (("K", 1e30), ("V", 1e30), ("V", -1e38), ("K", -0.0)):
        assert np.array_equal(computed(attention("M"), kind, {**spoiled(inputs, name, number), "M": mask}), clean)
    other = spoiled(inputs, "V", 1e30)
    mask[1, 3] = True
    assert differ(computed(attention("M"), kind, {**other, "M": mask}), clean)


@kinds
@pytest.mark.parametrize("where", ["causal", "window(2, 0)", "causal & padding"])
def test_keys_that_come_later_do_not_matter(where, kind):
    inputs = qkv(6, 6, 6)
    given = {**inputs, "padding": np.ones((1, 6))} if "padding" in where else inputs
    whole = computed(attention(where), kind, given)
    for cut in range(1, 6):
        later = {**given, "K": inputs["K"].copy(), "V": inputs["V"].copy()}
        later["K"][cut:], later["V"][cut:] = 7.0, -9.0
        found = computed(attention(where), kind, later)
        assert np.array_equal(found[:cut], whole[:cut]) and differ(found[cut:], whole[cut:])


@kinds
@pytest.mark.parametrize("name", ["V", "K"])
def test_the_order_of_keys_does_not_matter(name, kind):
    inputs, order = qkv(7), np.random.default_rng(7).permutation(7)
    mask = masked_third_key()
    whole = computed(attention("M"), kind, {**inputs, "M": mask})
    moved = {"Q": inputs["Q"], "K": inputs["K"][order], "V": inputs["V"][order], "M": mask[:, order]}
    assert agree(computed(attention("M"), kind, moved), whole, kind)
    assert differ(computed(attention("M"), kind, {**moved, name: inputs[name]}), whole)


@pytest.mark.parametrize("name", ["K", "V"])
def test_gradients_beside_a_masked_key_that_is_no_number(name):
    """The masked key itself has gradient 0; 0 times its numbers stands in the queries' gradient, as in torch."""
    inputs, mask = qkv(8), torch.as_tensor(masked_third_key())
    tensors = {key: torch.tensor(value, requires_grad=True) for key, value in spoiled(inputs, name, np.nan).items()}
    result = code(attention("M"), "torch")(**tensors, M=mask)
    dQ, dK, dV = torch.autograd.grad(result, list(tensors.values()), torch.ones_like(result))
    with sdpa_kernel(SDPBackend.MATH):
        theirs = torch.nn.functional.scaled_dot_product_attention(*tensors.values(), attn_mask=mask)
    theirs = torch.autograd.grad(theirs, list(tensors.values()), torch.ones_like(theirs))
    assert torch.isnan(dQ).any() and torch.isnan(theirs[0]).any()
    assert not dK[3].any() and not dV[3].any()
    if name == "K":
        assert torch.isfinite(dK).all() and torch.isfinite(dV).all() and torch.isnan(theirs[1]).all()
