"""Families in exact numbers: read, computed member by member, summed and put side by side; each beside plain loops."""

import pickle
import re
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
import sympy
from exact_cases import system_of
from sympy import Matrix, MatrixSymbol, exp

from symattn import nodes
from symattn.equations import Equation, EquationSystem
from symattn.errors import ExactnessError, InputError, LimitError, ShapeError
from symattn.exact import Element, ExactFamily, ExactMatrix, evaluate
from symattn.worked import bind

HEADS = {"X": "n d", "Y": "m d", "W_Q": "H d d_k", "W_K": "H d d_k", "W_V": "H d d_v", "W_O": "H d_v d"}
ATTENTION = """Q[h] = X @ W_Q[h]
K[h] = Y @ W_K[h]
V[h] = Y @ W_V[h]
S[h] = Q[h] @ K[h].T / sqrt(d_k)
P[h] = softmax(S[h])
O[h] = P[h] @ V[h]
C = concat(h, O[h])
A = sum(h, O[h] @ W_O[h])"""
SIZES = {"n": 3, "m": 2, "d": 4, "H": 3, "d_k": 1, "d_v": 2}


def numbers():
    source = np.random.default_rng(7)
    return {
        name: source.integers(-2, 3, [SIZES[size] for size in shape.split()]).tolist() for name, shape in HEADS.items()
    }


def by_hand(given):
    """Every head by itself in SymPy's matrices, by the definition of softmax."""
    x, y = Matrix(given["X"]), Matrix(given["Y"])
    heads = []
    for w_q, w_k, w_v in zip(given["W_Q"], given["W_K"], given["W_V"], strict=True):
        scores = x * Matrix(w_q) * (y * Matrix(w_k)).T
        powers = scores.applyfunc(exp)
        weights = Matrix(3, 2, lambda i, j, powers=powers: powers[i, j] / sum(powers[i, :]))
        heads.append((scores, weights, weights * (y * Matrix(w_v))))
    return heads


def is_zero(matrix):
    return matrix.applyfunc(sympy.simplify).is_zero_matrix


def test_every_head_is_the_one_computed_by_itself():
    given = numbers()
    bound, heads = bind(system_of(HEADS, ATTENTION), given), by_hand(given)
    assert bound.sizes == SIZES
    assert bound.exact("O").shape == (3, 3, 2)
    for h, (scores, weights, output) in enumerate(heads):
        assert bound["S"][h] == scores
        assert is_zero(bound["P"][h] - weights) and is_zero(bound["O"][h] - output)
    assert is_zero(bound["C"] - Matrix.hstack(*(output for *_, output in heads)))
    added = sum((output * Matrix(w) for (*_, output), w in zip(heads, given["W_O"], strict=True)), sympy.zeros(3, 4))
    assert is_zero(bound["A"] - added)


def test_a_head_in_the_place_of_another_would_be_seen():
    given = numbers()
    bound, heads = bind(system_of(HEADS, ATTENTION), given), by_hand(given)
    assert not is_zero(bound["P"][0] - heads[1][1])
    assert not is_zero(bound["C"] - Matrix.hstack(*(output for *_, output in reversed(heads))))


def test_evaluate_gives_families_too():
    found = evaluate(system_of({"W": "H 1 1"}, "B[h] = W[h] * H"), {"W": ExactFamily.of([[[2]], [[5]]])})
    assert found["B"] == ExactFamily.of([[[4]], [[10]]])


def test_two_axes_run_the_last_one_fastest():
    given = {"X": [[1, 2]], "W": [[[[a + 10 * b], [1]] for b in range(3)] for a in range(2)]}
    equations = """Q[g, r] = X @ W[g, r] * (r + 1)
    K[g] = sum(r, Q[g, r])
    C[g] = concat(r, Q[g, r])
    D = concat(g, sum(r, W[g, r].T))"""
    bound = bind(system_of({"X": "1 2", "W": "G R 2 1"}, equations), given)
    expected = [[(a + 10 * b + 2) * (b + 1) for b in range(3)] for a in range(2)]
    family = bound.exact("Q")
    assert family.lengths == (2, 3) and family.shape == (2, 3, 1, 1) and len(family) == 6
    assert [[bound["Q"][g][r][0, 0] for r in range(3)] for g in range(2)] == expected
    assert [(positions, int(matrix[0, 0].as_fraction())) for positions, matrix in family.items()] == [
        ((g, r), expected[g][r]) for g in range(2) for r in range(3)
    ]
    assert [matrix for _, matrix in family.items()] == list(family)
    assert family[1, 2] == ExactMatrix.of([[expected[1][2]]])
    assert [bound["K"][g][0, 0] for g in range(2)] == [sum(row) for row in expected]
    assert [bound["C"][g].tolist() for g in range(2)] == [[row] for row in expected]
    assert bound["D"] == Matrix([[30, 3, 33, 3]])
    assert bound.decimal("Q", 2)[1][2][0][0] == Decimal(69)


