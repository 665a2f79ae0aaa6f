"""Families in generated code: an index is an array axis before the last two, behind the batches."""

import math
from dataclasses import replace

import numpy as np
import pytest
from lowering_cases import matrices, system

from symattn.errors import LoweringError
from symattn.lowering import lambdify, lambdify_system
from symattn.nodes import Concatenation, FamilySymbol, Member, index

TARGETS = ["numpy", "torch"]


def computed(made, target, numbers, outputs=None):
    """What the target's code computes, as NumPy arrays."""
    f = lambdify_system(made, target, outputs=outputs)
    if target == "torch":
        torch = pytest.importorskip("torch")
        numbers = {name: torch.from_numpy(np.array(value)) for name, value in numbers.items()}
    else:
        for value in filter(np.ndim, numbers.values()):
            value.flags.writeable = False
    found = f(**numbers)
    if isinstance(found, dict):
        return {name: np.asarray(value) for name, value in found.items()}
    return np.asarray(found)


def softmax(scores):
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


MULTI_HEAD = system(
    """
    Q[h] = X @ W_Q[h]
    K[h] = Y @ W_K[h]
    V[h] = Y @ W_V[h]
    S[h] = Q[h] @ K[h].T / sqrt(d_k)
    P[h] = softmax(S[h])
    O[h] = P[h] @ V[h]
    A = sum(h, O[h] @ W_O[h])
    """.replace("\n    ", "\n").strip(),
    X="n d",
    Y="m d",
    W_Q="H d d_k",
    W_K="H d d_k",
    W_V="H d d_v",
    W_O="H d_v d",
    name="multi-head attention",
)
SHAPES = {"X": (2, 3), "Y": (5, 3), "W_Q": (4, 3, 6), "W_K": (4, 3, 6), "W_V": (4, 3, 2), "W_O": (4, 2, 3)}


def multi_head_by_loops(X, Y, W_Q, W_K, W_V, W_O):
    """One head after the other."""
    heads, total = [], 0
    for h in range(4):
        weights = softmax((X @ W_Q[h]) @ (Y @ W_K[h]).T / math.sqrt(6))
        heads.append(weights @ (Y @ W_V[h]))
        total = total + heads[-1] @ W_O[h]
    return np.array(heads), total


@pytest.mark.parametrize("target", TARGETS)
def test_multi_head_attention_is_one_head_after_the_other(target):
    numbers = matrices(1, **SHAPES)
    heads, total = multi_head_by_loops(**numbers)
    found = computed(MULTI_HEAD, target, numbers, outputs=["O", "A"])
    assert found["O"].shape == (4, 2, 2)
    assert np.allclose(found["O"], heads, rtol=1e-12)
    assert np.allclose(found["A"], total, rtol=1e-12)
    assert np.allclose(computed(MULTI_HEAD, target, numbers), total, rtol=1e-12)
    assert not np.allclose(found["O"], heads[::-1])


@pytest.mark.parametrize("target", TARGETS)
def test_batches_stand_before_the_axes_of_a_family(target):
    numbers = {**matrices(2, **SHAPES), "X": matrices(3, (7,), X=(2, 3))["X"]}
    numbers["W_O"] = matrices(4, (3, 1), W_O=(4, 2, 3))["W_O"]
    found = computed(MULTI_HEAD, target, numbers)
    assert found.shape == (3, 7, 2, 3)
    for a in range(3):
        for b in range(7):
            one = {**numbers, "X": numbers["X"][b], "W_O": numbers["W_O"][a, 0]}
            assert np.allclose(found[a, b], multi_head_by_loops(**one)[1], rtol=1e-12)


def test_the_code_of_multi_head_attention_reads_like_this():
    lines = lambdify_system(MULTI_HEAD).source.splitlines()
    assert "    # Q[h] = X @ W_Q[h]" in lines
    assert "    Q = _times_each(X, W_Q)" in lines
    assert "    S = (Q / math.sqrt(d_k)) @ K.mT" in lines
    assert "    O /= _total" in lines
    assert "    A = _side_by_side(O) @ _one_below_another(W_O)" in lines
    assert "W_Q (..., H, d, d_k)" in lambdify_system(MULTI_HEAD).__doc__


