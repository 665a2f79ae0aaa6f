"""Gradients of torch code under masks: 0 where nothing is seen, elsewhere those of a plain formula."""

import numpy as np
import pytest
import torch
from conformance_cases import LIBRARY, agree, attention, code, differ, draw, drawn, qkv, rounded, rows
from entmax import entmax15, entmax_bisect, sparsemax
from torch.nn.attention import SDPBackend, sdpa_kernel

import symattn as sa
from symattn.mechanisms import named

DTYPES = ["float64", "float32"]
dtypes = pytest.mark.parametrize("dtype", DTYPES)


def gradients(mechanism, inputs, dtype="float64", upstream=None, **fixed):
    """The output and the gradients of every input that is not fixed, for a drawn upstream gradient."""
    tensors = {name: torch.tensor(value.astype(dtype), requires_grad=True) for name, value in inputs.items()}
    others = {name: torch.as_tensor(value) if np.ndim(value) else value for name, value in fixed.items()}
    result = code(mechanism, "torch")(**tensors, **others)
    upstream = drawn_like(result) if upstream is None else torch.as_tensor(upstream).to(result.dtype)
    found = torch.autograd.grad(result, list(tensors.values()), upstream)
    return result.detach().numpy(), dict(zip(tensors, (gradient.numpy() for gradient in found), strict=True))


def drawn_like(result):
    numbers = np.random.default_rng(99).normal(size=tuple(result.shape)).astype("float32")
    return torch.as_tensor(numbers).to(result.dtype)


def of_softmax(P, dP):
    return P * (dP - (P * dP).sum(-1, keepdims=True))


def by_formula(Q, K, V, allowed, upstream, of_scores=of_softmax):
    """Values and gradients of attention written down; rows without a key are zeros."""
    scale = 1 / np.sqrt(Q.shape[-1])
    scores = np.where(allowed, Q @ K.swapaxes(-1, -2) * scale, -np.inf)
    largest = np.where(allowed.any(-1, keepdims=True), scores.max(-1, keepdims=True), 0)
    powers = np.exp(scores - largest)
    P = powers / np.maximum(powers.sum(-1, keepdims=True), 1)
    dP = upstream @ V.swapaxes(-1, -2)
    dS = of_scores(P, dP) * scale
    return P @ V, {"Q": dS @ K, "K": dS.swapaxes(-1, -2) @ Q, "V": P.swapaxes(-1, -2) @ upstream}


MASK = np.random.default_rng(1).random((5, 7)) < 0.5
MASK[:, 3] = False
MASK[0], MASK[2] = False, False
MASK[1] = [False, True] + [False] * 5
SETS = {
    "some keys, two empty rows, a key that nobody sees, a row of one key": ("M", MASK),
    "nothing is allowed": ("M", np.zeros((5, 7), dtype=bool)),
    "everything is allowed": ("M", np.ones((5, 7), dtype=bool)),
    "padding": ("padding", np.array([[1, 0, 1, 1, 0, 1, 0]], dtype=bool)),
    "all keys are padding": ("padding", np.zeros((1, 7), dtype=bool)),
    "causal": ("causal", rows(5, 7, lambda i, j: j <= i)),
    "lower right": ("causal_lower_right", rows(5, 7, lambda i, j: j <= i + 2)),
    "a window": ("window(1, 0)", rows(5, 7, lambda i, j: i - 1 <= j <= i)),
    "a window that some rows have no key in": ("(j > i + 3)", rows(5, 7, lambda i, j: j > i + 3)),
}


@dtypes
@pytest.mark.parametrize("circumstance", SETS)
def test_gradients_of_attention_over_a_set(circumstance, dtype):
    where, allowed = SETS[circumstance]
    inputs = rounded(qkv(1, batch=(2,)), ("torch", dtype))
    fixed = {where: allowed} if where in ("M", "padding") else {}
    value, found = gradients(attention(where), inputs, dtype, **fixed)
    allowed = np.broadcast_to(allowed, (5, 7))
    expected_value, expected = by_formula(**inputs, allowed=allowed, upstream=drawn_like(value_like(value)).numpy())
    assert agree(value, expected_value, ("torch", dtype))
    for name, gradient in expected.items():
        assert np.isfinite(found[name]).all() and agree(found[name], gradient, ("torch", dtype), units=128)
    assert not found["Q"][:, ~allowed.any(1)].any()
    for name in "KV":
        assert not found[name][:, ~allowed.any(0)].any()


