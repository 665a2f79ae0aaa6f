"""Keys that are kept: token by token or in chunks, the result is that of causal attention over the whole."""

import onnx
import pytest
import torch
from drawing import close, computed, drawn
from onnx.reference import ReferenceEvaluator
from torch.nn import functional as F

from symattn.mechanisms import named

WEIGHTS = ("W_Q", "W_K", "W_V")


def tokens(n=6):
    """Tokens, weights, and what causal attention with one head makes of them."""
    inputs = drawn("multi-head-causal", n=n, d=4, H=1, d_k=3, d_v=2)
    weights = {name: inputs[name][0] for name in WEIGHTS}
    Q, K, V = (inputs["X"] @ weights[name] for name in WEIGHTS)
    expected = F.scaled_dot_product_attention(Q[None], K[None], V[None], is_causal=True)[0]
    assert close(computed("multi-head-causal", inputs), expected @ inputs["W_O"])
    return inputs["X"], weights, expected


def in_chunks(X, weights, lengths):
    """Outputs of chunk after chunk, the keys and values of the first token kept from the beginning."""
    K, V = (X[:1] @ weights[name] for name in ("W_K", "W_V"))
    outputs, start = [V], 1
    for length in lengths:
        inputs = {"X": X[start : start + length], "K_past": K, "V_past": V, **weights}
        found = computed("key-cache-chunk", inputs, "O", "K", "V")
        K, V, start = found["K"], found["V"], start + length
        outputs.append(found["O"])
    return torch.cat(outputs)


def test_token_by_token_is_causal_attention_over_the_whole():
    X, weights, expected = tokens()
    K, V = (X[:1] @ weights[name] for name in ("W_K", "W_V"))
    outputs = [V]
    for x in X[1:].split(1):
        found = computed("key-cache", {"x": x, "K_past": K, "V_past": V, **weights}, "o", "K", "V")
        K, V = found["K"], found["V"]
        outputs.append(found["o"])
    assert close(torch.cat(outputs), expected)


@pytest.mark.parametrize("lengths", [(5,), (1, 4), (2, 3), (3, 1, 1)])
def test_chunk_after_chunk_is_causal_attention_over_the_whole(lengths):
    X, weights, expected = tokens()
    assert close(in_chunks(X, weights, lengths), expected)


def test_a_chunk_aligned_at_the_upper_left_shows():
    X, weights, expected = tokens()
    Q, K, V = (X @ weights[name] for name in WEIGHTS)
    mistaken = F.scaled_dot_product_attention(Q[None, 2:], K[None], V[None], is_causal=True)[0]
    assert not torch.allclose(mistaken, expected[2:], atol=1e-2)


def test_a_chunk_of_one_token_is_one_step():
    inputs = drawn("key-cache", batched="x K_past V_past", p=4, d=5, d_k=3, d_v=2)
    chunk = {**{name: value for name, value in inputs.items() if name != "x"}, "X": inputs["x"]}
    assert close(computed("key-cache", inputs), computed("key-cache-chunk", chunk))


def test_a_chunk_is_what_onnx_says_its_keys_and_weights_too():
    inputs = drawn("key-cache-chunk", n=3, p=4, d=5, d_k=3, d_v=2)
    given = {letter: (inputs["X"] @ inputs[f"W_{letter}"])[None, None].numpy() for letter in "QKV"}
    given |= {f"{letter}_past": inputs[f"{letter}_past"][None, None].numpy() for letter in "KV"}
    names, made = ["Q", "K", "V", "", "K_past", "V_past"], ["O", "present_K", "present_V", "P"]
    node = onnx.helper.make_node("Attention", names, made, is_causal=1, qk_matmul_output_mode=3)
    described = [onnx.helper.make_tensor_value_info(name, onnx.TensorProto.DOUBLE, None) for name in (*given, *made)]
    graph = onnx.helper.make_graph([node], "cached", described[: len(given)], described[len(given) :])
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 23)])
    expected = ReferenceEvaluator(model).run(None, given)
    found = computed("key-cache-chunk", inputs, "O", "K", "V", "P")
    for mine, theirs in zip(found.values(), expected, strict=True):
        assert close(mine, torch.from_numpy(theirs)[0, 0])


def test_weights_of_tokens_that_come_later_are_exactly_0():
    bound = named("key-cache-chunk").bind(X=[[1], [2]], K_past=[[1]], V_past=[[3]], W_Q=[[1]], W_K=[[2]], W_V=[[1]])
    assert bound["P"][0, 2] == 0 and bound["P"][1, 2] != 0