@pytest.mark.parametrize("target", TARGETS)
def test_a_sum_of_products_of_transposes_copies_whole_rows(target):
    made = system("Y = sum(h, A[h].T @ B[h].T)\nZ = sum(h, A[h].T @ C[h])", A="H d n", B="H m d", C="H d m")
    function = lambdify_system(made, target, outputs=["Y", "Z"])
    assert "_one_below_another(A).mT @ _side_by_side(B).mT" in function.source
    assert "_one_below_another(A).mT @ _one_below_another(C)" in function.source
    A, B, C = matrices(batch=(2,), A=(3, 4, 5), B=(3, 6, 4), C=(3, 4, 6)).values()
    found = computed(made, target, {"A": A, "B": B, "C": C})
    assert np.allclose(found, (A.mT @ C).sum(-3))
    found = computed(replace(made, output="Y"), target, {"A": A, "B": B, "C": C})
    assert np.allclose(found, (A.mT @ B.mT).sum(-3))


GROUPED = system(
    "S[g, r] = Q[g, r] @ K[g].T\nO[g, r] = softmax(S[g, r], where=causal) @ V[g]",
    Q="G R n d",
    K="G n d",
    V="G n d_v",
)


@pytest.mark.parametrize("target", TARGETS)
def test_groups_of_queries_share_keys(target):
    numbers = matrices(5, Q=(2, 3, 4, 5), K=(2, 4, 5), V=(2, 4, 1))
    found = computed(GROUPED, target, numbers)
    assert found.shape == (2, 3, 4, 1)
    for g in range(2):
        for r in range(3):
            scores = np.where(np.tri(4) > 0, numbers["Q"][g, r] @ numbers["K"][g].T, -np.inf)
            assert np.allclose(found[g, r], softmax(scores) @ numbers["V"][g], rtol=1e-12)


def test_an_allowed_set_without_the_index_is_made_once():
    source = lambdify_system(GROUPED).source
    assert source.count("np.arange") == 2
    assert "_each_times(_weights, V)" in source


@pytest.mark.parametrize("target", TARGETS)
def test_keys_without_an_axis_serve_every_head(target):
    made = system("S[h] = Q[h] @ K.T\nP[h] = softmax(S[h], where=M[h])", Q="H n d", K="m d", M="H n m")
    numbers = matrices(6, (2,), Q=(3, 4, 5), K=(6, 5))
    numbers["M"] = np.random.default_rng(7).random((3, 4, 6)) < 0.5
    found = computed(made, target, numbers)
    for b in range(2):
        for h in range(3):
            weights = np.exp(numbers["Q"][b, h] @ numbers["K"][b].T) * numbers["M"][h]
            total = weights.sum(axis=-1, keepdims=True)
            assert np.allclose(found[b, h], weights / np.where(total == 0, 1, total), rtol=1e-12)


A = matrices(8, (2,), A=(3, 4, 3, 5))["A"]

