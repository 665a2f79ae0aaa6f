"""Score functions against torch, ONNX and plain loops: all sizes different, batched where the other side can be."""

import numpy as np
import pytest
import torch
from mechanism_cases import attention, check, difference, draw, onnx, softmax, values
from torch.nn import functional as F

QKV = {"Q": "2 5 3", "K": "2 7 3", "V": "2 7 4"}
HEADS = {"Q": "2 3 5 6", "K": "2 3 7 6", "V": "2 3 7 4"}


def tensors(inputs):
    return [torch.as_tensor(value) if np.ndim(value) else value for value in inputs.values()]


def test_dot_is_torchs_attention_with_scale_1():
    inputs = draw(1, **QKV)
    check("dot", attention(**inputs, scale=1.0), **inputs)


def test_scaled_dot_is_torchs_attention_and_onnxs():
    inputs = draw(2, **QKV)
    check("scaled-dot", attention(**inputs), **inputs)
    one_head = {name: value[:, None] for name, value in inputs.items()}
    check("scaled-dot", onnx("Attention", one_head)[:, 0], **inputs)
    assert difference("dot", attention(**inputs), **inputs) > 0.01


def test_cosine_is_torchs_similarity_of_every_pair():
    inputs = draw(3, **QKV)
    Q, K, V = tensors(inputs)
    scores = F.cosine_similarity(Q[:, :, None], K[:, None], dim=-1)
    check("cosine", scores, "S", **inputs)
    check("cosine", torch.softmax(scores, -1) @ V, **inputs)


def test_cosine_ignores_lengths_and_dot_does_not():
    inputs = draw(4, **QKV)
    longer = {**inputs, "K": inputs["K"] * np.linspace(1, 3, 7)[:, None]}
    check("cosine", values("cosine", **inputs)[0], **longer)
    assert difference("dot", values("dot", **inputs)[0], **longer) > 0.01


def test_content_addressing_sharpens_each_query_by_its_own_strength():
    inputs = draw(5, k="5 3", M="7 3", beta="5 1")
    k, M, beta = inputs.values()
    scores = [[b[0] * (q @ r) / np.sqrt((q @ q) * (r @ r)) for r in M] for q, b in zip(k, beta, strict=True)]
    check("content-addressing", softmax(scores) @ M, **inputs)


def test_swin_v2_divides_the_cosine_by_the_temperature_of_its_head_and_adds_its_bias():
    inputs = draw(6, **HEADS, B="2 3 5 7") | {"tau": np.array([[0.5], [0.1], [2.0]])}
    Q, K, V, B, tau = tensors(inputs)
    scores = F.normalize(Q, dim=-1) @ F.normalize(K, dim=-1).mT / tau[:, :, None] + B
    check("swin-v2", torch.softmax(scores, -1) @ V, **inputs)


def test_additive_is_the_network_on_every_pair():
    inputs = draw(7, Q="5 2", K="7 3", V="7 4", W_a="6 2", U_a="6 3", v_a="6 1")
    Q, K, V, W_a, U_a, v_a = inputs.values()
    scores = np.array([[(v_a[:, 0] * np.tanh(W_a @ q + U_a @ k)).sum() for k in K] for q in Q])
    check("additive", scores, "S", **inputs)
    check("additive", softmax(scores) @ V, **inputs)
    assert np.abs(scores).max() < np.abs(v_a).sum()


def test_additive_of_keras_is_additive_without_projections():
    inputs = draw(8, **QKV, scale="3 1")
    Q, K, V, scale = tensors(inputs)
    scores = (scale[:, 0] * torch.tanh(Q[:, :, None] + K[:, None])).sum(-1)
    check("additive-keras", torch.softmax(scores, -1) @ V, **inputs)
    one = {name: value[0] for name, value in inputs.items() if name != "scale"}
    network = {"W_a": np.eye(3), "U_a": np.eye(3), "v_a": inputs["scale"]}
    check("additive-keras", values("additive", **one, **network)[0], **one, scale=inputs["scale"])


