"""lambdify(args, expr): any expression of the nodes, or of SymPy's own matrix operations."""

import numpy as np
import pytest
from lowering_cases import matrices
from sympy import (
    HadamardPower,
    HadamardProduct,
    Identity,
    Inverse,
    MatrixSymbol,
    Piecewise,
    Rational,
    Symbol,
    Trace,
    Transpose,
    erf,
    exp,
    pi,
    sqrt,
    symbols,
    tanh,
)
from sympy import Max as Largest
from sympy import Min as Smallest
from sympy.matrices.expressions.matexpr import MatrixElement

from symattn.errors import InputError, LanguageError, LoweringError, ShapeError, UnknownNameError
from symattn.lowering import lambdify
from symattn.nodes import Column, ElementwiseSum, IndexSum, MatrixProduct, Softmax, index

n, m, d = symbols("n m d")
Q, K, V = MatrixSymbol("Q", n, d), MatrixSymbol("K", m, d), MatrixSymbol("V", m, d)
t = Symbol("t")
NUMBERS = matrices(1, Q=(2, 3), K=(4, 3), V=(4, 3))
q, k, v = NUMBERS.values()


def test_attention_in_one_expression():
    f = lambdify([Q, K, V], MatrixProduct(Softmax(Q * K.T / sqrt(d)), V))
    e = np.exp(q @ k.T / 3**0.5)
    assert np.allclose(f(q, k, v), e / e.sum(axis=-1, keepdims=True) @ v)
    assert np.allclose(f(K=k, V=v, Q=q), f(q, k, v))


SYMPY = {
    "MatMul": (Q * K.T * V, q @ k.T @ v),
    "MatAdd": (K + V - 2 * K, v - k),
    "scalar": (t * Q * K.T * Rational(1, 2), 0.7 * q @ k.T / 2),
    "minus": (-Q, -q),
    "HadamardProduct": (HadamardProduct(K, V, K), k * v * k),
    "HadamardPower": (HadamardPower(K, 2), k**2),
    "Transpose": (Transpose(Q + Q), 2 * q.T),
    "Identity": (Q.T * Q + Identity(d), q.T @ q + np.eye(3)),
    "MatPow": ((Q.T * Q) ** 2, q.T @ q @ q.T @ q),
    "applyfunc": (Q.applyfunc(exp), np.exp(q)),
    "entry": (Q[0, 1] * K, q[0, 1] * k),
    "inside": (ElementwiseSum(Q * K.T, 1), q @ k.T + 1),
}


@pytest.mark.parametrize(("expression", "expected"), SYMPY.values(), ids=SYMPY)
def test_sympys_own_operations(expression, expected):
    assert np.allclose(lambdify([Q, K, V, t], expression)(q, k, v, 0.7), expected)


SCALARS = {
    "maximum": (Largest(t, Q[0, 0], 1), lambda x: max(x, q[0, 0], 1)),
    "minimum": (Smallest(t, Q[0, 0], 1), lambda x: min(x, q[0, 0], 1)),
    "cases": (Piecewise((t**2, t > 1), (t - 1, t > 0), (3, True)), lambda x: x**2 if x > 1 else x - 1 if x > 0 else 3),
    "error function": (erf(t) + tanh(2 * t), lambda x: float(erf(x)) + np.tanh(2 * x)),
    "powers": (1 / (3 - t) ** 2 - (t + 2) ** Rational(3, 2) * pi, lambda x: 1 / (3 - x) ** 2 - (x + 2) ** 1.5 * np.pi),
    "sizes": (t / (n + 1) - sqrt(d) * exp(1) + exp(-d), lambda x: x / 3 - 3**0.5 * np.e + np.exp(-3)),
    "sizes compared": (Piecewise((t, n > 3), (-t, True)) + Largest(n, d), lambda x: -x + 3),
    "logistic": (3 / (1 + exp(-t)) ** 2, lambda x: 3 / (1 + np.exp(-x)) ** 2),
    "a step": (Piecewise((1, t > 0), (0, True)), lambda x: float(x > 0)),
    "a fraction": (-Rational(2, 3) * t + abs(t), lambda x: -2 / 3 * x + abs(x)),
}