MEMBERS = {
    "permuted": ("B[r, g] = A[g, r]", lambda a: a.swapaxes(0, 1)),
    "permuted and transposed": ("B[r, g] = A[g, r].T", lambda a: a.transpose(1, 0, 3, 2)),
    "a second family of the same letters": (
        "C[g, r] = tanh(A[g, r])\nB[r, g] = C[g, r] + tanh(A[g, r])",
        lambda a: 2 * np.tanh(a.swapaxes(0, 1)),
    ),
    "other letters": ("C[g, r] = A[g, r] * 2\nB[s, h] = C[s, h] + 1", lambda a: a * 2 + 1),
    "letters against their order": (
        "C[r, g] = A[g, r]\nD[g, r] = C[r, g] - 1\nB[r, g] = D[g, r] + C[r, g]",
        lambda a: 2 * a.swapaxes(0, 1) - 1,
    ),
    "one letter over two lengths": (
        "C[a] = A[a, 0]\nD[a] = A[0, a]\nB = sum(a, C[a] @ C[a].T) - sum(a, D[a] @ D[a].T)",
        lambda a: sum(x @ x.T for x in a[:, 0]) - sum(x @ x.T for x in a[0]),
    ),
    "at whole numbers": ("B = A[2, 1] - A[0, 3]", lambda a: a[2, 1] - a[0, 3]),
    "first axis at a number": ("B[r] = A[1, r]", lambda a: a[1]),
    "last axis at a number": ("B[g] = exp(A[g, 3])", lambda a: np.exp(a[:, 3])),
    "against another member": ("B[r] = A[1, r] - A[0, 0]", lambda a: a[1] - a[0, 0]),
    "one column": ("B[r] = A[0, r][:, 2]", lambda a: a[0][..., [2]]),
    "a sum over columns": (
        "B[g, r] = sum(a, A[g, r][:, a] * tanh(A[g, r][:, a]))",
        lambda a: (a * np.tanh(a)).sum(axis=-1, keepdims=True),
    ),
    "a sum over rows": ("B[g, r] = sum(a, A[g, r][a, :] ** 2)", lambda a: (a**2).sum(axis=-2, keepdims=True)),
    "a sum over both axes": ("B = sum(r, sum(g, A[g, r] * A[g, 0]))", lambda a: (a * a[:, :1]).sum(axis=(0, 1))),
    "rows by the index of the family": ("B[g, r] = A[g, r] + A[0, 0][g, :]", lambda a: a + a[0, 0][:, None, None, :]),
    "entries by the index of the family": (
        "B[r, g] = A[g, r] * A[g, r][g, 1]",
        lambda a: np.array([[a[g, r] * a[g, r, g, 1] for g in range(3)] for r in range(4)]),
    ),
    "rows of its own member": (
        "B[g] = A[g, 1][g, :]",
        lambda a: np.array([a[g, 1, [g], :] for g in range(3)]),
    ),
    "the index as a number": ("B[g] = A[g, 0] * (g + 1)", lambda a: a[:, 0] * np.arange(1, 4)[:, None, None]),
    "an unused index": ("B[g] = A[g, 0] * 0 + A[0, 1]", lambda a: np.stack([a[0, 1]] * 3)),
}


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(("equations", "expected"), MEMBERS.values(), ids=MEMBERS)
def test_members_are_taken_at_any_positions(equations, expected, target):
    found = computed(system(equations, A="G R G d"), target, {"A": A.copy()})
    assert np.allclose(found, np.array([expected(a) for a in A]), rtol=1e-12)


@pytest.mark.parametrize("target", TARGETS)
def test_both_axes_at_the_same_index_are_a_diagonal(target):
    made = system("B[h] = 2 * D[h, h].T\nC = sum(h, D[h, h])", D="H H n d")
    D = matrices(9, (2,), D=(3, 3, 4, 5))["D"]
    found = computed(made, target, {"D": D}, outputs=["B", "C"])
    diagonal = np.stack([D[:, h, h] for h in range(3)], axis=1)
    assert np.allclose(found["B"], 2 * diagonal.swapaxes(-1, -2))
    assert np.allclose(found["C"], diagonal.sum(axis=1))


@pytest.mark.parametrize("target", TARGETS)
def test_an_index_that_nothing_depends_on_still_has_its_axis(target):
    made = system("B[h] = exp(M + 0 * sum(a, M[a, :] - M[a, :]) * w[h])\nC = sum(h, B[h])", M="n d", w="H 1")
    M = matrices(10, (2,), M=(3, 4))["M"]
    found = computed(made, target, {"M": M, "w": np.ones((5, 1))}, outputs=["B", "C"])
    assert found["B"].shape == (2, 5, 3, 4)
    assert np.allclose(found["C"], 5 * np.exp(M))