def test_mlp_score_is_two_linear_layers_on_the_pair():
    inputs = draw(9, Q="5 2", K="7 3", V="7 4", W_1="6 5", b_1="6 1", w_2="6 1", b_2="")
    Q, K, V, W_1, b_1, w_2, b_2 = tensors(inputs)
    pairs = torch.cat([Q[:, None].expand(5, 7, 2), K[None].expand(5, 7, 3)], -1)
    scores = F.linear(F.relu(F.linear(pairs, W_1, b_1[:, 0])), w_2.T)[..., 0] + b_2
    check("mlp-score", scores, "S", **inputs)
    check("mlp-score", torch.softmax(scores, -1) @ V, **inputs)


def luong(H_t, H_s, W_c, scores):
    context = torch.softmax(scores, -1) @ H_s
    return torch.tanh(F.linear(torch.cat([context, H_t], -1), W_c))


def test_luong_dot():
    inputs = draw(10, H_t="2 5 3", H_s="2 7 3", W_c="4 6")
    H_t, H_s, W_c = tensors(inputs)
    check("luong-dot", luong(H_t, H_s, W_c, torch.einsum("bid,bjd->bij", H_t, H_s)), **inputs)


def test_luong_general_is_torchs_bilinear_layer():
    inputs = draw(11, H_t="5 2", H_s="7 3", W_a="2 3", W_c="4 5")
    H_t, H_s, W_a, W_c = tensors(inputs)
    pairs = H_t[:, None].expand(5, 7, 2).contiguous(), H_s[None].expand(5, 7, 3).contiguous()
    check("luong-general", luong(H_t, H_s, W_c, F.bilinear(*pairs, W_a[None])[..., 0]), **inputs)


def test_luong_concat_puts_the_states_side_by_side_and_is_bahdanaus_score():
    inputs = draw(12, H_t="5 2", H_s="7 3", W_a="6 5", v_a="6 1", W_c="4 5")
    H_t, H_s, W_a, v_a, W_c = tensors(inputs)
    pairs = torch.cat([H_t[:, None].expand(5, 7, 2), H_s[None].expand(5, 7, 3)], -1)
    scores = (torch.tanh(pairs @ W_a.T) @ v_a)[..., 0]
    check("luong-concat", luong(H_t, H_s, W_c, scores), **inputs)
    bahdanau = {"W_a": W_a[:, :2].numpy(), "U_a": W_a[:, 2:].numpy(), "v_a": inputs["v_a"]}
    states = {"Q": inputs["H_t"], "K": inputs["H_s"], "V": inputs["H_s"]}
    check("additive", scores, "S", **states, **bahdanau)


def test_luong_location_looks_at_no_key():
    inputs = draw(13, H_t="5 2", H_s="7 3", W_a="7 2", W_c="4 5")
    H_t, H_s, W_a, W_c = tensors(inputs)
    check("luong-location", luong(H_t, H_s, W_c, F.linear(H_t, W_a)), **inputs)
    check("luong-location", values("luong-location", "A", **inputs)[0], "A", **{**inputs, "H_s": -inputs["H_s"]})


def test_bilinear_is_torchs_layer_and_a_transposed_matrix_is_another():
    inputs = draw(14, Q="5 3", K="7 3", V="7 4", W="3 3")
    Q, K, V, W = tensors(inputs)
    pairs = Q[:, None].expand(5, 7, 3).contiguous(), K[None].expand(5, 7, 3).contiguous()
    scores = F.bilinear(*pairs, W[None])[..., 0]
    check("bilinear", torch.softmax(scores, -1) @ V, **inputs)
    assert difference("bilinear", scores, "S", **{**inputs, "W": inputs["W"].T}) > 0.01


def test_rbf_is_torchs_distance():
    inputs = draw(15, **QKV, sigma="")
    Q, K, V, sigma = tensors(inputs)
    scores = -(torch.cdist(Q, K) ** 2) / (2 * sigma**2)
    check("rbf", scores, "S", **inputs)
    check("rbf", torch.softmax(scores, -1) @ V, **inputs)


