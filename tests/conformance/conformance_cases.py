"""What the tables of circumstances share: systems of equations, what their code computes, what the libraries say."""

from functools import cache

import numpy as np
import pytest
import torch
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator
from torch.nn.attention import SDPBackend, sdpa_kernel

import symattn as sa
from symattn.mechanisms import named, names

KINDS = [(target, dtype) for dtype in ("float64", "float32") for target in ("numpy", "torch")]
kinds = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: " ".join(kind))

UNITS = 64
"""Units of rounding, relative to the largest entry: sums of about ten terms, exponentials of scores of some units."""

SOFTMAX = "S = Q @ K.T / sqrt(d_k)\nP = softmax(S, where={})\nO = P @ V"


@cache
def attention(where, equations=SOFTMAX, **shapes):
    """Attention over an allowed set, with ``M`` and ``padding`` where the set mentions them; more inputs by shape."""
    masks = {name: shape for name, shape in {"M": "n m", "padding": "1 m"}.items() if name in where}
    inputs = {"Q": "n d_k", "K": "m d_k", "V": "m d_v", **masks, **shapes}
    return sa.mechanism("attention", inputs, equations.format(where))


@cache
def code(mechanism, target, outputs=None):
    """The generated function, made once."""
    return mechanism.lambdify(target, outputs=outputs)


def computed(mechanism, kind, inputs, output=None):
    """A value of a mechanism from one kind of code; floats are given in its dtype, everything else as it is."""
    target, dtype = kind
    mechanism = named(mechanism) if isinstance(mechanism, str) else mechanism
    given = {name: cast(value, target, dtype) for name, value in inputs.items()}
    output = output or mechanism.output
    found = np.asarray(code(mechanism, target, (output,))(**given)[output])
    assert found.dtype == dtype
    return found


def cast(value, target, dtype):
    """An array of floats as the target has them; single numbers and truth values stay what they are."""
    if not isinstance(value, np.ndarray):
        return value
    array = value.astype(dtype) if value.dtype.kind == "f" else value
    return torch.as_tensor(array) if target == "torch" else array


def rounded(inputs, kind):
    """The inputs as float64, after they were given in a dtype: what an oracle has to start from."""
    return {name: cast(value, "numpy", kind[1]) for name, value in inputs.items()} | {
        name: value.astype(kind[1]).astype(float)
        for name, value in inputs.items()
        if isinstance(value, np.ndarray) and value.dtype.kind == "f"
    }


def error(found, expected):
    """The largest difference relative to the largest entry; the shapes must be equal."""
    found, expected = np.asarray(found, dtype=float), np.asarray(expected, dtype=float)
    assert found.shape == expected.shape, (found.shape, expected.shape)
    return np.abs(found - expected).max(initial=0) / max(np.abs(expected).max(initial=0), 1e-300)


def agree(found, expected, kind, units=UNITS):
    """Whether two values differ by no more than rounding in this kind of code explains; zero only equals zero."""
    expected = np.asarray(expected)
    if not expected.any():
        return not np.asarray(found).any() and np.shape(found) == expected.shape
    return error(found, expected) < units * np.finfo(kind[1]).eps


def differ(found, expected):
    """Whether two values differ by far more than rounding, so that a check of them can fail."""
    return error(found, expected) > 1e-2


def draw(seed, **shapes):
    """Normal numbers of these shapes."""
    generator = np.random.default_rng(seed)
    return {name: generator.normal(size=shape) for name, shape in shapes.items()}


def qkv(seed, n=5, m=7, d_k=3, d_v=4, batch=()):
    """Queries, keys and values."""
    return draw(seed, Q=(*batch, n, d_k), K=(*batch, m, d_k), V=(*batch, m, d_v))


def rows(n, m, allows):
    """The truth values of ``allows(i, j)``."""
    return np.array([[bool(allows(i, j)) for j in range(m)] for i in range(n)]).reshape(n, m)


def loops(Q, K, V, allowed=True, score=lambda i, j, s: s):
    """Attention over the allowed keys of one batch after the other, row by row; a row without any is zeros."""
    batch = np.broadcast_shapes(Q.shape[:-2], K.shape[:-2], V.shape[:-2], np.shape(allowed)[:-2])
    allowed = np.broadcast_to(allowed, (*batch, Q.shape[-2], K.shape[-2]))
    Q, K, V = (np.broadcast_to(array, batch + array.shape[-2:]) for array in (Q, K, V))
    result = np.zeros((*batch, Q.shape[-2], V.shape[-1]))
    for place in np.ndindex(*batch, Q.shape[-2]):
        at, i = place[:-1], place[-1]
        keys = [j for j in range(K.shape[-2]) if allowed[place][j]]
        scores = [score(i, j, float(Q[place] @ K[at][j]) / np.sqrt(Q.shape[-1])) for j in keys]
        powers = [np.exp(each - max(scores)) for each in scores]
        for j, power in zip(keys, powers, strict=True):
            result[place] += power / sum(powers) * V[at][j]
    return result


def sdpa(Q, K, V, **options):
    """torch's attention by its plain formula, in double precision; rows without a key are NaN there."""
    tensors = (torch.as_tensor(value) for value in (Q, K, V))
    options = {
        key: torch.as_tensor(value) if isinstance(value, np.ndarray) else value for key, value in options.items()
    }
    with sdpa_kernel(SDPBackend.MATH):
        return torch.nn.functional.scaled_dot_product_attention(*tensors, **options).numpy()


ONNX_INPUTS = ("Q", "K", "V", "attn_mask", "past_key", "past_value")


def onnx_attention(Q, K, V, attn_mask=None, past_key=None, past_value=None, results=1, **attributes):
    """ONNX's attention by its reference evaluator; two axes before the last two, batch and heads."""
    values = dict(zip(ONNX_INPUTS, (Q, K, V, attn_mask, past_key, past_value), strict=True))
    given = {name: np.asarray(value) for name, value in values.items() if value is not None}
    inputs = [name if name in given else "" for name in ONNX_INPUTS]
    outputs = ["Y", "present_key", "present_value"][:results]
    node = helper.make_node("Attention", inputs, outputs, **attributes)
    kind = {"f": TensorProto.DOUBLE, "b": TensorProto.BOOL}
    described = [helper.make_tensor_value_info(name, kind[value.dtype.kind], None) for name, value in given.items()]
    results = [helper.make_tensor_value_info(name, TensorProto.DOUBLE, None) for name in outputs]
    graph = helper.make_graph([node], "attention", described, results)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 27)])
    found = ReferenceEvaluator(model).run(None, given)
    return found[0] if len(outputs) == 1 else found


def sizes_of(mechanism, **lengths):
    """A number for every size: the one given, else a small one of its own, so that no two agree by chance."""
    free = sorted({str(size) for size in mechanism.sizes})
    return {name: lengths.get(name, 2 + place % 3) for place, name in enumerate(free)}


def drawn(mechanism, seed=0, **lengths):
    """Inputs for any mechanism of the library: matrices of numbers between 1/2 and 1, scalars of 0.7."""
    sizes = sizes_of(mechanism, **lengths)
    generator = np.random.default_rng(seed)
    found = {}
    for name in mechanism.inputs:
        shape = [
            int(length.subs({size: sizes[str(size)] for size in length.free_symbols}))
            for length in mechanism.shape(name)
        ]
        found[name] = generator.uniform(0.5, 1, size=shape) if shape else 0.7
    return found


LIBRARY = {name: named(name) for name in names()}
