"""Every theorem has the evidence that it claims, every step a second witness, and what is planted in one is refuted."""

import json
import re
from dataclasses import replace

import pytest

from symattn import theorems
from symattn.deriving.claim import Claim
from symattn.deriving.formulas import condition
from symattn.deriving.instances import sampled
from symattn.deriving.marked import MARK, as_typed, pieces
from symattn.deriving.saying import in_text, with_formulas
from symattn.errors import LanguageError, RefutedError, UnknownNameError
from symattn.publishing.document import Words

LABELS = {f"D{number}" for number in range(1, 25)} | {f"G{number}" for number in range(1, 21)}


def derivations(name):
    theorem = theorems.named(name)
    return [*theorem.rests_on().derivations, *theorem.parts]


@pytest.mark.parametrize("name", theorems.names())
def test_a_theorem_is_proved_for_every_size(name):
    theorem = theorems.named(name)
    weaker = [(one.title, step.after) for one in derivations(name) for step in one.steps if step.evidence != "proved"]
    assert not weaker
    assert theorem.evidence == "proved"
    assert not theorem.rests_on().claimed


@pytest.mark.parametrize("name", theorems.names())
def test_every_step_says_what_was_checked(name):
    for derivation in derivations(name):
        assert derivation.steps
        for step in derivation.steps:
            assert step.verdict, f"{derivation.title}: {step.after}"
            assert step.verdict.reason


@pytest.mark.parametrize("name", theorems.names())
def test_no_step_differs_at_random_numbers_to_fifty_digits(name):
    """A witness that shares no code with the prover: the definitions of the nodes in mpmath."""
    for derivation in derivations(name):
        # Conditions in words, derivatives, moments, limits and recurrences are not formulas of the language alone.
        if derivation.checker is not None or any(" is " in one for one in derivation.conditions):
            continue
        for step in derivation.steps:
            if step.relation != "->" and "(t + 1) = " not in step.before:
                verdict = sampled(Claim(step.before, step.relation, step.after, derivation.setting), count=1)
                assert verdict.kind == "sampled", f"{derivation.title}: {step.after}: {verdict.reason}"


def test_the_catalogue_is_covered():
    found = {label for name in theorems.names() for label in theorems.named(name).label.split(", ")}
    assert found == LABELS


def test_labels_and_titles_are_not_used_twice():
    made = [theorems.named(name) for name in theorems.names()]
    assert len({theorem.label for theorem in made}) == len(made)
    for theorem in made:
        titles = [one.title for one in {id(one): one for one in derivations_of(theorem)}.values()]
        assert len(titles) == len(set(titles)), theorem.title


def derivations_of(theorem):
    return [*theorem.rests_on().derivations, *theorem.parts]


def test_a_theorem_that_there_is_not_is_an_error_with_a_hint():
    with pytest.raises(UnknownNameError, match="shift-invariance"):
        theorems.named("shift-invarianc")


def test_a_theorem_prints_its_statement_and_all_its_chains():
    theorem = theorems.named("shift-invariance")
    printed = str(theorem)
    assert theorem.stated in " ".join(printed.split())
    assert theorem.source in printed
    assert all(part.title in printed for part in theorem.parts)
    data = theorem.to_dict()
    assert data["evidence"] == "proved"
    assert [part["title"] for part in data["parts"]] == [part.title for part in theorem.parts]


def sentences(theorem):
    """Every sentence of a theorem in which formulas may stand, with the setting of the names in them."""
    yield theorem.setting, theorem.statement
    for remark in theorem.remarks:
        yield theorem.setting, remark
    for chain in (*theorem.parts, *theorem.lemmas):
        for text in (*chain.setting.conditions, *(step.note for step in chain.steps)):
            yield chain.setting, text


@pytest.mark.parametrize("name", theorems.names())
def test_formulas_in_sentences_are_in_the_language_and_every_name_in_them_is_known(name):
    for setting, sentence in sentences(theorems.named(name)):
        for part in with_formulas(setting, sentence):
            assert not isinstance(part, Words)
        assert MARK not in in_text(setting, sentence)


NOT_WORDS = re.compile(r"[_^√²=·∈Σ]|\*\*|[A-Za-z]\.T\b|\w\(\w|[α-ωΑ-Ω]")


@pytest.mark.parametrize("name", theorems.names())
def test_what_stands_between_the_formulas_of_a_sentence_is_words(name):
    for setting, sentence in sentences(theorems.named(name)):
        if condition(setting, sentence) is sentence:
            words = [piece for is_formula, piece in pieces(sentence) if not is_formula]
            left = [piece for piece in words if NOT_WORDS.search(piece.replace("sech²", ""))]
            assert not left, f"{sentence!r}: a formula without backquotes in {left}"


