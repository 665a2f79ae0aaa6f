"""Pixels that attend to pixels, and channels to channels: DANet and non-local blocks against their convolutions."""

import pytest
import torch
from drawing import close, computed, drawn
from torch.nn import functional as F

from symattn.mechanisms import named

MAP = {"H": 3, "W": 4}
EMBEDDED = {**MAP, "C": 5, "d": 2}


def pointwise(X, weight, bias=None):
    """A convolution of 1 × 1."""
    return F.conv2d(X, weight[..., None, None], None if bias is None else bias[:, 0])


def position_attention(A, B, C, D, factor):
    """The position module of the official code, by its formulas: B asks, C answers."""
    energy = B.flatten(2).transpose(1, 2) @ C.flatten(2)
    attention = energy.softmax(-1)
    return factor * (D.flatten(2) @ attention.transpose(1, 2)).view(A.shape) + A


def test_position_attention_is_what_the_official_code_computes():
    inputs = drawn("danet-position-code", batched="A", c=5, c_k=2, **MAP)
    A = inputs["A"]
    B, C, D = (pointwise(A, inputs[f"W_{letter}"], inputs[f"b_{letter}"]) for letter in "BCD")
    expected = position_attention(A, B, C, D, inputs["gamma"])
    assert close(computed("danet-position-code", inputs), expected)


def test_position_attention_in_the_paper_has_the_roles_of_b_and_c_the_other_way_round():
    inputs = drawn("danet-position", batched="A", c=5, c_k=2, **MAP)
    A = inputs["A"]
    B, C, D = (pointwise(A, inputs[f"W_{letter}"]) for letter in "BCD")
    found = computed("danet-position", inputs)
    assert close(found, position_attention(A, C, B, D, inputs["alpha"]))
    assert not torch.allclose(found, position_attention(A, B, C, D, inputs["alpha"]), atol=1e-2)


def test_position_attention_is_unscaled_attention_over_pixels():
    inputs = drawn("danet-position", batched="A", c=5, c_k=2, **MAP)
    pixels = inputs["A"].flatten(2).transpose(1, 2)
    Q, K, V = (pixels @ inputs[f"W_{letter}"].T for letter in "CBD")
    tokens = inputs["alpha"] * F.scaled_dot_product_attention(Q, K, V, scale=1.0) + pixels
    assert close(computed("danet-position", inputs), tokens.transpose(1, 2).unflatten(-1, (3, 4)))


@pytest.mark.parametrize(
    ("name", "factor"),
    [
        ("danet-position", "alpha"),
        ("danet-position-code", "gamma"),
        ("danet-channel", "beta"),
        ("danet-channel-code", "gamma"),
    ],
)
def test_with_the_factor_it_begins_with_a_module_is_the_identity(name, factor):
    sizes = {"c": 5, "c_k": 2} if "position" in name else {"C": 5}
    inputs = drawn(name, batched="A", **sizes, **MAP)
    assert not torch.allclose(computed(name, inputs), inputs["A"], atol=1e-2)
    inputs[factor] = torch.zeros_like(inputs[factor])
    assert torch.equal(computed(name, inputs), inputs["A"])


def test_channel_attention_is_what_the_official_code_computes():
    inputs = drawn("danet-channel-code", batched="A", C=5, **MAP)
    flat = inputs["A"].flatten(2)
    energy = flat @ flat.transpose(1, 2)
    attention = (energy.max(-1, keepdim=True)[0].expand_as(energy) - energy).softmax(-1)
    found = computed("danet-channel-code", inputs, "X", "E")
    assert close(found["X"], attention)
    assert close(found["E"], inputs["gamma"] * (attention @ flat).view_as(inputs["A"]) + inputs["A"])


def test_channel_attention_in_the_paper_has_the_other_sign():
    inputs = drawn("danet-channel", batched="A", C=5, **MAP)
    flat = inputs["A"].flatten(2)
    energy = flat @ flat.transpose(1, 2)
    paper = computed("danet-channel", inputs, "X", "E")
    assert close(paper["X"], energy.softmax(-1))
    assert close(paper["E"], inputs["beta"] * (energy.softmax(-1) @ flat).view_as(inputs["A"]) + inputs["A"])
    code = computed("danet-channel-code", {"A": inputs["A"], "gamma": inputs["beta"]}, "X")["X"]
    assert close(code, (-energy).softmax(-1))
    assert torch.equal(paper["X"].argsort(-1), code.argsort(-1).flip(-1))


