"""Derivatives where numbers are delicate: saturated, masked, huge, tiny, near a change of support.

Finite wherever the mathematics is, within conditioning of the reference, and exactly 0 for keys that nobody sees.
"""

import random
from dataclasses import replace
from fractions import Fraction
from functools import cache

import numpy as np
import pytest
import torch
from conformance_cases import LIBRARY, attention

from symattn import mechanism
from symattn.verification.instances import Plan
from symattn.verification.measuring import measured
from symattn.verification.reference import Reference
from symattn.verification.report import FACTOR
from symattn.verification.tally import Truth

REFERENCE = Reference(50)
SIZES = {"n": 3, "m": 4, "d_k": 2, "d_v": 5, "d": 2}
orders = pytest.mark.parametrize("order", ["backward", "hvp"])


@cache
def derived(forward, order):
    return getattr(forward, order)()


@cache
def code(passed, target):
    return passed.lambdify(target)


def numbers_for(passed, seed=1, spread=1.0, **given):
    """Drawn numbers for all inputs but those that are given."""
    names = [str(size) for size in passed.sizes]
    drawn = Plan(tuple((name, SIZES[name]) for name in names), spread=spread).draw(passed, random.Random(seed))
    lists = {name: np.asarray(value, dtype=float).tolist() for name, value in given.items()}
    return replace(drawn, elements=({**drawn.elements[0], **lists},))


def computed(passed, instance, target):
    arrays = instance.arrays("float64")
    if target == "numpy":
        with np.errstate(all="ignore"):
            return {name: np.asarray(value) for name, value in code(passed, target)(**arrays).items()}
    found = code(passed, target)(**{name: torch.from_numpy(value) for name, value in arrays.items()})
    return {name: value.numpy() for name, value in found.items()}


def check(forward, order, certain=True, **given):
    """Both codes' results, after each was held against the reference; with ``certain``, at every entry."""
    passed = derived(forward, order)
    instance = numbers_for(passed, **given)
    truth = Truth.at(REFERENCE, instance)
    for target in ("numpy", "torch"):
        found = computed(passed, instance, target)
        for name in passed.results:
            assert np.isfinite(found[name]).all(), (target, name)
            one = measured(truth, name, found[name])
            assert one.units.max(initial=0) <= FACTOR, (target, name, one)
            assert not certain or one.units.size == found[name].size, (target, name, one)
    return found


@orders
@pytest.mark.parametrize("name", ["scaled-dot", "causal", "sigmoid", "softcap", "off-by-one", "entmax15", "sparsemax"])
def test_scores_of_a_thousand(name, order):
    Q, K = [[1e3, 0], [-1e3, 1], [0.5, 30]], [[1.4, 0.1], [-1.3, 2], [0.2, -0.3], [0.9, 1e-3]]
    check(LIBRARY[name], order, Q=Q, K=K)


@orders
def test_a_saturated_row_has_a_gradient_of_rounding_alone(order):
    """``dP - rowsum(dO * O)`` is a difference of sums that are equal, each of which rounds on its own."""
    found = check(LIBRARY["dot"], order, Q=[[1e3, 0]] * 3, K=[[1, 0], [-1, 2], [0, 3], [0.2, 1]])
    of_scores = {"backward": ("dQ", "dK"), "hvp": ("dQ_dot", "dK_dot")}[order]
    assert all(np.abs(found[name]).max() < 1e-11 for name in of_scores)


MASK = [[0, 0, 0, 0], [1, 0, 1, 0], [0, 0, 1, 0]]
MASKED = {
    "softmax": "S = Q @ K.T\nP = softmax(S, where=M)\nO = P @ V",
    "sparsemax": "S = Q @ K.T\nP = sparsemax(S, where=M)\nO = P @ V",
    "entmax": "S = Q @ K.T\nP = entmax(S, 3/2, where=M)\nO = P @ V",
    "a square root of weights that may be 0": "S = Q @ K.T\nP = softmax(S, where=M)\nO = sqrt(P + 1) @ V - P @ V",
}


