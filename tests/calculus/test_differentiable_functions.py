"""Torch functions whose gradients are generated: against finite differences and torch's autograd of forward code."""

import sys
from dataclasses import replace

import pytest
import torch
from autograd import autograd, largest_error, numbers_for, sizes_for

from symattn import mechanism
from symattn.calculus import backward, named_parts
from symattn.errors import MissingExtraError, UnknownNameError
from symattn.lowering import differentiable
from symattn.mechanisms import named
from symattn.nodes import Negation

MECHANISMS = (
    "additive",
    "alibi",
    "bilinear",
    "causal-padded",
    "cosine",
    "differential",
    "entmax15",
    "grouped-query",
    "linear-causal",
    "masked",
    "multi-head-causal",
    "rbf",
    "rope",
    "se",
    "sigmoid",
    "softcap",
    "t5-bias",
    "temperature",
)
"""Families, allowed sets, numbers, positions, other weights than those of a softmax."""


def tensors(forward, seed=0, dtype=torch.float64, upstream=False):
    """Inputs as tensors, those that have gradients asking for them."""
    values = numbers_for(forward, sizes_for(forward, seed), seed, forward.output if upstream else None)
    made = {name: torch.tensor(value, dtype=dtype) for name, value in values.items()}
    for name in forward.inputs:
        made[name].requires_grad_(name not in forward.allowed_inputs)
    return made


def of_values(forward, names, values):
    """A function of some inputs, the others held."""
    function = forward.differentiable()
    return lambda *given: function(**{**values, **dict(zip(names, given, strict=True))})


@pytest.mark.parametrize("name", MECHANISMS)
def test_gradients_are_those_of_autograd(name):
    forward = named(name)
    values = tensors(forward, upstream=True)
    upstream = values.pop("upstream")
    asked = [key for key in forward.inputs if key not in forward.allowed_inputs]
    output = forward.differentiable()(*values.values())
    found = torch.autograd.grad(output, [values[key] for key in asked], upstream)
    given = {key: value.detach().numpy() for key, value in {**values, "upstream": upstream}.items()}
    expected = autograd(forward, given, forward.output, asked)
    assert largest_error({key: each.numpy() for key, each in zip(asked, found, strict=True)}, expected) < 1e-11


@pytest.mark.parametrize("name", MECHANISMS[::2])
def test_gradients_and_their_gradients_pass_the_check_by_finite_differences(name):
    forward = named(name)
    values = tensors(forward, seed=1)
    asked = [key for key in forward.inputs if values[key].requires_grad]
    function = of_values(forward, asked, values)
    given = [values[key] for key in asked]
    assert torch.autograd.gradcheck(function, given, fast_mode=True)
    assert torch.autograd.gradgradcheck(function, given, fast_mode=True)


@pytest.mark.parametrize("wrong", ["dV", "dP", "D", "dS", "dQ", "dK"])
def test_a_wrong_backward_pass_is_found(wrong):
    forward = named("scaled-dot")
    parts, passed = replace(forward, equations=named_parts(forward)), backward(forward)
    planted = tuple(
        replace(each, expression=Negation(each.expression)) if each.name == wrong else each for each in passed
    )
    values = list(tensors(forward).values())
    assert torch.autograd.gradcheck(differentiable(parts, passed), values)
    with pytest.raises(torch.autograd.gradcheck.__globals__["GradcheckError"]):
        torch.autograd.gradcheck(differentiable(parts, replace(passed, equations=planted)), values)


def test_gradients_of_shared_weights_are_summed_over_the_batch():
    forward = named("multi-head-causal")
    values = tensors(forward)
    values["X"] = torch.randn(3, 2, *values["X"].shape, dtype=torch.float64, requires_grad=True)
    values["W_V"] = torch.randn(2, *values["W_V"].shape, dtype=torch.float64, requires_grad=True)
    values["W_K"] = torch.randn(1, 1, *values["W_K"].shape, dtype=torch.float64, requires_grad=True)
    output = forward.differentiable()(**values)
    other = forward.lambdify("torch")(**values)
    upstream = torch.randn_like(other)
    found, expected = (torch.autograd.grad(each, list(values.values()), upstream) for each in (output, other))
    for name, one, two in zip(values, found, expected, strict=True):
        assert one.shape == values[name].shape and torch.allclose(one, two), name


