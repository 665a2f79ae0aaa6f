"""The worked example in thirty mechanisms: exact weights and twenty digits that were published beside them.

The equations stand here as a reader would write them, not as the library has them. Two published digits were wrong
in the last place, rounded from a value that was rounded before; the file has the right ones.
"""

import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import mpmath
import pytest
import sympy
from exact_cases import CROSS, system_of

from symattn import article
from symattn.worked import bind

PUBLISHED = json.loads((Path(__file__).parent / "published.json").read_text(encoding="utf-8"))

DOT = "S = Q @ K.T\n"
SCALED = "S = Q @ K.T / sqrt(d_k)\n"
OUTPUT = "\nO = P @ V"
FEATURES = "F = elu(Q) + 1\nG = elu(K) + 1\nW = F @ G.T\n"
DISTANCES = "R = rowsum(Q * Q) - 2 * Q @ K.T + rowsum(K * K).T\n"

EQUATIONS = {
    "dot": DOT + "P = softmax(S)",
    "scaled_dot": SCALED + "P = softmax(S)",
    "causal_dot": DOT + "P = softmax(S, where=causal)",
    "causal_scaled": SCALED + "P = softmax(S, where=(j <= i))",
    "padding_key3": DOT + "P = softmax(S, where=(j != 2))",
    "window2_causal": DOT + "P = softmax(S, where=(0 <= i - j < 2))",
    "temperature2": DOT + "P = softmax(S / 2)",
    "cosine_T1": DOT + "P = softmax(S / rownorm(Q) / rownorm(K).T)",
    "qknorm_rms_scaled": DOT + "P = softmax(S / rownorm(Q) / rownorm(K).T * sqrt(d_k))",
    "rbf_sigma1": DISTANCES + "P = softmax(-R / 2)",
    "rbf_sigma2_sqrt3": DISTANCES + "P = softmax(-R / (2 * sqrt(3)))",
    "alibi_m0.5_causal_scaled": SCALED + "B = matrix(n, m, -abs(i - j) / 2)\nP = softmax(S + B, where=causal)",
    "softcap10": DOT + "P = softmax(10 * tanh(S / 10))",
    "softmax1": DOT + "E = exp(S - rowmax(S))\nP = E / (exp(-rowmax(S)) + rowsum(E))",
    "sigmoid_b=-log3_scaled": SCALED + "P = sigmoid(S - log(3))",
    "sparsemax": DOT + "P = sparsemax(S)",
    "entmax15": DOT + "P = entmax(S, 1.5)",
    "entmax15_scaled": SCALED + "P = entmax(S, 3/2)",
    "hardmax": DOT + "P = hardmax(S)",
    "linear_elu1": FEATURES + "P = W / rowsum(W)",
    "linear_elu1_causal": FEATURES + "L = matrix(n, m, W[i, j] if j <= i else 0)\nP = L / rowsum(L)",
    "nonlocal_dot_1/N": DOT + "P = S / m",
}


def as_decimals(rows):
    fractions = [[Fraction(text) for text in row] for row in rows]
    return [[Decimal(number.numerator) / number.denominator for number in row] for row in fractions]


def check(bound, case, names):
    for name, key in names.items():
        assert [list(row) for row in bound.decimal(name, 20)] == as_decimals(PUBLISHED[case][key]), (case, name)


def worst(found, published):
    expected = sympy.Matrix([[sympy.sympify(text) for text in row] for row in published])
    return max(abs(sympy.N(difference, 60)) for difference in found - expected)


@pytest.mark.parametrize("case", EQUATIONS)
def test_weights_and_output_are_the_published_ones(case):
    bound = bind(system_of(CROSS, EQUATIONS[case] + OUTPUT), article.ATTENTION)
    check(bound, case, {"P": "P20", "O": "O20"})
    if "P" in PUBLISHED[case]:
        assert worst(bound["P"], PUBLISHED[case]["P"]) < sympy.Float("1e-50")


def test_the_two_digits_that_were_put_right():
    with mpmath.workdps(60):
        scores = [4 / mpmath.sqrt(3) - 1, 12 / mpmath.sqrt(3) - mpmath.mpf("0.5"), 10 / mpmath.sqrt(3)]
        powers = list(map(mpmath.exp, scores))
        assert mpmath.nstr(powers[0] / sum(powers), 25) == "0.003921906624938464666049136"
        powers = [mpmath.exp(score) for score in (4, 16, 12)]
        assert mpmath.nstr(powers[2] / (1 + sum(powers)), 25) == "0.01798609945167711884249962"


def test_another_mechanisms_weights_would_be_seen():
    bound = bind(system_of(CROSS, EQUATIONS["entmax15"] + OUTPUT), article.ATTENTION)
    assert worst(bound["P"], PUBLISHED["entmax15_scaled"]["P"]) > sympy.Float("1e-3")


def test_three_heads_of_the_worked_example():
    equations = """Q[h] = X @ W_Q[:, h:h+1]
    K[h] = X @ W_K[:, h:h+1]
    V[h] = X @ W_V[:, h:h+1]
    P[h] = softmax(Q[h] @ K[h].T)
    O[h] = P[h] @ V[h]
    A = concat(h, O[h])"""
    shapes = {"X": "n d", "W_Q": "d 3", "W_K": "d 3", "W_V": "d 3"}
    bound = bind(system_of(shapes, equations), article.SELF_ATTENTION)
    check(bound, "mha3_I", {"A": "O20"})
    for h in range(3):
        published = PUBLISHED[f"mha3_head{h + 1}"]
        assert [list(row) for row in bound.decimal("P", 20)[h]] == as_decimals(published["P20"])
        assert [list(row) for row in bound.decimal("O", 20)[h]] == as_decimals(published["O20"])
        assert worst(bound["P"][h], published["P"]) < sympy.Float("1e-50")


def test_rotary_positions_of_neighbouring_pairs():
    equations = """C = matrix(n, 2*p, cos(i * 10000 ** (-2 * (j // 2) / (2*p))))
    D = matrix(n, 2*p, sin(i * 10000 ** (-2 * (j // 2) / (2*p))))
    T = matrix(n, 2*p, X[i, j - 1] if j % 2 == 1 else -X[i, j + 1])
    R = X * C + T * D
    S = R @ R.T
    P = softmax(S / sqrt(2*p))
    O = P @ X"""
    bound = bind(system_of({"X": "n 2*p"}, equations), {"X": article.X})
    check(bound, "rope_interleaved_X_scaled", {"S": "S20", "P": "P20", "O": "O20"})


@pytest.mark.parametrize("case, scores", [("cam_paper", "G"), ("cam_code", "rowmax(G) - G")])
def test_channels_that_attend_to_channels(case, scores):
    bound = bind(system_of({"X": "n c"}, f"G = X.T @ X\nP = softmax({scores})\nO = P @ X.T"), {"X": article.X})
    check(bound, case, {"P": "P20", "O": "O20"})


def test_every_published_case_is_checked():
    others = {"mha3_I", "mha3_head1", "mha3_head2", "mha3_head3", "rope_interleaved_X_scaled", "cam_paper", "cam_code"}
    assert set(PUBLISHED) == {*EQUATIONS, *others}
