"""Lowered allowed sets in torch: the MATH backend's values and gradients, and no gradient that is not a number."""

import math

import numpy as np
import pytest
from lowering_cases import matrices, system

from symattn.lowering import lambdify_system

torch = pytest.importorskip("torch")
from torch.nn.attention import SDPBackend, sdpa_kernel  # noqa: E402


def attention(where):
    masks = {name: shape for name, shape in {"M": "n m", "padding": "1 m"}.items() if name in where}
    equations = f"S = Q @ K.T / sqrt(d_k)\nP = softmax(S, where={where})\nO = P @ V"
    return lambdify_system(system(equations, Q="n d_k", K="m d_k", V="m d_v", **masks), "torch")


def given(n=4, m=6, batch=(), dtype=torch.float64, seed=1):
    numbers = matrices(seed, batch, Q=(n, 3), K=(m, 3), V=(m, 2))
    return [torch.from_numpy(value).to(dtype).requires_grad_() for value in numbers.values()]


def gradients(result, values, seed=2):
    upstream = torch.from_numpy(np.random.default_rng(seed).standard_normal(result.shape)).to(result.dtype)
    return torch.autograd.grad(result, values, upstream)


def mask_without_empty_rows(*shape):
    mask = torch.from_numpy(np.random.default_rng(3).random(shape) < 0.5)
    mask[..., 1] = True
    return mask


def agree(found, expected):
    return torch.allclose(found, expected, rtol=1e-12, atol=1e-14)


def math_backend(values, **options):
    with sdpa_kernel(SDPBackend.MATH):
        return torch.nn.functional.scaled_dot_product_attention(*values, **options)


@pytest.mark.parametrize("batch", [(), (3,), (2, 3)])
@pytest.mark.parametrize(("n", "m"), [(4, 6), (6, 4), (5, 5)])
def test_a_mask_gives_the_math_backends_values_and_gradients(batch, n, m):
    values, mask = given(n, m, batch), mask_without_empty_rows(n, m)
    found, expected = attention("M")(*values, mask), math_backend(values, attn_mask=mask)
    assert agree(found, expected)
    for one, other in zip(gradients(found, values), gradients(expected, values), strict=True):
        assert agree(one, other)
    assert not agree(attention("M")(*values, ~mask | mask), expected)


@pytest.mark.parametrize(("n", "m"), [(4, 6), (6, 4), (5, 5)])
def test_causal_is_aligned_at_the_upper_left_as_is_causal_is(n, m):
    values = given(n, m, (2,))
    found, expected = attention("causal")(*values), math_backend(values, is_causal=True)
    assert agree(found, expected)
    for one, other in zip(gradients(found, values), gradients(expected, values), strict=True):
        assert agree(one, other)


def test_batches_of_masks_give_the_math_backends_values():
    values, masks = given(batch=(2, 3)), mask_without_empty_rows(2, 1, 4, 6)
    assert agree(attention("M")(*values, masks), math_backend(values, attn_mask=masks))


EMPTY = torch.tensor([[1, 0, 1, 1, 0, 0], [0, 0, 0, 0, 0, 0], [0, 1, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0]]).bool()


def test_a_row_without_keys_is_zeros_with_gradient_zero():
    values = given()
    result = attention("M")(*values, EMPTY)
    assert not result[[1, 3]].any()
    with pytest.warns(UserWarning, match="Anomaly Detection"), torch.autograd.detect_anomaly(check_nan=True):
        dQ, dK, dV = gradients(attention("M")(*values, EMPTY), values)
    assert not dQ[[1, 3]].any() and dQ[0].all()
    assert not dK[[4, 5]].any() and not dV[[4, 5]].any()
    assert all(torch.isfinite(one).all() for one in (dQ, dK, dV))


@pytest.mark.parametrize("where", ["M", "M & causal_lower_right", "causal_lower_right", "window(1, 0)", "causal"])
def test_gradients_are_those_of_finite_differences_twice(where):
    values = given(4, 2, seed=5) if where == "causal_lower_right" else given(seed=5)
    masks = [EMPTY] if "M" in where else []
    assert torch.autograd.gradcheck(lambda *args: attention(where)(*args, *masks), values)
    assert torch.autograd.gradgradcheck(lambda *args: attention(where)(*args, *masks), values)


