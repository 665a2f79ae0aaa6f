"""Plain text: one line for a formula, columns for matrices, nothing that a terminal could mistake for a command."""

import pytest
from publishing_cases import parsed
from sympy import Rational, exp, sqrt

from symattn.exact import Element, ExactMatrix
from symattn.mechanisms import named
from symattn.nodes import index
from symattn.publishing import Rounded, Substituted, Words, system_text, text
from symattn.shapes import size

FORMULAS = {
    "Q @ K.T / sqrt(d_k)": "Q Kᵀ / √d_k",
    "softmax(Q @ K.T / sqrt(d_k)) @ V": "softmax(Q Kᵀ / √d_k) V",
    "Q @ (K.T @ V)": "Q (Kᵀ V)",
    "(Q @ K.T) / (rownorm(Q) @ rownorm(K).T)": "(Q Kᵀ) ⊘ (rownorm(Q) rownorm(K)ᵀ)",
    "(S / 2) @ V": "(S/2) V",
    "-(S + B)": "-(S + B)",
    "S * -tau": "S (-τ)",
    "(Q @ K.T)**2": "(Q Kᵀ)^(⊙2)",
    "sum(a, Q[:, a] @ K[:, a].T)": "Σ_{a=1..d_k} Q_{:,a} K_{:,a}ᵀ",
    "tanh(tau)**2 * S": "tanh(τ)² S",
}
ENTRIES = {
    "Q @ K.T / sqrt(d_k)": "(1/√d_k) Σ_{r=1..d_k} q_ir k_jr",
    "softmax(S)": "exp(s_ij) / Σ_{r=1..m} exp(s_ir)",
    "Q @ W_Q": "Σ_{r=1..d_k} q_ir (W_Q)_rj",
}


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_formula_is_one_line(formula):
    assert text(parsed(formula)) == FORMULAS[formula]


@pytest.mark.parametrize("formula", ENTRIES)
def test_an_entry_is_a_sum_counted_from_1(formula):
    assert text(parsed(formula)[index("i"), index("j")]) == ENTRIES[formula]


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        (2 * sqrt(3) / 3, "2/√3"),
        (4 * sqrt(3), "4√3"),
        (Rational(-1, 2), "-1/2"),
        (exp(12), "e¹²"),
        (exp(2 / sqrt(3)), "e^(2/√3)"),
        (Element.of("2/3"), "2/3"),
        (6.03e-6, "6.03×10⁻⁶"),
    ],
    ids=str,
)
def test_a_number_is_printed_as_a_textbook_prints_it(value, printed):
    assert text(value) == printed


def test_exact_weights_stand_in_columns():
    bound = named("dot").bind(Q=[[1, 0, 2]], K=[[0, 1, 1], [4, 4, 0], [2, 3, 1]], V=[[1], [2], [2]])
    assert text(bound.exact("P")) == "[1/(1 + 2e²)  e²/(1 + 2e²)  e²/(1 + 2e²)]"
    assert text(bound.exact("O")) == "[(1 + 4e²)/(1 + 2e²)]"


def test_decimals_are_aligned_at_the_point():
    assert text(Rounded(ExactMatrix.of([["1/3"], ["-100/3"]])), digits=4).split("\n") == ["⎡  0.3333⎤", "⎣-33.33  ⎦"]


def test_matrices_put_in_stand_side_by_side():
    value = Substituted(parsed("Q @ K.T"), {"Q": ((1, 2),), "K": ((3, -4), (1, 2))})
    assert text(value).split("\n") == ["[1  2] ⎡3  -4⎤ᵀ", "       ⎣1   2⎦"]


def test_a_line_too_long_goes_on_below():
    value = Substituted(parsed("Q @ K.T"), {"Q": ((1, 2),) * 2, "K": ((3, -4),) * 2})
    assert all(len(line) <= 16 for line in text(value, width=16).split("\n"))


def test_words_move_no_cursor_and_turn_no_line():
    assert text(Words("a\x1b[2Jb\u202ec\u200b")) == "a[U+001B][2Jb[U+202E]c[U+200B]"


def test_a_system_is_a_line_for_every_equation():
    assert text(named("dot")) == system_text(named("dot")) == "S = Q Kᵀ\nP = softmax(S)\nO = P V"


def test_lamda_is_the_letter_although_lambda_is_no_name():
    assert text(size("lamda_1") * size("Lamda")) in ("Λ λ_1", "λ_1 Λ")
