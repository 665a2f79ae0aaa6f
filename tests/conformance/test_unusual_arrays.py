"""Arrays as they come, for every mechanism: strided, turned, read-only, broadcast, lists, whole numbers, halves."""

import warnings

import numpy as np
import pytest
import torch
from conformance_cases import LIBRARY, agree, cast, code, drawn, error

import symattn as sa

STEPS = (Ellipsis, slice(None, None, 2), slice(None, None, 2))


def every_second(array):
    wide = np.full((*array.shape[:-2], 2 * array.shape[-2], 2 * array.shape[-1]), np.nan)
    wide[STEPS] = array
    return wide[STEPS]


def backwards(array):
    return np.ascontiguousarray(array[..., ::-1, ::-1])[..., ::-1, ::-1]


def turned(array):
    return np.ascontiguousarray(array.swapaxes(-1, -2)).swapaxes(-1, -2)


def inside(array):
    """A view into the middle of memory that holds no numbers elsewhere."""
    whole = np.full((array.size + 3,), np.nan)
    whole[1 : array.size + 1] = array.ravel()
    return whole[1 : array.size + 1].reshape(array.shape)


LAYOUTS = {
    "every second entry": every_second,
    "backwards": backwards,
    "turned": turned,
    "columns first": np.asfortranarray,
    "inside other memory": inside,
}


def outcome(mechanism, target, inputs):
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The given NumPy array is not writable")
        return np.asarray(code(mechanism, target, (mechanism.output,))(**inputs)[mechanism.output])


@pytest.mark.parametrize("name", LIBRARY)
def test_numpy_code_takes_arrays_of_any_layout_and_leaves_them_as_they_are(name):
    mechanism = LIBRARY[name]
    inputs = drawn(mechanism)
    expected = outcome(mechanism, "numpy", inputs)
    for layout, lay in LAYOUTS.items():
        laid = {key: lay(value) if np.ndim(value) else value for key, value in inputs.items()}
        for value in laid.values():
            if np.ndim(value):
                value.flags.writeable = False
        assert agree(outcome(mechanism, "numpy", laid), expected, ("numpy", "float64")), layout
        assert all(np.array_equal(laid[key], inputs[key]) for key in inputs), layout


@pytest.mark.parametrize("name", LIBRARY)
def test_torch_code_takes_tensors_of_any_layout_and_leaves_them_as_they_are(name):
    mechanism = LIBRARY[name]
    inputs = drawn(mechanism)
    expected = outcome(mechanism, "numpy", inputs)
    for layout, lay in LAYOUTS.items():
        if layout == "backwards":
            continue  # torch has no negative strides
        laid = {key: torch.from_numpy(lay(value)) if np.ndim(value) else value for key, value in inputs.items()}
        assert agree(outcome(mechanism, "torch", laid), expected, ("torch", "float64")), layout
        assert all(np.array_equal(laid[key], inputs[key]) for key in inputs), layout


@pytest.mark.parametrize("target", ["numpy", "torch"])
@pytest.mark.parametrize("name", LIBRARY)
def test_a_batch_that_is_one_instance_broadcast(name, target):
    """Strides of 0: every element of the batch is the same memory."""
    mechanism = LIBRARY[name]
    inputs = drawn(mechanism)
    expected = outcome(mechanism, "numpy", inputs)
    broadcast = {
        key: np.broadcast_to(value, (3, *value.shape)) if np.ndim(value) else value for key, value in inputs.items()
    }
    if target == "torch":
        broadcast = {
            key: torch.from_numpy(inputs[key]).expand(value.shape) if np.ndim(value) else value
            for key, value in broadcast.items()
        }
    found = outcome(mechanism, target, broadcast)
    for each in found:
        assert agree(each, expected, (target, "float64"))


@pytest.mark.parametrize("name", LIBRARY)
def test_nested_lists_are_arrays(name):
    mechanism = LIBRARY[name]
    inputs = drawn(mechanism)
    lists = {key: value.tolist() if np.ndim(value) else value for key, value in inputs.items()}
    expected = outcome(mechanism, "numpy", inputs)
    assert np.array_equal(outcome(mechanism, "numpy", lists), expected)
    assert outcome(mechanism, "torch", lists).dtype == np.float32
    assert agree(outcome(mechanism, "torch", lists), expected, ("torch", "float32"), units=2**12)


