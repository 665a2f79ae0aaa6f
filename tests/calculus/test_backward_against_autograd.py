"""Backward passes computed, against torch's autograd of the forward code: the library's mechanisms, both targets."""

from dataclasses import replace

import pytest
from autograd import autograd, computed, largest_error, numbers_for, sizes_for

from symattn import mechanism
from symattn.equations import Equation
from symattn.mechanisms import named, names
from symattn.nodes import Negation

TOLERANCE = 1e-11
"""Relative to the largest entry of all gradients: double precision, small sizes, entries of some units."""


def error(forward, target, seed=0, passed=None, sizes=None, wrt=None):
    """The largest error of the backward pass's code against autograd."""
    wrt = wrt or [name for name in forward.inputs if name not in forward.allowed_inputs]
    passed = passed or forward.backward()
    values = numbers_for(forward, sizes or sizes_for(forward, seed), seed, forward.output)
    return largest_error(computed(passed, values, target), autograd(forward, values, forward.output, wrt))


@pytest.mark.parametrize("name", names())
def test_numpy_agrees_with_autograd(name):
    assert error(named(name), "numpy") < TOLERANCE


@pytest.mark.parametrize("name", names()[::3])
def test_torch_agrees_with_autograd(name):
    assert error(named(name), "torch", seed=1) < TOLERANCE


SHAPED = {
    "rows, columns and entries": (
        {"A": "m m", "B": "m d", "c": "m 1", "w": "k l"},
        """
        R = sum(a, A[a, :].T @ B[a, :])
        S = sum(a, c[a, 0] * A[:, a])
        T = w[0, 1] * R + S @ (A[1, :] @ R) + A[:, 0] @ R[1, :]
        U = sum(a, B[a, 0] * T) + sum(a, A[a, a] * T[:, 0]) + w[1, 0] * T
        """,
    ),
    "blocks inside and at the edges": (
        {"A": "n 2*m", "B": "3 m+1"},
        """
        L = A[:, :m] * 2 + A[:, m:] ** 2
        M = L @ B[1:3, :m].T
        N = vstack(M[0:1, :], M[:, :], B[:2, 0:2]) @ hstack(B[:2, 1:2], B[1:, m:])
        """,
    ),
    "functions of every entry": (
        {"A": "n m", "c": "scalar"},
        """
        B = exp(A / 3) + log(A**2 + 1) + tanh(A) + cos(A) + sin(2 * A) + sigmoid(A)
        C = relu(A) + elu(A) + gelu(A) + sqrt(A**2 + 1) + abs(A) + erf(A) + step(A) + sign(A)
        D = B * C + exp(c * log(A**2 + 1)) + c * B / C + A**3
        """,
    ),
    "reductions": (
        {"A": "n m", "B": "m m"},
        """
        C = rowsum(A) + rowmean(A**2) * rowmax(A) + rownorm(A)
        D = colsum(A) - colmean(A) / (colmax(A) ** 2 + 1)
        E = (C @ D) @ B + lse(A) * softmax(A) + rowsum(A @ B)
        """,
    ),
    "masks": (
        {"A": "n n", "M": "n n"},
        """
        B = softmax(A, where=M)
        C = softmax(B @ A, where=causal) + sparsemax(A, where=M) + entmax(A, 3/2, where=M)
        D = C + entmax(A, 3, where=M) + lse(A, where=causal) * C
        """,
    ),
    "families with whole numbers and several indices": (
        {"W": "2 G n n", "V": "2 n n", "t": "2 1"},
        """
        A[h] = sum(g, W[h, g] @ V[0]) * t[h, 0] + V[h].T
        B = concat(h, A[h] @ A[1]) @ vstack(V[0], V[1])
        """,
    ),
    "entries by formula": (
        {"A": "n m", "x": "scalar", "r": "n 1"},
        """
        B = matrix(n, m, A[i, j] * A[n - 1 - i, j] * x + exp(x * r[i, 0]) * i)
        C = matrix(m, n, B[j, i] if i <= j else x**2 * A[j, i])
        D = matrix(n, n, sin(C[(i + j) % m, i]) + tanh(C[0, j]) + max(A[i, 0], A[j, 0]) + abs(r[i, 0] - x))
        """,
    ),
    "lookups and what is added up": (
        {"A": "n m", "b": "n*m 1"},
        """
        B = scatter(3, 2, A, (i + j) % 4, j % 2)
        C = matrix(n, m, b[i * m + j, 0]) * A
        D = B @ B.T
        E = colsum(rowsum(D)) * C
        """,
    ),
    "a number between": (
        {"A": "n m", "x": "scalar"},
        """
        B = colsum(rowsum(A * A)) / x
        y = B[0, 0] * x + x**3
        C = y * A + exp(y / 100)
        """,
    ),
    "one index inside another's range": (
        {"V": "H n n", "U": "H n n"},
        """
        A[h] = V[h] @ sum(g, U[g]) + U[h] * sum(g, V[g] @ U[h] @ V[1])
        O = sum(g, A[g] * A[0])
        """,
    ),
}
"""Mechanisms made to reach every node and every way of mentioning a value."""


