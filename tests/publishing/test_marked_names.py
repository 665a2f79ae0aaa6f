"""Cotangents and tangents in print: an upright d before the name, a dot above it."""

import pytest
from sympy import MatrixSymbol, S, Symbol, Transpose

from symattn.defining import mechanism
from symattn.mechanisms import named, names
from symattn.nodes import ElementwiseProduct, FamilySymbol, MatrixProduct, Member, index
from symattn.publishing import latex, mathml, text, validate_mathml
from symattn.publishing.layout import columns
from symattn.publishing.measure import width
from symattn.shapes import size

A, B = MatrixSymbol("A", 3, 2), MatrixSymbol("B", 2, 4)
i, j = index("i"), index("j")


def matrix(name):
    return MatrixSymbol(name, 2, 3)


@pytest.mark.parametrize(
    ("name", "in_text", "in_latex"),
    [
        ("dQ", "dQ", r"\mathrm{d}Q"),
        ("dW_Q", "dW_Q", r"\mathrm{d}W_{Q}"),
        ("dQ_R", "dQ_R", r"\mathrm{d}Q_{R}"),
        ("dalpha", "dα", r"\mathrm{d}\alpha"),
        ("dgamma_q", "dγ_q", r"\mathrm{d}\gamma_q"),
        ("Q_dot", "Q̇", r"\dot{Q}"),
        ("W_Q_dot", "Ẇ_Q", r"\dot{W}_{Q}"),
        ("gamma_q_dot", "γ̇_q", r"\dot{\gamma}_q"),
        ("slope_dot", "slope_dot", r"\dot{\mathrm{slope}}"),
        ("dQ_dot", "dQ̇", r"\mathrm{d}\dot{Q}"),
    ],
)
def test_a_cotangent_has_an_upright_d_before_it_and_a_tangent_a_dot_above(name, in_text, in_latex):
    for value in (matrix(name), Symbol(name, real=True)):
        assert text(value) == in_text
        assert latex(value) == in_latex
        validate_mathml(mathml(value))


@pytest.mark.parametrize("name", ["dropout", "diag", "d", "d_k", "dW1", "dot", "d_dot_k"])
def test_other_names_that_begin_with_d_are_names(name):
    assert r"\mathrm{d}" not in latex(matrix(name))
    assert r"\dot" not in latex(matrix(name))


def test_a_size_is_no_cotangent():
    assert latex(size("dk")) == r"\mathrm{dk}"
    assert latex(Symbol("dk", real=True)) == r"\mathrm{d}k"


def test_entries_of_cotangents_and_tangents_are_named_as_entries_are():
    assert latex(matrix("Q")[i, j]) == "q_{ij}"
    assert latex(matrix("dQ")[i, j]) == r"\mathrm{d}q_{ij}"
    assert latex(matrix("Q_dot")[i, j]) == r"\dot{q}_{ij}"
    assert latex(matrix("W_Q")[i, j]) == "(W_{Q})_{ij}"
    assert latex(matrix("dW_Q")[i, j]) == r"(\mathrm{d}W_{Q})_{ij}"
    assert latex(matrix("W_Q_dot")[i, j]) == r"(\dot{W}_{Q})_{ij}"
    assert text(matrix("dQ")[i, j]) == "dq_ij"


def test_entries_keep_their_large_letter_where_the_small_one_is_taken():
    both = matrix("dQ")[i, j] + matrix("dq")[i, j]
    assert latex(both) == r"\mathrm{d}Q_{ij}+\mathrm{d}q_{ij}"


def test_a_name_among_the_others_keeps_the_entries_of_its_cotangent_apart():
    system = mechanism("t", inputs={"Q": "n d", "q": "n d", "dQ": "n d"}, equations="Y = dQ * exp(Q + q)")
    formula = r"\mathrm{d}Q_{ij}e^{Q_{ij}+q_{ij}}"
    assert latex(system.entry("Y", "i", "j")) == formula


