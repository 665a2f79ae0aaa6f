"""The peers written by hand against plain loops, and their gradients against one another."""

import math

import numpy as np
import pytest

from symattn.benching.peers import PEERS, Form, in_place_numpy, sdpa_torch, textbook_numpy, textbook_numpy_backward
from symattn.errors import InputError

N, M, D_K, D_V = 7, 9, 4, 3
SHAPES = {
    "one head": ((N, D_K), (M, D_K), (M, D_V)),
    "heads": ((2, N, D_K), (2, M, D_K), (2, M, D_V)),
    "groups": ((2, 3, N, D_K), (2, 1, M, D_K), (2, 1, M, D_V)),
}


def forms():
    generator = np.random.default_rng(3)
    allowed = generator.random((N, M)) < 0.4
    allowed[2] = False
    bias = generator.standard_normal((N, M))
    return {
        "plain": {},
        "causal": {"causal": True},
        "masked": {"allowed": allowed},
        "biased": {"bias": bias, "causal": True},
        "everything": {"bias": bias, "causal": True, "allowed": allowed, "scale": 0.3},
        "capped": {"cap": 1.5},
        "capped and masked": {"cap": 1.5, "scale": 0.3, "allowed": allowed},
    }


def drawn(shapes):
    generator = np.random.default_rng(5)
    return [generator.standard_normal(shape) for shape in shapes]


def by_loops(Q, K, V, scale=None, causal=False, allowed=None, bias=None, cap=None):
    """One query after the other; a query without keys gives zeros."""
    Q, K, V = (np.broadcast_to(A, np.broadcast_shapes(Q.shape[:-2], K.shape[:-2]) + A.shape[-2:]) for A in (Q, K, V))
    found = np.zeros((*Q.shape[:-1], V.shape[-1]))
    for head in np.ndindex(*Q.shape[:-2]):
        for i in range(Q.shape[-2]):
            weights = {}
            for j in range(K.shape[-2]):
                score = sum(a * b for a, b in zip(Q[head][i], K[head][j], strict=True))
                score *= scale if scale is not None else 1 / math.sqrt(Q.shape[-1])
                score = score if cap is None else cap * math.tanh(score / cap)
                score += 0 if bias is None else bias[i, j]
                if (not causal or j <= i) and (allowed is None or allowed[i, j]):
                    weights[j] = math.exp(score)
            for j, weight in weights.items():
                found[head][i] += weight / sum(weights.values()) * V[head][j]
    return found


def tensors(torch, *arrays):
    return [torch.from_numpy(array) for array in arrays]


def torch_form(torch, made):
    return Form(**{key: torch.from_numpy(x) if isinstance(x, np.ndarray) else x for key, x in made.items()})


@pytest.mark.parametrize("shapes", SHAPES.values(), ids=SHAPES)
@pytest.mark.parametrize("made", forms().values(), ids=forms())
def test_every_peer_agrees_with_plain_loops(made, shapes):
    given = drawn(shapes)
    expected = by_loops(*given, **made)
    for peer in (textbook_numpy, in_place_numpy):
        assert np.allclose(peer(*given, Form(**made)), expected, rtol=1e-12, atol=1e-13)
    torch = pytest.importorskip("torch")
    form = torch_form(torch, made)
    for name, peer in PEERS.items():
        if peer.library == "torch" and (form.has_kernel or name != "torch SDPA"):
            found = peer.forward(*tensors(torch, *given), form).numpy()
            assert np.allclose(found, expected, rtol=1e-12, atol=1e-13), name


@pytest.mark.parametrize("shapes", SHAPES.values(), ids=SHAPES)
@pytest.mark.parametrize("made", forms().values(), ids=forms())
def test_textbook_gradients_are_those_of_autograd(made, shapes):
    torch = pytest.importorskip("torch")
    given = drawn(shapes)
    upstream = np.random.default_rng(8).standard_normal((*shapes[0][:-1], D_V))
    expected = textbook_numpy_backward(*given, upstream, Form(**made))
    form = torch_form(torch, made)
    for name in ("torch eager", "torch SDPA"):
        if name == "torch SDPA" and not form.has_kernel:
            continue
        backward = PEERS[name].backward
        assert backward is not None
        for found, wanted in zip(backward(*tensors(torch, *given, upstream), form), expected, strict=True):
            assert np.allclose(found.numpy(), wanted, rtol=1e-11, atol=1e-12), name


def test_the_kernel_refuses_a_cap():
    torch = pytest.importorskip("torch")
    with pytest.raises(InputError, match="no words for a cap"):
        sdpa_torch(*tensors(torch, *drawn(SHAPES["one head"])), Form(cap=1.0))


def test_an_input_is_not_written_over():
    given = drawn(SHAPES["one head"])
    kept = [array.copy() for array in given]
    in_place_numpy(*given, Form(bias=np.ones((N, M)), causal=True))
    assert all((a == b).all() for a, b in zip(given, kept, strict=True))
