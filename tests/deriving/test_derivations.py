"""Derivations: steps are checked as they are written, wrong ones are refused, trust goes through all levels."""

import dataclasses

import pytest

import symattn as sa
from symattn.deriving import Derivation, Recurrence, Rule, Theorem
from symattn.deriving.rules import RULES, algebra, definition, exponent, shift
from symattn.errors import InputError, LanguageError, RefutedError, ShapeError
from symattn.verdicts import Counterexample, Verdict

SHIFTED = {"S": "n m", "c": "n 1"}


def shifted():
    return Derivation("softmax ignores a shift", "softmax(S + c)", SHIFTED)


def unknowing(claim):
    return Verdict("unknown", str(claim), "nothing was checked")


def claiming(kind):
    return lambda claim: Verdict(kind, str(claim), "as the test says")


def chain_with(kind, title="a chain", using=()):
    return Derivation(title, "S", {"S": "n m"}, checker=claiming(kind)).to("S + 0 * S", by=algebra, using=using)


def test_a_chain_reads_from_its_start_to_its_end():
    chain = shifted().to("exp(S) * exp(c) / rowsum(exp(S) * exp(c))", by=exponent).to("softmax(S)", by=definition)
    assert chain.conclusion == "softmax(S + c) = softmax(S)"
    assert [step.verdict.kind for step in chain.steps] == ["proved", "proved"]
    assert chain.evidence == "proved"


def test_a_derivation_is_not_changed_by_a_further_step():
    start = shifted()
    start.to("softmax(S)", by=shift)
    assert start.steps == ()
    with pytest.raises(dataclasses.FrozenInstanceError):
        start.start = "S"


@pytest.mark.parametrize("after", ["softmax(S) + c", "2 * softmax(S)", "softmax(-S)", "softmax(S.T).T"])
def test_a_wrong_step_is_refused_with_numbers_that_show_it(after):
    with pytest.raises(RefutedError, match="is wrong") as caught:
        shifted().to(after, by=shift)
    assert "on the left" in str(caught.value)
    assert "softmax ignores a shift" in str(caught.value)


def test_a_wrong_start_is_an_error_of_the_language():
    with pytest.raises(sa.SymattnError, match="X is not defined"):
        Derivation("wrong", "softmax(X)", SHIFTED)


def test_sides_of_different_shapes_are_refused():
    with pytest.raises(ShapeError):
        shifted().to("rowsum(S)", by=shift)


def test_a_step_that_nobody_knows_is_kept_as_claimed():
    chain = Derivation("open", "S", {"S": "n m"}, checker=unknowing).to("S + 0", by=algebra)
    assert chain.evidence == "unknown"
    assert [step.after for _, step in chain.rests_on().claimed] == ["S + 0"]
    assert "claimed" in str(chain)


def test_exact_instances_take_the_place_of_a_proof_where_asked_for():
    chain = Derivation("weaker", "S", {"S": "n m"}, checker=unknowing).to("S + 0 * S", by=algebra, evidence="exact")
    assert chain.evidence == "exact"
    assert chain.steps[0].verdict.instances


def test_exact_instances_refute_what_the_first_check_did_not_know():
    with pytest.raises(RefutedError):
        Derivation("weaker", "S", {"S": "n m"}, checker=unknowing).to("S + 1", by=algebra, evidence="exact")


def test_samples_take_the_place_of_exact_instances_that_there_are_none_of():
    gelu = Derivation("weaker", "gelu(S)", {"S": "n m"}, checker=unknowing)
    chain = gelu.to("S - (-gelu(S) + S)", by=algebra, evidence="sampled")
    assert chain.evidence in ("exact", "sampled")


def test_a_citation_is_no_evidence():
    rule = Rule("known", "S = S", "somewhere 1999")
    chain = Derivation("cited", "S", {"S": "n m"}, checker=unknowing).to("S + 0", by=rule, evidence="cited")
    assert chain.evidence == "unknown"
    assert "somewhere 1999" in chain.steps[0].verdict.reason
    assert chain.rests_on().claimed


def test_evidence_that_there_is_not_is_refused():
    with pytest.raises(InputError, match="evidence"):
        shifted().to("softmax(S)", by=shift, evidence="believed")
    with pytest.raises(InputError, match="Rule"):
        shifted().to("softmax(S)", by="shift")
    with pytest.raises(InputError, match="list"):
        Derivation("t", "S", {"S": "n m"}, conditions="S >= 0")


@pytest.mark.parametrize("kind", ["exact", "enclosed", "sampled", "unknown"])
@pytest.mark.parametrize("levels", [1, 2, 5])
def test_trust_is_not_lost_between_levels(kind, levels):
    made = chain_with(kind, "the weak one")
    for level in range(levels):
        made = chain_with("proved", f"level {level}", using=[made])
    assert made.steps[0].verdict.kind == "proved"
    assert made.evidence == kind
    assert "the weak one" in [one.title for one in made.rests_on().derivations]
    assert len(made.rests_on().claimed) == (kind == "unknown")


def test_everything_is_listed_once_where_two_ways_lead_to_it():
    root = chain_with("unknown", "root")
    left, right = chain_with("proved", "left", [root]), chain_with("proved", "right", [root])
    grounds = chain_with("proved", "top", [left, right]).rests_on()
    assert [one.title for one in grounds.derivations] == ["root", "left", "right"]
    assert len(grounds.claimed) == 1
    assert grounds.rules == (algebra,)