@pytest.mark.parametrize("size", [1e4, 1e30, 1.7e308])
def test_a_masked_score_has_no_effect_on_value_or_gradient(size):
    f = lambdify_system(system("P = softmax(A, where=M)", A="n m", M="n m"), "torch")
    A = torch.tensor([[1.0, 2.0, size, -size], [size, -size, size, -size]], dtype=torch.float64, requires_grad=True)
    M = torch.tensor([[1, 1, 0, 0], [0, 0, 0, 0]])
    weights = f(A, M)
    (gradient,) = gradients(weights, [A])
    assert torch.allclose(weights[0, :2], torch.softmax(A[0, :2], dim=-1))
    assert weights[0, 2:].tolist() == [0, 0] and weights[1].tolist() == [0] * 4
    assert gradient[0, 2:].tolist() == [0, 0] and gradient[1].tolist() == [0] * 4
    assert gradient[0, :2].all()


def test_large_allowed_scores_are_safe():
    f = lambdify_system(system("P = softmax(A, where=j > 0)", A="n m"), "torch")
    A = torch.tensor([[0.0, 1e4, -1e4], [1e4, -1e4, -1e4]], dtype=torch.float64, requires_grad=True)
    assert f(A).tolist() == [[0, 1, 0], [0, 0.5, 0.5]]
    assert torch.isfinite(gradients(f(A), [A])[0]).all()


def test_function_transforms_work():
    f, values = attention("M & causal_lower_right"), given(batch=(3,))
    masks = torch.stack([EMPTY, ~EMPTY, EMPTY.flip(0)])
    expected = f(*values, masks)
    assert agree(torch.func.vmap(f)(*values, masks), expected)
    assert agree(torch.func.vmap(f, in_dims=(0, 0, 0, None))(*values, EMPTY), f(*values, EMPTY))
    assert agree(torch.func.vmap(f, in_dims=(None, None, None, 0))(*(v[0] for v in values), masks)[0], expected[0])
    one = [value[0].detach() for value in values]
    for argument in range(3):
        reverse = torch.func.jacrev(f, argument)(*one, EMPTY)
        assert agree(reverse, torch.func.jacfwd(f, argument)(*one, EMPTY))
        assert torch.isfinite(reverse).all() and not reverse[1].any()
    second = torch.func.hessian(lambda q: f(q, *one[1:], EMPTY).sum())(one[0])
    assert torch.isfinite(second).all() and not second[1].any()


@pytest.mark.parametrize("kind", [torch.bool, torch.uint8, torch.int64, torch.float32, torch.float64])
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
def test_a_mask_of_any_dtype_leaves_the_results_dtype_alone(kind, dtype):
    with torch.no_grad():
        values = given(dtype=dtype)
        result = attention("M & causal")(*values, EMPTY.to(kind))
        assert result.dtype == dtype and not result[[1, 3]].any()
        assert torch.equal(result, attention("M & causal")(*values, EMPTY.tolist()))
        assert attention("1 - M")(*values, EMPTY.to(kind)).dtype == dtype


@pytest.mark.parametrize("where", ["causal", "M", "M & (j < 3)", "n < m", "sqrt(i) <= j"])
def test_the_device_is_kept(where):
    values = [value.to("meta") for value in given()]
    masks = [EMPTY.to("meta")] if "M" in where else []
    assert attention(where)(*values, *masks).device.type == "meta"


def test_a_mask_alone_tells_the_device():
    f = lambdify_system(system("P = softmax(ones(n, m), where=M & causal)", M="n m"), "torch")
    result = f(EMPTY)
    assert result.dtype == torch.get_default_dtype() and result[0].tolist() == [1, 0, 0, 0, 0, 0]
    assert f(EMPTY.to("meta")).device.type == "meta"


@pytest.mark.filterwarnings("ignore:Error detected in SoftmaxBackward0")
def test_the_detector_finds_the_gradients_of_a_naive_mask():
    A = torch.zeros(1, 2, requires_grad=True)
    with pytest.warns(UserWarning, match="Anomaly Detection"), torch.autograd.detect_anomaly(check_nan=True):
        naive = torch.softmax(A.masked_fill(A == 0, -math.inf), dim=-1).nan_to_num()
        with pytest.raises(RuntimeError, match="returned nan values"):
            naive.sum().backward()
