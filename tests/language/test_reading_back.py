"""What the language writes of families, places and formulas by entry reads back as the same value."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Integer

from symattn import mechanism
from symattn.equations import Equation
from symattn.errors import SymattnError
from symattn.language import parse_equations, parse_shape
from symattn.language.declarations import declare
from symattn.language.to_code import formula
from symattn.shapes import size

SHAPES = {
    "A": "n m",
    "B": "n m",
    "S": "n n",
    "v": "m 1",
    "r": "1 m",
    "Q": "H n m",
    "G": "G1 H n m",
    "w": "2*k+1 1",
    "Z": "n H*m",
    "tau": "scalar",
}
INPUTS = {name: declare(name, parse_shape(shape, name)) for name, shape in SHAPES.items()}

WRITTEN = {
    "Y = matrix(n,m,A[i,j-1] if j>=1 else 0)": "matrix(n, m, A[i, j - 1] if j >= 1 else 0)",
    "Y = matrix(n, m, A[i, clip(j - i, -k, k) + k])": "matrix(n, m, A[i, clip(j - i, -k, k) + k])",
    "Y = matrix(n, m, (i // 2) % 3 - (j + 1) // 2)": "matrix(n, m, (i // 2) % 3 - (j + 1) // 2)",
    "Y = matrix(n, m, -(j // 2) + A[i, j])": "matrix(n, m, A[i, j] - j // 2)",
    "Y = matrix(n, m, -(j // 2) - j)": "matrix(n, m, -j - j // 2)",
    "Y = matrix(n, 2*m, 10000 ** (-2 * (j // 2) / m))": "matrix(n, 2 * m, 10000**(-2 * (j // 2) / m))",
    "Y = matrix(n, m, j / 2 + i / (2 * m))": "matrix(n, m, i / 2 / m + j / 2)",
    "Y = matrix(n, m, min(3, i, m) * max(0, tau))": "matrix(n, m, relu(tau) * min(i, m, 3))",
    "Y = matrix(n, m, 1 if (i < j) & (0 < tau) else 2 if i == 0 else 3)": None,
    "Y = softmax(A, where=(1 if i < j else 0) >= 1)": "softmax(A, where=(1 if i < j else 0) >= 1)",
    "Y = softmax(A, where=i // 2 == j // 2)": "softmax(A, where=i // 2 == j // 2)",
    "Y[h] = Z[:, h*m:(h+1)*m]": "Z[:, h * m:(h + 1) * m]",
    "Y[h] = A[h:h+1, :m]": "A[h:h + 1, :]",
    "Y = A[n-1:, 0:1]": "A[n - 1:, :1]",
    "Y = sum(h, Q[h]) + concat(h, Q[h][:, 0:1]) @ ones(H, m)": None,
    "Y[g, h] = G[h, g] + Q[g]": "G[h, g] + Q[g]",
    "Y = vstack(A, r, B) @ v": "vstack(A, r, B) @ v",
    "Y = lse(A, where=causal)": "lse(A, where=j <= i)",
    "Y = entmax(A, 1.5, where=Q[0])": "entmax(A, 3/2, where=Q[0])",
    "Y = sparsemax(A) + hardmax(B, where=window(1, 1))": "sparsemax(A) + hardmax(B, where=i - 1 <= j <= i + 1)",
    "Y = w[1:2*k+1, :]": "w[1:, :]",
    "Y = scatter(m,n,-A,j,(i+k)%n)": "scatter(m, n, -A, j, (i + k) % n)",
    "Y[h] = scatter(n, m, Q[h] * B, i, j - h if h > 1 else 0)": "scatter(n, m, Q[h] * B, i, j - h if h > 1 else 0)",
    "Y[a] = matrix(n, m, Q[a][i, j] * w[2 * k])": "matrix(n, m, w[2 * k] * Q[a][i, j])",
}


def read(text):
    return parse_equations(text, INPUTS)


def again(equation):
    axes = ", ".join(symbol.name for symbol, _ in equation.axes)
    left = f"{equation.name}[{axes}]" if axes else equation.name
    return read(f"{left} = {formula(equation.value)}")[0]


@pytest.mark.parametrize("text", WRITTEN)
def test_a_formula_is_written_as_a_person_writes_it(text):
    (equation,) = read(text)
    assert again(equation) == equation
    if WRITTEN[text] is not None:
        assert formula(equation.value) == WRITTEN[text]


def test_an_inlined_family_reads_back():
    heads = mechanism(
        "heads",
        {"X": "n d", "W": "H d e", "U": "H e d"},
        "Q[h] = X @ W[h]\nP[h] = softmax(Q[h] @ Q[h].T)\nO = sum(h, P[h] @ Q[h] @ U[h]) + Q[0] @ U[0]",
    )
    written = formula(heads.inline())
    assert parse_equations(f"O = {written}", heads.inputs)[0].value == heads.inline()
    assert formula(heads.inline("P")) == "softmax(X @ W[h] @ (X @ W[h]).T)"


WHOLE = st.recursive(
    st.sampled_from(["i", "j", "n", "m", "k", "1", "2", "3"]),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-*"), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        st.tuples(inner, st.sampled_from(["//", "%"]), st.sampled_from(["2", "3", "m", "(n + 1)"])).map(
            lambda t: f"({t[0]} {t[1]} {t[2]})"
        ),
        st.tuples(inner, inner).map(lambda t: f"min({t[0]}, {t[1]})"),
        st.tuples(inner, inner, inner).map(lambda t: f"clip({t[0]}, {t[1]}, {t[2]})"),
        inner.map(lambda x: f"abs({x})"),
        inner.map(lambda x: f"(-{x})"),
    ),
    max_leaves=5,
)
COMPARED = st.tuples(WHOLE, st.sampled_from(["<", "<=", "==", "!=", ">=", ">"]), WHOLE).map(" ".join)
CONDITIONS = st.one_of(COMPARED, st.tuples(COMPARED, COMPARED).map(lambda pair: f"({pair[0]}) & ({pair[1]})"))
ENTRIES = st.one_of(
    WHOLE,
    WHOLE.map(lambda x: f"A[i, {x}]"),
    WHOLE.map(lambda x: f"v[{x}]"),
    st.tuples(WHOLE, WHOLE).map(lambda t: f"Q[{t[0]}][{t[1]}, j]"),
    st.sampled_from(["tau", "sqrt(m)", "0.5", "exp(tau)", "cos(i / 2)", "10 ** (-j / m)"]),
)
FUNCTIONS = ["cos", "sin", "abs", "relu", "elu", "erf", "step", "sign", "tanh", "sigmoid"]
SCALARS = st.recursive(
    ENTRIES,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-*"), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        st.tuples(inner, CONDITIONS, inner).map(lambda t: f"({t[0]} if {t[1]} else {t[2]})"),
        st.tuples(inner, inner).map(lambda t: f"max({t[0]}, {t[1]})"),
        st.tuples(st.sampled_from(FUNCTIONS), inner).map(lambda t: f"{t[0]}({t[1]})"),
    ),
    max_leaves=4,
)


def entries(equation):
    """Every entry at sizes of 3 and 4; what lies outside its matrix is said to."""
    made = Equation(*equation).replaced({size("n"): Integer(3), size("m"): Integer(4), size("k"): Integer(2)})
    found = []
    for i, j in product(range(3), range(4)):
        try:
            found.append(made.expression[i, j].doit())
        except (SymattnError, IndexError):
            found.append("outside")
    return found


@given(SCALARS)
@settings(max_examples=150, deadline=None)
def test_a_formula_by_entry_reads_back_with_the_same_entries_and_then_as_itself(text):
    """SymPy may find more to say about a formula the second time (``min(i, n)`` for ``min(i, max(n, 1))``)."""
    try:
        equation = read(f"Y = matrix(n, m, {text})")[0]
    except SymattnError:
        return
    once = again(equation)
    assert again(once) == once
    if once != equation:
        assert entries(once) == entries(equation)


def test_the_comparison_of_entries_can_fail():
    first, second = read("Y = matrix(n, m, i - j)\nZ1 = matrix(n, m, j - i)")
    assert entries(first) != entries(second)


@given(st.tuples(WHOLE, WHOLE, WHOLE, WHOLE), st.sampled_from(["A", "Z", "Q[0]"]))
@settings(max_examples=60, deadline=None)
def test_a_block_reads_back_as_itself(bounds, name):
    try:
        (equation,) = read(f"Y = {name}[{bounds[0]}:{bounds[1]}, {bounds[2]}:{bounds[3]}]".replace("i", "2"))
    except SymattnError:
        return
    assert again(equation) == equation
