"""Sparsemax, entmax, hardmax and log-sum-exp in generated code, against the package entmax and their definitions."""

import warnings
from fractions import Fraction

import numpy as np
import pytest
from lowering_cases import matrices, system
from test_families import TARGETS, computed

from symattn.lowering import lambdify_system

WEIGHTS = {
    "sparsemax": ("sparsemax(S{})", 2),
    "entmax 1.5": ("entmax(S{}, 3/2{})", Fraction(3, 2)),
    "entmax 1.1": ("entmax(S{}, 11/10{})", Fraction(11, 10)),
    "entmax 1.75": ("entmax(S{}, 7/4{})", Fraction(7, 4)),
    "entmax 3": ("entmax(S{}, 3{})", 3),
    "hardmax": ("hardmax(S{})", None),
}
M = np.array([[True, False, True, True], [False, False, False, False], [False, True, False, False]])


def weights_of(name, where=""):
    function, rest = WEIGHTS[name][0].split("(")
    more = rest.replace("{}", "").rstrip(")")
    return f"{function}({more}{where})"


@pytest.fixture(autouse=True)
def no_warnings():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", "`torch.jit.script` is deprecated", DeprecationWarning)
        yield


def by_definition(row, alpha):
    """One row of weights: the threshold bisected in double precision, or the largest shared."""
    row = np.asarray(row, dtype=np.float64)
    if alpha is None:
        return (row == row.max()) / (row == row.max()).sum()
    power, scores = 1 / float(alpha - 1), float(alpha - 1) * (row - row.max())
    low, high = -1.0, 0.0
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if (np.maximum(scores - middle, 0) ** power).sum() >= 1 else (low, middle)
    return np.maximum(scores - low, 0) ** power


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("name", WEIGHTS)
def test_weights_are_those_of_the_definition(name, target):
    S = 2 * matrices(1, (2,), S=(5, 7))["S"]
    S[0, 0] = 1.5
    S[0, 1, :3] = 9
    S[1, 0] = [1e4, -1e4, 0, 1e4 - 0.25, 3, 2, 1]
    found = computed(system(f"P = {weights_of(name)}", S="n m"), target, {"S": S})
    expected = np.array([[by_definition(row, WEIGHTS[name][1]) for row in one] for one in S])
    assert np.allclose(found, expected, rtol=1e-11, atol=1e-14)
    assert np.allclose(found.sum(axis=-1), 1, rtol=1e-14)


@pytest.mark.parametrize("name", [name for name in WEIGHTS if name != "hardmax"])
def test_weights_and_gradients_are_those_of_the_package_entmax(name):
    torch, entmax = pytest.importorskip("torch"), pytest.importorskip("entmax")
    S = torch.from_numpy(2 * matrices(2, S=(6, 9))["S"]).requires_grad_()
    upstream = torch.from_numpy(matrices(3, U=(6, 9))["U"])
    alpha = float(WEIGHTS[name][1])
    known = {1.5: entmax.entmax15, 2.0: entmax.sparsemax}.get(alpha)
    expected = known(S, dim=-1) if known else entmax.entmax_bisect(S, alpha=alpha, dim=-1, n_iter=100)
    (expected_gradient,) = torch.autograd.grad(expected, S, upstream)
    found = lambdify_system(system(f"P = {weights_of(name)}", S="n m"), "torch")(S)
    (gradient,) = torch.autograd.grad(found, S, upstream)
    assert torch.allclose(found, expected, rtol=1e-9, atol=1e-12)
    assert torch.allclose(gradient, expected_gradient, rtol=1e-9, atol=1e-12)
    assert not torch.allclose(gradient, torch.softmax(S, dim=-1), atol=1e-3)


@pytest.mark.parametrize("where", ["", ", where=M"])
@pytest.mark.parametrize("name", WEIGHTS)
def test_gradients_and_second_ones_are_those_of_finite_differences(name, where):
    torch = pytest.importorskip("torch")
    made = system(f"P = {weights_of(name, where)}", S="n m", **({"M": "n m"} if where else {}))
    f = lambdify_system(made, "torch")
    S = torch.from_numpy(matrices(4, S=(3, 4))["S"]).requires_grad_()
    given = (S, torch.from_numpy(M)) if where else (S,)
    assert torch.autograd.gradcheck(f, given)
    assert torch.autograd.gradgradcheck(f, given)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("name", WEIGHTS)
def test_keys_that_are_not_allowed_have_no_weight_and_a_row_without_keys_is_zero(name, target):
    S = matrices(5, (2,), S=(3, 4))["S"]
    found = computed(system(f"P = {weights_of(name, ', where=M')}", S="n m", M="n m"), target, {"S": S, "M": M.copy()})
    for b in range(2):
        for i in range(3):
            expected = np.zeros(4)
            if M[i].any():
                expected[M[i]] = by_definition(S[b, i, M[i]], WEIGHTS[name][1])
            assert np.allclose(found[b, i], expected, rtol=1e-11, atol=1e-14)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("name", WEIGHTS)
