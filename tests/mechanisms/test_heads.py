"""Layers of attention, with one head and several: as torch computes them, and what does not change them."""

import pytest
import torch
from drawing import close, computed, drawn
from torch.nn import functional as F

from symattn.mechanisms import named

HEADS = {"n": 5, "m": 7, "d": 6, "d_y": 4, "H": 3, "d_k": 2, "d_v": 2}


def side_by_side(family):
    """Weights or biases of heads as one matrix, head 0 first: (H, d, d_k) to (d, H*d_k)."""
    return torch.cat(list(family), dim=-1)


def layer_of(inputs):
    """torch's layer with the weights of the inputs, copied by hand: it computes y = x Wᵀ."""
    heads, d, _ = inputs["W_Q"].shape
    d_y = inputs["W_K"].shape[1]
    layer = torch.nn.MultiheadAttention(d, heads, kdim=d_y, vdim=d_y, batch_first=True, dtype=torch.float64)
    weights = [side_by_side(inputs[name]).T for name in ("W_Q", "W_K", "W_V")]
    with torch.no_grad():
        if d_y == d:
            layer.in_proj_weight.copy_(torch.cat(weights))
        else:
            for target, weight in zip(
                (layer.q_proj_weight, layer.k_proj_weight, layer.v_proj_weight), weights, strict=True
            ):
                target.copy_(weight)
        layer.in_proj_bias.copy_(torch.cat([side_by_side(inputs[name])[0] for name in ("b_Q", "b_K", "b_V")]))
        layer.out_proj.weight.copy_(inputs["W_O"].T)
        layer.out_proj.bias.copy_(inputs["b_O"][0])
    return layer


@pytest.mark.parametrize("name", ["self-attention", "scaled-self-attention"])
def test_self_attention_is_what_torch_computes(name):
    inputs = drawn(name, batched="X", n=5, d=4, d_k=3, d_v=2)
    Q, K, V = (inputs["X"] @ inputs[weight] for weight in ("W_Q", "W_K", "W_V"))
    expected = F.scaled_dot_product_attention(Q, K, V, scale=1.0 if name == "self-attention" else None)
    assert close(computed(name, inputs), expected)


def test_cross_attention_is_what_torch_computes():
    inputs = drawn("cross-attention", batched="X Y", n=5, m=7, d=4, d_y=6, d_k=3, d_v=2)
    Q = inputs["X"] @ inputs["W_Q"]
    K, V = (inputs["Y"] @ inputs[weight] for weight in ("W_K", "W_V"))
    assert close(computed("cross-attention", inputs), F.scaled_dot_product_attention(Q, K, V))


def test_cross_attention_of_a_sequence_with_itself_is_self_attention():
    inputs = drawn("scaled-self-attention", n=5, d=4, d_k=3, d_v=2)
    expected = computed("scaled-self-attention", inputs)
    assert close(computed("cross-attention", {**inputs, "Y": inputs["X"]}), expected)


@pytest.mark.parametrize("d_y", [4, 6])
def test_multi_head_attention_is_the_layer_of_torch(d_y):
    inputs = drawn("multi-head", batched="X Y", **{**HEADS, "d_y": d_y})
    X, Y = inputs["X"], inputs["Y"]
    expected, weights = layer_of(inputs)(X, Y, Y, average_attn_weights=False)
    found = computed("multi-head", inputs, "A", "P")
    assert close(found["A"], expected.detach())
    assert close(found["P"], weights.detach())


def test_a_weight_of_the_layer_taken_for_its_transpose_shows():
    inputs = drawn("multi-head", n=5, m=7, d=6, d_y=6, H=3, d_k=2, d_v=2)
    mistaken = {**inputs, "W_O": inputs["W_O"].T.contiguous()}
    expected = layer_of(inputs)(inputs["X"], inputs["Y"], inputs["Y"])[0].detach()
    assert not torch.allclose(computed("multi-head", mistaken), expected, atol=1e-2)


def without_biases(inputs):
    """The inputs of multi-head for those of another mechanism that has no biases."""
    shapes = {"b_Q": inputs["W_Q"], "b_K": inputs["W_K"], "b_V": inputs["W_V"]}
    zeros = {name: torch.zeros(len(weight), 1, weight.shape[-1], dtype=weight.dtype) for name, weight in shapes.items()}
    return {"b_O": torch.zeros(1, inputs["W_O"].shape[-1], dtype=torch.float64), "Y": inputs["X"], **zeros, **inputs}


