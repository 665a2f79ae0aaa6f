"""What a claim is about, what it may mention, and what is no claim."""

import pytest

import symattn as sa
from symattn.auditing.claims import claim_of

CAUSAL = sa.named("causal")


def test_a_claim_is_about_the_value_it_is_named_after_else_about_the_output():
    assert claim_of("P = softmax(S)", CAUSAL).left == "P"
    assert claim_of("Y = softmax(S) @ V", CAUSAL).left == "O"
    assert claim_of("softmax(S) @ V", CAUSAL).left == "O"
    assert claim_of("Y = softmax(S)", CAUSAL, "P").left == "P"


def test_names_that_a_claim_does_not_define_are_the_mechanisms():
    claim = claim_of("S = Q @ K.T\nP = softmax(S, where=causal)", CAUSAL)
    assert [equation.name for equation in claim.system][-2:] == ["S_claimed", "P_claimed"]
    assert "S_claimed" in str(claim.system["P_claimed"])
    assert "S_claimed" not in str(claim_of("P = softmax(S)", CAUSAL).system["P_claimed"])


def test_a_claim_that_conforms_only_at_equal_sizes_says_so():
    claim = claim_of("O = softmax(Q @ K) @ V", CAUSAL)
    assert claim.equal == {"m": "d_k"} and "m" not in map(str, claim.system.sizes)
    found = sa.audit("O = softmax(Q @ K) @ V", "causal", seconds=1.0)
    assert found.notes == ("the formula conforms only where m = d_k",)


@pytest.mark.parametrize(
    "claim", ["O = softmax(1 / sqrt(d_k) * Q @ K) @ V", "O = softmax(Q @ K * sqrt(d_k) / d_k) @ V"]
)
def test_a_size_keeps_its_name_where_it_is_equal_to_another(claim):
    found = sa.audit(claim, "scaled-dot", seconds=2.0)
    assert found.mistakes == ("K not transposed",) and found.notes == ("the formula conforms only where m = d_k",)


def test_another_mechanism_is_claimed_with_sizes_of_its_own():
    other = sa.mechanism(
        "attention in other letters",
        inputs={"Q": "a c", "K": "b c", "V": "b e"},
        equations="W = exp(Q @ K.T / sqrt(c))\nY = (W @ V) / rowsum(W)",
    )
    found = sa.audit(other, "scaled-dot")
    assert found.verdict.kind == "proved" and found.claim == "attention in other letters"
    assert sa.audit(other, "dot").mistakes == ("1/√d_k where there is none",)


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        ({"Q": "n d", "K": "n d", "V": "n d_v"}, r"K is \(n, d\)"),
        ({"Q": "n d", "Z": "m d", "V": "m d_v"}, "has the input 'Z'"),
        ({"Q": "H n d", "K": "m d", "V": "m d_v"}, r"Q is \(H, n, d\)"),
    ],
)
def test_a_mechanism_of_other_inputs_is_refused(inputs, words):
    names = list(inputs)
    equations = f"O = softmax({names[0]}{'[0]' if inputs['Q'].startswith('H') else ''} @ {names[1]}.T) @ V"
    with pytest.raises(sa.SymattnError, match=words):
        sa.audit(sa.mechanism("other", inputs=inputs, equations=equations), "scaled-dot")


@pytest.mark.parametrize(
    ("claim", "words"),
    [
        ("", "a claim is a formula"),
        ("O = softmax(Q @ K.T", "never closed|unclosed|not a formula|was never"),
        ("O = Z @ V", "Z"),
        ("Q = K", "is an input"),
        ("O = V @ V.T", r"the claimed O is \(m, m\), O of causal attention is \(n, d_v\)"),
        ("O = __import__('os')", "__import__|name|string"),
    ],
)
def test_what_is_no_claim_is_one_clear_message(claim, words):
    with pytest.raises(sa.SymattnError, match=words):
        sa.audit(claim, "causal")


def test_options_out_of_range_are_refused():
    for options in (
        {"seconds": 0},
        {"seconds": float("nan")},
        {"instances": 0},
        {"value": "Z"},
        {"arguments": {"q": "Q"}},
    ):
        with pytest.raises(sa.SymattnError):
            sa.audit("O = P @ V", "causal", **options)
    with pytest.raises(sa.SymattnError, match="a mechanism is a name"):
        sa.audit("O = P @ V", 3)


@pytest.mark.parametrize(
    ("gradient", "claim", "kind", "mistake"),
    [
        ("dQ", "dQ = (P * (dO @ V.T - rowsum(dO * O))) @ K / sqrt(d_k)", "proved", ()),
        ("dS", "P * (dP - rowsum(P * dP))", "proved", ()),
        ("dQ", "dQ = dS @ K", "refuted", ("1/√d_k missing",)),
        ("dV", "dV = P @ dO", "refuted", ("transpose missing on the left",)),
        ("dS", "P * (D - dP)", "refuted", ("sign of a value",)),
    ],
)
def test_a_claimed_gradient_is_compared_with_the_backward_pass(gradient, claim, kind, mistake):
    found = sa.audit(claim, "causal", gradient=gradient, seconds=2.0)
    assert found.verdict.kind == kind
    assert found.mistakes[: len(mistake)] == mistake


def test_a_gradient_without_the_row_sum_is_named():
    found = sa.audit("dQ = (P * (dO @ V.T)) @ K / sqrt(d_k)", "causal", gradient="dQ", seconds=1.0)
    assert found.mistakes[0] == "row sum missing in softmax's gradient"


def test_a_gradient_that_there_is_none_of_is_refused():
    with pytest.raises(sa.SymattnError, match="dZ"):
        sa.audit("dZ = Q", "causal", gradient="dZ")
