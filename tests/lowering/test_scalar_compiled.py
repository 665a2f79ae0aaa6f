"""The code for fixed sizes as one loop that numba compiles: the same results, and what is missing without numba."""

import importlib
import sys

import numpy as np
import pytest
from lowering_cases import NODE_FORMULAS, NODE_SIZES, node_case

import symattn as sa
from symattn.errors import MissingExtraError
from symattn.lowering import lambdify_system

SIZES = {"n": 3, "m": 2, "d_k": 4, "d_v": 5}

EVERYTHING = sa.mechanism(
    "many functions",
    inputs={"Q": "n d_k", "K": "m d_k", "V": "m d_v", "M": "n m", "t": ""},
    equations="""
        S = 30 * tanh(Q @ K.T / sqrt(d_k) / 30) / t
        P = softmax(S, where=M)
        E = entmax(S, 3/2) + sparsemax(S) + hardmax(S)
        G = gelu(S) + sigmoid(S) + elu(S) + relu(S) + abs(S) + lse(S) + rowmax(S)
        O = (P + E / 3 + G / 10) @ V
    """,
)


def random(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


def given(*batch):
    allowed = np.array([[False, False], [True, False], [True, True]])
    arrays = {"Q": random(*batch, 3, 4), "K": random(*batch, 2, 4, seed=1), "V": random(*batch, 2, 5, seed=2)}
    return {**arrays, "M": allowed, "t": 0.7}


def test_without_numba_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "numba", None)
    with pytest.raises(
        MissingExtraError, match=r"needs numba, which is not installed: pip install 'symattn\[compiled\]'"
    ):
        EVERYTHING.lambdify(strategy="compiled", sizes=SIZES)


@pytest.fixture(scope="module")
def compiled():
    pytest.importorskip("numba", reason="numba, of the extra compiled, is not installed")
    return EVERYTHING.lambdify(strategy="compiled", sizes=SIZES, outputs=["P", "E", "O"])


@pytest.mark.parametrize("batch", [(), (4,), (2, 300)])
def test_results_are_those_of_direct_code(compiled, batch):
    found, expected = compiled(**given(*batch)), EVERYTHING.lambdify(outputs=["P", "E", "O"])(**given(*batch))
    for name, value in expected.items():
        assert found[name].shape == value.shape
        assert found[name].dtype == value.dtype
        assert np.allclose(found[name], value, rtol=1e-12, atol=1e-12), name
    assert (found["P"][..., 0, :] == 0).all()


def test_inputs_that_broadcast_or_may_not_be_written_are_taken(compiled):
    arrays = given(4) | {"K": random(3, 1, 2, 4, seed=1), "t": np.array([0.5, 1.0, 1.5, 2.0])}
    for array in arrays.values():
        if isinstance(array, np.ndarray):
            array.flags.writeable = False
    found, expected = compiled(**arrays), EVERYTHING.lambdify(outputs=["P", "E", "O"])(**arrays)
    assert found["O"].shape == (3, 4, 3, 5)
    assert np.allclose(found["O"], expected["O"], atol=1e-12)


@pytest.mark.parametrize("dtype", ["float16", "float32"])
def test_results_have_the_dtype_of_the_inputs(compiled, dtype):
    arrays = {name: value.astype(dtype) if name in "QKV" else value for name, value in given(4).items()}
    found = compiled(**arrays)["O"]
    assert found.dtype == dtype
    wide = {name: value.astype("float64") if name in "QKV" else value for name, value in arrays.items()}
    assert np.allclose(found, EVERYTHING.lambdify()(**wide), rtol=4 * np.finfo(dtype).eps, atol=4 * np.finfo(dtype).eps)


def test_extreme_and_infinite_scores_and_divisions_by_zero_are_what_numpy_makes_of_them():
    pytest.importorskip("numba", reason="numba, of the extra compiled, is not installed")
    f = sa.mechanism(
        "extreme",
        inputs={"S": "n m", "M": "n m"},
        equations="P = softmax(S, where=M)\nE = exp(S)\nD = S / (S - S)\nO = P + E * 0 + D * 0",
    )
    S = np.array([[1e4, -1e4, 0.0], [-np.inf, -np.inf, -np.inf], [-np.inf, 1e4, 1e4 - 1]])
    names = ["P", "E", "D"]
    found = f.lambdify(strategy="compiled", sizes={"n": 3, "m": 3}, outputs=names)(S, np.ones((3, 3)))
    with np.errstate(all="ignore"):
        expected = f.lambdify(outputs=names)(S, np.ones((3, 3)))
    for name in names:
        assert np.allclose(found[name], expected[name], rtol=1e-15, equal_nan=True), name


def test_the_source_is_one_loop_and_runs_without_symattn(compiled):
    assert compiled.source.count("for _t in range(_count):") == 1
    assert "import symattn" not in compiled.source
    assert importlib.util.find_spec("numba") is not None


@pytest.mark.parametrize("name", ["functions", "rows", "places"])
def test_every_kind_of_node_compiles(name):
    """Formulas of all kinds at once, for each function takes its time to compile."""
    pytest.importorskip("numba", reason="numba, of the extra compiled, is not installed")
    chosen = {
        "functions": ["Logarithm", "SquareRoot", "Cosine", "Sine", "ErrorFunction", "Step", "Sign", "ElementwisePower"],
        "rows": ["Intersection", "softmax over a formula", "Hardmax", "sparsemax", "another entmax", "ColumnMax"],
        "places": ["members of a sum", "IndexedMatrix", "Scatter", "nested sums", "scalar functions", "VerticalStack"],
    }[name]
    for key in chosen:
        made, numbers = node_case(NODE_FORMULAS[key])
        found = lambdify_system(made, strategy="compiled", sizes=NODE_SIZES)(**numbers)
        assert np.allclose(found, lambdify_system(made)(**numbers), rtol=1e-12, atol=1e-12), key
