"""Entries at computed places: looked up where they are asked for, refused outside their matrix, numbers at once."""

import math

import numpy as np
import pytest
from closed_form_cases import as_number, random_inputs, system
from sympy import MatrixSymbol, Rational, S, cos, oo

from symattn.closed_form import FRACTIONS, decimals, entry, entry_blocks, scalar_graph
from symattn.errors import ExactnessError, LimitError, ShapeError
from symattn.nodes import Cases, index
from symattn.shapes import size

i, j = index("i"), index("j")

SHIFTED = system({"X": "n m"}, "A = matrix(n, m, X[i, j - 1] if j >= 1 else 0)\nB = A @ A.T")


def test_an_entry_at_numbers_has_no_cases_left_and_one_at_letters_has_them():
    X = MatrixSymbol("X", 2, 3)
    small = SHIFTED.with_sizes(n=2, m=3)
    assert entry(small, "A", 1, 2) == X[1, 1] and entry(small, "A", 1, 0) == 0
    Y = SHIFTED.inputs["X"]
    assert entry(SHIFTED, "A", i, j) == Cases((Y[i, j - 1], j >= 1), (0, True))
    assert entry(SHIFTED, "A", i, 0) == 0 and entry(SHIFTED, "A", i, 1) == Y[i, 0]


def test_the_guarded_entry_outside_is_never_looked_up():
    small = SHIFTED.with_sizes(n=1, m=1)
    assert scalar_graph(small, "B").evaluate({"X": [[5]]}) == [[0]]


@pytest.mark.parametrize("sizes", [{"n": 2, "m": 3}, {"n": 2}, {}], ids=str)
def test_an_unguarded_entry_outside_is_refused(sizes):
    case = system({"X": "n m"}, "A = matrix(n, m, X[i, j - 1])").with_sizes(**sizes)
    with pytest.raises(ShapeError, match=r"outside.*Guard it"):
        entry(case, "A", 0, 0)
    assert entry(case, "A", 0, 1) == case.inputs["X"][0, 0]


def test_a_graph_that_needs_an_entry_outside_says_which_and_where():
    case = system({"X": "n m"}, "A = matrix(n, m, X[i, j + 1])").with_sizes(n=2, m=3)
    with pytest.raises(
        ShapeError, match=r"outside where i = 0, j = 2: j \+ 1 is 3 there, and positions run from 0 to 2"
    ):
        scalar_graph(case, "A")


def test_an_entry_of_a_huge_shifted_matrix_is_built_at_once():
    huge = SHIFTED.with_sizes(n=10**6, m=10**6)
    blocks = entry_blocks(huge, "A")
    assert blocks["A"].shape == (10**6, 10**6)
    assert entry(huge, "A", 7, 9) == huge.inputs["X"][7, 8]


