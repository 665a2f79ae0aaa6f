"""No key to attend to: arrays of length 0, sets that allow nothing, an empty cache, no query, no batch."""

import warnings

import numpy as np
import pytest
import torch
from conformance_cases import (
    KINDS,
    LIBRARY,
    agree,
    attention,
    code,
    computed,
    drawn,
    kinds,
    qkv,
    sdpa,
    sizes_of,
)

import symattn as sa
from symattn.mechanisms import named

WITHOUT_KEYS = {
    "multi-head": "the bias b_O",
    "multi-head-sum": "the bias b_O",
    "luong-concat": "the query's own part",
    "luong-dot": "the query's own part",
    "luong-general": "the query's own part",
    "luong-location": "the query's own part",
    "linear": "0/0",
    "performer": "0/0",
    "linear-causal": "zeros",
    "sigmoid": "no logarithm",
    "scalable-softmax": "no logarithm",
}
"""What a query is given that has no key at all, where that is not a row of zeros."""

KEYS = {name: "L" if "L" in map(str, mechanism.sizes) else "m" for name, mechanism in LIBRARY.items()}
OVER_KEYS = [name for name, size in KEYS.items() if size in map(str, LIBRARY[name].sizes)]


@kinds
@pytest.mark.parametrize("name", OVER_KEYS)
def test_a_query_without_keys_is_given_zeros(name, kind):
    mechanism, expected = LIBRARY[name], WITHOUT_KEYS.get(name, "zeros")
    inputs = drawn(mechanism, **{KEYS[name]: 0})
    if expected == "no logarithm":
        with pytest.raises(ValueError, match="math domain error"):
            computed(mechanism, kind, inputs)
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore" if expected == "0/0" else "error")
        found = computed(mechanism, kind, inputs)
    assert found.shape[-2] == sizes_of(mechanism)["n"] and found.size
    assert np.isnan(found).all() if expected == "0/0" else np.isfinite(found).all()
    assert found.any() == (expected != "zeros")


@pytest.mark.parametrize("name", ["multi-head", "multi-head-sum"])
def test_a_layer_without_keys_returns_its_bias(name):
    inputs = drawn(LIBRARY[name], m=0)
    found = computed(name, KINDS[0], inputs)
    assert np.array_equal(found, np.broadcast_to(inputs["b_O"], found.shape))


@kinds
def test_no_keys_are_what_torchs_attention_makes_of_them(kind):
    inputs = qkv(1, m=0, batch=(2,))
    expected = sdpa(*inputs.values())
    assert expected.shape == (2, 5, 4) and not expected.any()
    for where in ("causal", "M", "padding", "causal & padding", "window(1, 0)", "j != i"):
        masks = {"M": np.ones((5, 0), dtype=bool), "padding": np.ones((1, 0), dtype=bool)}
        given = {**inputs, **{name: mask for name, mask in masks.items() if name in where}}
        assert agree(computed(attention(where), kind, given), expected, kind)


NORMALISERS = {
    "softmax(S)": 0,
    "softmax(S, where=causal)": 0,
    "sparsemax(S)": 0,
    "entmax(S, 1.5)": 0,
    "entmax(S, 4/3)": 0,
    "hardmax(S)": 0,
    "sparsemax(S, where=causal)": 0,
    "softmax(S) @ ones(m, 1)": 0,
    "lse(S)": -np.inf,
    "lse(S, where=causal)": -np.inf,
    "rowsum(S)": 0,
}


@kinds
@pytest.mark.parametrize("formula", NORMALISERS)
def test_a_row_of_no_scores(formula, kind):
    made = sa.mechanism("of a row", {"S": "n m"}, f"P = {formula}")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = computed(made, kind, {"S": np.zeros((2, 3, 0))})
    assert found.shape[:2] == (2, 3) and found.shape[2] in (0, 1)
    assert (found == NORMALISERS[formula]).all()


@kinds
@pytest.mark.parametrize("formula", ["rowmax(S)", "colmax(S)"])
def test_the_largest_of_nothing_is_an_error(formula, kind):
    made = sa.mechanism("of a row", {"S": "n m"}, f"P = {formula}")
    with pytest.raises((ValueError, IndexError), match=r"(non-)?zero[- ]size"):
        computed(made, kind, {"S": np.zeros((3, 0) if formula == "rowmax(S)" else (0, 3))})


