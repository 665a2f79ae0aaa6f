"""Scatters in NumPy and torch: against plain loops, with batches and families, and their gradients are lookups."""

import numpy as np
import pytest
import torch
from lowering_cases import matrices, system

from symattn.equations import Equation, EquationSystem
from symattn.errors import LoweringError
from symattn.lowering import lambdify_system
from symattn.nodes import Scatter, index

MOVED = system("Y = scatter(m, n + 2, A * t, j - 1, (i + 2 * j) % n + 1)", A="n m", t="scalar")
FAMILY = system("Y[h] = scatter(2, m, F[h] - A, i % 2, clip(j - i + h, -1, m - 1))", F="H n m", A="n m")


def by_loops(values, position, shape):
    """The sum of the values at each place, one number at a time."""
    found = np.zeros((*values.shape[:-2], *shape))
    for i, j in np.ndindex(values.shape[-2:]):
        a, b = position(i, j)
        if 0 <= a < shape[0] and 0 <= b < shape[1]:
            found[..., a, b] += values[..., i, j]
    return found


def moved(A, t, wrong=0):
    n, m = A.shape[-2:]
    return by_loops(A * t, lambda i, j: (j - 1, (i + 2 * j + wrong) % n + 1), (m, n + 2))


@pytest.mark.parametrize("target", ["numpy", "torch"])
@pytest.mark.parametrize("batch", [(), (5,), (2, 3), (0,)])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_entries_are_added_where_their_positions_say(target, batch, dtype):
    A = matrices(1, batch, dtype, A=(3, 4))["A"]
    found = np.asarray(lambdify_system(MOVED, target)(A if target == "numpy" else torch.tensor(A), 0.5))
    assert found.dtype == dtype
    np.testing.assert_allclose(found, moved(A.astype(float), 0.5), rtol=1e-6 if dtype == "float32" else 1e-15)


def test_a_wrong_position_would_be_seen():
    A = matrices(1, A=(3, 4))["A"]
    assert not np.allclose(lambdify_system(MOVED)(A, 0.5), moved(A, 0.5, wrong=1))


@pytest.mark.parametrize("target", ["numpy", "torch"])
@pytest.mark.parametrize("batches", [((), ()), ((2,), ()), ((), (2,)), ((4, 1), (2,))])
def test_a_family_has_positions_of_its_own_for_each_member(target, batches):
    F = matrices(2, batches[0], F=(3, 5, 4))["F"]
    A = matrices(3, batches[1], A=(5, 4))["A"]
    given = (F, A) if target == "numpy" else (torch.tensor(F), torch.tensor(A))
    found = np.asarray(lambdify_system(FAMILY, target)(*given))
    whole = F - A[..., None, :, :]
    for h in range(3):
        expected = by_loops(whole[..., h, :, :], lambda i, j: (i % 2, min(max(j - i + h, -1), 3)), (2, 4))  # noqa: B023
        np.testing.assert_allclose(found[..., h, :, :], expected, atol=1e-14)


def test_the_gradient_is_the_lookup():
    A = torch.tensor(matrices(1, (2,), A=(3, 4))["A"], requires_grad=True)
    found = lambdify_system(MOVED, "torch")(A, 0.5)
    upstream = torch.tensor(matrices(4, (2,), G=found.shape[-2:])["G"])
    (gradient,) = torch.autograd.grad(found, A, upstream)
    for i, j in np.ndindex(3, 4):
        expected = 0.5 * upstream[:, j - 1, (i + 2 * j) % 3 + 1] if j >= 1 else torch.zeros(2)
        assert torch.equal(gradient[:, i, j].float(), expected.float())
    assert torch.autograd.gradgradcheck(lambda x: lambdify_system(MOVED, "torch")(x, 0.5), A)


def test_torch_maps_over_a_batch_as_it_broadcasts():
    A = torch.tensor(matrices(1, (6,), A=(3, 4))["A"])
    function = lambdify_system(MOVED, "torch")
    assert torch.equal(torch.func.vmap(lambda x: function(x, 0.5))(A), function(A, 0.5))


def test_what_has_no_place_leaves_no_trace_whatever_it_is():
    A = np.array([[np.nan, 1.0], [np.inf, 2.0]])
    made = system("Y = scatter(1, n, A, 0 if j > 0 else -1, i)", A="n m")
    assert (lambdify_system(made)(A) == [[1, 2]]).all()
    assert (lambdify_system(made, "torch")(torch.tensor(A)) == torch.tensor([[1.0, 2.0]])).all()


@pytest.mark.parametrize("target", ["numpy", "torch"])
def test_half_precision_adds_in_more(target):
    made, count = system("Y = scatter(1, 1, A, 0, 0)", A="n m"), 5000
    A = np.ones((1, count), dtype=np.float16)
    found = lambdify_system(made, target)(A if target == "numpy" else torch.tensor(A))
    assert float(found[0, 0]) == count and str(found.dtype).endswith("float16")


def test_a_position_between_two_places_is_refused():
    i, j, A = index("i"), index("j"), MOVED.inputs["A"]
    equation = Equation("Y", Scatter(A, i / 2, j, i, j, *A.shape))
    with pytest.raises(LoweringError, match="a position is a whole number"):
        lambdify_system(EquationSystem("halves", (A,), (equation,), "Y"))