def test_a_set_that_always_allows_a_key_needs_no_care(name, target):
    f = lambdify_system(system(f"P = {weights_of(name, ', where=causal')}", S="n m"), target)
    assert "* _allowed" not in f.source
    S = matrices(6, S=(3, 5))["S"]
    found = computed(system(f"P = {weights_of(name, ', where=causal')}", S="n m"), target, {"S": S})
    for i in range(3):
        expected = np.zeros(5)
        expected[: i + 1] = by_definition(S[i, : i + 1], WEIGHTS[name][1])
        assert np.allclose(found[i], expected, rtol=1e-11, atol=1e-14)


def test_a_set_is_made_once_for_softmax_and_its_relatives():
    made = system(
        "O = softmax(S, where=M & causal) + sparsemax(S, where=M & causal) + lse(S, where=M & causal)", S="n m", M="n m"
    )
    source = lambdify_system(made).source
    assert source.count("_j <= _i") == 1


@pytest.mark.parametrize("target", TARGETS)
def test_log_sum_exp_of_a_row_without_keys_is_minus_infinity(target):
    S = 1e3 * matrices(7, S=(3, 4))["S"]
    found = computed(system("L = lse(S, where=M)", S="n m", M="n m"), target, {"S": S, "M": M.copy()})
    expected = [[np.logaddexp.reduce(S[i, M[i]])] for i in range(3)]
    assert found[1, 0] == -np.inf
    assert np.allclose(found, expected, rtol=1e-14)
    causal = computed(system("L = lse(S, where=causal)", S="n m"), target, {"S": S})
    assert np.allclose(causal, [[np.logaddexp.reduce(S[i, : i + 1])] for i in range(3)], rtol=1e-14)


def test_the_gradient_of_log_sum_exp_is_zero_in_a_row_without_keys():
    torch = pytest.importorskip("torch")
    f = lambdify_system(system("L = lse(S, where=M)", S="n m", M="n m"), "torch")
    S = torch.from_numpy(matrices(8, S=(3, 4))["S"]).requires_grad_()
    f(S, torch.from_numpy(M)).sum().backward()
    assert torch.allclose(S.grad, torch.softmax(torch.where(torch.from_numpy(M), S, -torch.inf), dim=-1).nan_to_num())
    assert (S.grad[1] == 0).all()
    finite = lambdify_system(system("L = exp(lse(S, where=M))", S="n m", M="n m"), "torch")
    given = (S.detach().requires_grad_(), torch.from_numpy(M))
    assert torch.autograd.gradcheck(finite, given) and torch.autograd.gradgradcheck(finite, given)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("name", WEIGHTS)
@pytest.mark.parametrize("dtype", ["float16", "float32"])
def test_the_dtype_is_kept_and_long_rows_keep_their_digits(name, dtype, target):
    S = (0.05 * matrices(9, S=(2, 3000))["S"]).astype(dtype)
    found = computed(system(f"P = {weights_of(name)}", S="n m"), target, {"S": S})
    assert found.dtype == dtype
    expected = [by_definition(row, WEIGHTS[name][1]) for row in S]
    assert np.allclose(found, expected, rtol=0, atol=2 * np.finfo(dtype).eps)
    assert np.allclose(found.astype(np.float64).sum(axis=-1), 1, atol=50 * np.finfo(dtype).eps)


@pytest.mark.parametrize("name", WEIGHTS)
def test_function_transforms_work(name):
    torch = pytest.importorskip("torch")
    f = lambdify_system(system(f"P = {weights_of(name, ', where=M')}", S="n m", M="n m"), "torch")
    S, allowed = torch.from_numpy(matrices(10, (2,), S=(3, 4))["S"]), torch.from_numpy(M)
    assert torch.allclose(torch.func.vmap(f, in_dims=(0, None))(S, allowed), f(S, allowed))
    reverse, forward = torch.func.jacrev(f)(S[0], allowed), torch.func.jacfwd(f)(S[0], allowed)
    assert torch.allclose(reverse, forward)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("name", WEIGHTS)
def test_heads_are_rows_like_any_others(name, target):
    made = system(f"P[h] = {weights_of(name, ', where=M[h]').replace('S', 'S[h]')}", S="H n m", M="H n m")
    numbers = {"S": matrices(11, (2,), S=(3, 2, 4))["S"], "M": np.random.default_rng(1).random((3, 2, 4)) < 0.6}
    found = computed(made, target, numbers)
    alone = system(f"P = {weights_of(name, ', where=M')}", S="n m", M="n m")
    for b in range(2):
        for h in range(3):
            one = {"S": numbers["S"][b, h].copy(), "M": numbers["M"][h].copy()}
            assert np.allclose(found[b, h], computed(alone, target, one), rtol=1e-14)
