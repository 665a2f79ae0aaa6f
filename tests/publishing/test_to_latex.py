"""LaTeX in the paper's order, brackets exactly where they are needed."""

from fractions import Fraction

import pytest
from publishing_cases import INPUTS, parsed
from sympy import E, Integer, MatrixSymbol, Rational, Symbol, exp, sqrt

from symattn.exact import Element, ExactMatrix
from symattn.mechanisms import named
from symattn.nodes import index
from symattn.publishing import Joined, RealMatrices, Rounded, Substituted, Words, latex, system_latex
from symattn.shapes import size

FORMULAS = {
    "Q @ K.T / sqrt(d_k)": r"\frac{QK^{\top}}{\sqrt{d_k}}",
    "softmax(Q @ K.T / sqrt(d_k)) @ V": r"\operatorname{softmax}\left(\frac{QK^{\top}}{\sqrt{d_k}}\right)V",
    "softmax(S) @ V": r"\operatorname{softmax}(S)V",
    "Q @ (K.T @ V)": r"Q(K^{\top}V)",
    "(Q @ K.T) @ V": r"QK^{\top}V",
    "(Q @ K.T) / (rownorm(Q) @ rownorm(K).T)": (
        r"(QK^{\top})\oslash(\operatorname{rownorm}(Q)\operatorname{rownorm}(K)^{\top})"
    ),
    "tau * Q @ K.T": r"\tau QK^{\top}",
    "-(S + B)": "-(S+B)",
    "-S + B": "-S+B",
    "S - (B - S)": "S-(B-S)",
    "S - B - S": "S-B-S",
    "S + -B": "S+(-B)",
    "(-S) * B": r"(-S)\odot B",
    "(-S) @ V": "(-S)V",
    "-tau * S": r"-\tau S",
    "S * -tau": r"S(-\tau)",
    "2 * S * 3": r"2S \cdot 3",
    "S * (d_k - 1)": "S(d_k-1)",
    "S * (-1/3)": r"S\left(-\frac{1}{3}\right)",
    "S / 2": r"\frac{S}{2}",
    "c * tanh(S / c)": r"c\tanh\left(\frac{S}{c}\right)",
    "(Q @ K.T)**2": r"(QK^{\top})^{\odot 2}",
    "S**(1/2)": r"S^{\odot (1/2)}",
    "sqrt(S).T": r"(\sqrt{S})^{\top}",
    "(S + B).T": r"(S+B)^{\top}",
    "(S / 2).T": r"\left(\frac{S}{2}\right)^{\top}",
    "(S.T).T": r"(S^{\top})^{\top}",
    "S * B / B": r"(S\odot B)\oslash B",
    "S / (B * S)": r"S\oslash(B\odot S)",
    "(S + B) * S": r"(S+B)\odot S",
    "exp(S) / rowsum(exp(S))": r"\exp(S)\oslash\operatorname{rowsum}(\exp(S))",
    "sum(a, Q[:, a] @ K[:, a].T)": r"\sum_{a=1}^{d_k}Q_{:,a}K_{:,a}^{\top}",
    "sum(a, Q[:, a] @ K[:, a].T) @ V": r"\left(\sum_{a=1}^{d_k}Q_{:,a}K_{:,a}^{\top}\right)V",
    "sum(a, Q[:, a] @ K[:, a].T) + B": r"\left(\sum_{a=1}^{d_k}Q_{:,a}K_{:,a}^{\top}\right)+B",
    "W_Q[0, 1] * Q[0, :]": r"(W_{Q})_{12}Q_{1,:}",
    "v[2] * S": "v_{3}S",
    "eye(n) @ Q + zeros(n, d_k)": r"I_{n}Q+\mathbf{0}_{n \times d_k}",
    "elu(tau) * S": r"\operatorname{elu}(\tau)S",
    "sigmoid(tau) * S": r"\frac{1}{1+e^{-\tau}}S",
}


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_formula_is_printed_as_a_paper_prints_it(formula):
    assert latex(parsed(formula)) == FORMULAS[formula]