@pytest.mark.parametrize("name", LIBRARY)
def test_whole_numbers_are_computed_in_double_precision(name):
    mechanism = LIBRARY[name]
    inputs = {
        key: 1 + np.round(4 * value).astype(int) % 3 if np.ndim(value) else value
        for key, value in drawn(mechanism).items()
    }
    floats = {key: value.astype(float) if np.ndim(value) else value for key, value in inputs.items()}
    for kind in (np.int64, np.int8, np.uint8):
        given = {key: value.astype(kind) if np.ndim(value) else value for key, value in inputs.items()}
        found = outcome(mechanism, "numpy", given)
        assert found.dtype == np.float64
        assert np.array_equal(found, outcome(mechanism, "numpy", floats))
        assert all(value.dtype == kind for value in given.values() if np.ndim(value))


@pytest.mark.parametrize("name", LIBRARY)
def test_half_precision_is_single_precision_rounded_once(name):
    mechanism = LIBRARY[name]
    half = {key: np.asarray(value, np.float16) for key, value in drawn(mechanism).items()}
    single = {key: value.astype(np.float32) for key, value in half.items()}
    found = outcome(mechanism, "numpy", half)
    assert found.dtype == np.float16
    assert np.array_equal(found, outcome(mechanism, "numpy", single).astype(np.float16))


@pytest.mark.parametrize("name", LIBRARY)
def test_single_precision_is_near_double_precision_in_both_targets(name):
    mechanism = LIBRARY[name]
    inputs = drawn(mechanism)
    single = {key: cast(value, "numpy", "float32") for key, value in inputs.items()}
    exact = {key: np.asarray(value, float) if np.ndim(value) else value for key, value in single.items()}
    expected = outcome(mechanism, "numpy", exact)
    for target in ("numpy", "torch"):
        given = {key: cast(value, target, "float32") for key, value in inputs.items()}
        found = outcome(mechanism, target, given)
        assert found.dtype == np.float32
        assert error(found, expected) < 2**12 * np.finfo(np.float32).eps
    double = {key: cast(value, "torch", "float64") for key, value in exact.items()}
    assert error(outcome(mechanism, "torch", double), expected) < 2**12 * np.finfo(float).eps


@pytest.mark.parametrize("name", LIBRARY)
def test_every_size_may_be_1(name):
    mechanism = LIBRARY[name]
    inputs = drawn(mechanism, **{str(size): 1 for size in mechanism.sizes})
    found = outcome(mechanism, "numpy", inputs)
    assert np.isfinite(found).all()
    assert agree(
        outcome(mechanism, "torch", {key: cast(v, "torch", "float64") for key, v in inputs.items()}),
        found,
        ("torch", "float64"),
    )


MIXED = [("float16", "float32"), ("float32", "float64"), ("float16", "float64")]


@pytest.mark.parametrize(("low", "high"), MIXED)
def test_mixed_precisions_meet_at_the_higher_one_in_numpy(low, high):
    """The lower one's own products, such as a scale, are rounded to it."""
    inputs = drawn(LIBRARY["scaled-dot"])
    for name in inputs:
        given = {key: value.astype(low if key == name else high) for key, value in inputs.items()}
        found = outcome(LIBRARY["scaled-dot"], "numpy", given)
        wide = {key: value.astype(high) for key, value in given.items()}
        assert found.dtype == high
        assert agree(found, outcome(LIBRARY["scaled-dot"], "numpy", wide), ("numpy", low), units=2)


def test_an_input_that_is_given_twice_is_not_written_over():
    A = np.random.default_rng(1).normal(size=(4, 4))
    before = A.copy()
    expected = outcome(LIBRARY["dot"], "numpy", {"Q": A.copy(), "K": A.copy(), "V": A.copy()})
    assert np.array_equal(outcome(LIBRARY["dot"], "numpy", {"Q": A, "K": A, "V": A}), expected)
    assert np.array_equal(A, before)


IS_A_VIEW = {"S": True, "S.T.T": True, "S[:, 0]": True, "softmax(S)": False, "S * 1": False, "sparsemax(S)": False}
IS_A_VIEW |= {"hstack(S, S)": False, "-S": False, "relu(S)": False, "softmax(S, where=causal)": False}


@pytest.mark.parametrize("formula", IS_A_VIEW)
def test_a_result_has_memory_of_its_own_unless_it_is_a_part_of_an_input(formula):
    made = sa.mechanism("of scores", {"S": "n n"}, f"P = {formula}")
    S = np.eye(3)
    assert np.shares_memory(outcome(made, "numpy", {"S": S}), S) == IS_A_VIEW[formula]


def test_a_mistake_in_any_entry_is_seen():
    inputs = drawn(LIBRARY["scaled-dot"])
    expected = outcome(LIBRARY["scaled-dot"], "numpy", inputs)
    for name in inputs:
        changed = {**inputs, name: inputs[name].copy()}
        changed[name][-1, -1] += 1e-6
        assert not agree(outcome(LIBRARY["scaled-dot"], "numpy", changed), expected, ("numpy", "float64"))
