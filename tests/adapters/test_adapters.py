"""Weights of real layers and checkpoints give, in the equations, what the layers themselves give."""

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from symattn.adapters import from_multihead_attention, from_safetensors
from symattn.errors import InputError, ShapeError
from symattn.mechanisms import named


def filled(layer):
    """The layer with every parameter random, biases too, which torch begins with zeros."""
    generator = torch.Generator().manual_seed(1)
    for parameter in layer.parameters():
        parameter.data.normal_(0, 0.4, generator=generator)
    return layer.double().eval()


def random(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


LAYERS = {
    "packed": {"embed_dim": 12, "num_heads": 3},
    "without biases": {"embed_dim": 12, "num_heads": 3, "bias": False},
    "keys and values of another width": {"embed_dim": 12, "num_heads": 4, "kdim": 5, "vdim": 5},
}


@pytest.mark.parametrize("options", LAYERS.values(), ids=LAYERS.keys())
def test_a_layer_of_torch_and_the_equations_agree(options):
    layer = filled(torch.nn.MultiheadAttention(**options, batch_first=True))
    X, Y = random(2, 5, 12), random(2, 7, options.get("kdim", 12), seed=3)
    expected = layer(X, Y, Y, need_weights=False)[0]
    found = named("multi-head").lambdify("torch")(X=X, Y=Y, **from_multihead_attention(layer))
    assert torch.allclose(found, expected, atol=1e-12)
    assert not torch.allclose(found, layer(X, Y.flip(-1), Y, need_weights=False)[0], atol=1e-3)


def test_gradients_reach_the_parameters_of_the_layer():
    layer = filled(torch.nn.MultiheadAttention(8, 2, batch_first=True))
    X = random(1, 4, 8)
    weighted = random(1, 4, 8, seed=9)
    (layer(X, X, X, need_weights=False)[0] * weighted).sum().backward()
    expected = [parameter.grad.clone() for parameter in layer.parameters()]
    layer.zero_grad()
    (named("multi-head").lambdify("torch")(X=X, Y=X, **from_multihead_attention(layer)) * weighted).sum().backward()
    for mine, theirs in zip(layer.parameters(), expected, strict=True):
        assert torch.allclose(mine.grad, theirs, atol=1e-10)


REFUSED = {
    "off-by-one": {"add_zero_attn": True},
    "add_bias_kv": {"add_bias_kv": True},
    "eval": {"dropout": 0.1},
    "one Y": {"kdim": 3, "vdim": 5},
}


@pytest.mark.parametrize(("says", "options"), REFUSED.items(), ids=REFUSED.keys())
def test_a_layer_that_is_another_mechanism_is_refused(says, options):
    with pytest.raises(InputError, match=says):
        from_multihead_attention(torch.nn.MultiheadAttention(8, 2, **options))


def test_what_is_no_layer_is_refused():
    with pytest.raises(InputError, match="found Linear"):
        from_multihead_attention(torch.nn.Linear(2, 2))


def test_a_checkpoint_of_a_layer_of_torch_gives_what_the_layer_gives(tmp_path):
    layer = filled(torch.nn.MultiheadAttention(12, 3, batch_first=True))
    save_file({f"block.attn.{name}": tensor for name, tensor in layer.state_dict().items()}, tmp_path / "m.safetensors")
    weights = from_safetensors(tmp_path / "m.safetensors", "block.attn.", heads=3)
    X, Y = random(2, 5, 12), random(2, 7, 12, seed=3)
    expected = layer(X, Y, Y, need_weights=False)[0].detach().numpy()
    found = named("multi-head").lambdify("numpy")(X=X.numpy(), Y=Y.numpy(), **weights)
    assert np.allclose(found, expected, atol=1e-12)


def grouped_query(X, tensors, heads, key_heads, tiled=False):
    """Grouped-query attention as LLaMA's code has it, without positions; ``tiled`` is the usual mistake."""
    Q, K, V = (X @ tensors[f"{letter}_proj.weight"].T for letter in "qkv")
    width = Q.shape[-1] // heads
    parts = []
    for head in range(heads):
        group = head % key_heads if tiled else head // (heads // key_heads)
        q = Q[:, head * width : (head + 1) * width]
        k, v = (array[:, group * width : (group + 1) * width] for array in (K, V))
        parts.append(torch.softmax(q @ k.T / width**0.5, -1) @ v)
    return torch.cat(parts, -1) @ tensors["o_proj.weight"].T


def test_a_checkpoint_with_fewer_key_heads_goes_into_grouped_query_attention(tmp_path):
    shapes = {"q_proj": (12, 10), "k_proj": (6, 10), "v_proj": (6, 10), "o_proj": (10, 12)}
    tensors = {f"{name}.weight": random(*shape, seed=len(name) + shape[0]) for name, shape in shapes.items()}
    save_file({f"layers.0.{name}": tensor for name, tensor in tensors.items()}, tmp_path / "m.safetensors")
    weights = from_safetensors(tmp_path / "m.safetensors", "layers.0.", heads=4, key_heads=2)
    mechanism = named("grouped-query")
    X = random(5, 10, seed=8)
    inputs = {name: X.numpy() if name in ("X", "Y") else weights[name] for name in mechanism.inputs}
    found = mechanism.lambdify("numpy")(**inputs)
    assert np.allclose(found, grouped_query(X, tensors, 4, 2).numpy(), atol=1e-12)
    assert not np.allclose(found, grouped_query(X, tensors, 4, 2, tiled=True).numpy(), atol=1e-3)


def test_gpt2_packs_and_does_not_transpose(tmp_path):
    weight, bias = random(6, 18), random(18, seed=1)
    tensors = {"c_attn.weight": weight, "c_attn.bias": bias, "c_proj.weight": random(6, 6, seed=2)}
    save_file({f"h.0.attn.{name}": tensor for name, tensor in tensors.items()}, tmp_path / "m.safetensors")
    weights = from_safetensors(tmp_path / "m.safetensors", "h.0.attn.", heads=2)
    X = random(4, 6, seed=5).numpy()
    packed = X @ weight.numpy() + bias.numpy()
    assert np.allclose(X @ weights["W_K"][1] + weights["b_K"][1], packed[:, 9:12])
    assert np.allclose(weights["b_O"], 0)


def test_bfloat16_becomes_float32(tmp_path):
    tensors = {f"{name}_proj.weight": random(4, 4).bfloat16() for name in "qkvo"}
    save_file({f"a.{name}": tensor for name, tensor in tensors.items()}, tmp_path / "m.safetensors")
    weights = from_safetensors(tmp_path / "m.safetensors", "a.", heads=2)
    assert weights["W_Q"].dtype == np.float32
    assert np.array_equal(weights["W_Q"][0], tensors["q_proj.weight"].float().numpy()[:2].T)


def test_what_is_no_checkpoint_and_what_is_not_in_it_is_said(tmp_path):
    (tmp_path / "no.safetensors").write_bytes(b"not a checkpoint at all")
    with pytest.raises(InputError, match="no checkpoint"):
        from_safetensors(tmp_path / "no.safetensors", "x.", heads=2)
    with pytest.raises(InputError, match="no checkpoint"):
        from_safetensors(tmp_path / "missing.safetensors", "x.", heads=2)
    save_file({"layer.0.attn.odd": random(2, 2)}, tmp_path / "m.safetensors")
    with pytest.raises(InputError, match=r"no tensor that begins with 'layer.1.'"):
        from_safetensors(tmp_path / "m.safetensors", "layer.1.", heads=2)
    with pytest.raises(InputError, match="no known model"):
        from_safetensors(tmp_path / "m.safetensors", "layer.0.attn.", heads=2)
    save_file({f"{name}_proj.weight": random(4, 4) for name in "qkvo"}, tmp_path / "s.safetensors")
    with pytest.raises(ShapeError, match="3 equal parts"):
        from_safetensors(tmp_path / "s.safetensors", "", heads=3)