def test_members_of_a_family_of_cotangents_carry_their_positions():
    h = index("h")
    assert latex(Member(FamilySymbol("dQ", 2, 3, 4), h)) == r"\mathrm{d}Q^{(h)}"
    assert latex(Transpose(Member(FamilySymbol("W_Q_dot", 2, 3, 4), h))) == r"\dot{W}_{Q}^{(h)\top}"
    assert text(Member(FamilySymbol("dQ", 2, 3, 4), h)) == "dQ⁽ʰ⁾"


def test_factors_stand_apart_before_and_after_a_cotangent():
    assert latex(MatrixProduct(A, matrix("dQ"))) == r"A\,\mathrm{d}Q"
    assert latex(MatrixProduct(matrix("dQ"), MatrixSymbol("C", 3, 3))) == r"\mathrm{d}Q\,C"
    assert latex(MatrixProduct(matrix("dalpha"), MatrixSymbol("C", 3, 3))) == r"\mathrm{d}\alpha\,C"
    assert latex(MatrixProduct(matrix("dQ_dot"), MatrixSymbol("C", 3, 3))) == r"\mathrm{d}\dot{Q}\,C"
    assert latex(ElementwiseProduct(S(2), matrix("dalpha"))) == r"2\,\mathrm{d}\alpha"


def test_in_mathml_the_d_is_upright_and_a_name_of_its_own():
    whole = mathml(matrix("dQ"), display=False)
    assert '<mi mathvariant="normal">d</mi><mi>Q</mi>' in whole
    raised = mathml(Symbol("x", real=True) ** Symbol("dq", real=True))
    assert '<mrow><mi mathvariant="normal">d</mi><mi>q</mi></mrow>' in raised


def test_in_mathml_the_dot_stands_over_the_letter():
    made = mathml(matrix("W_Q_dot"))
    assert "<mover><mrow><mi>W</mi></mrow><mo>˙</mo></mover>" in made
    assert made.index("</mover>") < made.index("<mi>Q</mi>")


def test_a_dot_makes_a_name_no_wider():
    assert width(r"\dot{Q}K") == width("QK")


def words_of(system, format="text"):
    return system.derive().to(format, **({"width": 1000} if format == "text" else {}))


def test_the_legend_says_what_a_cotangent_and_a_tangent_are():
    backward = mechanism("b", inputs={"Q": "n d", "dO": "n d"}, equations="dQ = dO * Q")
    forward = mechanism("f", inputs={"Q": "n d", "Q_dot": "n d"}, equations="O_dot = Q_dot * Q")
    neither = mechanism("n", inputs={"Q": "n d", "dt": "n d"}, equations="O = dt * Q")
    assert "∂ℓ/∂X" in words_of(backward) and "tangents" not in words_of(backward)
    assert "tangents" in words_of(forward) and "∂ℓ/∂X" not in words_of(forward)
    assert "∂ℓ/∂X" not in words_of(neither)
    assert r"\ensuremath{\partial}\ensuremath{\ell}/" in words_of(backward, "latex")
    validate_mathml(words_of(backward, "mathml"))


def test_names_with_a_dot_take_no_more_columns_than_without():
    shown = text(named("scaled-dot").jvp()).splitlines()
    assert "S = Q Kᵀ / √d_k" in shown and "Ṡ = (Q̇ Kᵀ + Q K̇ᵀ)/√d_k" in shown
    family = text(named("multi-head").jvp(wrt="W_Q")).splitlines()
    assert len({columns(line.partition("=")[0]) for line in family}) == 1


@pytest.mark.parametrize("name", names())
def test_the_derivatives_of_every_mechanism_print_as_valid_mathml(name):
    for system in (named(name).backward(), named(name).jvp()):
        validate_mathml(mathml(system))
        assert text(system).count("\n") == len(system.equations) - 1