def test_heads_side_by_side_are_a_sum_over_heads():
    inputs = drawn("multi-head-sum", batched="X", **{**HEADS, "d_v": 3})
    together = without_biases({**inputs, "W_O": inputs["W_O"].flatten(0, 1)})
    assert close(computed("multi-head-sum", inputs), computed("multi-head", together))


def test_heads_may_change_places():
    inputs = drawn("multi-head-sum", **HEADS)
    order = torch.tensor([2, 0, 1])
    families = [name for name, value in inputs.items() if value.dim() == 3]
    moved = {**inputs, **{name: inputs[name][order] for name in families}}
    assert close(computed("multi-head-sum", moved), computed("multi-head-sum", inputs))
    moved["W_O"] = inputs["W_O"]
    assert not torch.allclose(computed("multi-head-sum", moved), computed("multi-head-sum", inputs), atol=1e-2)


def test_causal_heads_are_what_torch_computes():
    inputs = drawn("multi-head-causal", batched="X", n=5, d=6, H=3, d_k=2, d_v=4)
    Q, K, V = (inputs["X"][:, None] @ inputs[weight] for weight in ("W_Q", "W_K", "W_V"))
    heads = F.scaled_dot_product_attention(Q, K, V, is_causal=True)
    assert close(computed("multi-head-causal", inputs), heads.transpose(1, 2).flatten(-2) @ inputs["W_O"])


def test_a_later_token_changes_nothing_before_it():
    inputs = drawn("multi-head-causal", n=5, d=6, H=3, d_k=2, d_v=4)
    other = {**inputs, "X": torch.cat([inputs["X"][:3], torch.randn(2, 6, dtype=torch.float64)])}
    found, changed = computed("multi-head-causal", inputs), computed("multi-head-causal", other)
    assert torch.equal(found[:3], changed[:3]) and not torch.allclose(found[3:], changed[3:], atol=1e-2)


def test_packed_heads_are_what_torch_computes_with_a_float_mask():
    inputs = drawn("packed-multi-head", batched="X", n=5, d=6, H=3, d_k=2, d_v=4)
    X = inputs["X"]
    Q, K, V = ((X @ inputs[name]).unflatten(-1, (3, -1)).transpose(1, 2) for name in ("W_Q", "W_K", "W_V"))
    heads = F.scaled_dot_product_attention(Q, K, V, attn_mask=inputs["B"])
    assert close(computed("packed-multi-head", inputs), heads.transpose(1, 2).flatten(-2) @ inputs["W_O"])


def test_packed_heads_without_a_bias_are_multi_head_attention_and_their_cut_matters():
    inputs = drawn("packed-multi-head", n=5, d=6, H=3, d_k=2, d_v=4)
    inputs["B"] = torch.zeros_like(inputs["B"])
    cut = {name: torch.stack(inputs[name].chunk(3, dim=-1)) for name in ("W_Q", "W_K", "W_V")}
    apart = without_biases({"X": inputs["X"], "W_O": inputs["W_O"], **cut})
    found = computed("packed-multi-head", inputs)
    assert close(found, computed("multi-head", apart))
    strided = {name: torch.stack([inputs[name][:, h::3] for h in range(3)]) for name in cut}
    assert not torch.allclose(found, computed("multi-head", {**apart, **strided}), atol=1e-2)


def test_the_bias_of_keys_has_no_effect_and_no_gradient():
    inputs = drawn("multi-head", **HEADS)
    weighted = torch.randn(5, 6, dtype=torch.float64)
    for name in ("b_Q", "b_K", "b_V"):
        inputs[name].requires_grad_()
    (named("multi-head").lambdify("torch")(**inputs) * weighted).sum().backward()
    assert inputs["b_K"].grad.abs().max() < 1e-13
    assert min(inputs[name].grad.abs().max() for name in ("b_Q", "b_V")) > 1e-2


def test_the_bias_of_keys_has_exactly_no_effect():
    small = {"X": [[1, 2]], "Y": [[1, 0], [2, 1]], "W_Q": [[[1], [2]]], "W_K": [[[3], [1]]], "W_V": [[[1], [1]]]}
    rest = {"W_O": [[1, 2]], "b_O": [[0, 1]], "b_Q": [[["1/2"]]], "b_V": [[[2]]]}
    outputs = [named("multi-head").bind(**small, **rest, b_K=[[[shift]]])["A"] for shift in (0, 5)]
    assert outputs[0] == outputs[1]
    assert outputs[0] != named("multi-head").bind(**small, **{**rest, "b_Q": [[[2]]]}, b_K=[[[0]]])["A"]