def test_the_reduced_gaussian_has_the_weights_of_the_whole_one():
    inputs = draw(16, **QKV, sigma="")
    K, sigma = inputs["K"], inputs["sigma"]
    mask = -(K**2).sum(-1)[:, None] / (2 * sigma**2) + np.zeros((1, 5, 1))
    qkv = {name: inputs[name] for name in "QKV"}
    check("rbf-reduced", attention(**qkv, attn_mask=mask, scale=1 / sigma**2), **inputs)
    check("rbf", values("rbf-reduced", "P", **inputs)[0], "P", **inputs)


def test_softcap_is_onnxs():
    inputs = draw(17, **HEADS)
    big = {**inputs, "Q": 10 * inputs["Q"]}
    check("softcap", onnx("Attention", big, softcap=3.0), **big, c=3.0)
    assert np.abs(values("softcap", "C", **big, c=3.0)[0]).max() < 3
    assert difference("scaled-dot", onnx("Attention", big, softcap=3.0), **big) > 0.01


def test_qk_norm_is_a_factor_times_unit_queries_and_keys():
    inputs = draw(18, **QKV, g="")
    Q, K, V, g = tensors(inputs)
    scores = g * F.normalize(Q, dim=-1) @ F.normalize(K, dim=-1).mT
    check("qk-norm", torch.softmax(scores, -1) @ V, **inputs)


def normed(norm, inputs, scale, split=lambda value: value):
    Q, K, V, gamma_q, gamma_k, eps = tensors(inputs)
    scores = split(norm(Q, gamma_q[0], eps)) @ split(norm(K, gamma_k[0], eps)).mT * scale
    return torch.softmax(scores, -1) @ V


def rms(value, gamma, eps):
    return F.rms_norm(value, gamma.shape, gamma, eps)


def test_rms_norm_of_each_head_is_torchs():
    inputs = draw(19, **HEADS, gamma_q="1 6", gamma_k="1 6") | {"eps": 0.01}
    check("qk-norm-rms", normed(rms, inputs, 6**-0.5), **inputs)


def test_rms_norm_of_all_heads_at_once_is_torchs_before_the_split():
    inputs = draw(20, Q="2 5 12", K="2 7 12", V="2 3 7 5", gamma_q="1 12", gamma_k="1 12") | {"eps": 0.01}
    expected = normed(rms, inputs, 4**-0.5, lambda value: value.unflatten(-1, (3, 4)).transpose(1, 2))
    check("qk-norm-whole", expected, **inputs)
    ones = {"gamma_q": np.ones((1, 4)), "gamma_k": np.ones((1, 4)), "eps": 0.01}
    heads = {name: inputs[name].reshape(2, -1, 3, 4).swapaxes(1, 2) for name in ("Q", "K")} | {"V": inputs["V"]}
    whole = {**inputs, "gamma_q": np.ones((1, 12)), "gamma_k": np.ones((1, 12))}
    assert difference("qk-norm-rms", values("qk-norm-whole", **whole)[0], **heads, **ones) > 0.01


def test_layer_norm_is_torchs_without_a_bias():
    inputs = draw(21, Q="2 5 6", K="2 7 6", V="2 7 4", gamma_q="1 6", gamma_k="1 6") | {"eps": 0.01}
    check("qk-norm-layer", normed(lambda x, g, eps: F.layer_norm(x, g.shape, g, None, eps), inputs, 6**-0.5), **inputs)


@pytest.mark.parametrize("seed", range(3))
def test_rms_norm_with_gains_of_1_bounds_the_scores_by_the_root_of_the_length(seed):
    inputs = draw(seed, **HEADS) | {"gamma_q": np.ones((1, 6)), "gamma_k": np.ones((1, 6)), "eps": 0.0}
    Q, K, *_ = tensors(inputs)
    check("qk-norm-rms", 6**0.5 * F.normalize(Q, dim=-1) @ F.normalize(K, dim=-1).mT, "S", **inputs)
