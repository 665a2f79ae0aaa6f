"""Weights and heads packed as torch's layer has them, through layouts: the same values, weights and gradients."""

import numpy as np
import pytest
import torch
from conformance_cases import KINDS, agree, cast, differ, draw, kinds, onnx_attention, rounded

import symattn as sa
from symattn.mechanisms import named

HEADS, WIDTH = 3, 4
EMBEDDING = HEADS * WIDTH

PACKED = {
    "W_Q": "(H d_k) d",
    "W_K": "(H d_k) d_y",
    "W_V": "(H d_v) d_y",
    "W_O": "d (H d_v)",
    "b_Q": "(H d_k)",
    "b_K": "(H d_k)",
    "b_V": "(H d_v)",
    "b_O": "d",
}
"""torch's layer: y = x Wᵀ + b, the heads one below another in the rows of W."""

MASKED = sa.mechanism(
    "masked multi-head attention",
    {**{name: " ".join(map(str, named("multi-head").shape(name))) for name in named("multi-head").inputs}, "M": "n m"},
    """
    Q[h] = X @ W_Q[h] + b_Q[h]
    K[h] = Y @ W_K[h] + b_K[h]
    V[h] = Y @ W_V[h] + b_V[h]
    P[h] = softmax(Q[h] @ K[h].T / sqrt(d_k), where=M & causal)
    O[h] = P[h] @ V[h]
    A = concat(h, O[h]) @ W_O + b_O
    """,
    output="A",
)


def layer(seed, **options):
    """torch's layer with drawn weights, in double precision, and its weights by the names of the mechanism."""
    torch.manual_seed(seed)
    made = torch.nn.MultiheadAttention(EMBEDDING, HEADS, batch_first=True, dtype=torch.float64, **options)
    with torch.no_grad():
        for value in made.parameters():
            value.copy_((torch.randn_like(value) / 2).float())  # numbers that float32 has too
    if made.in_proj_weight is not None:
        inward = made.in_proj_weight.chunk(3)
    else:
        inward = made.q_proj_weight, made.k_proj_weight, made.v_proj_weight
    biases = made.in_proj_bias.chunk(3)
    weights = {f"W_{letter}": weight for letter, weight in zip("QKV", inward, strict=True)}
    weights |= {f"b_{letter}": bias for letter, bias in zip("QKV", biases, strict=True)}
    return made, weights | {"W_O": made.out_proj.weight, "b_O": made.out_proj.bias}


def given(kind, weights, **inputs):
    everything = {**inputs, **{name: weight.detach().numpy() for name, weight in weights.items()}}
    return {name: cast(value, *kind) for name, value in everything.items()}


OPTIONS = {"self-attention": {}, "keys and values of another width": {"kdim": 5, "vdim": 5}}


@kinds
@pytest.mark.parametrize("circumstance", OPTIONS)
def test_the_layer_s_own_weights_go_in_as_they_are(circumstance, kind):
    options = OPTIONS[circumstance]
    made, weights = layer(1, **options)
    X = draw(2, X=(2, 5, EMBEDDING))["X"]
    Y = draw(3, Y=(2, 7, options.get("kdim", EMBEDDING)))["Y"]
    exact = rounded({"X": X, "Y": Y}, kind)
    with torch.no_grad():
        X_, Y_ = map(torch.as_tensor, exact.values())
        expected, P = made(X_, Y_, Y_, average_attn_weights=False)
    function = named("multi-head").lambdify(kind[0], outputs=["A", "P"], layouts=PACKED, sizes={"H": HEADS})
    found = function(**given(kind, weights, X=X, Y=Y))
    assert agree(found["A"], expected, kind, units=512)
    assert agree(found["P"], P, kind, units=512)


@kinds
def test_the_layer_s_masks_turned_round(kind):
    made, weights = layer(4)
    inputs = draw(5, X=(2, 6, EMBEDDING))
    keep = np.random.default_rng(5).random((2, 1, 6)) < 0.7
    keep[..., 0] = True
    causal = torch.ones(6, 6, dtype=torch.bool).triu(1)
    X = torch.as_tensor(rounded(inputs, kind)["X"])
    with torch.no_grad():
        expected, _ = made(X, X, X, key_padding_mask=torch.as_tensor(~keep[:, 0]), attn_mask=causal, need_weights=False)
    function = MASKED.lambdify(kind[0], layouts=PACKED, sizes={"H": HEADS})
    M = np.tile(keep, (1, 6, 1))
    found = function(**given(kind, weights, X=inputs["X"], Y=inputs["X"]), M=M)
    assert agree(found, expected, kind, units=512)
    with torch.no_grad():
        not_turned, _ = made(X, X, X, attn_mask=causal, need_weights=False)
    assert differ(found, not_turned)