@orders
@pytest.mark.parametrize("kind", MASKED)
def test_what_nobody_sees_has_a_derivative_of_exactly_0(kind, order):
    """A row without keys, two keys that no row sees; the scores that are masked are huge."""
    K = np.array([[1, 2], [3e150, -2], [0.5, 0.25], [-1e100, 1e200]])
    forward = mechanism("masked", {"Q": "n d_k", "K": "m d_k", "V": "m d_v", "M": "n m"}, MASKED[kind])
    zero = {"K_dot": [[0, 0]] * 4} if order == "hvp" else {}  # a direction that long would be in every product
    found = check(forward, order, K=K, M=MASK, certain=False, **zero)
    end = "" if order == "backward" else "_dot"
    assert not found["dQ" + end][0].any() and not found["dK" + end][[1, 3]].any()
    if kind in ("softmax", "sparsemax", "entmax"):
        assert not found["dV" + end][[1, 3]].any()


@orders
def test_a_log_sum_exp_over_no_keys_moves_with_nothing(order):
    passed = derived(mechanism("lse", {"A": "n m", "M": "n m"}, "L = lse(A, where=M)\nO = exp(L)"), order)
    instance = numbers_for(passed, M=MASK)
    for target in ("numpy", "torch"):
        found = computed(passed, instance, target)[passed.results[0]]
        assert np.isfinite(found).all() and not found[0].any() and found[1].any()


@orders
@pytest.mark.parametrize("size", [1e-100, 1e-30, 1e100])
@pytest.mark.parametrize("name", ["cosine", "qk-norm"])
def test_cosines_of_tiny_and_huge_vectors(name, size, order):
    """The cotangents are as large as the vectors are small; the directions are as long as the vectors."""
    passed = derived(LIBRARY[name], order)
    drawn = numbers_for(passed).elements[0]
    scaled = {key: size * np.array(drawn[key]) for key in ("Q", "K", "Q_dot", "K_dot") if key in drawn}
    found = check(LIBRARY[name], order, **scaled)
    largest = np.abs(found["dQ" if order == "backward" else "dQ_dot"]).max()
    assert 1e-3 < largest * size < 1e3


@orders
@pytest.mark.parametrize("spread", [1e-100, 1e-9, 1e9])
@pytest.mark.parametrize("name", ["sigmoid", "linear-unnormalised", "relu-over-n", "taylor2"])
def test_what_has_no_exponential_of_scores_stays_in_range(name, spread, order):
    check(LIBRARY[name], order, certain=False, spread=spread)


@orders
@pytest.mark.parametrize("distance", [1e-3, 1e-8, -1e-8, -1e-3])
@pytest.mark.parametrize("alpha", ["2", "3/2", "4/3"])
def test_entmax_near_a_change_of_its_support(alpha, distance, order):
    """Two scores: the lower leaves the support where it is 1 / (alpha - 1) below."""
    forward = mechanism("sparse", {"A": "n m", "V": "m d_v"}, f"P = entmax(A, {alpha})\nO = P @ V")
    gap = 1 / float(Fraction(alpha) - 1) - distance
    A = [[0.25, 0.25 - gap, -9, -9], [1, 2, 1.5, 1.75], [0, 0, 0, 0]]
    found = check(forward, order, A=A, certain=False)["dA" if order == "backward" else "dA_dot"]
    assert bool(found[0, 1]) == (distance > 0) or order == "hvp"


SLOPES = {
    "sigmoid": "sigmoid(A)",
    "tanh": "tanh(A)",
    "gelu": "gelu(A)",
    "elu": "elu(A)",
    "relu": "relu(A)",
    "erf": "erf(A)",
    "exp of a negative square": "exp(-A**2)",
    "root of a sum": "sqrt(A**2 + 1)",
}


@orders
@pytest.mark.parametrize("kind", SLOPES)
def test_slopes_of_functions_far_out(kind, order):
    forward = mechanism("far", {"A": "n m"}, f"O = {SLOPES[kind]}")
    A = [[1e3, -1e3, 40, -40], [1e100, -1e100, 1e-100, -1e-100], [6, -6, 19, -19]]
    found = check(forward, order, A=A, certain=False)[derived(forward, order).results[0]]
    assert not (kind in ("sigmoid", "tanh", "erf") and found[0, :2].any())


@orders
def test_a_mask_that_only_adds_a_large_number_leaves_no_gradient_behind(order):
    forward = attention("True", "S = Q @ K.T + (M - 1) * 10000\nP = softmax(S)\nO = P @ V", M="n m")
    found = check(forward, order, M=[[1, 0, 1, 0]] * 3, certain=False)
    assert not found["dK" if order == "backward" else "dK_dot"][[1, 3]].any()