def test_what_indices_alone_decide_is_a_number_and_takes_no_operation():
    case = system({"X": "n d"}, "A = matrix(n, d, cos(i * 10000 ** (-2 * (j // 2) / d)))\nB = A * X")
    small = case.with_sizes(n=3, d=4)
    assert entry(small, "A", 2, 3) == cos(Rational(2, 100))
    assert entry_blocks(small, "B").operations == 12
    X = np.arange(12.0).reshape(3, 4)
    expected = [[math.cos(a * 10000 ** (-2 * (b // 2) / 4)) * X[a, b] for b in range(4)] for a in range(3)]
    np.testing.assert_allclose(scalar_graph(small, "B").evaluate({"X": X}), expected, rtol=1e-14)
    fifty = scalar_graph(small, "A").evaluate({}, decimals(50))
    assert str(fifty[2][3])[:32] == str(cos(Rational(1, 50)).evalf(50))[:32]


def test_formulas_of_indices_stay_exact():
    case = system({"X": "n n"}, "A = matrix(n, n, (i + 1) / (j + 2)) + X").with_sizes(n=2)
    assert scalar_graph(case, "A").evaluate({"X": [[0, 0], [0, 0]]}, FRACTIONS)[1][1] == Rational(2, 3)


@pytest.mark.parametrize("formula", ["1 / (i - j)", "log(i - j)", "sqrt(i - j)", "log(i) * X[i, j]"])
def test_a_formula_without_a_value_is_refused_where_it_is_asked_for(formula):
    case = system({"X": "n n"}, f"A = matrix(n, n, {formula}) + X").with_sizes(n=2)
    with pytest.raises(ExactnessError, match="no real number where i = 0"):
        scalar_graph(case, "A")


def test_the_guard_of_a_formula_is_looked_at_first():
    case = system({"X": "n n"}, "A = matrix(n, n, 1 / (i - j) if i > j else 0) + X").with_sizes(n=2)
    assert scalar_graph(case, "A").evaluate({"X": [[0, 0], [0, 0]]}) == [[0, 0], [1, 0]]


def test_a_power_too_long_is_refused_before_it_is_built():
    case = system({"X": "n n"}, "A = matrix(n, n, 10 ** (10**9 * (i + 1))) + X").with_sizes(n=2)
    with pytest.raises(LimitError, match="digits"):
        scalar_graph(case, "A")


def test_cases_of_numbers_stay_cases_and_both_are_looked_at():
    case = system({"X": "n m"}, "A = matrix(n, m, X[i, j] if X[i, 0] > 0 else -1)").with_sizes(n=1, m=2)
    X = MatrixSymbol("X", 1, 2)
    assert entry(case, "A", 0, 1) == Cases((X[0, 1], X[0, 0] > 0), (-1, True))
    assert scalar_graph(case, "A").evaluate({"X": [[-2, 3]]}) == [[-1, -1]]
    assert scalar_graph(case, "A").evaluate({"X": [[2, 3]]}) == [[2, 3]]


def test_indices_of_a_guard_are_decided_before_its_numbers():
    case = system({"X": "n m"}, "A = matrix(n, m, 1 if (j >= 1) & (X[i, j - 1] > 0) else 2)").with_sizes(n=1, m=2)
    assert entry(case, "A", 0, 0) == 2
    assert scalar_graph(case, "A").evaluate({"X": [[1, 1]]}) == [[2, 1]]


# Members and blocks at computed places


def test_packed_heads_are_views_of_the_matrix():
    case = system({"X": "n H*d_k"}, "Q[h] = X[:, h*d_k:(h + 1)*d_k]\nG = sum(h, Q[h] @ Q[h].T)")
    assert entry(case, "Q", "h", "i", "j").j == index("h") * size("d_k") + j
    small = case.with_sizes(n=2, H=3, d_k=2)
    values = random_inputs(small)
    heads = values["X"].reshape(2, 3, 2).transpose(1, 0, 2)
    np.testing.assert_allclose(scalar_graph(small, "Q").evaluate(values), heads)
    np.testing.assert_allclose(scalar_graph(small, "G").evaluate(values), values["X"] @ values["X"].T, rtol=1e-13)


@pytest.mark.parametrize("n", [1, 2])
def test_a_block_of_one_row_stretches(n):
    case = system({"X": "n m"}, "A = X - X[0:1, :]\nB = matrix(1, m, X[0, j]) + X").with_sizes(n=n, m=2)
    values = random_inputs(case)
    np.testing.assert_allclose(scalar_graph(case, "A").evaluate(values), values["X"] - values["X"][:1])
    np.testing.assert_allclose(scalar_graph(case, "B").evaluate(values), values["X"] + values["X"][:1])


# Sparse relatives of softmax


def test_a_row_without_keys_has_the_logarithm_of_nothing():
    case = system({"S": "n m", "M": "n m"}, "l = lse(S, where=(j < i))\nk = lse(S, where=M)").with_sizes(n=2, m=2)
    assert entry(case, "l", 0, 0) == -oo
    values = {"S": [[1, 2], [3, 4]], "M": [[0, 0], [0, 1]]}
    assert scalar_graph(case, "l").evaluate(values) == [[-math.inf], [pytest.approx(3)]]
    assert scalar_graph(case, "k").evaluate(values) == [[-math.inf], [pytest.approx(4)]]
    assert str(scalar_graph(case, "k").evaluate(values, decimals(20))[0][0]) == "-inf"


def test_sparsemax_and_hardmax_of_fractions_are_fractions():
    case = system({"S": "n m", "M": "n m"}, "P = sparsemax(S, where=M)\nQ = hardmax(S, where=M)").with_sizes(n=2, m=3)
    values = {"S": [["1/2", "1/3", 5], [1, 1, 0]], "M": [[1, 1, 0], [1, 1, 1]]}
    found = scalar_graph(case, "P").evaluate(values, FRACTIONS)
    assert found == [[Rational(7, 12), Rational(5, 12), 0], [Rational(1, 2), Rational(1, 2), 0]]
    assert scalar_graph(case, "Q").evaluate(values, FRACTIONS) == [[1, 0, 0], [Rational(1, 2), Rational(1, 2), 0]]
    half = system({"S": "n m"}, "P = entmax(S, 1.5)").with_sizes(n=1, m=2)
    with pytest.raises(ExactnessError, match="no fraction"):
        scalar_graph(half, "P").evaluate({"S": [[1, 2]]}, FRACTIONS)


def test_a_row_without_keys_has_no_weights():
    for function in ("sparsemax(S", "entmax(S, 1.5", "hardmax(S", "softmax(S"):
        case = system({"S": "n m", "M": "n m"}, f"P = {function}, where=M)").with_sizes(n=1, m=2)
        assert scalar_graph(case, "P").evaluate({"S": [[1, 2]], "M": [[0, 0]]}) == [[0, 0]]
        assert as_number(entry(case, "P", 0, 1), {"S": [[1, 2]], "M": [[0, 1]]}) == pytest.approx(1)


def test_the_only_allowed_key_has_all_the_weight():
    case = system({"S": "n m"}, "P = hardmax(S, where=causal)").with_sizes(n=2, m=2)
    assert entry(case, "P", 0, 0) is S.One and entry(case, "P", 0, 1) is S.Zero
