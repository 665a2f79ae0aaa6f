"""The reference for families, blocks, formulas of indices and sparse weights, against plain loops and known values."""

import itertools
import math
import random
from fractions import Fraction

import numpy as np
import pytest
from sympy import Symbol, floor, log

from symattn.defining import mechanism
from symattn.errors import ExactnessError
from symattn.verification.evaluation import OutsideError
from symattn.verification.index_arithmetic import fraction
from symattn.verification.reference import Reference


def drawn(seed, *lengths):
    generator = random.Random(seed)

    def nested(rest):
        return [nested(rest[1:]) for _ in range(rest[0])] if rest else generator.gauss(0, 1)

    return nested(lengths)


def evaluated(inputs, equations, values, digits=30, **sizes):
    made = mechanism("case", inputs=inputs, equations=equations).with_sizes(**sizes)
    return Reference(digits).evaluate(made, values)


def floats(values):
    return np.array(values, dtype=object).astype(float)


def test_heads_are_what_loops_over_heads_give():
    x, w, u = drawn(1, 3, 4), drawn(2, 2, 4, 5), drawn(3, 2, 5, 4)
    inputs = {"X": "n d", "W": "H d e", "U": "H e d"}
    text = "Q[h] = X @ W[h]\nC = concat(h, Q[h])\nA = sum(h, Q[h] @ U[h])"
    found = evaluated(inputs, text, {"X": x, "W": w, "U": u}, n=3, d=4, H=2, e=5)
    for h, i, j in itertools.product(range(2), range(3), range(5)):
        expected = sum(x[i][k] * w[h][k][j] for k in range(4))
        assert math.isclose(found["Q"][h][i][j], expected, rel_tol=1e-12)
        assert found["C"][i][5 * h + j] == found["Q"][h][i][j]
    for i, j in itertools.product(range(3), range(4)):
        expected = sum(found["Q"][h][i][k] * u[h][k][j] for h in range(2) for k in range(5))
        assert math.isclose(found["A"][i][j], expected, rel_tol=1e-12)


def test_a_family_over_two_axes_has_the_first_axis_outermost():
    values = {"X": drawn(1, 1, 2), "W": drawn(2, 2, 3, 2, 4)}
    found = evaluated({"X": "n d", "W": "G R d e"}, "Q[g, r] = X @ W[g, r]", values, n=1, d=2, G=2, R=3, e=4)["Q"]
    assert np.allclose(floats(found), np.einsum("nd,grde->grne", values["X"], values["W"]))


def test_blocks_and_stacks_are_slices_and_concatenations():
    values = {"X": drawn(4, 3, 6), "Y": drawn(5, 2, 6)}
    text = "P[h] = X[:, h*2:(h+1)*2]\nL = hstack(X[:, p:], X[:, :p])\nK = vstack(X, Y)"
    found = evaluated({"X": "n 2*p", "Y": "m 2*p"}, text, values, n=3, m=2, p=3)
    x = np.array(values["X"])
    assert np.array_equal(floats(found["P"]), np.stack([x[:, 0:2], x[:, 2:4], x[:, 4:6]]))
    assert np.array_equal(floats(found["L"]), np.roll(x, 3, axis=1))
    assert np.array_equal(floats(found["K"]), np.vstack([x, values["Y"]]))


def test_rotation_by_pairs_is_multiplication_of_complex_numbers():
    x = drawn(6, 4, 6)
    text = """
        A = matrix(n, 2*p, i * 10000 ** (-2 * (j // 2) / (2*p)))
        R = matrix(n, 2*p, X[i, j - 1] if j % 2 == 1 else -X[i, j + 1])
        Z = X * cos(A) + R * sin(A)
    """
    found = floats(evaluated({"X": "n 2*p"}, text, {"X": x}, n=4, p=3)["Z"])
    pairs = np.array(x)[:, 0::2] + 1j * np.array(x)[:, 1::2]
    turned = pairs * np.exp(1j * np.arange(4)[:, None] * 10000.0 ** (-np.arange(3) / 3))
    assert np.allclose(found[:, 0::2] + 1j * found[:, 1::2], turned)
    assert not np.allclose(found, np.concatenate([turned.real, turned.imag], axis=1))  # the other layout


def test_lookups_are_guarded_by_their_conditions_and_refused_outside():
    values, inputs = {"w": [[1], [2], [3]], "X": drawn(0, 4, 1)}, {"w": "2*r+1 1", "X": "n 1"}

    def table(formula):
        return evaluated(inputs, f"T = matrix(n, n, {formula})\nO = T @ X", values, n=4, r=1)["T"]

    assert table("w[j - i + r] if abs(i - j) <= r else 0") == [[2, 3, 0, 0], [1, 2, 3, 0], [0, 1, 2, 3], [0, 0, 1, 2]]
    with pytest.raises(OutsideError, match="row 3 of w is looked up, which has positions 0 to 2"):
        table("w[j - i + r]")
    with pytest.raises(OutsideError, match="row -1 of w"):
        table("w[min(j - i, 2)]")


def test_whole_parts_are_decided_where_logarithms_meet_whole_numbers():
    j = Symbol("j", integer=True, nonnegative=True)
    reference = Reference(30)
    assert fraction(floor(8 * log(j + 1) / log(16)), {j: 1}) is None
    for value, expected in ((1, 2), (2, 3), (3, 4), (7, 6), (255, 16), (254, 15)):
        assert reference.at(floor(8 * log(j + 1) / log(16)), {j: value}) == expected
    assert reference.at(8 * log(j + 1) / log(16) < 2, {j: 1}) is False
    assert reference.at(8 * log(j + 1) / log(16) <= 2, {j: 1}) is True