@pytest.mark.parametrize("target", ["numpy", "torch"])
@pytest.mark.parametrize("name", SHAPED)
def test_every_way_of_mentioning_a_value_agrees_with_autograd(name, target):
    inputs, equations = SHAPED[name]
    assert error(mechanism(name, inputs, equations), target) < TOLERANCE


@pytest.mark.parametrize("name", ["scaled-dot", "additive", "cbam", "shaw"])
def test_a_size_of_one_does_no_harm(name):
    forward = named(name)
    sizes = dict.fromkeys(sizes_for(forward), 1)
    assert error(forward, "numpy", sizes=sizes) < TOLERANCE


@pytest.mark.parametrize("name", ["P", "S"])
def test_an_intermediate_value_has_the_gradient_of_an_input_in_its_place(name):
    forward = named("scaled-dot")
    passed = forward.backward(wrt=name)
    rest = tuple(equation for equation in forward if equation.name not in {"S", name})
    if name == "S":
        rest = tuple(equation for equation in forward if equation.name != "S")
    kept = {"P": ("V",), "S": ("V",)}[name]
    symbols = (forward.by_name[name].symbol, *(forward.inputs[key] for key in kept))
    cut = replace(forward, input_symbols=symbols, equations=rest)
    sizes = {"n": 2, "m": 3, "d_v": 4, "d_k": 2}
    given = numbers_for(forward, sizes, 0, "O")
    values = forward.lambdify("numpy", outputs=[name])(**{key: given[key] for key in forward.inputs})
    expected = autograd(cut, {name: values[name], "V": given["V"], "upstream": given["upstream"]}, "O", [name])
    assert largest_error(computed(passed, given, "numpy"), expected) < TOLERANCE


@pytest.mark.parametrize("name", ["dV", "dP", "D", "dS", "dQ", "dK"])
def test_a_wrong_sign_anywhere_is_found(name):
    forward = named("scaled-dot")
    passed = forward.backward()

    def planted(equation: Equation) -> Equation:
        return replace(equation, expression=Negation(equation.expression)) if equation.name == name else equation

    wrong = replace(passed, equations=tuple(map(planted, passed.equations)))
    assert error(forward, "numpy", passed=wrong) > 1e-3


def test_a_transposed_product_is_found():
    forward = mechanism("square", {"A": "n n", "B": "n n"}, "O = A @ B")
    right, wrong = forward.backward(), mechanism("square", {"A": "n n", "B": "n n"}, "O = A @ B.T").backward()
    assert error(forward, "numpy", passed=right) < TOLERANCE < 1e-3 < error(forward, "numpy", passed=wrong)
