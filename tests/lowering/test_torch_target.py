"""Lowered torch: right against the MATH backend and autograd; gradients and function transforms go through it."""

import math

import numpy as np
import pytest
from lowering_cases import (
    ADDITIVE,
    ATTENTION,
    CROSS_ATTENTION,
    GENERIC,
    GENERIC_DX,
    GENERIC_DY,
    GENERIC_OUTPUT,
    NODE_FORMULAS,
    matrices,
    node_case,
    system,
)

from symattn.errors import MissingExtraError
from symattn.lowering import lambdify_system

torch = pytest.importorskip("torch")
from torch.nn.attention import SDPBackend, sdpa_kernel  # noqa: E402

attention = lambdify_system(ATTENTION, "torch")
QKV = {"Q": (5, 4), "K": (7, 4), "V": (7, 2)}


def tensors(numbers, gradients=False):
    """Tensors of float64; truth values stay what they are."""
    made = {name: torch.as_tensor(value) for name, value in numbers.items()}
    return {
        name: tensor if tensor.dtype == torch.bool else tensor.to(torch.float64).requires_grad_(gradients)
        for name, tensor in made.items()
    }


@pytest.mark.parametrize("formula", NODE_FORMULAS.values(), ids=NODE_FORMULAS)
def test_every_node_agrees_with_numpy(formula):
    made, numbers = node_case(formula)
    result = lambdify_system(made, "torch")(**tensors(numbers))
    assert np.allclose(result.numpy(), lambdify_system(made, "numpy")(**numbers), rtol=1e-13, atol=1e-14)


@pytest.mark.parametrize("formula", NODE_FORMULAS.values(), ids=NODE_FORMULAS)
def test_gradients_of_every_node_are_those_of_finite_differences(formula):
    made, numbers = node_case(formula)
    f = lambdify_system(made, "torch")
    given = tensors(numbers, gradients=True)
    assert torch.autograd.gradcheck(lambda *values: f(*values), tuple(given.values()))


@pytest.mark.parametrize("batch", [(), (3,), (2, 3)])
def test_attention_equals_the_math_backend(batch):
    given = {name: torch.from_numpy(value) for name, value in matrices(1, batch, **QKV).items()}
    with sdpa_kernel(SDPBackend.MATH):
        expected = torch.nn.functional.scaled_dot_product_attention(*given.values())
    assert torch.allclose(attention(**given), expected, rtol=1e-13, atol=1e-15)


def test_the_generic_example_and_its_gradients():
    given = tensors(GENERIC, gradients=True)
    result = lambdify_system(CROSS_ATTENTION, "torch")(**given)
    result.backward(torch.tensor([[1.0, -1.0], [2.0, 0.0]], dtype=torch.float64))
    assert np.allclose(result.detach().numpy(), GENERIC_OUTPUT, rtol=1e-14)
    assert np.allclose(given["X"].grad.numpy(), GENERIC_DX, rtol=1e-13)
    assert np.allclose(given["Y"].grad.numpy(), GENERIC_DY, rtol=1e-13)


def test_second_derivatives_pass_through_additive_attention():
    shapes = {"Q": (2, 3), "K": (2, 2), "V": (2, 1), "W_a": (2, 3), "U_a": (2, 2), "v_a": (2, 1)}
    given = tensors(matrices(2, **shapes), gradients=True)
    f = lambdify_system(ADDITIVE, "torch")
    assert torch.autograd.gradgradcheck(lambda *values: f(*values), tuple(given.values()))


def test_no_gradient_where_logits_are_huge_is_nan():
    made = system("Y = softmax(A) + sigmoid(A) + elu(A) + elu(t) * sigmoid(t)", A="n m", t="scalar")
    f = lambdify_system(made, "torch")
    A = torch.tensor([[1e4, -1e4, 0.0]], requires_grad=True)
    t = torch.tensor(-1e4, requires_grad=True)
    for scalar in (t, -t.detach().requires_grad_()):
        f(A, scalar).pow(2).sum().backward()
    assert torch.isfinite(A.grad).all() and torch.isfinite(t.grad)


def test_function_transforms_work():
    given = {name: torch.from_numpy(value) for name, value in matrices(3, (4,), **QKV).items()}
    mapped = torch.func.vmap(attention)(*given.values())
    assert torch.allclose(mapped, attention(**given))
    one = {name: value[0] for name, value in given.items()}
    reverse = torch.func.jacrev(attention)(*one.values())
    assert torch.allclose(reverse, torch.func.jacfwd(attention)(*one.values()))


def test_a_scalar_under_vmap_is_one_number_each():
    f = lambdify_system(system("Y = softmax(A * t)", A="n m", t="scalar"), "torch")
    A = torch.from_numpy(matrices(4, (3,), A=(2, 4))["A"])
    t = torch.tensor([0.5, 1.0, 2.0], dtype=torch.float64)
    assert torch.allclose(torch.func.vmap(f)(A, t), f(A, t))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
def test_the_dtype_is_kept(dtype):
    f = lambdify_system(system("c = t * 2\nY = softmax(A * c) @ ones(m, n) + eye(n)", A="n m", t="scalar"), "torch")
    A = torch.ones(2, 3, dtype=dtype)
    for scalar in (0.5, 1, torch.tensor(0.5), torch.tensor(2)):
        assert f(A, scalar).dtype == dtype


def test_a_python_number_keeps_all_its_digits():
    f = lambdify_system(system("Y = A * t", A="n m", t="scalar"), "torch")
    assert f(torch.ones(1, 1, dtype=torch.float64), 0.1).item() == 0.1


def test_whole_numbers_take_the_default_dtype():
    assert lambdify_system(CROSS_ATTENTION, "torch")(**GENERIC).dtype == torch.get_default_dtype()


def test_the_device_is_kept():
    made = system("c = sqrt(n)\nY = A * t + ones(n, m) + sum(a, a * A[:, a])", A="n m", t="scalar")
    f = lambdify_system(made, "torch", outputs=["c", "Y"])
    result = f(torch.ones(2, 3, device="meta"), 0.5)
    assert {value.device.type for value in result.values()} == {"meta"}


def test_layouts_do_not_matter_and_inputs_stay():
    given = {name: torch.from_numpy(value) for name, value in matrices(5, **QKV).items()}
    strided = {name: value.T.contiguous().T for name, value in given.items()}
    before = {name: value.clone() for name, value in strided.items()}
    assert torch.allclose(attention(**strided), attention(**given))
    assert all(torch.equal(before[name], strided[name]) for name in before)


@pytest.mark.parametrize("size", [1e3, 1e4])
def test_large_logits_are_safe(size):
    made = lambdify_system(system("P = softmax(A)\nL = lse(A)", A="n m"), "torch", outputs=["P", "L"])
    result = made(torch.tensor([[size, -size], [-size, -size]], dtype=torch.float64))
    assert result["P"].tolist() == [[1, 0], [0.5, 0.5]]
    assert result["L"][1].item() == pytest.approx(-size + math.log(2))


def test_a_shape_mistake_names_the_input():
    with pytest.raises(ValueError, match=r"K takes shape \(\.\.\., m, d_k\) with d_k = 4; found \(7, 3\)"):
        attention(torch.ones(5, 4), torch.ones(7, 3), torch.ones(7, 2))
    with pytest.raises(TypeError, match="Q takes real numbers"):
        attention(torch.ones(5, 4, dtype=torch.complex64), torch.ones(7, 4), torch.ones(7, 2))


def test_without_torch_the_error_names_the_extra(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "torch", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'symattn\[torch\]'"):
        lambdify_system(ATTENTION, "torch")
