"""Documents with families: the formula of a member, then the members with their numbers; what is left out is said."""

import json
import shutil
import subprocess
from fractions import Fraction

import numpy as np
import pytest

import symattn as sa
from symattn.mechanisms import named
from symattn.publishing import RENDERERS, derive, validate_mathml

HEADS = sa.mechanism(
    "several heads",
    inputs={"X": "n d", "W_Q": "H d d_k", "W_V": "H d d_v", "W_O": "H*d_v d"},
    equations="""
        Q[h] = X @ W_Q[h]
        S[h] = Q[h] @ Q[h].T / sqrt(d_k)
        P[h] = softmax(S[h], where=causal)
        O[h] = P[h] @ (X @ W_V[h])
        A = concat(h, O[h]) @ W_O
    """,
    conventions={"order": "head h*d_v first", "scale": "1/sqrt(d_k)"},
)
X = [[1, 0, 1], [0, 2, 1]]
W_Q = [[[1, 0], [0, 1], [1, 1]], [[0, 1], [1, 0], [-1, "1/3"]]]
W_V = [[[1], [2], [0]], [[0], [1], ["1/2"]]]
BOUND = HEADS.bind(X=X, W_Q=W_Q, W_V=W_V, W_O=[[1, 0, 2], [0, 1, 1]])


PROJECTIONS = sa.mechanism("projections", {"X": "n d", "W_Q": "H d d_k"}, "Q[h] = X @ W_Q[h]\nP[h] = Q[h] / 3")


def projections(count):
    """So many projections, all different."""
    return PROJECTIONS.bind(X=X, W_Q=np.arange(count * 6).reshape(count, 3, 2).tolist())


def test_the_formula_of_a_member_comes_first_and_then_each_member_with_its_numbers():
    printed = derive(BOUND).to("text", digits=5)
    start = printed.index("Value of S⁽ʰ⁾")
    section = printed[start : printed.index("Value of P⁽ʰ⁾")]
    assert "S⁽ʰ⁾ = Q⁽ʰ⁾ Q⁽ʰ⁾ᵀ / √d_k,  h = 1, …, H" in section
    assert section.index("S⁽ʰ⁾ =") < section.index("S⁽¹⁾ =") < section.index("S⁽²⁾ =")
    assert "5/√2" in section and "3.5355" in section
    assert "W_Q⁽²⁾ = " in printed and "A = Concat(O⁽¹⁾, …, O⁽ᴴ⁾) W_O" in printed


def test_the_members_that_are_shown_are_the_ones_that_they_are_called(monkeypatch):
    printed = derive(BOUND).to("text")
    third = Fraction(1, 3)
    assert f"-{third}" not in printed[: printed.index("W_Q⁽²⁾")]
    assert str(third) in printed[printed.index("W_Q⁽²⁾") : printed.index("W_V⁽¹⁾")]


@pytest.mark.parametrize(("count", "shown"), [(4, 4), (7, 4)])
def test_of_many_members_the_first_are_shown_and_how_many_there_are_is_said(count, shown):
    printed = derive(projections(count)).to("text")
    assert f"Q⁽{'⁰¹²³⁴⁵⁶⁷'[shown]}⁾ = " in printed
    assert (f"the first {shown} of {count} members" in printed) == (count > shown)
    assert f"Q⁽{'⁰¹²³⁴⁵⁶⁷'[shown + 1]}⁾ = " not in printed


def test_json_has_every_member_nested_by_position():
    bound = projections(7)
    stages = {stage["name"]: stage for stage in json.loads(derive(bound).to("json"))["stages"]}
    assert stages["Q"]["shape"] == ["7", "2", "2"]
    assert stages["Q"]["left"]["code"] == "Q[h]" and stages["Q"]["formula"]["code"] == "X @ W_Q[h]"
    expected = np.array(X) @ np.arange(42).reshape(7, 3, 2)
    assert np.array([[[int(x) for x in row] for row in member] for member in stages["Q"]["exact"]]).tolist() == (
        expected.tolist()
    )
    assert np.shape(stages["P"]["decimal"]) == (7, 2, 2)