def test_the_gradient_of_a_number_is_summed_over_everything():
    forward = named("softcap")
    values = tensors(forward)
    values["Q"] = torch.randn(4, *values["Q"].shape, dtype=torch.float64)
    for number in (torch.tensor(0.7).double(), torch.tensor([0.3, 0.5, 0.7, 2.0]).double()):
        values["c"] = number.requires_grad_()
        outputs = forward.differentiable()(**values), forward.lambdify("torch")(**values)
        found, expected = (torch.autograd.grad(each.square().sum(), number)[0] for each in outputs)
        assert found.shape == number.shape and torch.allclose(found, expected)


def test_numbers_of_python_and_lists_are_inputs_without_gradients():
    forward = named("softcap")
    values = {**tensors(forward, dtype=torch.float32), "c": 2.0}
    values["V"] = values["V"].tolist()
    found = forward.differentiable()(**values)
    expected = forward.lambdify("torch")(**values)
    assert torch.equal(found, expected)
    assert torch.allclose(*(torch.autograd.grad(each.sin().sum(), values["Q"])[0] for each in (found, expected)))


def test_nothing_is_computed_twice():
    forward = named("multi-head-causal")
    function = forward.differentiable()
    asked = function.inputs
    assert set(function.passes.kept(asked).values) == {"Q", "K", "V", "P", "O", "C"}
    source = function.passes.back(asked, asked).source
    assert "softmax" not in source and "_allowed" not in source and "P = P" not in source


def test_only_what_is_asked_for_is_computed_and_kept():
    forward = named("scaled-dot")
    function = forward.differentiable()
    values = tensors(forward)
    for name in "QK":
        values[name].requires_grad_(False)
    function(**values).sum().backward()
    assert values["Q"].grad is None and values["V"].grad is not None
    assert function.passes.kept(("V",)).values == ("P",)
    code = function.passes.back(("V",), ("V",)).source
    assert "dV = " in code and "dS" not in code
    assert not function(**{name: value.detach() for name, value in values.items()}).requires_grad


def test_a_part_of_the_gradients_can_be_asked_for_later():
    forward = named("scaled-dot")
    function, values = forward.differentiable(), tensors(forward)
    output = function(**values)
    (found,) = torch.autograd.grad(output.square().sum(), values["K"])
    (expected,) = torch.autograd.grad(forward.lambdify("torch")(**values).square().sum(), values["K"])
    assert torch.allclose(found, expected)
    assert set(function.passes.back(("Q", "K", "V"), ("K",)).outputs) == {"dK"}


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16])
def test_gradients_have_the_dtype_of_their_inputs(dtype):
    forward = named("grouped-query")
    exact = tensors(forward)
    given = {name: value.detach().to(dtype).requires_grad_() for name, value in exact.items()}
    output = forward.differentiable()(**given)
    reference = forward.differentiable()(**exact)
    found = torch.autograd.grad(output, list(given.values()), torch.ones_like(output).cumsum(-1))
    expected = torch.autograd.grad(reference, list(exact.values()), torch.ones_like(reference).cumsum(-1))
    for one, two in zip(found, expected, strict=True):
        assert one.dtype == dtype
        assert (one.double() - two).abs().max() <= 60 * torch.finfo(dtype).eps * max(1, two.abs().max())


def test_inputs_of_two_dtypes_have_gradients_of_their_own():
    forward = mechanism("gate", {"A": "n m", "B": "n m", "c": "scalar"}, "O = A * exp(B) * c")
    A = torch.randn(3, 4, dtype=torch.float64, requires_grad=True)
    B = torch.randn(3, 4, dtype=torch.float32, requires_grad=True)
    c = torch.tensor(2.0, dtype=torch.float32, requires_grad=True)
    outputs = forward.differentiable()(A, B, c), A * B.exp() * c
    found, expected = (torch.autograd.grad(each.exp().sum(), [A, B, c]) for each in outputs)
    assert [each.dtype for each in found] == [torch.float64, torch.float32, torch.float32]
    assert all(torch.allclose(one, two, rtol=1e-5) for one, two in zip(found, expected, strict=True))