def value_like(value):
    return torch.empty(value.shape, dtype=torch.float64)


MISTAKES = {
    "a row's mean is forgotten": lambda P, dP: P * dP,
    "the mean is not weighted": lambda P, dP: P * (dP - dP.mean(-1, keepdims=True)),
    "masked keys are in the mean": lambda P, dP: P * dP - P.mean(-1, keepdims=True) * (P * dP).sum(-1, keepdims=True),
}


@dtypes
@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistaken_gradients_are_seen(mistake, dtype):
    inputs = qkv(1)
    value, found = gradients(attention("M"), inputs, dtype, M=MASK)
    _, wrong = by_formula(
        **inputs, allowed=MASK, upstream=drawn_like(value_like(value)).numpy(), of_scores=MISTAKES[mistake]
    )
    assert differ(found["Q"], wrong["Q"]) and differ(found["K"], wrong["K"])


@dtypes
def test_the_formula_is_what_torch_differentiates(dtype):
    inputs, mask = qkv(2, batch=(2,)), MASK.copy()
    mask[[0, 2], 1] = True
    tensors = [torch.tensor(value, requires_grad=True) for value in inputs.values()]
    with sdpa_kernel(SDPBackend.MATH):
        result = torch.nn.functional.scaled_dot_product_attention(*tensors, attn_mask=torch.as_tensor(mask))
    upstream = drawn_like(result)
    _, expected = by_formula(**inputs, allowed=mask, upstream=upstream.numpy())
    for theirs, ours in zip(torch.autograd.grad(result, tensors, upstream), expected.values(), strict=True):
        assert agree(theirs, ours, ("torch", "float64"))


ON_ALLOWED = {
    "softmax(S, where=M)": lambda s: torch.softmax(s, -1),
    "sparsemax(S, where=M)": lambda s: sparsemax(s, dim=-1),
    "entmax(S, 1.5, where=M)": lambda s: entmax15(s, dim=-1),
    "entmax(S, 4/3, where=M)": lambda s: entmax_bisect(s, 4 / 3, dim=-1, n_iter=60),
    "hardmax(S, where=M)": lambda s: torch.nn.functional.one_hot(s.argmax(-1), s.shape[-1]) + 0 * s,
    "lse(S, where=M)": lambda s: torch.logsumexp(s, -1, keepdim=True),
}


@pytest.mark.parametrize("formula", ON_ALLOWED)
def test_relatives_of_softmax_have_the_gradients_of_the_allowed_keys_alone(formula):
    made = sa.mechanism("of scores", {"S": "n m", "M": "n m"}, f"P = {formula}")
    S = draw(3, S=(5, 7))["S"] / 4
    value, found = gradients(made, {"S": S}, M=MASK)
    upstream = drawn_like(value_like(value))
    for row, mask in enumerate(MASK):
        assert not found["S"][row][~mask].any()
        if not mask.any():
            assert (value[row] == (-np.inf if "lse" in formula else 0)).all()
            continue
        scores = torch.tensor(S[row][mask], requires_grad=True)
        alone = ON_ALLOWED[formula](scores)
        kept = upstream[row] if "lse" in formula else upstream[row][torch.as_tensor(mask)]
        (gradient,) = torch.autograd.grad(alone, scores, kept)
        assert np.allclose(found["S"][row][mask], gradient, rtol=0, atol=1e-12)
        assert np.allclose(value[row] if "lse" in formula else value[row][mask], alone.detach(), atol=1e-12)
    assert found["S"].any() == ("hardmax" not in formula)


BIASED = """
    Q[h] = X @ W_Q[h] + b_Q[h]
    K[h] = Y @ W_K[h] + b_K[h]
    P[h] = softmax(Q[h] @ K[h].T / sqrt(d_k), where={})
    O[h] = P[h] @ (Y @ W_V[h] + b_V[h])
"""


def biased(where):
    shapes = {"X": "n d", "Y": "m d", **{f"W_{letter}": "H d d_k" for letter in "QKV"}}
    masks = {"M": "n m"} if where == "M" else {}
    return sa.mechanism(
        "heads with biases", {**shapes, **{f"b_{x}": "H 1 d_k" for x in "QKV"}, **masks}, BIASED.format(where)
    )


