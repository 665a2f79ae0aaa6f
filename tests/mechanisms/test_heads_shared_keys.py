"""Query heads that share keys: which head shares which, as torch and ONNX have it."""

import numpy as np
import onnx
import torch
from drawing import close, computed, drawn
from onnx.reference import ReferenceEvaluator
from torch.nn import functional as F
from torch.nn.attention import SDPBackend, sdpa_kernel

SIZES = {"n": 5, "m": 7, "d": 6, "d_y": 4, "G": 2, "R": 3, "d_k": 2, "d_v": 3}


def projected(inputs):
    """Queries (batch, G*R, n, d_k), keys and values (batch, G, m, d) of grouped-query attention."""
    Q = (inputs["X"][:, None, None] @ inputs["W_Q"]).flatten(1, 2)
    return Q, inputs["Y"][:, None] @ inputs["W_K"], inputs["Y"][:, None] @ inputs["W_V"]


def joined(heads, inputs):
    """The heads (batch, heads, n, d_v) side by side, times the output weights."""
    return heads.transpose(1, 2).flatten(-2) @ inputs["W_O"]


def test_grouped_queries_are_what_torch_computes():
    inputs = drawn("grouped-query", batched="X Y", **SIZES)
    with sdpa_kernel(SDPBackend.MATH):
        heads = F.scaled_dot_product_attention(*projected(inputs), enable_gqa=True)
    assert close(computed("grouped-query", inputs), joined(heads, inputs))


def test_keys_are_repeated_one_after_the_other_and_not_as_a_tile():
    inputs = drawn("grouped-query", batched="X Y", **SIZES)
    Q, K, V = projected(inputs)
    found = computed("grouped-query", inputs)
    repeated = (tensor.repeat_interleave(3, dim=1) for tensor in (K, V))
    assert close(found, joined(F.scaled_dot_product_attention(Q, *repeated), inputs))
    tiled = (tensor.repeat(1, 3, 1, 1) for tensor in (K, V))
    assert not torch.allclose(found, joined(F.scaled_dot_product_attention(Q, *tiled), inputs), atol=1e-2)


def test_grouped_queries_are_what_onnx_says():
    inputs = drawn("grouped-query", batched="X Y", **SIZES)
    names = ("Q", "K", "V")
    node = onnx.helper.make_node("Attention", names, ["Y"])
    values = [onnx.helper.make_tensor_value_info(name, onnx.TensorProto.DOUBLE, None) for name in (*names, "Y")]
    graph = onnx.helper.make_graph([node], "grouped", values[:3], values[3:])
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 23)])
    arrays = [tensor.numpy() for tensor in projected(inputs)]
    (heads,) = ReferenceEvaluator(model).run(None, dict(zip(names, arrays, strict=True)))
    expected = np.concatenate(np.moveaxis(heads, 1, 0), axis=-1) @ inputs["W_O"].numpy()
    assert close(computed("grouped-query", inputs), torch.from_numpy(expected))


def test_one_group_is_multi_query_attention():
    inputs = drawn("multi-query", batched="X Y", n=5, m=7, d=6, d_y=4, H=3, d_k=2, d_v=3)
    one = {name: inputs[name][None] for name in ("W_Q", "W_K", "W_V")}
    assert close(computed("multi-query", inputs), computed("grouped-query", {**inputs, **one}))


def test_groups_of_one_query_are_multi_head_attention():
    inputs = drawn("grouped-query", **{**SIZES, "R": 1})
    alone = {name: value for name, value in inputs.items() if name != "W_O"}
    alone["W_Q"], alone["W_O"] = inputs["W_Q"][:, 0], inputs["W_O"].unflatten(0, (2, 3))
    alone["b_O"] = torch.zeros(1, 6, dtype=torch.float64)
    assert close(computed("grouped-query", inputs), computed("multi-head-sum", alone))