ENTRIES = {
    "Q @ K.T / sqrt(d_k)": r"\frac{1}{\sqrt{d_k}}\sum_{r=1}^{d_k}q_{ir}k_{jr}",
    "softmax(S)": r"\frac{e^{s_{ij}}}{\sum_{r=1}^{m}e^{s_{ir}}}",
    "(Q @ K.T) @ V": r"\sum_{r=1}^{m}\left(\sum_{c=1}^{d_k}q_{ic}k_{rc}\right)v_{rj}",
    "Q @ W_Q": r"\sum_{r=1}^{d_k}q_{ir}(W_{Q})_{rj}",
    "S / sqrt(3)": r"\frac{s_{ij}}{\sqrt{3}}",
    "1 - S": "1-s_{ij}",
    "elu(S)": r"\operatorname{elu}(s_{ij})",
    "exp(S / 2)": "e^{s_{ij}/2}",
    "eye(n) @ Q": r"\sum_{r=1}^{n}\delta_{ir}q_{rj}",
}


@pytest.mark.parametrize("formula", ENTRIES)
def test_an_entry_keeps_its_order_and_counts_from_1(formula):
    assert latex(parsed(formula)[index("i"), index("j")]) == ENTRIES[formula]


def test_the_largest_entry_of_a_row_runs_over_its_keys():
    assert latex(parsed("rowmax(S)")[index("i"), 0]) == r"\max_{1\leq r\leq m}s_{ir}"


def test_positions_of_more_than_one_character_are_set_apart():
    Q = MatrixSymbol("Q", 20, 20)
    assert latex(Q[0, 11]) == "q_{1,12}"
    assert latex(Q[index("i") + 1, index("r_1")]) == "q_{i+1,r_{1}}"


def test_matrices_that_differ_in_case_alone_keep_their_letters():
    Q, q = MatrixSymbol("Q", 2, 2), MatrixSymbol("q", 2, 2)
    assert latex(Q[0, 0] + q[0, 0]) in ("Q_{11}+q_{11}", "q_{11}+Q_{11}")


def test_an_index_as_a_number_counts_from_1_too():
    value = parsed("sum(a, a * Q[:, a] @ ones(1, m))")
    assert latex(value) == r"\sum_{a=1}^{d_k}(a-1)Q_{:,a}\mathbf{1}_{1 \times m}"


NAMES = {
    "d_model": r"d_{\mathrm{model}}",
    "alpha": r"\alpha",
    "lamda": r"\lambda",
    "Gamma_1": r"\Gamma_{1}",
    "Query": r"\mathrm{Query}",
}


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_a_letter_with_what_stands_below_it(name):
    assert latex(size(name)) == NAMES[name]


SCALARS = [
    (sqrt(3) / 3, r"\frac{1}{\sqrt{3}}"),
    (2 * sqrt(3) / 3, r"\frac{2}{\sqrt{3}}"),
    (4 * sqrt(3), r"4\sqrt{3}"),
    (sqrt(3) / 6, r"\frac{1}{2\sqrt{3}}"),
    (-sqrt(3) / 3, r"-\frac{1}{\sqrt{3}}"),
    (Rational(-1, 2), r"-\frac{1}{2}"),
    (Fraction(1, 2), r"\frac{1}{2}"),
    (exp(2 / sqrt(3)), r"e^{2/\sqrt{3}}"),
    (exp(-2), "e^{-2}"),
    (E, "e"),
    (Integer(2) ** Rational(1, 3), r"\sqrt[3]{2}"),
    (1.25e-16, r"1.25 \times 10^{-16}"),
    (Words("a_b & c"), r"\text{a\_b \& c}"),
    (RealMatrices((size("n"), Integer(3))), r"\mathbb{R}^{n \times 3}"),
]


@pytest.mark.parametrize(("value", "printed"), SCALARS, ids=[printed for _, printed in SCALARS])
def test_a_number_is_printed_as_a_textbook_prints_it(value, printed):
    assert latex(value) == printed


