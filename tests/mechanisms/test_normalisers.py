"""Normalisers against torch, the entmax package, ONNX and plain loops."""

import entmax
import numpy as np
import pytest
import torch
from mechanism_cases import attention, check, difference, draw, onnx, softmax, values
from onnx import TensorProto
from torch.nn import functional as F

QKV = {"Q": "2 5 3", "K": "2 7 3", "V": "2 7 4"}


def scores(inputs, scale=3**-0.5):
    return torch.as_tensor(inputs["Q"]) @ torch.as_tensor(inputs["K"]).mT * scale


def elu(x):
    return F.elu(torch.as_tensor(x)).numpy() + 1


def test_temperature_divides_the_scores():
    inputs = draw(1, **QKV, T="")
    T = inputs.pop("T")
    check("temperature", attention(**inputs, scale=1 / T), **inputs, T=T)


def test_off_by_one_is_torchs_attention_with_a_zero_key():
    inputs = draw(2, Q="2 5 3", K="2 7 3", V="2 7 3")
    layer = torch.nn.MultiheadAttention(3, 1, bias=False, add_zero_attn=True, batch_first=True, dtype=torch.float64)
    with torch.no_grad():
        layer.in_proj_weight.copy_(torch.eye(3).repeat(3, 1))
        layer.out_proj.weight.copy_(torch.eye(3))
        expected, weights = layer(*map(torch.as_tensor, inputs.values()))
    check("off-by-one", expected, **inputs)
    check("off-by-one", weights[..., :7], "P", **inputs)


@pytest.mark.parametrize("size", [1.0, 1e3])
def test_off_by_one_is_stable_and_goes_to_nothing_as_scores_fall(size):
    inputs = {"Q": np.full((2, 1), size), "K": np.full((3, 1), -size), "V": np.ones((3, 2))}
    expected = np.exp(-(size**2)) / (1 + 3 * np.exp(-(size**2)))
    assert all(np.allclose(weights, expected, atol=1e-15) for weights in values("off-by-one", "P", **inputs))
    assert all(np.allclose(w, 1 / 3) for w in values("off-by-one", "P", **{**inputs, "K": np.full((3, 1), 1e3)}))


def test_a_sink_takes_its_part_of_every_causal_row():
    inputs = draw(3, Q="2 5 4", K="2 7 4", V="2 7 3", b="2 1")
    Q, K, V, b = inputs.values()
    expected = np.zeros((2, 5, 3))
    for h, i in np.ndindex(2, 5):
        powers = [np.exp(Q[h, i] @ K[h, j] / 2) for j in range(i + 1)]
        expected[h, i] = sum(p * V[h, j] for j, p in enumerate(powers)) / (np.exp(b[h, 0]) + sum(powers))
    check("sink", expected, **inputs)
    no_sink = attention(Q, K, V, is_causal=True)
    check("sink", no_sink, **{**inputs, "b": np.full((2, 1), -1e4)})
    assert difference("sink", no_sink, **inputs) > 0.01


def test_sigmoid_weighs_each_key_by_itself():
    inputs = draw(4, **QKV)
    weights = torch.sigmoid(scores(inputs) - np.log(7))
    check("sigmoid", weights.numpy() @ inputs["V"], **inputs)
    at_zero = {**inputs, "Q": 0 * inputs["Q"]}
    assert np.allclose(values("sigmoid", "P", **at_zero)[0].sum(-1), 7 / 8)


SPARSE = {
    "sparsemax": lambda s: entmax.sparsemax(s, dim=2),
    "entmax15": lambda s: entmax.entmax15(s, dim=2),
    "entmax": lambda s: entmax.entmax_bisect(s, alpha=4 / 3, dim=2, n_iter=80),
}


@pytest.mark.parametrize("name", SPARSE)
def test_sparse_weights_are_the_entmax_packages(name):
    inputs = draw(5, **QKV)
    inputs["Q"] *= 3
    weights = SPARSE[name](scores(inputs))
    assert (weights == 0).any()
    check(name, weights, "P", **inputs)
    check(name, weights.numpy() @ inputs["V"], **inputs)
    others = [other for other in SPARSE if other != name]
    assert all(difference(other, weights, "P", **inputs) > 0.01 for other in others)


def test_relu_over_n():
    inputs = draw(6, **QKV)
    check("relu-over-n", F.relu(scores(inputs)).numpy() / 7 @ inputs["V"], **inputs)


def test_scalable_softmax_scales_by_the_logarithm_of_the_number_of_keys():
    inputs = draw(7, **QKV, s="")
    s = inputs.pop("s")
    check("scalable-softmax", attention(**inputs, scale=s * np.log(7) / 3**0.5), **inputs, s=s)


def test_causal_scalable_softmax_counts_the_keys_that_a_query_sees():
    inputs = draw(8, Q="2 5 3", K="2 5 3", V="2 5 4", s="")
    scaled = scores(inputs).numpy() * inputs["s"] * np.log(np.arange(1, 6))[:, None]
    check("scalable-softmax-causal", softmax(scaled, np.tril(np.ones((5, 5)))) @ inputs["V"], **inputs)


def test_linear_attention_by_loops_over_queries():
    Q, K, V = inputs = draw(9, Q="5 3", K="7 3", V="7 4").values()
    weights = np.array([[elu(q) @ elu(k) for k in K] for q in Q])
    check("linear", weights @ V / weights.sum(1, keepdims=True), **dict(zip("QKV", inputs, strict=True)))