def test_two_axes_are_nested_in_json_and_stand_side_by_side_in_print():
    system = sa.mechanism("g", inputs={"X": "G R n d"}, equations="A[g, r] = 2 * X[g, r]")
    bound = system.bind(X=np.arange(6).reshape(2, 3, 1, 1).tolist())
    stage = json.loads(derive(bound).to("json"))["stages"][1]
    assert stage["exact"] == [[[[str(2 * (3 * g + r))]] for r in range(3)] for g in range(2)]
    assert "A^(g,r) = 2 X^(g,r),  g = 1, …, G,  r = 1, …, R" in str(derive(bound))
    assert "A^(1,2) = 2 [1]\n        = [2]" in str(derive(bound))


def test_without_numbers_every_family_has_its_range_and_an_entry_of_a_member():
    printed = derive(HEADS).to("text")
    assert "W_Q ∈ ℝ^(H × d × d_k)" in printed
    assert "∈ ℝ^(n × d_k),  h = 1, …, H" in printed
    assert "q⁽ʰ⁾_ij = Σ_{r=1..d} x_ir (W_Q⁽ʰ⁾)_rj" in printed


def test_entries_keep_i_and_j_though_formulas_by_entry_use_them():
    system = sa.mechanism("m", inputs={"S": "n n"}, equations="A = S + matrix(n, n, i - j)")
    assert "a_ij = s_ij + i - j" in derive(system).to("text")


@pytest.mark.parametrize("format", RENDERERS)
def test_conventions_stand_at_the_beginning_of_every_format(format):
    for page in (derive(HEADS).to(format), derive(BOUND).to(format)):
        page = page.replace("\\", "") if format in ("markdown", "notebook") else page
        assert "Conventions" in page and "order: head h*d" in page
        assert "indices count from 0" in page


def test_a_mechanism_without_conventions_says_nothing_of_them():
    assert "Conventions" not in str(derive(sa.mechanism("m", {"S": "n m"}, "P = softmax(S)")))


LEGENDS = {
    "A[h] = 2 * V[h]": "which member of a family",
    "A = concat(h, V[h])": "Concat puts matrices side by side",
    "A = S[:, 0:1]": "both included",
    "A = hstack(S, S)": "make one matrix",
    "A = S + matrix(n, m, i // 2)": "rounded down",
    "P = hardmax(S)": "the largest scores",
    "P = sparsemax(S)": "τ of the scores",
    "P = entmax(S, 1.5)": "below entmax is its α",
    "P = lse(S, where=causal)": "is −∞",
}


ALSO = {
    **{equation: (words,) for equation, words in LEGENDS.items()},
    "A = concat(h, V[h])": ("Concat puts matrices side by side", "which member of a family", "rounded down"),
    "P = entmax(S, 1.5)": ("below entmax is its α", "τ of the scores"),
}


@pytest.mark.parametrize("equation", LEGENDS)
def test_the_legend_explains_the_signs_that_occur_and_no_others(equation):
    inputs = {name: shape for name, shape in {"V": "H n d", "S": "n m"}.items() if name in equation}
    legend = derive(sa.mechanism("m", inputs, equation)).to("text", width=10**4).partition("Notation")[2]
    assert LEGENDS[equation] in legend
    assert not [words for words in LEGENDS.values() if words in legend and words not in ALSO.get(equation, ())]


@pytest.mark.parametrize(
    "page", [derive(BOUND), derive(projections(3)), *(derive(named(name)) for name in ("rope", "sink"))]
)
def test_pages_are_valid_mathml(page):
    validate_mathml(page.to("mathml", standalone=True))


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed: LaTeX not compiled")
@pytest.mark.parametrize(
    "page", [derive(BOUND), *(derive(named(name)) for name in ("alibi", "cbam-spatial", "sink", "t5-bias"))]
)
def test_standalone_latex_compiles_and_nothing_sticks_out(page, tmp_path):
    (tmp_path / "page.tex").write_text(page.to("latex", standalone=True), encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "page.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, errors="replace", timeout=120)
    assert done.returncode == 0, done.stdout[-2000:]
    assert "Overfull" not in done.stdout