ONE_QUERY = {"Q": [[1, 0, 2]], "K": [[0, 1, 1], [4, 4, 0], [2, 3, 1]], "V": [[1], [2], [2]]}


def test_an_exact_weight_is_a_quotient_of_powers_of_e():
    bound = named("dot").bind(ONE_QUERY)
    assert latex(bound.exact("P")[0, 0]) == r"\frac{1}{1+2e^{2}}"
    assert latex(bound.exact("O")[0, 0]) == r"\frac{1+4e^{2}}{1+2e^{2}}"


def test_a_scaled_weight_has_the_root_in_its_exponent():
    bound = named("scaled-dot").bind(ONE_QUERY)
    assert latex(bound.exact("P")[0, 0]) == r"\frac{1}{1+2e^{2/\sqrt{3}}}"
    assert latex(bound.exact("S")[0, 0]) == r"\frac{2}{\sqrt{3}}"


def test_numbers_are_put_in_for_names():
    value = Substituted(parsed("Q @ K.T / sqrt(d_k)"), {"Q": ((1, 2),), "K": ((3, -4),), "d_k": 2})
    assert latex(value) == (
        r"\frac{{\left[\begin{array}{rr} 1 & 2 \end{array}\right]}"
        r"{\left[\begin{array}{rr} 3 & -4 \end{array}\right]}^{\top}}{\sqrt{2}}"
    )


def test_a_negative_number_put_in_stands_in_brackets():
    assert latex(Substituted(parsed("S * tau"), {"tau": -2})) == "S(-2)"
    assert latex(Substituted(parsed("S / tau - c"), {"tau": -2, "c": -1})) == r"\frac{S}{-2}-(-1)"


def test_a_sum_of_few_terms_is_written_out_where_numbers_are_put_in():
    value = Substituted(parsed("sum(a, Q[:, a] @ K[:, a].T)"), {"Q": ((1, 2),), "K": ((3, 4),), "d_k": 2})
    assert latex(value).count("+") == 1
    assert r"\sum" not in latex(value)


def test_decimals_have_the_digits_asked_for():
    third = Rounded(Element.of("1/3"))
    assert latex(third, digits=4) == "0.3333"
    assert latex(Rounded(Element.of("1/3"), 2), digits=9) == "0.33"
    assert latex(Rounded(ExactMatrix.of([["1/3", 2]])), digits=3).count("0.333 & 2") == 1


def test_parts_are_joined_by_a_sign_and_bracketed_where_needed():
    assert latex(Joined((INPUTS["S"], parsed("-B")), "+")) == "S+(-B)"
    assert latex(Joined((parsed("S + B"), INPUTS["S"]), "⊙")) == r"(S+B)\odot S"


def test_a_system_is_one_aligned_block():
    assert latex(named("scaled-dot")) == system_latex(named("scaled-dot"))
    assert system_latex(named("scaled-dot")) == (
        r"\begin{aligned} S &= \frac{QK^{\top}}{\sqrt{d_k}} \\ P &= \operatorname{softmax}(S) \\ O &= PV \end{aligned}"
    )


def test_a_plain_symbol_of_sympy_is_printed_by_its_name():
    assert latex(Symbol("x")) == "x"


def test_decimal_points_stand_below_each_other():
    numbers = Rounded(ExactMatrix.of([["-0.5", "1", "0.25"], ["12", "-3", "0.5"]]))
    assert latex(numbers) == (
        r"{\left[\begin{array}{lrl} \phantom{0}{-}0.5 & 1 & 0.25 \\ \phantom{-}12 & -3 & 0.5 \end{array}\right]}"
    )


def test_powers_of_ten_stand_with_their_whole_parts_below_each_other():
    numbers = Rounded(ExactMatrix.of([["-0.5"], ["1.25e-30"]]))
    assert r"\begin{array}{l} -0.5 \\ \phantom{-}1.25 \times 10^{-30} \end{array}" in latex(numbers)
