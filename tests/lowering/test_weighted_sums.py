"""Sums of weighted terms as one product, and windows of a matrix: against loops, NumPy's einsum and torch's conv2d."""

import numpy as np
import pytest
from lowering_cases import matrices, system

from symattn.lowering import lambdify_system

TARGETS = ["numpy", "torch"]
C, G, K, N, M = 2, 3, 4, 5, 6
INPUTS = {"w": "K 1", "D": "C K", "F": "G C K", "A": "K n m", "B": "C K n m", "p": "n K", "q": "m K"}
SHAPES = {"w": (K, 1), "D": (C, K), "F": (G, C, K), "A": (K, N, M), "B": (C, K, N, M), "p": (N, K), "q": (M, K)}

SUMS = {
    "one sum": ("Y = sum(k, w[k] * A[k])", lambda w, A, **_: np.einsum("k,kij->ij", w[:, 0], A)),
    "the weight behind": ("Y = sum(k, A[k] * w[k])", lambda w, A, **_: np.einsum("k,kij->ij", w[:, 0], A)),
    "weights of their own": ("Y[c] = sum(k, D[c, k] * A[k])", lambda D, A, **_: np.einsum("ck,kij->cij", D, A)),
    "terms of their own": ("Y[c] = sum(k, w[k] * B[c, k])", lambda w, B, **_: np.einsum("k,ckij->cij", w[:, 0], B)),
    "both their own": ("Y[c] = sum(k, D[c, k] * B[c, k])", lambda D, B, **_: np.einsum("ck,ckij->cij", D, B)),
    "more weights than terms": (
        "Y[c, g] = sum(k, F[g][c, k] * B[c, k])",
        lambda F, B, **_: np.einsum("gck,ckij->cgij", F, B),
    ),
    "sums of sums": ("Y = sum(c, sum(k, D[c, k] * B[c, k]))", lambda D, B, **_: np.einsum("ck,ckij->ij", D, B)),
    "sums the other way round": (
        "Y = sum(k, sum(c, D[c, k] * B[c, k]))",
        lambda D, B, **_: np.einsum("ck,ckij->ij", D, B),
    ),
    "weights of the inner sum": (
        "Y = sum(c, sum(k, w[k] * B[c, k]))",
        lambda w, B, **_: np.einsum("k,ckij->ij", w[:, 0], B),
    ),
    "several weights": (
        "Y = sum(c, sum(k, D[c, k] * w[k] * B[c, k]))",
        lambda D, w, B, **_: np.einsum("ck,k,ckij->ij", D, w[:, 0], B),
    ),
    "hidden units": (
        "Y = sum(k, w[k] * tanh(p[:, k] + q[:, k].T))",
        lambda w, p, q, **_: np.tanh(p[:, None] + q) @ w[:, 0],
    ),
    "several products": (
        "Y = sum(k, w[k] * A[k] - D[0, k] * (p[:, k] + q[:, k].T))",
        lambda w, A, D, p, q, **_: np.einsum("k,kij->ij", w[:, 0], A) - np.einsum("k,ijk->ij", D[0], p[:, None] + q),
    ),
    "weighted entries": (
        "Y = sum(k, matrix(n, m, w[k] * A[k][i, j] * p[i, k] + q[j, k] * w[k]))",
        lambda w, A, p, q, **_: np.einsum("k,kij,ik->ij", w[:, 0], A, p) + (q @ w).T,
    ),
}

OTHERS = {
    "a term without the index": ("Y = sum(k, w[k] * A[0])", lambda w, A, **_: w.sum() * A[0]),
    "a weight without the index": ("Y = sum(k, w[0] * A[k])", lambda w, A, **_: w[0] * A.sum(0)),
    "another order of the axes": (
        "Y[g, c] = sum(k, F[g][c, k] * B[c, k])",
        lambda F, B, **_: np.einsum("gck,ckij->gcij", F, B),
    ),
    "sums without weights": ("Y = sum(c, sum(k, B[c, k]))", lambda B, **_: B.sum((0, 1))),
    "a term that is not weighted": (
        "Y = sum(k, w[k] * A[k] + A[k])",
        lambda w, A, **_: np.einsum("k,kij->ij", w[:, 0] + 1, A),
    ),
    "a guarded weight": (
        "Y = sum(k, matrix(n, m, w[k - 1] * A[k][i, j] if k >= 1 else 0))",
        lambda w, A, **_: np.einsum("k,kij->ij", w[:-1, 0], A[1:]),
    ),
}