def test_gradients_of_packed_weights_are_the_layer_s():
    made, weights = layer(6)
    X = torch.as_tensor(draw(7, X=(2, 5, EMBEDDING))["X"])
    function = named("multi-head").lambdify("torch", layouts=PACKED, sizes={"H": HEADS})
    upstream = torch.randn(2, 5, EMBEDDING, dtype=torch.float64)
    theirs = torch.autograd.grad(made(X, X, X, need_weights=False)[0], list(made.parameters()), upstream)
    own = {name: weight.detach().clone().requires_grad_() for name, weight in weights.items()}
    found = torch.autograd.grad(function(X=X, Y=X, **own), list(own.values()), upstream)
    ours = dict(zip(own, found, strict=True))
    stacked = [torch.cat([ours[f"{kind}_{letter}"] for letter in "QKV"]) for kind in "Wb"]
    for mine, other in zip([*stacked, ours["W_O"], ours["b_O"]], theirs, strict=True):
        assert agree(mine, other, KINDS[1], units=512)


TOKENS_FIRST = {"Q": "n (H d_k)", "K": "m (H d_k)", "V": "m (H d_v)", "O": "n (H d_v)"}
SEPARATE = {"Q": "n H d_k", "K": "m H d_k", "V": "m H d_v", "O": "n H d_v"}
FEATURES_FIRST = {"Q": "(H d_k) n", "K": "(H d_k) m", "V": "(H d_v) m", "O": "(H d_v) n"}
CORE = sa.mechanism(
    "heads",
    {"Q": "H n d_k", "K": "H m d_k", "V": "H m d_v", "padding": "1 m"},
    "P[h] = softmax(Q[h] @ K[h].T / sqrt(d_k), where=padding & causal)\nO[h] = P[h] @ V[h]",
)


def put(array, layout):
    """Heads (batch, H, rows, width) in a layout, by reshapes written out."""
    batch, heads, length, width = array.shape
    if layout is TOKENS_FIRST:
        return array.transpose(0, 2, 1, 3).reshape(batch, length, heads * width)
    if layout is SEPARATE:
        return array.transpose(0, 2, 1, 3)
    return array.transpose(0, 1, 3, 2).reshape(batch, heads * width, length)


@kinds
@pytest.mark.parametrize("layout", [TOKENS_FIRST, SEPARATE, FEATURES_FIRST], ids=lambda layout: layout["Q"])
def test_packed_heads_under_a_mask(layout, kind):
    inputs = draw(8, Q=(2, 3, 5, 4), K=(2, 3, 7, 4), V=(2, 3, 7, 2))
    padding = np.array([[1, 0, 1, 1, 0, 1, 1], [0, 0, 1, 1, 1, 1, 1]], dtype=bool)[:, None]
    exact = rounded(inputs, kind)
    allowed = padding[:, None] & np.tri(5, 7, dtype=bool)
    expected = onnx_attention(**exact, attn_mask=np.broadcast_to(allowed, (2, 1, 5, 7)))
    function = CORE.lambdify(kind[0], layouts=layout, sizes={"H": 3})
    packed = {name: cast(put(value, layout), *kind) for name, value in inputs.items()}
    found = np.asarray(function(**packed, padding=padding))
    assert agree(found, put(expected, layout), kind)
    assert not expected[1, :, :2].any() and found.dtype == kind[1]


@kinds
def test_onnx_packs_heads_side_by_side(kind):
    inputs = draw(9, Q=(2, 5, 12), K=(2, 7, 12), V=(2, 7, 6))
    expected = onnx_attention(**rounded(inputs, kind), q_num_heads=3, kv_num_heads=3, is_causal=1)
    function = CORE.lambdify(kind[0], layouts=TOKENS_FIRST, sizes={"H": 3})
    found = function(**{name: cast(value, *kind) for name, value in inputs.items()}, padding=np.ones((1, 7)))
    assert agree(found, expected, kind)
    interleaved = {"Q": "n (d_k H)", "K": "m (d_k H)", "V": "m (d_v H)", "O": "n (d_v H)"}
    function = CORE.lambdify(kind[0], layouts=interleaved, sizes={"H": 3})
    found = function(**{name: cast(value, *kind) for name, value in inputs.items()}, padding=np.ones((1, 7)))
    assert differ(found, expected)