@dtypes
@pytest.mark.parametrize("where", ["M", "causal", "(j <= m)"])
def test_the_bias_of_keys_has_a_gradient_of_rounding_alone(where, dtype):
    inputs = draw(4, X=(5, 4), Y=(7, 4), W_Q=(2, 4, 3), W_K=(2, 4, 3), W_V=(2, 4, 3))
    inputs |= draw(5, b_Q=(2, 1, 3), b_K=(2, 1, 3), b_V=(2, 1, 3))
    fixed = {"M": MASK} if where == "M" else {}
    _, found = gradients(biased(where), inputs, dtype, **fixed)
    queries = np.abs(inputs["X"] @ inputs["W_Q"] + inputs["b_Q"]).sum()
    assert np.abs(found["b_K"]).max() < 64 * np.finfo(dtype).eps * queries
    assert np.abs(found["b_Q"]).max() > 1e-2 and np.abs(found["b_V"]).max() > 1e-2
    assert np.abs(found["W_K"]).max() > 1e-2


def test_the_bias_of_keys_makes_exactly_no_difference():
    numbers = {"X": [[1, 2], [0, 1]], "Y": [[1, 0], [2, 1], [0, 3]], "W_Q": [[[1], [2]]], "W_K": [[[1], [1]]]}
    numbers |= {"W_V": [[[1], [3]]], "b_Q": [[[1]]], "b_V": [[[2]]]}
    found = [biased("causal").bind(**numbers, b_K=[[[bias]]])["O"] for bias in (0, 5, -3)]
    assert found[0] == found[1] == found[2]
    other = biased("causal").bind(**{**numbers, "b_Q": [[[2]]]}, b_K=[[[0]]])["O"]
    assert other != found[0]


REPRESENTATIVES = {
    "scores": ["additive", "cosine", "rbf", "softcap", "qk-norm-layer"],
    "normalisers": ["entmax15", "sparsemax", "sink", "performer", "sigmoid"],
    "allowed_sets": ["masked", "causal-lower-right", "causal-padded", "local-p", "packed"],
    "positions": ["rope", "t5-causal-bias", "shaw", "transformer-xl"],
    "heads": ["grouped-query", "key-cache-chunk", "mla-absorbed", "packed-multi-head"],
    "images": ["aff", "se", "danet-position", "non-local-embedded"],
}
FIXED = {"masked": {"M": MASK[:2, :4]}, "causal-padded": {"padding": np.array([[False, True, True, False]])}}
FIXED["packed"] = {"s": np.array([[1.0], [1.0], [2.0], [2.0]])}
ONE_BY_ONE = [name for group in REPRESENTATIVES.values() for name in group]


@pytest.mark.parametrize("name", ONE_BY_ONE)
def test_gradients_are_those_of_finite_differences(name):
    mechanism = LIBRARY[name]
    sizes = {"packed": {"n": 4}, "masked": {"n": 2, "m": 4}, "causal-padded": {"n": 3, "m": 4}}.get(name, {})
    inputs = {key: value for key, value in drawn(mechanism, seed=6, **sizes).items() if key not in FIXED.get(name, {})}
    fixed = {key: torch.as_tensor(value) for key, value in FIXED.get(name, {}).items()}
    tensors = [torch.tensor(value, dtype=torch.float64, requires_grad=True) for value in inputs.values()]

    def function(*given):
        return code(mechanism, "torch")(**dict(zip(inputs, given, strict=True)), **fixed)

    assert torch.autograd.gradcheck(function, tensors, fast_mode=True)


def test_finite_differences_find_a_gradient_that_is_cut():
    tensors = [torch.tensor(value, requires_grad=True) for value in drawn(LIBRARY["dot"]).values()]

    def function(Q, K, V):
        return code(named("dot"), "torch")(Q, K.detach() + 0 * K, V)

    with pytest.raises(RuntimeError, match="Jacobian"):
        torch.autograd.gradcheck(function, tensors, fast_mode=True)


def test_every_group_is_represented():
    assert set(REPRESENTATIVES) == set(sa.mechanisms.GROUPS)