def computed(function, target, numbers):
    """What the function makes of the arrays, as an array; NumPy's must not be written over."""
    if target == "torch":
        torch = pytest.importorskip("torch")
        return function(**{name: torch.from_numpy(value) for name, value in numbers.items()}).numpy()
    for value in numbers.values():
        value.flags.writeable = False
    return function(**numbers)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(("equation", "expected"), (SUMS | OTHERS).values(), ids=SUMS | OTHERS)
def test_a_weighted_sum_is_that_of_einsum(equation, expected, target):
    function = lambdify_system(system(equation, **INPUTS), target)
    numbers = matrices(1, **SHAPES)
    found = computed(function, target, numbers)
    assert np.allclose(found, expected(**numbers), rtol=1e-11, atol=1e-12)
    assert ("_weighted_sum(" in function.source) == any(equation == formula for formula, _ in SUMS.values())


def test_the_order_of_weights_matters():
    numbers = matrices(1, **SHAPES)
    found = lambdify_system(system(SUMS["one sum"][0], **INPUTS))(**numbers)
    assert not np.allclose(found, SUMS["one sum"][1](**{**numbers, "w": numbers["w"][::-1]}))


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("batches", [((3,), ()), ((), (3,)), ((3,), (3,)), ((2, 1), (3,)), ((0,), ())])
@pytest.mark.parametrize("kind", ["one sum", "weights of their own", "more weights than terms", "sums of sums"])
def test_batches_of_weights_and_of_terms_broadcast(kind, batches, target):
    equation, expected = SUMS[kind]
    function = lambdify_system(system(equation, **INPUTS), target)
    numbers = {name: matrices(2, batches[name in "ABpq"], **{name: shape})[name] for name, shape in SHAPES.items()}
    found = computed(function, target, numbers)
    whole = np.broadcast_shapes(*batches)
    assert found.shape[: len(whole)] == whole
    for place in np.ndindex(whole):
        one = {name: np.broadcast_to(value, (*whole, *SHAPES[name]))[place] for name, value in numbers.items()}
        assert np.allclose(found[place], expected(**one), rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize("kind", ["weights of their own", "hidden units", "several products", "sums of sums"])
def test_gradients_and_function_transforms_pass_through(kind):
    torch = pytest.importorskip("torch")
    function = lambdify_system(system(SUMS[kind][0], **INPUTS), "torch")
    given = [torch.from_numpy(value).requires_grad_() for value in matrices(3, **SHAPES).values()]
    assert torch.autograd.gradcheck(function, given, fast_mode=True)
    many = [torch.from_numpy(value) for value in matrices(4, (3,), **SHAPES).values()]
    assert torch.allclose(torch.func.vmap(function)(*many), function(*many))


def test_weights_of_another_dtype_are_taken_as_before():
    torch = pytest.importorskip("torch")
    function = lambdify_system(system(SUMS["one sum"][0], w="K 1", A="K n m"), "torch")
    w, A = torch.ones(K, 1), torch.ones(K, N, M, dtype=torch.float64)
    assert function(w, A).dtype == torch.float64
    assert torch.equal(function(w, A), torch.full((N, M), float(K), dtype=torch.float64))


CONVOLUTION = "Y = sum(u, sum(v, matrix(H, W, X[i + u - r, j + v - r] * k[u, v] if {inside} else 0)))"
INSIDE = "(0 <= i + u - r < H) & (0 <= j + v - r < W)"


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("r", [0, 1, 3])
def test_a_convolution_is_that_of_torch(r, target):
    torch = pytest.importorskip("torch")
    function = lambdify_system(system(CONVOLUTION.format(inside=INSIDE), X="H W", k="2*r+1 2*r+1"), target)
    numbers = {**matrices(5, (2,), X=(4, 5)), **matrices(6, k=(2 * r + 1, 2 * r + 1))}
    X, k = (torch.from_numpy(numbers[name].copy()) for name in "Xk")
    expected = torch.nn.functional.conv2d(X[:, None], k[None, None], padding=r)[:, 0].numpy()
    assert np.allclose(computed(function, target, numbers), expected, rtol=1e-12, atol=1e-12)
    assert "_windows(" in function.source
    assert ".clip" not in function.source


WINDOWS = {
    "rows alone": ("X[i + u - 2, j] if 0 <= i + u - 2 < H else 0", "u", lambda i, j, u: (i + u - 2, j)),
    "columns alone": ("X[i, j + u - 1] if 0 <= j + u - 1 < W else 0", "u", lambda i, j, u: (i, j + u - 1)),
    "both sides moved": (
        "X[i + 1, j + u - 2] if (i + 1 < H) & (0 <= j + u - 2 < W) else 0",
        "u",
        lambda i, j, u: (i + 1, j + u - 2),
    ),
    "far beyond the edge": (
        "X[i + u + 3, j + v - 6] if (i + u + 3 < H) & (0 <= j + v - 6 < W) else 0",
        "uv",
        lambda i, j, u, v: (i + u + 3, j + v - 6),
    ),
    "places in another order": (
        "X[i + v, j + u] if (i + v < H) & (j + u < W) else 0",
        "uv",
        lambda i, j, u, v: (i + v, j + u),
    ),
}

NO_WINDOWS = {
    "a smaller part": ("X[i + u, j] if i + u < H - 1 else 0", "u", lambda i, j, u: (i + u, j) if i + u < 3 else None),
    "another condition too": (
        "X[i + u, j] if (i + u < H) & (u < 1) else 0",
        "u",
        lambda i, j, u: (i + u, j) if u < 1 else None,
    ),
    "the other way": ("X[i - u, j] if i >= u else 0", "u", lambda i, j, u: (i - u, j)),
    "two rows further": ("X[i + 2*u, j] if i + 2*u < H else 0", "u", lambda i, j, u: (i + 2 * u, j)),
}


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(("formula", "over", "place"), (WINDOWS | NO_WINDOWS).values(), ids=WINDOWS | NO_WINDOWS)
def test_windows_are_those_of_loops(formula, over, place, target):
    rows, columns, lengths = 4, 5, (3, 2)[: len(over)]
    axes = ", ".join(over)
    # every index needs a length: a number of rows and of columns that some family has
    equations = f"Y[{axes}] = matrix(H, W, {formula}) + {' + '.join(f'0 * {name.upper()}[{name}]' for name in over)}"
    made = system(equations, X="H W", **{name.upper(): f"{name.upper()}_n H W" for name in over})
    function = lambdify_system(made, target)
    numbers = {
        "X": matrices(7, X=(rows, columns))["X"],
        **{name.upper(): np.zeros((length, rows, columns)) for name, length in zip(over, lengths, strict=True)},
    }
    expected = np.zeros((*lengths, rows, columns))
    for *at, i, j in np.ndindex(expected.shape):
        found = place(i, j, *at)
        if found is not None and 0 <= found[0] < rows and 0 <= found[1] < columns:
            expected[(*at, i, j)] = numbers["X"][found]
    assert np.array_equal(computed(function, target, numbers), expected)
    assert ("_windows(" in function.source) == any(formula == each for each, *_ in WINDOWS.values())


def test_windows_are_memory_of_their_own():
    made = system(
        "B[u] = matrix(n, m, A[i + u, j] if i + u < n else 0) + 0 * F[u]\n"
        "C[u] = exp(matrix(n, m, A[i + u, j] if i + u < n else 0)) + 0 * F[u]",
        A="n m",
        F="U n m",
    )
    A = matrices(8, A=(3, 2))["A"]
    A.flags.writeable = False
    found = lambdify_system(made, outputs=["B", "C"])(A, np.zeros((2, 3, 2)))
    expected = np.stack([A, np.vstack([A[1:], np.zeros((1, 2))])])
    assert np.array_equal(found["B"], expected)
    assert np.allclose(found["C"], np.exp(expected))


def test_gradients_pass_through_windows():
    torch = pytest.importorskip("torch")
    function = lambdify_system(system(CONVOLUTION.format(inside=INSIDE), X="H W", k="2*r+1 2*r+1"), "torch")
    X, k = (torch.from_numpy(value).requires_grad_() for value in matrices(9, X=(3, 4), k=(3, 3)).values())
    assert torch.autograd.gradcheck(function, (X, k))
    assert torch.autograd.gradgradcheck(function, (X, k), fast_mode=True)
    many = torch.stack([X, 2 * X])
    assert torch.allclose(torch.func.vmap(function, in_dims=(0, None))(many, k), function(many, k))
