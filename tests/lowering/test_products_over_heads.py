"""Products in which one side lacks an index of the other, in large products: against one head after the other."""

from itertools import product

import numpy as np
import pytest
from lowering_cases import matrices, system

from symattn.lowering import lambdify_system

G, R, H, N, D, K = 2, 3, 4, 5, 6, 7
LENGTHS = {"g": ("G", G), "r": ("R", R), "h": ("H", H)}
CASES = [("", "h"), ("", "gh"), ("g", "gh"), ("g", "grh"), ("h", ""), ("gh", ""), ("gh", "g"), ("grh", "g")]
OTHERS = [("h", "gh"), ("gh", "h"), ("g", "h"), ("gr", "rh"), ("r", "grh")]
BATCHES = [((), ()), ((3,), ()), ((2, 40), ()), ((), (3,)), ((2, 1), (3,)), ((1,), (1,)), ((0,), ())]


def made(left, right):
    """``C[…] = A[…] @ B[…]`` with those indices."""
    axes = "".join(index for index in "grh" if index in left + right)
    names = [f"{name}[{', '.join(indices)}]" if indices else name for name, indices in (("A", left), ("B", right))]
    shapes = {
        name: " ".join([*(LENGTHS[index][0] for index in indices), shape])
        for name, indices, shape in (("A", left, "n d"), ("B", right, "d k"))
    }
    return axes, system(f"C[{', '.join(axes)}] = {' @ '.join(names)}", **shapes)


def given(left, right, batches, seed=0):
    """Numbers for both sides."""
    lengths = {index: length for index, (_, length) in LENGTHS.items()}
    sides = {"A": (left, (N, D)), "B": (right, (D, K))}
    return {
        name: matrices(seed + place, batch, **{name: (*(lengths[index] for index in indices), *shape)})[name]
        for place, ((name, (indices, shape)), batch) in enumerate(zip(sides.items(), batches, strict=True))
    }


def by_members(axes, left, right, A, B):
    """The product of each member by itself, the axes of the family put behind the batches."""
    members = {}
    ranges = [range(LENGTHS[index][1]) for index in axes]
    for place in product(*ranges):
        at = dict(zip(axes, place, strict=True))
        one = [
            side[(..., *(at[index] for index in indices), slice(None), slice(None))]
            for side, indices in ((A, left), (B, right))
        ]
        members[place] = one[0] @ one[1]
    stacked = np.stack([members[place] for place in product(*ranges)], axis=-3)
    return stacked.reshape(*stacked.shape[:-3], *map(len, ranges), N, K)


@pytest.mark.parametrize("target", ["numpy", "torch"])
@pytest.mark.parametrize("sides", CASES + OTHERS, ids=lambda sides: f"A[{sides[0]}] @ B[{sides[1]}]")
def test_it_is_the_product_of_each_member(sides, target):
    axes, system_of_both = made(*sides)
    f = lambdify_system(system_of_both, target)
    for batches in BATCHES:
        numbers = given(*sides, batches)
        expected = by_members(axes, *sides, **numbers)
        if target == "torch":
            torch = pytest.importorskip("torch")
            found = f(**{name: torch.from_numpy(value) for name, value in numbers.items()}).numpy()
        else:
            found = f(**numbers)
        assert found.shape == expected.shape
        assert np.allclose(found, expected, rtol=1e-12, atol=1e-12)
        if expected.size:
            assert not np.allclose(np.flip(found, axis=-3), expected)


@pytest.mark.parametrize("sides", CASES, ids=lambda sides: f"A[{sides[0]}] @ B[{sides[1]}]")
def test_its_gradients_and_those_of_a_vmap_are_right(sides):
    torch = pytest.importorskip("torch")
    f = lambdify_system(made(*sides)[1], "torch")
    for batches in [((2,), ()), ((), ())]:
        tensors = [torch.from_numpy(value).requires_grad_() for value in given(*sides, batches).values()]
        assert torch.autograd.gradcheck(f, tensors, fast_mode=True)
    A, B = (torch.from_numpy(value) for value in given(*sides, ((3,), (3,))).values())
    one_by_one = torch.stack([f(a, b) for a, b in zip(A, B, strict=True)])
    assert torch.allclose(torch.func.vmap(f)(A, B), one_by_one)
    assert torch.allclose(torch.func.vmap(f, in_dims=(0, None))(A, B[0]), torch.stack([f(a, B[0]) for a in A]))
    assert torch.allclose(torch.func.vmap(f, in_dims=(None, 0))(A[0], B), torch.stack([f(A[0], b) for b in B]))
    _, change = torch.func.jvp(f, (A[0], B[0]), (A[1], B[1]))
    assert torch.allclose(change, f(A[1], B[0]) + f(A[0], B[1]))


def test_a_result_that_is_changed_leaves_the_inputs_alone():
    f = lambdify_system(system("C[h] = A[h] @ B\nD = softmax(2 * C[0]) + 1", A="H n d", B="d k"), outputs=["C", "D"])
    numbers = given("h", "", ((3,), ()))
    before = {name: value.copy() for name, value in numbers.items()}
    found = f(**numbers)
    assert np.allclose(found["C"], numbers["A"] @ numbers["B"])
    assert all(np.array_equal(before[name], numbers[name]) for name in before)


@pytest.mark.parametrize("target", ["numpy", "torch"])
def test_code_without_such_products_has_none_of_the_helpers(target):
    source = lambdify_system(system("C[h] = A[h] @ B[h]", A="H n d", B="H d k"), target).source
    assert "_times_each" not in source
    assert "_each_times" not in source
