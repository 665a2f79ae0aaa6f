"""One document in every format: a derivation's stages, its refusals, and files that stand on their own."""

import json
import re
import shutil
import subprocess

import pytest
from publishing_cases import with_numbers, worked
from sympy import MatrixSymbol

import symattn as sa
from symattn.defining import mechanism
from symattn.errors import InputError, LanguageError, LimitError
from symattn.exact import ExactMatrix
from symattn.mechanisms import named, names
from symattn.publishing import (
    RENDERERS,
    Code,
    Formula,
    Heading,
    Paragraph,
    Presentation,
    Rounded,
    Substituted,
    Table,
    Title,
    derive,
)
from symattn.publishing.layout import columns

GENERIC = {
    "Q": [["1", "1/2", "-1"], ["0", "2", "1/3"]],
    "K": [["1", "0", "1"], ["-1", "1", "2"], ["1/2", "1", "0"], ["2", "-1", "1"]],
    "V": [["1", "-2"], ["0", "3"], ["1/2", "1"], ["-1", "4"]],
}
"""Two queries, four keys, d_k = 3, d_v = 2: no size equals another."""

WITH_NUMBERS = with_numbers()

HOSTILE = 'a_b \\input{/etc/passwd} <script> & $x$ % # ^ ~ "q" \x1b[2J \u202e é 注'

EVERYTHING = Presentation(
    "Every kind of block",
    (
        Title("A title"),
        Heading("A heading with ", MatrixSymbol("Q", 2, 2)),
        Heading("A smaller heading", level=3),
        Paragraph("Words, ", MatrixSymbol("W_Q", 2, 2), ", and words."),
        Formula(MatrixSymbol("A", 2, 2), "=", ((1, 2), (3, 4))),
        Table(("name", "value"), (("a|b_c", 1), ("d", MatrixSymbol("S", 2, 2)))),
        Code("x = 1\n  # 50% of $HOME \\end{verbatim}", "python"),
    ),
)


@pytest.mark.parametrize("format", RENDERERS)
@pytest.mark.parametrize("name", names())
def test_every_mechanism_is_printed_in_every_format(name, format):
    assert derive(named(name)).to(format).endswith("\n")


@pytest.mark.parametrize("format", RENDERERS)
@pytest.mark.parametrize("standalone", [False, True])
def test_every_kind_of_block_is_printed_in_every_format(format, standalone):
    printed = EVERYTHING.to(format, standalone=standalone)
    assert "A smaller heading" in printed
    assert "words." in printed


def test_an_unknown_format_lists_those_there_are():
    with pytest.raises(InputError, match=r"Did you mean latex\? There are: text, latex, mathml, html, markdown, json"):
        EVERYTHING.to("latx")


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"digits": 0}, InputError),
        ({"digits": 2.5}, InputError),
        ({"digits": 10**6}, LimitError),
        ({"width": 3}, InputError),
    ],
)
def test_digits_and_width_are_checked(options, error):
    with pytest.raises(error):
        EVERYTHING.to("text", **options)


def test_a_formula_refuses_a_sign_it_does_not_know():
    with pytest.raises(LanguageError, match="not a sign"):
        Formula(1, r"\input{x}", 1)
    with pytest.raises(LanguageError, match="a sign between each two"):
        Formula(1, "=")
    with pytest.raises(LanguageError, match="2 columns has a row of 1"):
        Table(("a", "b"), (("c",),))


def test_without_numbers_every_equation_has_formula_shape_and_entry():
    printed = derive(named("scaled-dot")).to("text")
    assert "S = Q Kᵀ / √d_k" in printed
    assert "∈ ℝ^(n × m)" in printed
    assert "o_ij = Σ_{r=1..m} p_ir v_rj" in printed


def test_an_entry_takes_other_letters_where_i_and_j_have_a_meaning():
    other = mechanism("pooled", inputs={"A": "i j"}, equations="O = exp(A)")
    stage = derive(other).stages[-1]
    assert stage.entry is not None
    assert not {"i", "j"} & {symbol.name for symbol in stage.entry[0].args[1:]}


def test_entries_keep_i_and_j_though_a_condition_speaks_of_them():
    printed = derive(named("causal")).to("text")
    assert "p_ij = {exp(s_ij) / Σ_{r ≤ i} exp(s_ir) if j ≤ i, 0 otherwise}" in printed


