"""Equations and systems of them: immutable data with sizes that are checked."""

import pickle

import numpy as np
import pytest
from sympy import MatrixSymbol

from symattn.defining import mechanism
from symattn.equations import Equation, EquationSystem
from symattn.errors import LimitError, ShapeError, UnknownNameError
from symattn.language import parse_equations
from symattn.nodes import IndexSum, MatrixProduct, Softmax, index
from symattn.shapes import broadcast, same_size, size

n, m, d_k, d_v = (size(name) for name in ("n", "m", "d_k", "d_v"))
INPUTS = {"Q": MatrixSymbol("Q", n, d_k), "K": MatrixSymbol("K", m, d_k), "V": MatrixSymbol("V", m, d_v)}


def system(text, inputs=INPUTS, output=None):
    equations = tuple(Equation(*each) for each in parse_equations(text, inputs))
    return EquationSystem("a test", tuple(inputs.values()), equations, output or equations[-1].name)


ATTENTION = system("S = Q @ K.T / sqrt(d_k)\nP = softmax(S)\nO = P @ V")


def test_a_value_is_the_right_side_over_named_values():
    assert ATTENTION["O"] == MatrixProduct(MatrixSymbol("P", n, m), INPUTS["V"])
    assert ATTENTION["Q"] == INPUTS["Q"]


def test_inlined_it_mentions_only_inputs():
    assert ATTENTION.expression().atoms(MatrixSymbol) == set(INPUTS.values())
    assert ATTENTION.expression("P") == Softmax(ATTENTION["S"])


def test_inlining_keeps_the_indices_of_two_sums_apart():
    twice = system("A = sum(a, Q[:, a] @ Q[:, a].T)\nB = sum(a, A[:, a] @ A[:, a].T)")
    inlined = twice.expression()
    assert len({part.symbol for part in inlined.atoms(IndexSum)}) == 2


def test_it_is_hashable_picklable_and_equal_by_content():
    again = pickle.loads(pickle.dumps(ATTENTION))
    assert again == ATTENTION == system("S=Q@K.T/sqrt(d_k)\nP=softmax(S)\nO=P@V") and len({again, ATTENTION}) == 1
    assert system("S = Q @ K.T\nP = softmax(S)\nO = P @ V") != ATTENTION


def test_it_cannot_be_changed():
    with pytest.raises(AttributeError):
        ATTENTION.output = "P"
    ATTENTION.inputs.clear()
    assert list(ATTENTION.inputs) == ["Q", "K", "V"]


def test_concrete_sizes_reach_every_equation():
    small = ATTENTION.with_sizes(n=3, m=2, d_k=4, d_v=5)
    assert [equation.shape for equation in small] == [(3, 2), (3, 2), (3, 5)]
    assert small.sizes == ()
    assert ATTENTION.with_sizes(n=3).sizes == (d_k, m, d_v)


@pytest.mark.parametrize("value", [0, -1, 1.5, True, "3", None])
def test_a_size_is_a_positive_whole_number(value):
    with pytest.raises(ShapeError):
        ATTENTION.with_sizes(n=value)


def test_a_huge_size_and_an_unknown_one_are_refused():
    with pytest.raises(LimitError):
        ATTENTION.with_sizes(n=10**9)
    with pytest.raises(UnknownNameError, match="Did you mean d_k"):
        ATTENTION.with_sizes(dk=3)


def test_an_unknown_value_lists_what_there_is():
    with pytest.raises(UnknownNameError, match="It has: Q, K, V, S, P, O"):
        ATTENTION["R"]


def test_only_what_a_value_rests_on_is_needed():
    assert [equation.name for equation in ATTENTION.needed("P")] == ["S", "P"]


def test_sizes_conform_only_if_they_do_so_always():
    assert same_size(2 * n, n + n) and not same_size(n, m) and not same_size(n, n * m)
    assert broadcast((n, 1), (1, m)) == (n, m) and broadcast((n, m), (2, m)) is None


def test_squares_of_squares_are_not_written_out():
    squares = "\n".join(f"X{k + 1} = X{k} @ X{k}" for k in range(60))
    tower = system(f"X0 = A\n{squares}", {"A": MatrixSymbol("A", n, n)})
    assert tower.expression("X5").shape == (n, n)
    with pytest.raises(LimitError, match="written out"):
        tower.expression()


def test_allowed_inputs_stand_after_where_only():
    inputs = {"S": "n m", "M": "n m", "A": "n m", "B": "n m", "C": "n m", "padding": "1 m", "unused_here": "n m"}
    text = """T = A * B
    P = softmax(S + C, where=M & padding & T & C)
    Q = softmax(S, where=A)
    O = P * Q * unused_here"""
    found = mechanism("sets", inputs=inputs, equations=text)
    assert found.allowed_inputs == {"M", "padding", "A", "B"}
    for equations in ("T = M * M\nP = softmax(T, where=T)", "T = M * 2"):
        assert mechanism("sets", inputs={"M": "n m"}, equations=equations).allowed_inputs == set()


# Families

HEADS = {"X": "n d", "W": "H d e", "U": "H e d"}
HEADS_TEXT = """
Q[h] = X @ W[h]
P[h] = softmax(Q[h] @ Q[h].T)
O = sum(h, P[h] @ Q[h] @ U[h]) + Q[0] @ U[0]"""


def evaluated(found, **values):
    """The output of a mechanism from its entries, written over the inputs and carried out one by one."""
    return np.array(found.entries().graph().evaluate(values))


