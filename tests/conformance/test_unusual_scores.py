"""Scores at their limits: any scale, huge and tiny numbers, ties, one number a key, one key, caps and biases."""

import warnings

import numpy as np
import pytest
import torch
from conformance_cases import (
    agree,
    attention,
    computed,
    differ,
    draw,
    kinds,
    loops,
    onnx_attention,
    qkv,
    rounded,
    rows,
    sdpa,
)
from torch.nn.attention.flex_attention import flex_attention

import symattn as sa

SCALED = sa.mechanism(
    "attention with a scale",
    {"Q": "n d_k", "K": "m d_k", "V": "m d_v", "s": "scalar"},
    "S = s * (Q @ K.T)\nP = softmax(S)\nO = P @ V",
)


@pytest.fixture(autouse=True)
def no_warnings():
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        yield


@kinds
@pytest.mark.parametrize("scale", [0.0, -0.0, -1.0, -0.25, 1e-30, 1.0, 3.5])
def test_a_scale_of_any_sign(scale, kind):
    inputs = qkv(1, batch=(2,))
    found = computed(SCALED, kind, {**inputs, "s": scale})
    assert agree(found, sdpa(**rounded(inputs, kind), scale=scale), kind)
    assert differ(found, sdpa(**inputs, scale=scale + 0.5))


@kinds
@pytest.mark.parametrize("scale", [0.0, -0.0, 1e-30])
def test_without_scores_that_tell_keys_apart_all_weigh_the_same(scale, kind):
    inputs = qkv(2)
    P = computed(SCALED, kind, {**inputs, "s": scale}, "P")
    assert (P[0, 0] == P).all() and abs(P[0, 0] * 7 - 1) < 4 * np.finfo(kind[1]).eps


def softmax_of(formula="softmax(S)"):
    return sa.mechanism("of scores", {"S": "n m"}, f"P = {formula}")


HUGE = {"float64": (1e4, 1e30, 1e300, 1.79e308), "float32": (1e4, 1e30, 3.4e38)}
FORMULAS = ["softmax(S)", "hardmax(S)", "sparsemax(S)", "entmax(S, 1.5)", "entmax(S, 5/4)"]


@kinds
@pytest.mark.parametrize("formula", FORMULAS)
def test_huge_scores_leave_all_weight_to_the_largest(formula, kind):
    for size in HUGE[kind[1]]:
        S = np.array([[size, -size, 0.0, size / 2], [-size, -size, -size, -size], [0, size, size, -size]])
        with np.errstate(over="ignore"):  # of the difference of the largest two numbers there are
            found = computed(softmax_of(formula), kind, {"S": S})
        expected = np.array([[1, 0, 0, 0], [0.25] * 4, [0, 0.5, 0.5, 0]])
        assert np.abs(found - expected).max() <= 4 * np.finfo(kind[1]).eps


@kinds
def test_the_log_of_a_sum_of_huge_exponentials(kind):
    for size in HUGE[kind[1]]:
        S = np.array([[size, -size, 0.0], [-size, -size, -size]])
        with np.errstate(over="ignore"):
            found = computed(softmax_of("lse(S)"), kind, {"S": S})
        given = np.dtype(kind[1]).type(size)
        assert found[0] == given and abs(found[1] + given - np.log(3)) <= 4 * np.spacing(given)


@kinds
def test_huge_queries_choose_a_key(kind):
    inputs = qkv(3, n=4, m=5)
    for size in HUGE[kind[1]][:2]:
        found = computed("dot", kind, {**inputs, "Q": size * inputs["Q"]})
        best = (rounded(inputs, kind)["Q"] @ rounded(inputs, kind)["K"].T).argmax(-1)
        assert agree(found, inputs["V"][best], kind)


@kinds
def test_an_infinite_score_is_not_a_number_as_in_torch(kind):
    """A row without any infinite score is not touched by one in another row."""
    S = np.array([[1.0, np.inf, 2.0], [1.0, 2.0, 3.0], [-np.inf, 0.0, 1.0], [np.nan, 1.0, 2.0]])
    with np.errstate(invalid="ignore"):
        found = computed(softmax_of(), kind, {"S": S})
    expected = torch.softmax(torch.as_tensor(S), -1).numpy()
    assert np.array_equal(np.isnan(found), np.isnan(expected))
    assert agree(found[[1, 2]], expected[[1, 2]], kind)
    assert found[2, 0] == 0


TINY = {"float64": 5e-324, "float32": 1e-45}


@kinds
def test_subnormal_inputs_and_negative_zeros(kind):
    tiny = TINY[kind[1]]
    inputs = {"Q": np.array([[tiny, -0.0], [-tiny, 1.0]]), "K": np.array([[-0.0, 0.0], [tiny, -tiny], [0.0, 2.0]])}
    inputs["V"] = np.array([[tiny, -0.0], [-0.0, -tiny], [3.0, 1.0]])
    assert agree(computed("scaled-dot", kind, inputs), sdpa(**rounded(inputs, kind)), kind)
    found = computed("scaled-dot", kind, {**inputs, "V": np.full((3, 2), -0.0)})
    assert not found.any()


@kinds
def test_values_that_are_subnormal_lose_no_more_than_their_last_bit(kind):
    tiny = TINY[kind[1]]
    inputs = {"Q": np.zeros((1, 1)), "K": np.zeros((4, 1)), "V": np.array([[400.0], [80], [4], [0]]) * tiny}
    found = computed("dot", kind, inputs)
    assert abs(float(found[0, 0]) - 121 * tiny) <= 2 * tiny