LEGENDS = {
    "causal": (("meet the condition", "row of zeros", "A sum with a condition"), ("matrix is not 0", "∩")),
    "M": (("matrix is not 0", "row of zeros"), ("meet the condition", "∩")),
    "M & causal": (("matrix is not 0", "meet the condition", "with ∩"), ()),
    "(i < 3) & causal": (("meet the condition",), ("∩",)),
}


@pytest.mark.parametrize("where", LEGENDS)
def test_the_legend_says_which_keys_are_allowed_in_the_words_needed(where):
    inputs = {"S": "n m", **({"M": "n m"} if "M" in where else {})}
    printed = derive(mechanism("m", inputs, f"P = softmax(S, where={where})")).to("text", width=10**4)
    legend = printed[printed.index("Notation") :]
    there, absent = LEGENDS[where]
    assert all(words in legend for words in there)
    assert not any(words in legend for words in absent)


def test_without_allowed_sets_the_legend_is_silent_about_them():
    printed = derive(named("scaled-dot")).to("text")
    assert "attend" not in printed[printed.index("Notation") :]


@pytest.mark.parametrize("format", RENDERERS)
def test_rows_without_allowed_keys_are_zeros_in_every_format(format):
    bound = named("causal-lower-right").bind(Q=[[1, 0], [0, 2], [1, 1]], K=[[1, 1], [0, 1]], V=[[1], [2]])
    printed = derive(bound).to(format)
    printed = printed.replace(r"\\", "\\") if format == "notebook" else printed  # which is JSON
    assert "j ≤ i - 1" in printed or r"j\leq i-1" in printed or "<mi>i</mi><mo" in printed
    rows = json.loads(derive(bound).to("json"))["stages"][4]["exact"]
    assert rows[0] == ["0", "0"] and rows[1][1] == "0" != rows[1][0]


def test_with_numbers_every_stage_is_formula_numbers_exact_value_and_decimals():
    printed = derive(named("dot").bind(GENERIC)).to("text", digits=6)
    assert "S = Q Kᵀ" in printed
    assert "⎡1  1/2   -1⎤" in printed
    assert "P = softmax(S)" in printed
    assert re.search(r"≈ .*0\.0\d{6}", printed)


def test_decimals_of_whole_numbers_are_not_repeated():
    whole = ExactMatrix.of([[1, 2]])
    printed = Presentation("", (Formula(MatrixSymbol("A", 1, 2), "=", whole, "≈", Rounded(whole)),)).to("text")
    assert printed == "A = [1  2]\n"


def test_decimals_that_end_are_equal():
    half = ExactMatrix.of([["1/2"]])
    printed = Presentation("", (Formula(MatrixSymbol("A", 1, 1), "=", half, "≈", Rounded(half)),)).to("text")
    assert printed == "A = [1/2] = [0.5]\n"


@pytest.mark.parametrize("width", [40, 100])
@pytest.mark.parametrize("name", WITH_NUMBERS)
def test_text_keeps_to_its_width(name, width):
    printed = derive(worked(name)).to("text", width=width)
    too_long = [line for line in printed.split("\n") if columns(line) > width and " " in line.strip()]
    assert not too_long or width == 40


def test_json_holds_every_stage_exactly_and_as_decimals():
    made = json.loads(derive(named("scaled-dot").bind(GENERIC)).to("json", digits=30))
    stages = {stage["name"]: stage for stage in made["stages"]}
    assert list(stages) == ["Q", "K", "V", "S", "P", "O"]
    assert stages["S"]["formula"]["code"] == "Q @ K.T / sqrt(d_k)"
    causal = json.loads(derive(named("causal").bind(GENERIC)).to("json"))["stages"]
    assert causal[4]["formula"]["code"] == "softmax(S, where=j <= i)"
    assert stages["S"]["formula"]["latex"] == r"\frac{QK^{\top}}{\sqrt{d_k}}"
    assert stages["Q"]["exact"][0] == ["1", "1/2", "-1"]
    assert len(stages["P"]["decimal"][0][0].lstrip("0.")) == 30
    assert stages["P"]["shape"] == ["2", "4"]


def test_a_derivation_can_be_continued():
    longer = EVERYTHING.followed_by(Heading("More"))
    assert longer.blocks[:-1] == EVERYTHING.blocks
    assert "More" in str(longer)


