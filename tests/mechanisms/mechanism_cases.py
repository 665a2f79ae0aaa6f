"""What the tests of the library share: random inputs, the values that a mechanism's code computes, ONNX's operators."""

from functools import cache

import numpy as np
import torch
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator

from symattn.mechanisms import named

TOLERANCE = 1e-12
"""Relative to the largest entry: double precision, sums of some ten terms, scores of some units."""


def draw(seed, **shapes):
    """Normal numbers for some inputs; a shape is a text such as ``"2 5 3"``, ``""`` for a scalar."""
    generator = np.random.default_rng(seed)
    return {
        name: generator.normal(size=tuple(map(int, shape.split()))) if shape else float(generator.uniform(0.5, 2))
        for name, shape in shapes.items()
    }


@cache
def code(name, target, output):
    return named(name).lambdify(target, outputs=[output or named(name).output])


def values(name, output=None, **inputs):
    """One value of a mechanism, from its NumPy code and from its torch code."""
    output = output or named(name).output
    tensors = {key: torch.as_tensor(value) if np.ndim(value) else value for key, value in inputs.items()}
    return code(name, "numpy", output)(**inputs)[output], code(name, "torch", output)(**tensors)[output].numpy()


def difference(name, expected, output=None, **inputs):
    """The largest error of either code, relative to the largest entry expected; shapes must be equal."""
    expected = np.asarray(expected)
    found = values(name, output, **inputs)
    assert all(value.shape == expected.shape for value in found), [value.shape for value in found] + [expected.shape]
    return max(np.abs(value - expected).max() for value in found) / np.abs(expected).max()


def check(name, expected, output=None, **inputs):
    """Both codes compute what is expected."""
    assert difference(name, expected, output, **inputs) < TOLERANCE


def softmax(scores, allowed=True):
    """Softmax over the allowed keys, by loops over rows; rows without any are zeros."""
    scores, allowed = np.asarray(scores), np.broadcast_to(allowed, np.shape(scores))
    weights = np.zeros(scores.shape)
    for row in np.ndindex(scores.shape[:-1]):
        keys = [key for key in range(scores.shape[-1]) if allowed[row][key]]
        powers = [np.exp(scores[row][key] - max(scores[row][k] for k in keys)) for key in keys]
        for key, power in zip(keys, powers, strict=True):
            weights[row][key] = power / sum(powers)
    return weights


def attention(Q, K, V, **options):
    """torch's attention by its plain formula, in double precision."""
    tensors = (torch.as_tensor(value) for value in (Q, K, V))
    options = {key: torch.as_tensor(value) if np.ndim(value) else value for key, value in options.items()}
    with torch.nn.attention.sdpa_kernel(torch.nn.attention.SDPBackend.MATH):
        return torch.nn.functional.scaled_dot_product_attention(*tensors, **options).numpy()


def onnx(operator, inputs, kind=TensorProto.DOUBLE, **attributes):
    """The first output of an operator of ONNX, by its reference evaluator; inputs by name, in the operator's order."""
    node = helper.make_node(operator, list(inputs), ["Y"], **attributes)
    given = [helper.make_tensor_value_info(name, kind, value.shape) for name, value in inputs.items()]
    graph = helper.make_graph([node], "one", given, [helper.make_tensor_value_info("Y", kind, None)])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 27)])
    return ReferenceEvaluator(model).run(None, inputs)[0]