def test_a_theorem_is_as_strong_as_its_weakest_part():
    weak, strong = chain_with("sampled"), chain_with("proved")
    assert Theorem("T", "t", "s", (strong, weak)).evidence == "sampled"
    assert Theorem("T", "t", "s", (strong,)).evidence == "proved"


def test_what_holds_under_a_condition_is_not_refuted_by_numbers_outside_it():
    apart = Derivation("apart", "abs(b - a)", {"a": "n m", "b": "n m"}, conditions=["a <= b"])
    assert apart.to("b - a", by=definition, evidence="exact").evidence == "exact"
    with pytest.raises(RefutedError):
        Derivation("apart", "abs(b - a)", {"a": "n m", "b": "n m"}).to("b - a", by=definition)
    with pytest.raises(RefutedError):
        apart.to("2 * (b - a)", by=definition, evidence="exact")


@pytest.mark.parametrize("condition", ["g >= 0", "g > 0", "g >= 1", "g > 2"])
def test_what_holds_for_all_inputs_above_a_number_is_proved(condition):
    absolute = Derivation("absolute", "abs(g)", {"g": "n m"}, conditions=[condition])
    step = absolute.to("g", by=definition).steps[0]
    assert step.evidence == "proved"
    assert step.verdict.conditions == (condition,)
    with pytest.raises(RefutedError):
        absolute.to("2 * g", by=definition)


def test_a_root_of_a_square_is_not_the_number_itself_where_that_is_negative():
    root = Derivation("root", "sqrt(g**2)", {"g": "n m"}, conditions=["g <= 0"])
    with pytest.raises(RefutedError):
        root.to("g", by=definition)


def test_a_condition_in_words_asks_for_instances():
    permuted = Derivation("permuted", "Pi @ Pi.T", {"Pi": "n n"}, conditions=["Pi is a permutation"])
    swap = {"Pi": [[0, 1], [1, 0]]}
    assert permuted.to("eye(n)", by=definition, evidence="exact", at=[swap]).evidence == "exact"
    with pytest.raises(RefutedError):
        permuted.to("2 * eye(n)", by=definition, evidence="exact", at=[swap])
    assert permuted.to("eye(n)", by=definition, evidence="exact").evidence == "unknown"
    bounded = Derivation("bounded", "Pi", {"Pi": "n n"}, conditions=["Pi is a permutation"])
    assert bounded.at_most("ones(n, n)").evidence == "unknown"
    assert bounded.at_most("ones(n, n)", evidence="exact", at=[swap]).evidence == "exact"


def test_a_chain_is_printed_in_aligned_lines():
    lines = str(shifted().to("softmax(S) + 0 * c", by=algebra).to("softmax(S)", by=shift)).splitlines()
    assert lines[0] == "softmax ignores a shift"
    assert lines[-1] == "  evidence: proved"
    assert len({line.index("[by ") for line in lines if "[by " in line}) == 1


def test_a_derivation_as_data_tells_what_was_checked():
    data = shifted().to("softmax(S)", by=shift, note="row by row").to_dict()
    assert data["conclusion"] == "softmax(S + c) = softmax(S)"
    (step,) = data["steps"]
    assert (step["rule"]["name"], step["evidence"], step["note"]) == ("shift", "proved", "row by row")


def test_rules_have_names_of_their_own_and_statements():
    assert len({rule.name for rule in RULES}) == len(RULES) >= 20
    assert all(rule.statement for rule in RULES)


def sums(**changed):
    told = {
        "first": {"s": "x"},
        "following": {"s": "s + x"},
        "closed": {"s": "colsum(X)"},
        **changed,
    }
    return Recurrence("a sum", inputs={"X": "t d"}, rows={"X": "x"}, **told)


def test_a_recurrence_comes_to_its_closed_formula():
    solved = sums().solved("s")
    assert solved.end == "colsum(X)"
    assert len(solved.rests_on().derivations) == 2


@pytest.mark.parametrize(
    "changed",
    [
        {"first": {"s": "2 * x"}},
        {"following": {"s": "s - x"}},
        {"following": {"s": "s"}},
        {"closed": {"s": "colsum(2 * X)"}},
    ],
    ids=["base", "sign", "forgets", "closed"],
)
def test_a_recurrence_with_a_wrong_part_is_refuted(changed):
    with pytest.raises(RefutedError):
        sums(**changed).solved("s")


def test_a_recurrence_is_as_weak_as_its_obligations():
    weak = Recurrence(
        "a sum",
        inputs={"X": "t d"},
        rows={"X": "x"},
        first={"s": "x"},
        following={"s": "s + x"},
        closed={"s": "colsum(X)"},
        checker=unknowing,
    )
    assert weak.solved("s").evidence == "unknown"


def test_no_chain_goes_on_where_nothing_follows():
    chain = Derivation("mixed", "S", {"S": "n m"}, checker=claiming("proved")).at_most("exp(S)", slack="exp(S) - S")
    with pytest.raises(LanguageError, match="nothing follows"):
        chain.at_least("S")


def test_a_counterexample_stands_in_the_error():
    shown = Counterexample({"n": 1}, {"S": [[7]]}, (0, 0), "7", "8")
    wrong = Derivation(
        "planted", "S", {"S": "n m"}, checker=lambda claim: Verdict("refuted", str(claim), "no", counterexample=shown)
    )
    with pytest.raises(RefutedError, match="7 on the left, 8 on the right"):
        wrong.to("S + 1", by=algebra)
