"""Lookups that only give an array another shape are reshapes; all others stay lookups."""

import numpy as np
import pytest
from lowering_cases import matrices, system

from symattn.lowering import lambdify_system

C, H, W = 2, 3, 4
INPUTS = {"A": "C H W", "B": "C H*W", "t": "1 H*W", "u": "H*W 1"}
NUMBERS = matrices(1, A=(C, H, W), B=(C, H * W), t=(1, H * W), u=(H * W, 1))

RESHAPES = {
    "pixels side by side": ("Y = matrix(C, H*W, A[i][j // W, j % W])", lambda A, **_: A.reshape(C, H * W)),
    "pixels of one channel": ("Y = matrix(1, H*W, A[0][j // W, j % W])", lambda A, **_: A[0].reshape(1, H * W)),
    "a row as an image": ("Y = matrix(H, W, t[i*W + j])", lambda t, **_: t.reshape(H, W)),
    "a column as an image": ("Y = matrix(H, W, u[W*i + j])", lambda u, **_: u.reshape(H, W)),
    "rows as images": ("Y[c] = matrix(H, W, B[c, i*W + j])", lambda B, **_: B.reshape(C, H, W)),
    "members side by side": ("Y[c] = matrix(1, H*W, A[c][j // W, j % W])", lambda A, **_: A.reshape(C, 1, H * W)),
    "channels and rows together": ("Y = matrix(C*H, W, A[i // H][i % H, j])", lambda A, **_: A.reshape(C * H, W)),
    "everything in a row": (
        "Y = matrix(1, C*H*W, A[j // (H*W)][(j % (H*W)) // W, j % W])",
        lambda A, **_: A.reshape(1, C * H * W),
    ),
}

OTHERS = {
    "an image turned over": ("Y = matrix(H, W, t[H*W - 1 - i*W - j])", lambda t, **_: t[0, ::-1].reshape(H, W)),
    "columns first": ("Y = matrix(C, H*W, A[i][j % H, j // H])", lambda A, **_: A.mT.reshape(C, H * W)),
    "an image on its side": ("Y = matrix(W, H, t[j*W + i])", lambda t, **_: t.reshape(H, W).T),
    "channels last": (
        "Y[c] = matrix(1, H*W, A[j % C][(j // C) % H, c])",
        lambda A, **_: np.array([[[A[j % C, j // C % H, c] for j in range(H * W)]] for c in range(W)]),
    ),
    "the first row alone": ("Y = matrix(1, W, t[j])", lambda t, **_: t[:, :W]),
}


@pytest.mark.parametrize("target", ["numpy", "torch"])
@pytest.mark.parametrize(("equation", "expected"), (RESHAPES | OTHERS).values(), ids=RESHAPES | OTHERS)
def test_lookups_are_those_of_numpy(equation, expected, target):
    made = system(equation, **INPUTS)
    f = lambdify_system(made, target)
    if target == "torch":
        torch = pytest.importorskip("torch")
        found = f(**{name: torch.from_numpy(value) for name, value in NUMBERS.items()}).numpy()
    else:
        found = f(**NUMBERS)
    assert np.array_equal(found, expected(**NUMBERS))
    body = f.source[f.source.index("# Y") :]
    assert (".reshape(" in body) == any(equation == formula for formula, _ in RESHAPES.values())


def test_batches_stay_in_front():
    f = lambdify_system(system(RESHAPES["pixels side by side"][0], A="C H W"))
    A = matrices(2, (5,), A=(C, H, W))["A"]
    assert np.array_equal(f(A), A.reshape(5, C, H * W))
    assert np.array_equal(f(A.mT.copy().mT), A.reshape(5, C, H * W))


def test_a_view_of_an_input_is_not_written_over():
    made = system("a = matrix(C, H*W, A[i][j // W, j % W])\nb = exp(a) + 1\nP = softmax(2 * a)", A="C H W")
    A = NUMBERS["A"].copy()
    A.flags.writeable = False
    found = lambdify_system(made, outputs=["b", "P"])(A)
    assert np.allclose(found["b"], np.exp(A.reshape(C, H * W)) + 1)