@pytest.mark.parametrize("format", RENDERERS)
def test_hostile_titles_and_sources_are_only_words(format):
    document = Presentation(HOSTILE, (Paragraph(HOSTILE), Heading(HOSTILE), Code(HOSTILE)), source=HOSTILE)
    printed = document.to(format, standalone=True)
    assert "\x1b" not in printed
    assert "\u202e" not in printed
    if format == "latex":
        assert r"\input" not in printed
    if format == "mathml":
        assert "<script" not in printed


@pytest.mark.parametrize("name", WITH_NUMBERS)
def test_latex_is_balanced(name):
    printed = derive(worked(name)).to("latex")
    assert printed.count("{") == printed.count("}")
    assert printed.count(r"\begin{") == printed.count(r"\end{")
    assert not set(re.findall(r"\\newcommand|\\def|\\usepackage", printed))


pdflatex = pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed: LaTeX not compiled")


def compiled(source, folder):
    (folder / "page.tex").write_text(source, encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "page.tex"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, errors="replace", timeout=120)


@pdflatex
@pytest.mark.parametrize("name", ["additive", "causal", "cosine", "masked", "scaled-self-attention"])
def test_standalone_latex_compiles_and_nothing_sticks_out(name, tmp_path):
    done = compiled(derive(worked(name)).to("latex", standalone=True), tmp_path)
    assert done.returncode == 0, done.stdout[-2000:]
    assert "Overfull" not in done.stdout


@pdflatex
def test_formulas_and_every_kind_of_block_and_hostile_words_compile(tmp_path):
    both = mechanism("m", {"S": "n m", "M": "n m"}, "P = softmax(S, where=M & window(2, 0) & (j < 9))")
    document = derive(named("cosine")).followed_by(
        *derive(both).blocks, *EVERYTHING.blocks, Paragraph(HOSTILE), Heading(HOSTILE), Code(HOSTILE)
    )
    done = compiled(document.to("latex", standalone=True), tmp_path)
    assert done.returncode == 0, done.stdout[-2000:]


@pdflatex
def test_wide_exact_values_fit_their_sheet(tmp_path):
    keys = [[i * j % 7 for j in range(4)] for i in range(12)]
    bound = named("scaled-dot").bind(Q=keys[:3], K=keys, V=keys)
    done = compiled(derive(bound).to("latex", standalone=True), tmp_path)
    assert done.returncode == 0, done.stdout[-2000:]
    assert "Overfull" not in done.stdout


@pdflatex
def test_the_compiler_is_seen_failing(tmp_path):
    source = EVERYTHING.to("latex", standalone=True).replace(r"\end{align*}", "", 1)
    assert compiled(source, tmp_path).returncode != 0


@pytest.mark.parametrize("format", ["text", "latex"])
def test_a_formula_in_which_no_number_finds_room_is_not_repeated(format):
    wide = tuple(tuple(10**20 + i for i in range(12)) for _ in range(2))
    symbol = MatrixSymbol("A", 2, 12)
    formula = Formula(MatrixSymbol("B", 12, 2), "=", symbol.T, "=", Substituted(symbol.T, {"A": wide}))
    assert Presentation("", (formula,)).to(format).count("A") == 1


def test_a_table_too_wide_for_the_line_wraps_its_widest_column():
    words = "a cell of many words that goes on and on " * 4
    table = Presentation("t", (Table(("short", "long"), [("x", words.strip()), ("y", "z")]),))
    lines = table.to("text", width=60).splitlines()
    assert max(map(len, lines)) <= 60
    assert " ".join(" ".join(lines).split()).count("goes on") == 4
    assert any(line.startswith("y") and line.split() == ["y", "z"] for line in lines)


STACKED = sa.mechanism(
    "two attentions, one on the other",
    inputs={"X": "n d"},
    equations="""
        P = softmax(X @ X.T)
        Y = P @ X
        R = softmax(Y @ Y.T)
        O = R @ Y
    """,
)


@pytest.mark.parametrize("form", ["text", "latex", "mathml", "markdown", "json"])
def test_an_exact_value_too_long_to_read_is_left_to_its_decimals(form):
    page = STACKED.derive(X=[[1, "-1/2"], [2, "1/3"]]).to(form, digits=8)
    assert len(page) < 100_000
    assert "an exact value of" in page


def test_the_longest_exact_values_have_decimals_all_the_same():
    bound = STACKED.bind(X=[[1, "-1/2"], [2, "1/3"], [0, "5/2"]])
    page = derive(bound).to("text", digits=8)
    assert str(bound.decimal("O", 8)[0][0]) in page