@pytest.mark.parametrize("backend", ["numpy", "torch"])
@pytest.mark.parametrize("x", [-0.5, 0.25, 2.5])
@pytest.mark.parametrize(("expression", "expected"), SCALARS.values(), ids=SCALARS)
def test_scalars(backend, expression, expected, x):
    given = q
    if backend == "torch":
        given = pytest.importorskip("torch").from_numpy(q)
    f = lambdify([Q, t], [expression, expression * Q], backend)
    alone, scaled = f(given, x)
    assert float(alone) == pytest.approx(expected(x), rel=1e-14)
    assert np.allclose(scaled, expected(x) * q, rtol=1e-14)


@pytest.mark.parametrize("expression", [case for case, _ in SCALARS.values()], ids=SCALARS)
def test_scalars_keep_the_dtype(expression):
    assert lambdify([Q, t], expression * Q)(q.astype("float32"), 0.25).dtype == np.float32


def test_lists_and_dicts_come_back_as_such():
    first, second = lambdify(Q, [Q.T, 2 * Q])(q)
    assert np.allclose(first, q.T) and np.allclose(second, 2 * q)
    by_name = lambdify((Q, K), {"scores": Q * K.T, "a b": Q[0, 0]})(q, k)
    assert np.allclose(by_name["scores"], q @ k.T) and by_name["a b"] == q[0, 0]
    assert lambdify(Q, (Q[0, 0], 3))(q.astype("float16"))[0].dtype == np.float16


def test_numbers_alone():
    assert lambdify([], Rational(1, 3))() == pytest.approx(1 / 3)
    assert lambdify(t, t**2)(np.array([1.0, 3.0])).tolist() == [1.0, 9.0]


def test_an_index_that_selects_nothing_counts_its_terms():
    a = index("a")
    assert np.allclose(lambdify(Q, IndexSum(Q, a, d))(q), 3 * q)


def test_an_index_may_have_two_lengths_in_two_sums():
    a, h = index("a"), Symbol("h", integer=True, positive=True)
    B = MatrixSymbol("B", n, h)
    expression = ElementwiseSum(IndexSum(Column(Q, a), a, d), IndexSum(Column(B, a), a, h))
    q, b = np.arange(6.0).reshape(2, 3), np.arange(8.0).reshape(2, 4)
    assert np.allclose(lambdify([Q, B], expression)(q, b), (q.sum(1) + b.sum(1))[:, None])


REFUSED = {
    "inverse": (lambda: lambdify(Q, Inverse(Q.T * Q)), LoweringError, "Inverse has no node"),
    "trace": (lambda: lambdify(Q, Trace(Q.T * Q) * Q), LoweringError, "Trace"),
    "undefined matrix": (lambda: lambdify(Q, Q * K.T), UnknownNameError, "mentions K, which is not an argument"),
    "undefined scalar": (lambda: lambdify([Q], t * Q), UnknownNameError, "mentions t"),
    "another shape": (lambda: lambdify([Q], MatrixSymbol("Q", d, n)), UnknownNameError, "another shape"),
    "a size": (lambda: lambdify([Q, n], n * Q), LoweringError, "n is a size"),
    "a text": (lambda: lambdify(Q, "Q @ Q.T"), InputError, "not a text"),
    "no symbol": (lambda: lambdify(["Q"], Q), LoweringError, "an argument is a MatrixSymbol or a Symbol"),
    "twice": (lambda: lambdify([Q, Q], Q), LoweringError, "two arguments have one name"),
    "a bad name": (lambda: lambdify(MatrixSymbol("Q'", n, d), Q), LanguageError, "is named"),
    "a builtin": (lambda: lambdify(Symbol("print"), Symbol("print")), LanguageError, "cannot be named print"),
    "code": (lambda: lambdify(Symbol("x: print(1)"), Symbol("x")), LanguageError, "is named"),
    "an unknown backend": (lambda: lambdify(Q, Q, "fortran"), LoweringError, "no target 'fortran'"),
    "a list of keys": (lambda: lambdify(Q, {1: Q}), LoweringError, "named by text"),
    "nothing": (lambda: lambdify(Q, []), LoweringError, "no expression"),
    "shapes": (lambda: lambdify([Q, K], MatrixProduct(Q, K)), ShapeError, "does not conform"),
    "an entry of a formula": (lambda: lambdify(Q, MatrixElement(Q * Q.T, 0, 0)), LoweringError, "name the formula"),
    "no last case": (lambda: lambdify(t, Piecewise((t, t > 0))), LoweringError, "no case is left"),
}


@pytest.mark.parametrize(("attempt", "error", "message"), REFUSED.values(), ids=REFUSED)
def test_refusals_say_why(attempt, error, message):
    with pytest.raises(error, match=message):
        attempt()