def test_an_intermediate_value_may_be_the_output():
    forward = named("scaled-dot")
    values = tensors(forward)
    weights = forward.differentiable("P")(**values)
    assert torch.equal(weights, forward.lambdify("torch", outputs="P")(**values))
    upstream = torch.randn_like(weights)
    Q, K = values["Q"], values["K"]
    expected = torch.autograd.grad(torch.softmax(Q @ K.mT / Q.shape[-1] ** 0.5, -1), [Q, K], upstream)
    found = torch.autograd.grad(weights, [Q, K], upstream)
    assert all(torch.allclose(one, two) for one, two in zip(found, expected, strict=True))


def test_sizes_that_only_an_input_tells_are_found():
    forward = mechanism("mean", {"X": "n d", "w": "n 1"}, "O = w.T @ X / d + colsum(w) / n")
    values = {"X": torch.randn(3, 4).double(), "w": torch.randn(3, 1, dtype=torch.float64, requires_grad=True)}
    assert torch.autograd.gradcheck(lambda w: forward.differentiable()(values["X"], w), values["w"])
    values["X"].requires_grad_()
    assert torch.autograd.gradcheck(lambda X: forward.differentiable()(X, values["w"].detach()), values["X"])


def test_an_input_that_nothing_moves_with_has_a_gradient_of_zeros():
    forward = mechanism("steps", {"A": "n m", "B": "n m"}, "O = step(A) * B")
    A, B = (torch.randn(2, 3, 4, dtype=torch.float64, requires_grad=True) for _ in range(2))
    found = torch.autograd.grad(forward.differentiable()(A, B).sum(), [A, B])
    assert torch.equal(found[0], torch.zeros_like(A)) and torch.equal(found[1], (A > 0).double())


def test_transforms_of_functions_work():
    forward = named("causal")
    function, plain, values = forward.differentiable(), forward.lambdify("torch"), tensors(forward)
    one = [value.detach() for value in values.values()]
    many = [torch.stack([value, 2 * value, value - 1]) for value in one]

    def loss(of):
        return lambda *given: of(*given).square().sum()

    for wanted in (lambda of: torch.func.grad(loss(of), (0, 1, 2)), lambda of: torch.func.jacrev(of, (0, 2))):
        assert all(map(torch.allclose, wanted(function)(*one), wanted(plain)(*one)))
        found, expected = (torch.func.vmap(wanted(of))(*many) for of in (function, plain))
        assert all(map(torch.allclose, found, expected))

    def of_mapped(of):
        return torch.func.grad(lambda *given: torch.func.vmap(of)(*given).square().sum(), (0, 1, 2))

    assert all(map(torch.allclose, of_mapped(function)(*many), of_mapped(plain)(*many)))


def test_arguments_are_checked_as_those_of_any_function():
    function = named("scaled-dot").differentiable()
    with pytest.raises(TypeError, match="missing a required argument: 'V'"):
        function(torch.eye(2), torch.eye(2))
    with pytest.raises(TypeError, match="unexpected keyword argument 'W'"):
        function(torch.eye(2), torch.eye(2), torch.eye(2), W=torch.eye(2))
    with pytest.raises(ValueError, match="K takes shape"):
        function(torch.eye(2), torch.eye(3), torch.eye(3))


def test_an_unknown_output_is_an_error():
    with pytest.raises(UnknownNameError, match="has no 'R'"):
        named("scaled-dot").differentiable("R")


def test_without_torch_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(MissingExtraError, match="pip install"):
        named("scaled-dot").differentiable()


@pytest.mark.parametrize(
    "equations",
    [
        "O = A",
        "O = A.T",
        "R = A\nO = R * B",
        "R = exp(A)\nO = R",
        "R = exp(A)\nO = R.T",
        "R = A * B\nT = R\nU = T.T\nO = R * 3 + T * U.T",
    ],
)
def test_values_that_share_memory_are_told_apart(equations):
    function = mechanism(
        "shared", {"A": "n m", **({"B": "n m"} if "B" in equations else {})}, equations
    ).differentiable()
    given = [torch.randn(3, 4, dtype=torch.float64, requires_grad=True) for _ in function.inputs]
    assert torch.autograd.gradcheck(function, given) and torch.autograd.gradgradcheck(function, given)


def test_a_second_call_of_the_backward_pass_finds_everything_as_it_was():
    values = tensors(named("causal"))
    loss = named("causal").differentiable()(**values).exp().sum()
    first, second = (torch.autograd.grad(loss, list(values.values()), retain_graph=True) for _ in range(2))
    assert all(map(torch.equal, first, second))