@pytest.mark.parametrize("left", ["so P = softmax(S)", "the weight p_1", "K.T is wide", "less than δ", "2**n"])
def test_a_formula_among_words_is_seen(left):
    assert NOT_WORDS.search(left)


@pytest.mark.parametrize("wrong", ["softmax(S + C)", "softmax(S + ", "S @ S", "import os", ""])
def test_a_formula_in_a_statement_that_is_wrong_is_an_error_that_shows_it(wrong):
    spoilt = replace(theorems.named("shift-invariance"), statement=f"and so `{wrong}` holds")
    with pytest.raises(LanguageError, match=re.escape(f"the formula {wrong!r} in the prose is not in the language")):
        spoilt.present()


def test_a_backquote_without_its_fellow_is_an_error():
    spoilt = replace(theorems.named("shift-invariance"), statement="and so `S holds")
    with pytest.raises(LanguageError, match="between two backquotes; 'and so `S holds' has an odd number"):
        spoilt.present()


@pytest.mark.parametrize("name", theorems.names())
@pytest.mark.parametrize("form", ["text", "latex", "mathml", "json"])
def test_no_mark_of_a_formula_is_printed(name, form):
    printed = theorems.named(name).present().to(form)
    assert MARK not in printed.replace(2 * MARK, "")  # as LaTeX writes the beginning of a quotation


@pytest.mark.parametrize("name", theorems.names())
def test_neither_lines_nor_data_nor_verdicts_have_marks(name):
    theorem = theorems.named(name)
    assert MARK not in str(theorem) and MARK not in json.dumps(theorem.to_dict())
    for chain in (*theorem.parts, *theorem.lemmas):
        assert not [step for step in chain.steps if MARK in str(step.verdict)]


def test_statements_are_formulas_in_the_data_too():
    first, *_ = theorems.named("shift-invariance").to_dict()["statement_parts"]
    assert first["code"] == "softmax(S + c) = softmax(S)" and r"\operatorname{softmax}(S+c)" in first["latex"]
    noted = theorems.named("shift-invariance").parts[0].to_dict()["steps"][2]
    assert noted["note"] == "exp(c) is the same along the row"
    assert [part["text"] for part in noted["note_parts"]] == ["exp(c)", " is the same along the row"]


def test_a_name_that_is_mentioned_has_the_shape_of_its_own_or_of_the_first_derivation():
    assert theorems.named("D9").setting.inputs["W_Q"] == "H d d_k"
    assert theorems.named("D6").setting.inputs == {"S": "n m", "c": "n 1"}


PLANTED = [
    ("shift-invariance", "rowsum(exp(S))", "colsum(exp(S))"),
    ("shift-invariance", "softmax(S - rowmax(S))", "softmax(S - colmax(S))"),
    ("multi-head-sum", "softmax(S[h]) @ (V[h] @ W_O[h])", "softmax(S[h].T).T @ (V[h] @ W_O[h])"),
    ("rows-are-distributions", "ones(n, 1)", "ones(n, 1) / m"),
    ("incremental-causal", "where=causal)", "where=(j < i))"),
    ("linear-attention-recurrence", "colsum(G) + g", "colsum(G) - g"),
    ("rank", "(exp(t) - 1)**3", "(exp(t) - 1)**2"),
    ("kernel-smoothing", "/ sigma**2)", "/ sigma)"),
    ("online-softmax", "exp(L_1 - L) * O_1", "O_1"),
    ("hopfield", "(1 + r)", "(1 - r)"),
]


@pytest.mark.parametrize(("name", "right", "wrong"), PLANTED, ids=[f"{name}: {wrong}" for name, _, wrong in PLANTED])
def test_a_wrong_step_is_refuted_with_a_counterexample(name, right, wrong):
    for derivation in theorems.named(name).parts:
        for place, step in enumerate(derivation.steps):
            changed = step.after.replace(right, wrong)
            if changed == step.after or step.relation != "=" or derivation.checker is not None:
                continue
            before = type(derivation)(
                derivation.title,
                step.before,
                derivation.inputs,
                derivation.given,
                derivation.conditions,
            )
            with pytest.raises(RefutedError, match="on the left"):
                before.to(changed, by=derivation.steps[place].rule, evidence="exact")
            return
    pytest.fail(f"no step of {name} has {right}")


@pytest.mark.parametrize("name", theorems.names())
def test_a_theorem_prints_on_a_page_with_its_lemmas_notes_and_slacks(name):
    theorem = theorems.named(name)
    printed = str(theorem)
    words = " ".join(printed.split())
    for derivation in [*theorem.parts, *theorem.lemmas]:
        assert derivation.title in words
        for step in derivation.steps:
            assert " ".join(as_typed(step.note).split()) in words
            assert " ".join(step.slack.split()) in words
    assert max(map(len, printed.splitlines())) <= 120
