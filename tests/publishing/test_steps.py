"""Chains of steps in every format: signs, formulas, reasons beside them or below."""

import json

import pytest
from sympy import MatrixSymbol, Transpose

from symattn.errors import LanguageError
from symattn.nodes import ElementwiseSum, MatrixProduct, Softmax
from symattn.publishing import Presentation
from symattn.publishing.document import StepLine, Steps
from symattn.shapes import size

n, m = size("n"), size("m")
A, B, S = MatrixSymbol("A", n, m), MatrixSymbol("B", m, n), MatrixSymbol("S", n, n)
PRODUCT = MatrixProduct(A, B)
CHAIN = Steps(
    Transpose(PRODUCT),
    [
        StepLine("=", MatrixProduct(Transpose(B), Transpose(A)), "by transpose of a product; proved", "proved"),
        StepLine(
            "≤",
            ElementwiseSum(S, PRODUCT),
            "by bound; claimed",
            "claimed",
            ("for S large, as ", Softmax(S), " says"),
        ),
    ],
)


def printed(form, chain=CHAIN, **more):
    return Presentation("", (chain,)).to(form, **more)


def test_a_terminal_shows_a_step_a_line_with_its_reason_behind_it():
    assert printed("text").splitlines() == [
        "      (A B)ᵀ",
        "    = Bᵀ Aᵀ     [by transpose of a product; proved]",
        "    ≤ S + A B   [by bound; claimed]",
        "          for S large, as softmax(S) says",
    ]


def test_a_reason_without_room_goes_below():
    assert printed("text", width=36).splitlines()[1:3] == ["    = Bᵀ Aᵀ", "          [by transpose of a"]
    assert max(map(len, printed("text", width=36).splitlines())) <= 36


def test_latex_sets_reasons_in_a_column_of_their_own():
    shown = printed("latex")
    assert r"& \rlap{$\displaystyle {}(AB)^{\top}$} &" in shown
    assert r"& = B^{\top}A^{\top} && \text{\footnotesize by transpose of a product; proved} &" in shown
    assert r"& \leq S+AB && \text{\footnotesize by bound; claimed} &" in shown
    assert r"\footnotesize for S large, as $\operatorname{softmax}(S)$ says}} &" in shown


def test_a_long_reason_goes_below_the_formula_in_latex():
    shown = printed("latex", Steps(S, [StepLine("=", S, "by " + 30 * "word ")]))
    assert "&&" not in shown and r"\raggedright\footnotesize by word word" in shown


def test_a_page_has_a_row_for_each_step_with_its_evidence():
    shown = printed("mathml")
    assert shown.count("<tr") == 4 and shown.count("<math") == 6
    assert '<tr class="proved">' in shown and '<td class="reason">by bound; claimed</td>' in shown


def test_markdown_numbers_the_steps_and_lists_the_reasons():
    assert printed("markdown").splitlines() == [
        "```math",
        r"\begin{aligned}",
        r"& (AB)^{\top} \\",
        r"&= B^{\top}A^{\top} &&(1) \\",
        r"&\leq S+AB &&(2)",
        r"\end{aligned}",
        "```",
        "",
        "1. by transpose of a product; proved",
        r"2. by bound; claimed: for S large, as $`\mathrm{softmax}(S)`$ says",
    ]


def test_a_machine_gets_every_step_with_rule_and_evidence():
    (block,) = json.loads(printed("json"))["blocks"]
    assert block["kind"] == "steps" and block["start"]["text"] == "(A B)ᵀ"
    assert [step["relation"] for step in block["steps"]] == ["=", "≤"]
    assert (
        block["steps"][0]["reason"] == "by transpose of a product; proved"
        and block["steps"][1]["evidence"] == "claimed"
    )


def test_an_unknown_sign_is_refused():
    with pytest.raises(LanguageError, match="'~' is not a sign between parts of a formula"):
        StepLine("~", S)


@pytest.mark.parametrize("form", ["text", "latex", "mathml", "markdown", "json"])
def test_a_hostile_reason_stays_text(form):
    hostile = "<script>alert(1)</script> $x$ \\input{x} `y` | **z**"
    shown = printed(form, Steps(S, [StepLine("=", S, hostile, remark=(hostile,))]))
    if form in ("mathml", "markdown"):
        assert "<script>" not in shown
    if form == "latex":
        assert "\\input" not in shown and "$x$" not in shown
    if form == "markdown":
        assert "**z" not in shown.replace("\\*", "") and "`y`" not in shown.replace("\\`", "")