def test_causal_linear_attention_is_its_recurrent_step_token_by_token():
    inputs = draw(10, Q="5 3", K="5 3", V="5 4")
    S, z, outputs = np.zeros((3, 4)), np.zeros((3, 1)), []
    for t in range(5):
        token = {name.lower(): value[t : t + 1] for name, value in inputs.items()}
        step = {name: values("linear-recurrent-step", name, **token, S=S, z=z)[0] for name in "oTy"}
        outputs.append(step["o"][0])
        S, z = step["T"], step["y"]
    check("linear-causal", np.array(outputs), **inputs)


def test_causal_linear_attention_is_linear_attention_over_the_keys_so_far():
    inputs = draw(11, Q="2 5 3", K="2 7 3", V="2 7 4")
    rows = [
        values("linear", Q=inputs["Q"][:, i : i + 1], K=inputs["K"][:, : i + 1], V=inputs["V"][:, : i + 1])[0]
        for i in range(5)
    ]
    check("linear-causal", np.concatenate(rows, axis=1), **inputs)


def test_linear_attention_without_normalisation_is_onnxs():
    inputs = draw(12, Q="2 5 3", K="2 5 3", V="2 5 4")
    named = dict(zip(("query", "key", "value"), inputs.values(), strict=True))
    expected = onnx("LinearAttention", named, TensorProto.DOUBLE, update_rule="linear", q_num_heads=1, kv_num_heads=1)
    assert difference("linear-unnormalised", expected, **inputs) < 1e-5  # ONNX adds in single precision
    assert difference("linear-causal", expected, **inputs) > 0.01
    weights = scores(inputs).numpy() * np.tril(np.ones((5, 5)))
    check("linear-unnormalised", weights @ inputs["V"], **inputs)


def performer_features(x, W):
    x = x / len(x) ** 0.25
    return np.array([np.exp(w @ x - x @ x / 2) for w in W]) / np.sqrt(len(W))


def test_performer_by_loops():
    inputs = draw(13, Q="5 3", K="7 3", V="7 4", W="6 3")
    Q, K, V, W = inputs.values()
    weights = np.array([[performer_features(q, W) @ performer_features(k, W) for k in K] for q in Q])
    check("performer", weights @ V / weights.sum(1, keepdims=True), **inputs)


def test_performer_with_many_features_comes_close_to_softmax():
    inputs = draw(14, Q="5 3", K="7 3", V="7 4", W="40000 3")
    W = inputs.pop("W")
    inputs["Q"], inputs["K"] = inputs["Q"] / 3, inputs["K"] / 3
    assert difference("performer", attention(**inputs), **inputs, W=W) < 0.02
    assert difference("performer", attention(**inputs, scale=0.0), **inputs, W=W) > 0.1


def test_taylor_attention_is_linear_in_its_features():
    inputs = draw(15, Q="5 3", K="7 3", V="7 4")

    def features(x):
        x = x / len(x) ** 0.25
        return np.concatenate([[1], x, np.outer(x, x).ravel() / np.sqrt(2)])

    F_Q, F_K = (np.array([features(row) for row in inputs[name]]) for name in "QK")
    assert F_Q.shape == (5, 1 + 3 + 9)
    check("taylor2", F_Q @ (F_K.T @ inputs["V"]) / (F_Q @ F_K.sum(0))[:, None], **inputs)


def test_hardmax_takes_the_best_key_and_shares_ties():
    inputs = draw(16, **QKV)
    inputs["K"][:, 5] = inputs["K"][:, 2]
    raw = scores(inputs, 1.0).numpy()
    best = raw >= raw.max(-1, keepdims=True) - 1e-12
    check("hardmax", best / best.sum(-1, keepdims=True), "P", **inputs)
    exact = {"Q": np.eye(2), "K": np.array([[1.0, 2], [1, 0], [0, 2]]), "V": np.eye(3)}
    check("hardmax", np.array([[0.5, 0.5, 0], [0.5, 0, 0.5]]), **exact)


def test_hardmax_is_where_softmax_goes_as_its_temperature_falls():
    inputs = draw(17, **QKV)
    check("temperature", values("hardmax", **inputs)[0], **inputs, T=1e-6)


def test_differential_attention_is_one_attention_minus_a_part_of_another():
    inputs = draw(18, Q_1="2 5 3", Q_2="2 5 3", K_1="2 7 3", K_2="2 7 3", V="2 7 4", l="")
    Q_1, Q_2, K_1, K_2, V, part = inputs.values()
    check("differential", attention(Q_1, K_1, V) - part * attention(Q_2, K_2, V), **inputs)
    assert np.allclose(values("differential", "P", **inputs)[0].sum(-1), 1 - part)


def test_sinkhorn_divides_rows_and_columns_in_turn():
    inputs = draw(41, Q="5 3", K="4 3", V="4 2")
    weights = np.exp(inputs["Q"] @ inputs["K"].T / np.sqrt(3))
    for _ in range(2):
        weights = weights / weights.sum(axis=1, keepdims=True)
        weights = weights / weights.sum(axis=0, keepdims=True)
    before = weights
    weights = weights / weights.sum(axis=1, keepdims=True)
    check("sinkhorn", weights, "P", **inputs)
    check("sinkhorn", weights @ inputs["V"], **inputs)
    assert not np.allclose(before @ inputs["V"], weights @ inputs["V"], atol=1e-6)
    assert abs(weights.sum(axis=0) - 5 / 4).max() < 0.05