@kinds
def test_equal_scores_are_the_mean_of_the_values(kind):
    inputs = qkv(4)
    inputs["K"][:] = inputs["K"][0]
    found = computed("scaled-dot", kind, inputs)
    assert agree(found, np.tile(inputs["V"].mean(0), (5, 1)), kind)
    causal = computed("causal", kind, inputs)
    assert agree(causal, np.array([inputs["V"][: i + 1].mean(0) for i in range(5)]), kind)


@kinds
def test_one_number_a_key(kind):
    inputs = qkv(5, d_k=1, d_v=1, batch=(2,))
    assert agree(computed("scaled-dot", kind, inputs), sdpa(**rounded(inputs, kind)), kind)
    assert agree(computed("causal", kind, inputs), sdpa(**rounded(inputs, kind), is_causal=True), kind)


@kinds
@pytest.mark.parametrize("name", ["scaled-dot", "dot", "causal", "sparsemax", "entmax15", "entmax", "hardmax", "rbf"])
def test_one_key_has_all_the_weight(name, kind):
    inputs = qkv(6, m=1)
    more = {"sigma": 0.7} if name == "rbf" else {}
    assert np.array_equal(computed(name, kind, {**inputs, **more}, "P"), np.ones((5, 1)))
    V = inputs["V"].astype(kind[1])
    assert np.array_equal(computed(name, kind, {**inputs, **more}), np.broadcast_to(V, (5, 4)))


@kinds
def test_one_query(kind):
    inputs = qkv(7, n=1, batch=(3,))
    assert agree(computed("scaled-dot", kind, inputs), sdpa(**rounded(inputs, kind)), kind)
    first = computed("causal", kind, inputs)
    assert agree(first, inputs["V"][:, :1], kind)


CAPPED = """
    S = Q @ K.T / sqrt(d_k)
    P = softmax(c * tanh(S / c), where={})
    O = P @ V
"""


@kinds
@pytest.mark.parametrize("cap", [0.5, 2.0, 50.0])
@pytest.mark.parametrize("where", ["M", "causal", "padding & causal"])
def test_a_cap_stands_before_the_mask(where, cap, kind):
    inputs = draw(8, Q=(2, 1, 5, 3), K=(2, 1, 7, 3), V=(2, 1, 7, 4))
    inputs["Q"] *= 3
    masks = {"M": np.random.default_rng(8).random((5, 7)) < 0.5, "padding": np.array([[1, 1, 0, 1, 0, 1, 1]]) == 1}
    masks["M"][2] = False
    allowed = np.ones((5, 7), dtype=bool)
    for name, mask in masks.items():
        allowed &= mask if name in where else True
    allowed &= rows(5, 7, lambda i, j: j <= i) if "causal" in where else True
    exact = rounded(inputs, kind)
    given = {**inputs, **{name: mask for name, mask in masks.items() if name in where}, "c": cap}
    found = computed(attention(where, CAPPED, c="scalar"), kind, given)
    assert agree(found, onnx_attention(**exact, attn_mask=allowed, softcap=cap), kind)
    after = loops(**exact, score=lambda i, j, s: cap * np.tanh((s if allowed[i, j] else -np.inf) / cap))
    assert cap == 50 or differ(found, after)  # exp(-50) is nothing beside an allowed key


FLEX = {
    "a cap": (
        "softmax(2 * tanh(Q[h] @ K[h].T / sqrt(d_k) / 2))",
        lambda s, b, h, i, j: 2 * torch.tanh(s / 2),
        {},
    ),
    "linear biases": (
        "softmax(Q[h] @ K[h].T / sqrt(d_k) - slope[h] * matrix(n, m, abs(i - j)))",
        lambda s, b, h, i, j: s - torch.tensor([0.5, 0.25, 0.125])[h] * (i - j).abs(),
        {"slope": ("H 1", np.array([[0.5], [0.25], [0.125]]))},
    ),
    "a cap and then a bias": (
        "softmax(2 * tanh(Q[h] @ K[h].T / sqrt(d_k) / 2) + matrix(n, m, (i - j) / 4))",
        lambda s, b, h, i, j: 2 * torch.tanh(s / 2) + (i - j) / 4,
        {},
    ),
    "a bias by relative position": (
        "softmax(Q[h] @ K[h].T / sqrt(d_k) + matrix(n, m, w[clip(j - i, -2, 2) + 2, h]))",
        lambda s, b, h, i, j: s + torch.linspace(-1, 2, 15).reshape(5, 3)[(j - i).clamp(-2, 2) + 2, h],
        {"w": ("5 H", np.linspace(-1, 2, 15).reshape(5, 3))},
    ),
}


@pytest.mark.filterwarnings("ignore:flex_attention called without torch.compile")
@pytest.mark.parametrize("circumstance", FLEX)
def test_scores_that_flex_attention_changes(circumstance):
    formula, changed, more = FLEX[circumstance]
    shapes = {"Q": "H n d_k", "K": "H m d_k", "V": "H m d_v", **{name: shape for name, (shape, _) in more.items()}}
    made = sa.mechanism("changed scores", shapes, f"P[h] = {formula}\nO[h] = P[h] @ V[h]")
    inputs = rounded(draw(9, Q=(2, 3, 5, 4), K=(2, 3, 7, 4), V=(2, 3, 7, 4)), ("numpy", "float32"))
    expected = flex_attention(*map(torch.as_tensor, inputs.values()), score_mod=changed).numpy()
    unchanged = sdpa(**inputs)
    given = {**inputs, **{name: value for name, (_, value) in more.items()}}
    for target in ("numpy", "torch"):
        found = computed(made, (target, "float64"), given)
        assert agree(found, expected, (target, "float32")) and differ(found, unchanged)  # flex's biases are float32
