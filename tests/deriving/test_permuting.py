"""Statements about any permutation matrix: proved for every size, refuted by a permutation that shows it."""

import itertools

import pytest

from symattn.deriving import Claim, Derivation, Setting
from symattn.deriving.permuting import Permutations
from symattn.deriving.rules import reindexing
from symattn.errors import RefutedError
from symattn.proof.places import inverse, placed, unplaced
from symattn.proof.terms import Index, number, of_index, of_size, subtracted
from symattn.verdicts import Verdict

SQUARE = {"Pi": "n n", "A": "n n", "B": "n n"}
RECTANGULAR = {"Pi": "m m", "Q": "n d", "K": "m d", "V": "m e"}
TWO = {"Pi": "n n", "Tau": "n n", "X": "n d"}
FAMILY = {"Pi": "H H", "O": "H n d", "W": "H d e"}

TRUE = [
    ("Pi.T @ Pi", "eye(n)", SQUARE),
    ("Pi @ Pi.T", "eye(n)", SQUARE),
    ("rowsum(Pi)", "ones(n, 1)", SQUARE),
    ("colsum(Pi)", "ones(1, n)", SQUARE),
    ("exp(Pi @ A)", "Pi @ exp(A)", SQUARE),
    ("softmax(Pi @ A @ Pi.T)", "Pi @ softmax(A) @ Pi.T", SQUARE),
    ("colsum(rowsum((Pi @ A @ Pi.T) * (Pi @ B @ Pi.T)))", "colsum(rowsum(A * B))", SQUARE),
    ("softmax(Q @ (Pi @ K).T) @ (Pi @ V)", "softmax(Q @ K.T) @ V", RECTANGULAR),
    ("lse(Q @ K.T @ Pi)", "lse(Q @ K.T)", RECTANGULAR),
    ("rowmax(Q @ K.T @ Pi)", "rowmax(Q @ K.T)", RECTANGULAR),
    ("hardmax(Q @ K.T @ Pi)", "hardmax(Q @ K.T) @ Pi", RECTANGULAR),
    ("(Pi @ Tau) @ (Pi @ Tau).T", "eye(n)", TWO),
    ("colsum(Pi @ Tau @ X)", "colsum(X)", TWO),
    ("sum(h, sum(g, Pi[h, g] * O[g]) @ sum(g, Pi[h, g] * W[g]))", "sum(h, O[h] @ W[h])", FAMILY),
]

FALSE = [
    ("Pi @ Pi", "eye(n)", SQUARE),
    ("Pi", "Pi.T", SQUARE),
    ("Pi @ A", "A @ Pi", SQUARE),
    ("softmax(Pi @ A @ Pi.T)", "Pi @ softmax(A)", SQUARE),
    ("softmax(Pi @ A @ Pi.T, where=causal)", "Pi @ softmax(A, where=causal) @ Pi.T", SQUARE),
    ("Pi @ A @ Pi.T * B", "A * (Pi.T @ B @ Pi)", SQUARE),
    ("softmax(Q @ (Pi @ K).T) @ V", "softmax(Q @ K.T) @ V", RECTANGULAR),
    ("softmax(Q @ (Pi @ K).T) @ (Pi.T @ V)", "softmax(Q @ K.T) @ V", RECTANGULAR),
    ("Pi @ Tau @ X", "Tau @ Pi @ X", TWO),
    ("sum(h, sum(g, Pi[h, g] * O[g]) @ W[h])", "sum(h, O[h] @ W[h])", FAMILY),
]


def permutations(inputs):
    return Permutations(tuple(name for name in ("Pi", "Tau") if name in inputs))


@pytest.mark.parametrize(("left", "right", "inputs"), TRUE)
def test_what_holds_for_every_permutation_is_proved(left, right, inputs):
    chain = Derivation("permuted", left, inputs, checker=permutations(inputs)).to(right, by=reindexing)
    assert chain.evidence == "proved"
    assert "permutation matri" in chain.steps[0].verdict.conditions[0]


@pytest.mark.parametrize(("left", "right", "inputs"), FALSE)
def test_what_does_not_is_refuted_by_one(left, right, inputs):
    with pytest.raises(RefutedError, match="on the left"):
        Derivation("permuted", left, inputs, checker=permutations(inputs)).to(right, by=reindexing)


@pytest.mark.parametrize(("left", "right", "inputs"), FALSE)
def test_the_argument_alone_proves_nothing_false(left, right, inputs, monkeypatch):
    untried = Verdict("unknown", f"{left} = {right}", "not tried")
    monkeypatch.setattr("symattn.deriving.permuting.exactly", lambda claim, given: untried)
    chain = Derivation("permuted", left, inputs, checker=permutations(inputs)).to(right, by=reindexing)
    assert chain.steps[0].verdict.kind == "unknown"


def test_a_place_and_its_inverse_undo_one_another():
    n = of_size("n")
    i, j = (of_index(Index(name, n)) for name in "ij")
    at = placed("p", i, n)
    assert placed(inverse("p"), at, n) == i
    assert placed("p", placed(inverse("p"), i, n), n) == i
    assert placed("q", at, n) != i
    assert inverse(inverse("p")) == "p"
    assert placed("p", i, number(1)) == number(0)
    assert unplaced(subtracted(at, placed("p", j, n))) == subtracted(i, j)
    twice = (placed("q", placed("p", index, n), n) for index in (i, j))
    assert unplaced(subtracted(*twice)) == subtracted(i, j)
    other = subtracted(at, placed("q", j, n))
    assert unplaced(other) == other


def test_instances_have_permutations_of_several_kinds():
    claim = Claim("Pi @ A", "=", "Pi @ A", Setting(SQUARE))
    drawn = [values["Pi"] for values in itertools.islice(Permutations(("Pi",)).instances(claim), 40)]
    assert len({str(rows) for rows in drawn if len(rows) == 3}) > 3
    for rows in drawn:
        assert all(sorted(line) == [0] * (len(rows) - 1) + [1] for line in [*rows, *zip(*rows, strict=True)])