def test_two_channels_attend_the_other_way_round_in_paper_and_code():
    A = [[[1, 0]], [[1, 1]]]
    paper = named("danet-channel").bind(A=A, beta=1)["X"]
    code = named("danet-channel-code").bind(A=A, gamma=1)["X"]
    assert [paper[1, 0], paper[1, 1]] == [code[1, 1], code[1, 0]] != [code[1, 0], code[1, 1]]
    assert abs(float(paper[1, 0]) - 0.2689414213699951) < 1e-15


def block(inputs, weights, keys=None):
    """A non-local block, given how scores (batch, queries, keys) become weights; ``keys`` is the map of the keys."""
    X = inputs["X"]
    keys = X if keys is None else keys
    theta = pointwise(X, inputs["W_theta"], inputs.get("b_theta")).flatten(2)
    phi = pointwise(keys, inputs["W_phi"], inputs.get("b_phi")).flatten(2)
    g = pointwise(keys, inputs["W_g"], inputs.get("b_g")).flatten(2)
    y = g @ weights(theta.transpose(1, 2) @ phi).transpose(1, 2)
    return pointwise(y.unflatten(-1, X.shape[-2:]), inputs["W_z"]), X


def test_the_embedded_gaussian_block_is_softmax_over_positions():
    inputs = drawn("non-local-embedded", batched="X", **EMBEDDED)
    found = computed("non-local-embedded", inputs)
    assert close(found, sum(block(inputs, lambda S: S.softmax(-1))))
    assert not torch.allclose(found, sum(block(inputs, lambda S: (S / 2**0.5).softmax(-1))), atol=1e-3)


def test_the_gaussian_block_is_a_dot_product_of_positions_in_an_exponential():
    inputs = drawn("non-local-gaussian", batched="X", **EMBEDDED)
    plain = torch.eye(5, dtype=torch.float64)
    expected = sum(block({**inputs, "W_theta": plain, "W_phi": plain}, lambda S: S.exp() / S.exp().sum(-1, True)))
    assert close(computed("non-local-gaussian", inputs), expected)


def test_the_block_of_the_official_code_is_scaled_and_has_pooled_keys():
    inputs = drawn("non-local-embedded-code", batched="X", h=2, w=3, C=5, d=2)
    pooled = F.max_pool2d(inputs["X"], 2)
    z, X = block(inputs, lambda S: (S / 2**0.5).softmax(-1), pooled)
    expected = inputs["scale"][..., None] * z + inputs["shift"][..., None] + X
    found = computed("non-local-embedded-code", inputs, "P", "Z")
    assert found["P"].shape == (2, 24, 6) and close(found["Z"], expected)


def test_the_dot_product_block_is_linear_attention():
    inputs = drawn("non-local-dot", batched="X", **EMBEDDED)
    found = computed("non-local-dot", inputs)
    assert close(found, sum(block(inputs, lambda S: S / 12)))
    pixels = inputs["X"].flatten(2)
    theta, phi, g = (inputs[name] @ pixels for name in ("W_theta", "W_phi", "W_g"))
    moved = inputs["W_z"] @ ((g @ phi.transpose(1, 2)) @ theta) / 12 + pixels
    assert close(found.flatten(2), moved)


def test_the_block_with_concatenation_is_a_network_over_pairs():
    inputs = drawn("non-local-concat", batched="X", **EMBEDDED)
    theta, phi = (pointwise(inputs["X"], inputs[name]).flatten(2) for name in ("W_theta", "W_phi"))
    pairs = torch.cat([theta[..., :, None].expand(-1, -1, -1, 12), phi[..., None, :].expand(-1, -1, 12, -1)], dim=1)
    weights = torch.einsum("bdij,d->bij", pairs, inputs["w_f"][:, 0]).relu() / 12
    assert close(computed("non-local-concat", inputs), sum(block(inputs, lambda S: weights)))
