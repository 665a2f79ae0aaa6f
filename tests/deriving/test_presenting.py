"""Derivations and theorems as documents: every formula printed as mathematics, in every format."""

import json

import pytest

from symattn import theorems
from symattn.deriving import Derivation
from symattn.deriving.claim import Setting
from symattn.deriving.formulas import condition, formula
from symattn.deriving.rules import bound, definition
from symattn.deriving.saying import in_text
from symattn.deriving.wording import sentence
from symattn.errors import InputError, LanguageError
from symattn.publishing import text
from symattn.publishing.document import Joined, Steps, Words


def formulas(document):
    for block in document.blocks:
        if isinstance(block, Steps):
            yield from (block.start, *(line.value for line in block.lines))


@pytest.mark.parametrize("name", theorems.names())
def test_every_formula_of_a_theorem_is_mathematics(name):
    document = theorems.named(name).present()
    found = list(formulas(document))
    assert found and not [value for value in found if isinstance(value, Words)]
    for form in ("text", "latex", "mathml", "markdown"):
        assert document.to(form)
    assert [block["kind"] for block in json.loads(document.to("json"))["blocks"]].count("steps") == len(
        [*theorems.named(name).parts, *theorems.named(name).lemmas]
    )


def test_what_a_chain_is_about_stands_before_it():
    chain = Derivation(
        "a bound on weights",
        "rowsum(P * g)",
        {"S": "n m", "g": "n m", "unused": "n m"},
        "P = softmax(S)\nR = softmax(-S)",
        conditions=["g >= 0", "S is measured in nats"],
    ).at_least("zeros(n, 1)", by=bound, slack="rowsum(P * g)")
    lines = chain.present().to("text", width=200).splitlines()
    assert lines[:2] == ["A bound on weights", "=================="]
    assert lines[3] == ("For S ∈ ℝ^(n × m), g ∈ ℝ^(n × m); with P = softmax(S); where g ≥ 0, S is measured in nats:")
    assert lines[5:] == [
        "      rowsum(P ⊙ g)",
        "    ≥ 0_{n×1}   [by bound; proved]",
        "          the sides differ by rowsum(P ⊙ g), which is not negative",
    ]


def test_tables_are_printed_as_matrices():
    chain = Derivation("a table", "[[1, u], [u**2, 1 / u]]", {"u": "scalar"}).to("[[1, u], [u * u, 1 / u]]", definition)
    assert r"1 & u \\ " in chain.present().to("latex").replace(r"\\[4pt]", r"\\")
    assert "1_{" not in chain.present().to("text")


def test_expectations_rates_and_sequences_are_printed():
    vectors = Setting({"q": "d 1", "k": "d 1"})
    assert text(formula(vectors, "E(q.T @ k)")) == "E(qᵀ k)"
    assert text(formula(vectors, "Var(q)")) == "Var(q)" and text(formula(vectors, "D(q)")) == "D(q)"
    sequence = formula(vectors, "x(t) with x(1) = q, x(t + 1) = q + k")
    assert text(sequence) == "x(1) = q, x(t + 1) = q + k"


def test_a_condition_in_words_stays_words():
    setting = Setting({"g": "n m"})
    assert isinstance(condition(setting, "g >= 0"), Joined)
    assert condition(setting, "g is small") == "g is small" and condition(setting, "for x >= 0") == "for x >= 0"


def test_a_formula_in_a_note_is_parsed_as_the_step_is_written():
    chain = Derivation("a sum", "A + A", {"A": "n m"})
    lines = chain.to("2 * A", by=definition, note="`2 * A.T` is its transpose").present().to("text").splitlines()
    assert lines[-1].strip() == "2 Aᵀ is its transpose"
    with pytest.raises(LanguageError, match=r"the formula '2 \* B.T' in the prose .* B is not defined"):
        chain.to("2 * A", by=definition, note="`2 * B.T` is its transpose")
    with pytest.raises(LanguageError, match="has an odd number"):
        chain.to("2 * A", by=definition, note="`2 * A")


def test_a_condition_in_words_has_its_formulas_as_mathematics():
    chain = Derivation("a sum", "A + A", {"A": "n m"}, conditions=["`A.T` is wide", "A >= 0"])
    assert "where Aᵀ is wide, A ≥ 0:" in chain.to("2 * A", by=definition).present().to("text", width=200)
    assert "where A.T is wide" in str(chain) and chain.to_dict()["conditions"][0] == "A.T is wide"


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("A <= B <= 1", "A ≤ B ≤ 1"),
        ("T -> oo", "T → ∞"),
        ("T -> -oo", "T → -∞"),
        ("A != 0", "A ≠ 0"),
        ("A = softmax(B, where=causal)", "A = softmax_{j ≤ i}(B)"),
        ("softmax(B, where=causal) = A", "softmax_{j ≤ i}(B) = A"),
    ],
)
def test_relations_are_read_with_the_signs_outside_brackets(written, printed):
    setting = Setting({"A": "n m", "B": "n m", "T": "scalar"})
    assert in_text(setting, f"so `{written}` holds") == f"so {printed} holds"


@pytest.mark.parametrize("wrong", ["A <=", "= A", "A = = B", "A <= B)", "oo", "A ->", "A @ B", "A, B"])
def test_what_is_no_formula_and_no_relation_is_an_error(wrong):
    with pytest.raises(LanguageError, match="in the prose is not in the language"):
        in_text(Setting({"A": "n m", "B": "n m"}), f"so `{wrong}` holds")


def test_a_title_begins_with_a_capital_unless_with_a_name():
    assert sentence("softmax is stable") == "Softmax is stable"
    assert sentence("p sums to 1") == "p sums to 1" and sentence("a bias") == "A bias"


def test_definitions_that_are_no_text_are_refused():
    with pytest.raises(InputError, match="given is one text, an equation a line; found dict"):
        Derivation("x", "P", {"S": "n m"}, given={"P": "softmax(S)"})