EMPTY = {
    "a mask of zeros": ("M", {"M": np.zeros((5, 7))}),
    "a mask without True": ("M", {"M": np.zeros((5, 7), dtype=bool)}),
    "all keys are padding": ("padding", {"padding": np.zeros((1, 7))}),
    "padding and a mask that part": ("M & padding", {"M": np.eye(5, 7), "padding": np.array([[0.0] * 5 + [1, 1]])}),
    "keys after the last": ("j > m", {}),
    "causal and later than it": ("causal & (j > i)", {}),
}


@kinds
@pytest.mark.parametrize("circumstance", EMPTY)
def test_a_set_that_allows_nothing_gives_zeros(circumstance, kind):
    where, masks = EMPTY[circumstance]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = computed(attention(where), kind, {**qkv(2, batch=(2,)), **masks})
    assert found.shape == (2, 5, 4) and not found.any() and not np.signbit(found).any()


RELATIVES = ["softmax", "sparsemax", "hardmax", "lse"]


@kinds
@pytest.mark.parametrize("function", RELATIVES)
def test_relatives_of_softmax_over_an_empty_row(function, kind):
    made = sa.mechanism("of a row", {"S": "n m", "M": "n m"}, f"P = {function}(S, where=M)")
    S, M = np.array([[1.0, 2.0, 4.0], [1e4, -1e4, 3.0]]), np.array([[1, 0, 1], [0, 0, 0]])
    found = computed(made, kind, {"S": S, "M": M})
    assert (found[1] == (-np.inf if function == "lse" else 0)).all()
    assert np.isfinite(found[0]).all() and found[0].any()


CACHES = {"key-cache": ("p", "o"), "key-cache-chunk": ("p", "O"), "transformer-xl": ("l", "O")}


@kinds
@pytest.mark.parametrize("name", CACHES)
def test_an_empty_past_is_attention_without_a_past(name, kind):
    size, output = CACHES[name]
    inputs = drawn(LIBRARY[name], **{size: 0})
    found = computed(name, kind, inputs, output)
    if name == "transformer-xl":
        assert np.isfinite(found).all() and found.shape[0] == inputs["E"].shape[0]
        return
    tokens = inputs["X" if "X" in inputs else "x"]
    Q, K, V = (tokens @ inputs[f"W_{letter}"] for letter in "QKV")
    assert agree(found, sdpa(Q[None], K[None], V[None], is_causal=True)[0], kind)


NO_VALUE = {
    "cbam": "H W C",
    "cbam-code": "H W C",
    "cbam-channel": "H W",
    "cbam-spatial": "C",
    "danet-channel-code": "C",
    "packed-multi-head": "H",
    "qk-norm-whole": "H",
    "sigmoid": "m",
    "scalable-softmax": "m",
}
"""Sizes that may not be 0: a largest entry of none, an axis split among no heads, log(0)."""


@pytest.mark.parametrize("target", ["numpy", "torch"])
@pytest.mark.parametrize("name", LIBRARY)
def test_every_size_may_be_0_unless_that_has_no_value(name, target):
    mechanism = LIBRARY[name]
    for size in sizes_of(mechanism):
        inputs = drawn(mechanism, **{size: 0})
        if size in NO_VALUE.get(name, "").split():
            with pytest.raises((ValueError, IndexError, ZeroDivisionError)):
                run(mechanism, target, inputs)
            continue
        shape = tuple(
            int(length.subs({each: sizes_of(mechanism, **{size: 0})[str(each)] for each in length.free_symbols}))
            for length in mechanism.shape(mechanism.output)
        )
        assert run(mechanism, target, inputs).shape == shape, size


@pytest.mark.parametrize("target", ["numpy", "torch"])
@pytest.mark.parametrize("name", LIBRARY)
def test_a_batch_of_none_is_a_result_of_none(name, target):
    mechanism = LIBRARY[name]
    inputs = drawn(mechanism)
    single = run(mechanism, target, inputs)
    batches = {key: np.zeros((0, *value.shape)) if np.ndim(value) else value for key, value in inputs.items()}
    assert run(mechanism, target, batches).shape == (0, *single.shape)


def run(mechanism, target, inputs):
    given = {
        name: torch.as_tensor(value) if np.ndim(value) and target == "torch" else value
        for name, value in inputs.items()
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return np.asarray(code(mechanism, target, (mechanism.output,))(**given)[mechanism.output])


def test_the_table_of_what_has_no_keys_names_mechanisms():
    assert set(WITHOUT_KEYS) | set(CACHES) | set(NO_VALUE) <= set(LIBRARY)
    assert named("scaled-dot") is LIBRARY["scaled-dot"] and len(OVER_KEYS) > 50