@pytest.mark.parametrize("target", TARGETS)
def test_a_column_of_slopes_gives_each_head_its_own(target):
    made = system("B[h] = A * m[h] - m[h]", A="n d", m="H 1")
    numbers = matrices(11, (2,), A=(3, 4), m=(5, 1))
    found = computed(made, target, numbers)
    expected = [[(a * m[h] - m[h]) for h in range(5)] for a, m in zip(numbers["A"], numbers["m"], strict=True)]
    assert np.allclose(found, expected)


def test_inputs_that_are_families_are_checked():
    f = lambdify_system(MULTI_HEAD)
    numbers = matrices(1, **SHAPES)
    with pytest.raises(ValueError, match=r"W_Q takes a family of matrices, of 3 axes or more; found shape \(3, 6\)"):
        f(**{**numbers, "W_Q": numbers["W_Q"][0]})
    with pytest.raises(ValueError, match=r"W_K takes shape \(\.\.\., H, d, d_k\) with H = 4, d = 3, d_k = 6; found"):
        f(**{**numbers, "W_K": numbers["W_K"][:1]})


def test_a_member_beyond_the_last_is_an_error():
    f = lambdify_system(system("B = A[2]", A="H n d"))
    with pytest.raises(ValueError, match="subscript 2 is outside a length of H = 2"):
        f(np.ones((2, 3, 4)))


@pytest.mark.parametrize("target", TARGETS)
def test_a_size_is_found_where_it_is_a_part_of_a_sum(target):
    made = system("Y = X * r + colsum(w) / sqrt(p)", X="n 2*p", w="2*r+1 2*p")
    w, X = np.ones((7, 6)), np.ones((6, 6))
    assert np.allclose(computed(made, target, {"X": X, "w": w}), 3 + 7 / math.sqrt(3))
    with pytest.raises(
        ValueError, match=r"w takes shape \(\.\.\., 2\*r \+ 1, 2\*p\) with p = 3, r = 2; found \(6, 6\)"
    ):
        lambdify_system(made)(X, np.ones((6, 6)))


def test_a_size_that_two_unknown_ones_make_is_refused():
    with pytest.raises(LoweringError, match="size a cannot be found"):
        lambdify_system(system("Y = X / sqrt(a)", X="n a+b"))


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_the_dtype_is_kept(dtype):
    numbers = matrices(12, dtype=dtype, **SHAPES)
    found = lambdify_system(MULTI_HEAD)(**numbers)
    assert found.dtype == dtype
    exact = multi_head_by_loops(*(value.astype("float64") for value in numbers.values()))[1]
    assert np.allclose(found, exact, rtol=100 * np.finfo(dtype).eps, atol=100 * np.finfo(dtype).eps)


def test_gradients_are_those_of_finite_differences():
    torch = pytest.importorskip("torch")
    small = {"X": (2, 1), "Y": (2, 1), "W_Q": (2, 1, 2), "W_K": (2, 1, 2), "W_V": (2, 1, 1), "W_O": (2, 1, 1)}
    given = [torch.from_numpy(value).requires_grad_() for value in matrices(13, **small).values()]
    assert torch.autograd.gradcheck(lambdify_system(MULTI_HEAD, "torch"), given)


def test_families_pass_through_function_transforms():
    torch = pytest.importorskip("torch")
    given = {name: torch.from_numpy(value) for name, value in matrices(14, (3,), **SHAPES).items()}
    f = lambdify_system(MULTI_HEAD, "torch")
    assert torch.allclose(torch.func.vmap(f)(*given.values()), f(**given))