def test_packed_heads_are_split_by_blocks_and_put_together_again():
    given = {"X": [[1, 2, 3, 4, 5, 6], [7, 8, 9, 10, 11, 12]]}
    equations = "Q[h] = X[:, 2*h:2*(h+1)]\nC = concat(h, Q[h])\nL = hstack(X[:, 3:6], -X, X[0:2, 1:2])"
    bound = bind(system_of({"X": "2 6"}, f"{equations}\nR = vstack(X, X[1:2, :], -X / 2)"), given)
    X = Matrix(given["X"])
    assert [bound["Q"][h] for h in range(3)] == [X[:, 2 * h : 2 * h + 2] for h in range(3)]
    assert bound["C"] == X
    assert bound["L"] == Matrix.hstack(X[:, 3:6], -X, X[:, 1])
    assert bound["R"] == Matrix.vstack(X, X[1, :], -X / 2)


@pytest.mark.parametrize("left, right", [("X", "exp(X)"), ("sqrt(2) * X", "X"), ("X / 3", "X / 2"), ("0 * X", "X")])
def test_stacks_of_any_numbers_keep_them(left, right):
    bound = bind(
        system_of({"X": "n m"}, f"A = {left}\nB = {right}\nC = hstack(A, B)\nD = vstack(A, B)"), {"X": [[6, 4]]}
    )
    assert bound["C"] == Matrix.hstack(bound["A"], bound["B"])
    assert bound["D"] == Matrix.vstack(bound["A"], bound["B"])


@pytest.mark.parametrize("block", [(0, 2, 1, 2), (-1, 0, 1, 1), (1, 0, 1, 1)])
def test_blocks_outside_of_a_matrix_are_refused(block):
    X = MatrixSymbol("X", 1, 3)
    system = EquationSystem("cut", (X,), (Equation("B", nodes.Block(X, *block)),), "B")
    with pytest.raises(ShapeError, match=r"of a matrix \(1, 3\)"):
        evaluate(system, {"X": ExactMatrix.of([[1, 2, 3]])})


def test_a_column_outside_of_a_matrix_is_refused():
    X = MatrixSymbol("X", 1, 2)
    system = EquationSystem("cut", (X,), (Equation("B", nodes.Column(X, -1)),), "B")
    with pytest.raises(ShapeError, match="position -1"):
        evaluate(system, {"X": ExactMatrix.of([[1, 2]])})


def test_a_mistake_in_one_member_names_it():
    system = system_of({"W": "H 1 2"}, "B[h] = W[h] / rownorm(W[h])")
    with pytest.raises(ExactnessError, match="division by zero") as caught:
        bind(system, {"W": [[[1, 2]], [[0, 0]]]}).exact("B")
    assert "in the member B[1]" in str(caught.value) and "in the equation for B" in str(caught.value)


def test_more_members_than_fit_are_refused_before_they_are_computed():
    system = system_of({"w": "n 1"}, "B[a] = w[a] * ones(n, n)\nC = sum(a, B[a])")
    with pytest.raises(LimitError, match="most is 1000000"):
        bind(system, {"w": [[1]] * 200}).exact("B")


GIVEN = [
    [[[1, 2]], [["1/2", 0]]],
    np.array([[[1.0, 2.0]], [[0.5, 0.0]]], dtype=np.float32),
    [np.array([[1, 2]]), Matrix([[sympy.Rational(1, 2), 0]])],
    sympy.ImmutableDenseNDimArray([[[1, 2]], [[sympy.Rational(1, 2), 0]]]),
    (ExactMatrix.of([[1, 2]]), [[Fraction(1, 2), Element.of(0)]]),
]


@pytest.mark.parametrize("values", GIVEN, ids=lambda values: type(values).__name__)
def test_families_are_read_from_whatever_matrices_are_read_from(values):
    family = ExactFamily.of(values)
    assert family.shape == (2, 1, 2)
    assert family.to_sympy() == (Matrix([[1, 2]]), Matrix([[sympy.Rational(1, 2), 0]]))
    assert family == ExactFamily.of(family) and hash(family) == hash(ExactFamily.of(GIVEN[0]))
    assert pickle.loads(pickle.dumps(family)) == family
    assert family != ExactFamily.of([[[1, 2]], [["1/2", 1]]]) and family != 1


def test_a_torch_tensor_is_read_as_a_family():
    torch = pytest.importorskip("torch")
    assert ExactFamily.of(torch.tensor([[[0.1]], [[2.0]]], requires_grad=True)) == ExactFamily.of([[["0.1"]], [[2]]])


