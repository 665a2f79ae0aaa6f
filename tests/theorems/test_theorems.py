"""Every theorem has the evidence that it claims, every step a second witness, and what is planted in one is refuted."""

import pytest

from symattn import theorems
from symattn.deriving.claim import Claim
from symattn.deriving.instances import sampled
from symattn.errors import RefutedError, UnknownNameError

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
        if derivation.checker is not None or any(one[0].isalpha() and " is " in one for one in derivation.conditions):
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
    assert theorem.statement in " ".join(printed.split())
    assert theorem.source in printed
    assert all(part.title in printed for part in theorem.parts)
    data = theorem.to_dict()
    assert data["evidence"] == "proved"
    assert [part["title"] for part in data["parts"]] == [part.title for part in theorem.parts]


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
            assert " ".join(step.note.split()) in words
            assert " ".join(step.slack.split()) in words
    assert max(map(len, printed.splitlines())) <= 120
