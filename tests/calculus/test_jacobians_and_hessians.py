"""Jacobians and Hessians, entry by entry, against torch's, and as the equations that a person would write."""

import numpy as np
import pytest
import torch
from autograd import numbers_for, sizes_for

from symattn import mechanism
from symattn.errors import InputError, ShapeError, UnknownNameError
from symattn.mechanisms import named

TOLERANCE = 1e-11


def last_line(made):
    equation = made.equations[-1]
    return f"{equation.left_side} = {equation.expression}"


def test_the_jacobian_of_attention_is_a_covariance_under_the_weights():
    picked = "matrix(n, 1, 1 if i == h else 0)"
    found = last_line(named("scaled-dot").jacobian(wrt="Q"))
    assert found == f"J_Q[h, c] = {picked} * (P[h, :] * (V[:, c].T - O[h, c]) @ K) / sqrt(d_k)"


def test_what_the_output_is_linear_in_has_no_hessian():
    assert last_line(named("scaled-dot").hessian(wrt="V")) == "H_V[h, c] = 0"


def given_and(name, wrt):
    """Numbers for a mechanism, its torch code as a function of one input, and a cotangent of its output."""
    forward = named(name)
    values = numbers_for(forward, sizes_for(forward), 0, forward.output)
    upstream = values.pop("upstream")
    tensors = {key: torch.tensor(value, dtype=torch.float64) for key, value in values.items()}
    code = forward.lambdify("torch")
    return forward, values, upstream, tensors, lambda x: code(**{**tensors, wrt: x})


JACOBIANS = [
    ("scaled-dot", "Q"),
    ("scaled-dot", "K"),
    ("scaled-dot", "V"),
    ("causal", "Q"),
    ("temperature", "T"),
    ("additive", "v_a"),
    ("softcap", "K"),
    ("linear", "K"),
    ("sigmoid", "Q"),
    ("rope", "Q"),
    ("alibi", "K"),
    ("multi-head-causal", "W_Q"),
    ("multi-head-causal", "X"),
    ("hardmax", "Q"),
]


@pytest.mark.parametrize("name, wrt", JACOBIANS)
def test_jacobians_agree_with_torch(name, wrt):
    forward, values, _, tensors, function = given_and(name, wrt)
    expected = torch.autograd.functional.jacobian(function, tensors[wrt]).numpy()
    made = forward.jacobian(wrt=wrt)
    found = made.lambdify("numpy")(**{key: values[key] for key in made.inputs})[made.output]
    assert found.shape == expected.shape
    assert np.abs(found - expected).max() < TOLERANCE * max(1, np.abs(expected).max())


HESSIANS = [
    ("scaled-dot", "Q"),
    ("scaled-dot", "K"),
    ("causal", "Q"),
    ("sigmoid", "Q"),
    ("temperature", "T"),
    ("alibi", "Q"),
]


@pytest.mark.parametrize("name, wrt", HESSIANS)
def test_hessians_agree_with_torch(name, wrt):
    forward, values, upstream, tensors, function = given_and(name, wrt)
    weights = torch.tensor(upstream)
    expected = torch.autograd.functional.hessian(lambda x: (weights * function(x)).sum(), tensors[wrt]).numpy()
    made = forward.hessian(wrt=wrt)
    own = next(key for key in made.inputs if key not in forward.inputs)
    found = made.lambdify("numpy")(**values, **{own: upstream})[made.output]
    assert found.shape == expected.shape
    assert np.abs(found - expected).max() < TOLERANCE * max(1, np.abs(expected).max())


@pytest.mark.parametrize("wrt", ["Q", "K", "V"])
def test_one_entry_has_its_own_gradient_and_hessian(wrt):
    forward, values, _, tensors, function = given_and("scaled-dot", wrt)
    entry = (1, 0)
    gradient = torch.autograd.functional.jacobian(lambda x: function(x)[entry], tensors[wrt]).numpy()
    curvature = torch.autograd.functional.hessian(lambda x: function(x)[entry], tensors[wrt]).numpy()
    for made, expected in (
        (forward.jacobian(wrt=wrt, entry=entry), gradient),
        (forward.hessian(wrt=wrt, entry=entry), curvature),
    ):
        found = made.lambdify("numpy")(**{key: values[key] for key in made.inputs})[made.output]
        assert np.abs(found - expected).max() < TOLERANCE


def test_a_hessian_is_symmetric():
    made = named("causal").hessian(wrt="Q")
    generator = np.random.default_rng(3)
    shapes = {"Q": (3, 2), "K": (4, 2), "V": (4, 5), "dO": (3, 5)}
    found = made.lambdify("numpy")(**{key: generator.normal(size=shape) for key, shape in shapes.items()})["H_Q"]
    assert np.allclose(found, found.transpose(2, 3, 0, 1), rtol=0, atol=1e-12)


def test_what_is_asked_wrongly_is_refused():
    with pytest.raises(InputError, match=r"one name; .* has: Q, K, V"):
        named("dot").jacobian()
    with pytest.raises(UnknownNameError):
        named("dot").hessian(wrt="R")
    with pytest.raises(ShapeError, match="2 positions counted from 0"):
        named("dot").jacobian(wrt="Q", entry=(1,))
    with pytest.raises(ShapeError, match="position 3 is outside a length of 2"):
        named("dot").at(n=2).jacobian(wrt="Q", entry=(3, 0))


def test_one_input_need_not_be_named():
    made = mechanism("one", {"A": "n m"}, "B = exp(A)").jacobian()
    assert made.output == "J_A"