def one_equation(found):
    """The same mechanism written as the one equation that its inlined output is."""
    name = found.output
    return type(found)(found.name, found.input_symbols, (Equation(name, found.inline()),), name)


INLINED = {
    "heads": (HEADS, HEADS_TEXT),
    "one letter at three levels": (
        {"A": "H n n", "B": "H n n"},
        "C[h] = sum(g, A[g] @ B[h])\nD[h] = sum(g, C[g] * B[h])\nO = sum(h, D[h] @ sum(g, C[g])) + C[1] + D[0]",
    ),
    "two axes, turned round": (
        {"A": "H n n", "B": "G n n"},
        "C[a, b] = A[a] @ B[b]\nD[b, a] = C[a, b].T @ A[a]\nO = sum(a, sum(b, D[a, b] * C[b, a])) + D[0, 1] + C[1, 0]",
    ),
    "lookups of members": (
        {"A": "H n n", "w": "H 1"},
        "C[h] = A[h] * w[h]\nD[a] = matrix(n, n, C[a][j, i] if i <= j else a)\nO = sum(h, D[h] @ C[h]) - D[1]",
    ),
    "a sum over rows beside a formula by rows": (
        {"A": "n n", "B": "n n"},
        "C = matrix(n, n, A[j, i] + i)\nD = B - A\nO = sum(i, D[:, i] @ D[i, :]) @ C",
    ),
    "blocks and concatenations of members": (
        {"Z": "n H*e", "U": "H e e"},
        "Q[h] = Z[:, h*e:(h + 1)*e]\nC = concat(h, Q[h] @ U[h])\nO = C + concat(h, Q[0] @ U[h])",
    ),
}


@pytest.mark.parametrize("name", INLINED)
def test_inlined_it_is_the_same_function_of_the_inputs(name):
    inputs, text = INLINED[name]
    found = mechanism(name, inputs, text)
    assert found.inline().atoms(MatrixSymbol) <= set(found.input_symbols)
    sizes = {length.name: 2 if length.name in ("H", "G") else 3 for length in found.sizes}
    small = found.at(**sizes)
    rng = np.random.default_rng(3)
    values = {key: rng.normal(size=[int(length) for length in small.shape(key)]) for key in small.inputs}
    np.testing.assert_allclose(evaluated(one_equation(small), **values), evaluated(small, **values), rtol=1e-12)
    before_sizes = one_equation(found).at(**sizes)
    np.testing.assert_allclose(evaluated(before_sizes, **values), evaluated(small, **values), rtol=1e-12)


def test_an_inlined_output_is_numpys():
    found = mechanism("heads", HEADS, HEADS_TEXT).at(n=3, d=2, H=2, e=3)
    rng = np.random.default_rng(4)
    X, W, U = (rng.normal(size=[int(length) for length in found.shape(name)]) for name in "XWU")
    Q = X @ W
    scores = np.exp(Q @ Q.transpose(0, 2, 1))
    expected = ((scores / scores.sum(axis=2, keepdims=True)) @ Q @ U).sum(axis=0) + Q[0] @ U[0]
    np.testing.assert_allclose(evaluated(one_equation(found), X=X, W=W, U=U), expected, rtol=1e-12)


def test_a_captured_index_would_be_seen():
    inputs, text = INLINED["one letter at three levels"]
    found = mechanism("captured", inputs, text).at(H=2, n=2)
    right = found.inline()
    wrong = right.xreplace({part.symbol: index("g") for part in right.atoms(IndexSum)})
    values = {"A": [[[1, 2], [3, 4]], [[0, 1], [1, 1]]], "B": [[[2, 0], [1, 1]], [[1, 3], [0, 2]]]}
    broken = type(found)(found.name, found.input_symbols, (Equation("O", wrong),), "O")
    assert not np.allclose(evaluated(broken, **values), evaluated(found, **values))


def test_a_family_is_written_out_for_its_own_index():
    found = mechanism("heads", HEADS, HEADS_TEXT)
    assert str(found.inline("P")) == "softmax(X @ W[h] @ (X @ W[h]).T)"
    assert str(found.inline()).startswith("sum(h, softmax(X @ W[h]")


def test_families_are_equal_by_content_hashable_and_picklable():
    found = mechanism("heads", HEADS, HEADS_TEXT)
    again = pickle.loads(pickle.dumps(found))
    assert again == found == mechanism("heads", HEADS, HEADS_TEXT) and len({again, found}) == 1
    assert again.by_name["Q"].axes == found.by_name["Q"].axes
    assert found != mechanism("heads", {**HEADS, "W": "G d e"}, HEADS_TEXT.replace("U[h]) + Q[0] @", "U[0]) +  Q[0] @"))
    small = found.at(H=2)
    assert pickle.loads(pickle.dumps(small)) == small != found


def test_sizes_reach_the_axes():
    found = mechanism("heads", HEADS, HEADS_TEXT).at(H=2, n=3)
    assert found.by_name["Q"].lengths == (2,) and found.shape("P") == (2, 3, 3)
    assert found.inputs["W"].lengths == (2,) and next(iter(found["O"].atoms(IndexSum))).length == 2
    assert [length.name for length in found.sizes] == ["d", "e"]


def test_a_size_may_make_a_look_up_lie_outside_where_it_is_never_taken():
    found = mechanism("shifted", {"X": "n m"}, "O = matrix(n, m, X[i, j + 2] if j + 2 < m else X[i, j] / 2)")
    small = found.at(n=1, m=1)
    assert small.entry("O", 0, 0) == MatrixSymbol("X", 1, 1)[0, 0] / 2
    assert found.at(m=1).at(n=2) == found.at(n=2, m=1)