@pytest.mark.parametrize("target", TARGETS)
def test_heads_side_by_side_come_in_the_order_of_their_index(target):
    made = system(
        "C[r] = concat(g, A[g, r])\nD[g] = concat(r, A[g, r])\nE = concat(g, A[g, 0] @ W) + concat(g, X * m[g])\n"
        "F = concat(r, concat(g, A[g, r]))\nL = concat(g, A[0, 0] * m[g])",
        A="G R n d",
        W="d d",
        X="n d",
        m="G 1",
    )
    numbers = {**matrices(16, A=(3, 4, 2, 5), X=(2, 5), m=(3, 1)), "W": matrices(17, (2,), W=(5, 5))["W"]}
    A, W, X, m = (numbers[name] for name in "AWXm")
    found = computed(made, target, numbers, outputs=["C", "D", "E", "F", "L"])
    assert np.array_equal(found["C"], np.stack([np.hstack([A[g, r] for g in range(3)]) for r in range(4)]))
    assert np.array_equal(found["D"], np.stack([np.hstack([A[g, r] for r in range(4)]) for g in range(3)]))
    expected = [np.hstack([A[g, 0] @ W[b] + X * m[g] for g in range(3)]) for b in range(2)]
    assert np.allclose(found["E"], expected, rtol=1e-13)
    assert np.array_equal(found["F"], np.hstack([A[g, r] for r in range(4) for g in range(3)]))
    assert np.allclose(found["L"], np.hstack([A[0, 0] * m[g] for g in range(3)]))
    assert not np.array_equal(found["F"], np.hstack([A[g, r] for g in range(3) for r in range(4)]))


SUMS_OF_PRODUCTS = {
    "heads": ("sum(h, A[h] @ B[h])", lambda A, B: sum(a @ b for a, b in zip(A, B, strict=True))),
    "weights divided after the product": (
        "sum(h, softmax(A[h]) @ B[h])",
        lambda A, B: sum(softmax(a) @ b for a, b in zip(A, B, strict=True)),
    ),
    "columns and rows": ("sum(a, A[0][:, a] @ B[1][a, :])", lambda A, B: A[0] @ B[1]),
    "two indices": (
        "sum(h, sum(a, A[h][:, a] @ B[h][a, :]))",
        lambda A, B: sum(a @ b for a, b in zip(A, B, strict=True)),
    ),
    "one side alone": ("sum(h, A[h] @ B[0])", lambda A, B: A.sum(axis=0) @ B[0]),
}


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(("formula", "expected"), SUMS_OF_PRODUCTS.values(), ids=SUMS_OF_PRODUCTS)
def test_a_sum_of_products_is_one_product(formula, expected, target):
    made = system(f"C = {formula}\nD[g] = {formula} - A[g] @ B[g]", A="H n m", B="H m d")
    numbers = {**matrices(19, (2, 1), A=(3, 4, 5)), **matrices(20, (6,), B=(3, 5, 2))}
    found = computed(made, target, numbers, outputs=["C", "D"])
    for a in range(2):
        for b in range(6):
            A, B = numbers["A"][a, 0], numbers["B"][b]
            assert np.allclose(found["C"][a, b], expected(A, B), rtol=1e-12)
            assert np.allclose(found["D"][a, b], expected(A, B) - A @ B, rtol=1e-11)


def test_lambdify_takes_families():
    h, A = index("h"), FamilySymbol("A", 2, 3, 4)
    numbers = matrices(15, A=(4, 2, 3))
    f = lambdify(A, [2 * Member(A, 1), Concatenation(Member(A, h), h, 4), Concatenation(2 * Member(A, 0), h, 3)])
    assert np.array_equal(f(numbers["A"])[0], 2 * numbers["A"][1])
    assert np.array_equal(f(numbers["A"])[1], np.hstack(list(numbers["A"])))
    assert np.array_equal(f(numbers["A"])[2], np.hstack([2 * numbers["A"][0]] * 3))


def test_one_head_side_by_side_is_a_copy():
    made = system("B = concat(h, A[h])\nC = B * 2\nD = softmax(C)", A="H n d")
    numbers = matrices(18, A=(1, 2, 3))
    assert np.allclose(computed(made, "numpy", numbers), softmax(2 * numbers["A"][0]))