def test_a_whole_part_just_below_a_whole_number_is_not_taken_for_it():
    t = Symbol("t", integer=True)
    below = floor(3 - log(1 + Fraction(1, 10**40)) * t)
    assert Reference(30).at(below, {t: 1}) == 2 and Reference(30).at(below, {t: 0}) == 3


def sparsemax_by_sorting(row):
    ordered = sorted(row, reverse=True)
    sums = list(itertools.accumulate(ordered))
    size = max(k for k in range(1, len(row) + 1) if 1 + k * ordered[k - 1] > sums[k - 1])
    threshold = (sums[size - 1] - 1) / size
    return [max(x - threshold, 0) for x in row]


def test_sparsemax_is_the_projection_that_sorting_gives():
    rows = [[Fraction(x, 8) for x in row] for row in ([3, 1, -4, 2], [40, 33, 0, 39], [0, 0, 0, 0], [8, 0, 0, -8])]
    found = evaluated({"A": "n m"}, "P = sparsemax(A)", {"A": rows}, n=4, m=4)["P"]
    for row, weights in zip(rows, found, strict=True):
        expected = sparsemax_by_sorting(row)
        assert all(abs(x - float(y)) < 1e-15 for x, y in zip(weights, expected, strict=True))
    off_by_one = [max(x - (sum(sorted(rows[0])[-3:]) - 1) / 3, 0) for x in rows[0]]
    assert max(abs(float(x) - y) for x, y in zip(found[0], off_by_one, strict=True)) < 1e-15  # a support of three
    two = [max(x - (sum(sorted(rows[0])[-2:]) - 1) / 2, 0) for x in rows[0]]
    assert max(abs(float(x) - y) for x, y in zip(found[0], two, strict=True)) > 0.1


@pytest.mark.parametrize("alpha", ["5/4", "3/2", "7/4", "2", "3", "6"])
def test_entmax_sums_to_one_and_meets_its_optimality_conditions(alpha):
    """On the support the slope of the entropy balances the score; elsewhere the score is too small."""
    scores = [*drawn(7, 4, 5), [0, 0, 0, 0, 0], [100, 3, 99.75, -5, 99]]
    found = evaluated({"A": "n m"}, f"P = entmax(A, {alpha})", {"A": scores}, digits=40, n=6, m=5)["P"]
    steepness = float(Fraction(alpha)) - 1
    for row, weights in zip(scores, found, strict=True):
        assert abs(sum(weights) - 1) < 1e-45
        slopes = [
            float(steepness * x - w ** Reference(40).number(steepness)) for x, w in zip(row, weights, strict=True)
        ]
        threshold = max(slopes)
        for x, w in zip(row, weights, strict=True):
            assert w >= 0
            assert (w > 0 and abs(steepness * x - float(w) ** steepness - threshold) < 1e-12) or (
                w == 0 and steepness * x <= threshold + 1e-12
            )


def test_entmax_agrees_with_the_package_of_its_authors():
    entmax = pytest.importorskip("entmax")
    torch = pytest.importorskip("torch")
    scores = drawn(8, 6, 7)
    found = evaluated({"A": "n m"}, "P = entmax(A, 3/2)\nR = sparsemax(A)", {"A": scores}, n=6, m=7)
    tensor = torch.tensor(scores, dtype=torch.float64)
    assert np.allclose(floats(found["P"]), entmax.entmax15(tensor, dim=-1).numpy(), atol=1e-12)
    assert np.allclose(floats(found["R"]), entmax.sparsemax(tensor, dim=-1).numpy(), atol=1e-12)


def test_equal_largest_scores_share_and_rows_without_keys_are_empty():
    values = {"A": [["1/3", "1/3", 0], [5, 7, 9], [1, 2, 3]], "M": [[1, 1, 1], [1, 1, 0], [0, 0, 0]]}
    values = {name: [[Fraction(x) for x in row] for row in rows] for name, rows in values.items()}
    text = "P = hardmax(A * 3 / 7, where=M)\nL = lse(A, where=M)\nR = sparsemax(A, where=M)"
    found = evaluated({"A": "n m", "M": "n m"}, text, values, n=3, m=3)
    assert found["P"] == [[0.5, 0.5, 0], [0, 1, 0], [0, 0, 0]]
    assert found["R"][1:] == [[0, 1, 0], [0, 0, 0]]
    assert float(found["L"][2][0]) == -math.inf
    assert math.isclose(found["L"][1][0], math.log(math.exp(5) + math.exp(7)))


def test_an_infinity_less_itself_is_no_number():
    values = {"A": drawn(0, 2, 3)}
    text = "L = lse(A, where=(j < i))\nD = L - L"
    with pytest.raises(ExactnessError, match="infinity less itself"):
        evaluated({"A": "n m"}, text, values, n=2, m=3)
    found = evaluated({"A": "n m"}, "L = lse(A, where=(j < i))\nE = exp(L) + 1", values, n=2, m=3)
    assert found["E"][0] == [1]


def test_values_that_are_known_are_taken_as_they_are():
    made = mechanism("two", inputs={"A": "n m"}, equations="B = A + 1\nC = 2 * B").with_sizes(n=1, m=1)
    assert Reference(30).evaluate(made, {"A": [[1]]}, known={"B": [[10]]})["C"] == [[20]]
