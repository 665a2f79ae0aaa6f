"""Every usual mistake, planted in a formula as somebody would write it, is named."""

import pytest
from mistake_cases import CASES, mechanism_called, named_mistakes

import symattn as sa
from symattn.auditing.mistakes import ROWS, mistaken_systems

CORRECT = [
    ("scaled-dot", "O = softmax((Q / sqrt(d_k)) @ K.T) @ V"),
    ("scaled-dot", "O = (exp(S) / rowsum(exp(S))) @ V"),
    ("scaled-dot", "O = (exp(S) @ V) / rowsum(exp(S))"),
    ("causal", "O = softmax(d_k ** (-1/2) * (Q @ K.T), where=(i >= j)) @ V"),
    ("causal", "P = (A / rowsum(A))".replace("A", "(exp(S) * matrix(n, m, 1 if j <= i else 0))")),
    ("softcap", "P = softmax(c * tanh(Q @ K.T / (c * sqrt(d_k))))"),
    ("alibi", "P[h] = softmax(Q[h] @ K[h].T / sqrt(d_k) + matrix(n, m, 2 ** (-8 * (h + 1) / H) * j), where=causal)"),
    ("linear", "O = ((F @ G.T) / rowsum(F @ G.T)) @ V"),
    ("multi-head-causal", "A = sum(h, O[h] @ W_O[h * d_v:(h + 1) * d_v, :])"),
]


@pytest.mark.parametrize(("mistake", "mechanism", "claim"), CASES, ids=[f"{case[0]}: {case[1]}" for case in CASES])
def test_a_planted_mistake_is_named(mistake, mechanism, claim):
    assert (mistake,) in named_mistakes(mechanism_called(mechanism), claim)


def test_every_mistake_of_the_table_is_planted_in_a_case():
    assert {row.name for row in ROWS} == {case[0] for case in CASES}


@pytest.mark.parametrize(("mechanism", "claim"), CORRECT, ids=[claim for _, claim in CORRECT])
def test_a_correct_claim_in_other_notation_is_not_accused(mechanism, claim):
    found = sa.audit(claim, mechanism, seconds=2.0)
    assert found.verdict.kind in ("proved", "sampled") and found.mistakes == () and found.exit_status == 0


@pytest.mark.parametrize(
    ("mechanism", "claim"),
    [
        ("scaled-dot", "O = softmax(S) @ tanh(V)"),
        ("causal", "P = softmax(S, where=(j <= 2 * i))"),
        ("additive", "S = sum(a, v_a[a] * tanh(A[:, a] - 2 * B[:, a].T))"),
    ],
)
def test_a_wrong_claim_that_no_mistake_explains_has_a_counterexample_and_no_name(mechanism, claim):
    found = sa.audit(claim, mechanism, seconds=1.0)
    assert found.verdict.kind == "refuted" and found.verdict.counterexample.evidence in ("exact", "enclosed")
    assert found.mistakes == () and "none of the usual ones" in str(found)


@pytest.mark.parametrize(
    ("mechanism", "claim", "pair"),
    [
        ("causal", "O = softmax(Q @ K, where=causal) @ V", ("1/√d_k missing", "K not transposed")),
        ("causal", "softmax(Q @ K.T) @ V", ("1/√d_k missing", "mask missing")),
        ("scaled-dot", "softmax(Q @ K.T / d_k, where=causal) @ V", ("1/√d_k twice", "mask where there is none")),
        ("scaled-dot", "(exp(S) / colsum(exp(S))) @ V * sqrt(d_k) / sqrt(d_k) * 0 + softmax(Q @ K.T @ V)", None),
    ],
)
def test_two_mistakes_at_once_are_named_as_two(mechanism, claim, pair):
    found = named_mistakes(sa.named(mechanism), claim, seconds=5.0)
    assert found == ([pair] if pair else [("1/√d_k missing", "V inside the softmax")])


def test_a_mistake_is_made_in_every_mechanism_that_has_room_for_it():
    """The table holds no example: each row rewrites nodes of whatever mechanism it is given."""
    counts = {row.name: 0 for row in ROWS}
    for name in ("additive", "causal", "grouped-query", "rope", "alibi", "qk-norm-rms", "softcap", "packed-multi-head"):
        for mistake, mistaken in mistaken_systems(sa.named(name)):
            counts[mistake.name] += 1
            assert mistaken.system != sa.named(name) and mistaken.places
    assert counts["softmax over the wrong axis"] >= 8 and counts["1/√d_k missing"] >= 7


def test_a_row_that_makes_another_mistake_is_found_out(monkeypatch):
    """What is named is what the numbers say: a row that drops the mask cannot pass for one that drops the scale."""
    from symattn.auditing import mistakes

    swapped = {"1/√d_k missing": "mask missing", "mask missing": "1/√d_k missing"}
    by_name = {row.name: row for row in ROWS}
    rows = tuple(
        mistakes.Mistake(row.name, row.statement, row.source, by_name[swapped[row.name]].systems)
        for row in ROWS
        if row.name in swapped
    )
    monkeypatch.setattr(mistakes, "ROWS", rows)
    assert named_mistakes(sa.named("causal"), "P = softmax(Q @ K.T, where=causal)") == [("mask missing",)]