@pytest.mark.parametrize(
    "values, axes, message",
    [
        ([[1, 2], [3, 4]], 1, r"rows of numbers.*in the member \[0\]"),
        ([[[1]], [[1, 2]]], 1, r"one shape; \[0\] is \(1, 1\), \[1\] is \(1, 2\)"),
        ([[[[1]], [[2]]], [[[1]]]], 2, r"\[0\] has 2, \[1\] has 1"),
        ([], 1, "at least one member, found none"),
        ([[], []], 2, r"at least one member; \[0\] is none"),
        ("1 0", 1, "found '1 0'"),
        ({"a": 1}, 1, "found {'a': 1}"),
        ([[["x"]]], 1, r"'x' is not a number.*in row 1, column 1.*in the member \[0\]"),
        (np.zeros((2, 3)), 1, r"3 axes, rows and columns last, found an array of shape \(2, 3\)"),
        (np.zeros((2, 3, 1)), 2, "a family over 2 axes is given with 4 axes"),
        (np.zeros((0, 3, 1)), 1, "at least one member"),
        ([np.zeros((2, 2))], 2, r"a family over 1 axis is given with 3 axes, rows and columns last; \[0\] is an array"),
        ([[[True]]], 1, "bool|True"),
    ],
)
def test_what_is_no_family_is_refused_with_what_was_found(values, axes, message):
    with pytest.raises((InputError, ShapeError)) as caught:
        ExactFamily.of(values, axes)
    assert re.search(message, str(caught.value), re.DOTALL), str(caught.value)


@pytest.mark.parametrize("position", [2, -1, (0, 0), ()])
def test_no_position_outside_is_wrapped_round(position):
    with pytest.raises(ShapeError, match="no member"):
        ExactFamily.of([[[1]], [[2]]])[position]


def test_too_many_entries_are_refused():
    with pytest.raises(LimitError):
        ExactFamily.of(np.zeros((101, 100, 100), dtype=np.int8))


INPUTS = {"W": "H n 2*p", "w": "2*r+1 1", "t": "scalar"}
EQUATIONS = "B[h] = W[h] * t + rowsum(w.T)"


def test_sizes_are_solved_from_the_axes_and_from_sums():
    bound = bind(system_of(INPUTS, EQUATIONS), {"W": np.zeros((3, 2, 4), int), "w": [[1]] * 5, "t": 1})
    assert bound.sizes == {"H": 3, "n": 2, "p": 2, "r": 2}
    assert bound.system.shape("B") == (3, 2, 4)


@pytest.mark.parametrize(
    "values, message",
    [
        ({"w": [[1]] * 4}, r"2\*r \+ 1 = 4 has no whole r"),
        ({"w": [[1]]}, r"2\*r \+ 1 = 1 has no whole r"),
        ({"W": np.zeros((3, 2, 3), int)}, r"2\*p = 3 has no whole p"),
    ],
)
def test_sizes_that_do_not_fit_are_refused(values, message):
    given = {"W": np.zeros((3, 2, 4), int), "w": [[1]] * 5, "t": 1, **values}
    with pytest.raises((ShapeError, InputError), match=message):
        bind(system_of(INPUTS, EQUATIONS), given)


def test_two_lengths_of_one_size_must_agree():
    system = system_of({"W": "H 1 1", "U": "H 1 1"}, "B[h] = W[h] + U[h]")
    with pytest.raises(ShapeError, match=r"U is \(H, 1, 1\), found \(2, 1, 1\)"):
        bind(system, {"W": [[[1]]], "U": [[[1]], [[2]]]})


def test_a_matrix_in_the_place_of_a_family_is_refused():
    with pytest.raises(InputError, match="in the input W"):
        bind(system_of({"W": "H 1 1"}, "B[h] = 2 * W[h]"), {"W": [[1]]})


def test_an_allowed_set_for_each_head_may_hold_truth_values():
    system = system_of({"S": "n m", "M": "H n m"}, "P[h] = softmax(S, where=M[h])")
    found = bind(system, {"S": [[1, 2]], "M": np.array([[[True, False]], [[False, True]]])})
    assert found["P"] == (Matrix([[1, 0]]), Matrix([[0, 1]]))
    assert bind(system, {"S": [[1, 2]], "M": [[[True, False]], [[0, 0]]]})["P"] == (Matrix([[1, 0]]), Matrix([[0, 0]]))


def test_a_family_of_very_many_members_is_refused_before_any_is_read():
    with pytest.raises(LimitError, match="1000000 matrices of exact numbers"):
        ExactFamily.of(np.ones((10**6, 1, 1)))
