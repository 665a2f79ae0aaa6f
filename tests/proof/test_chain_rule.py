"""Backward passes written by hand: the right one is proved for every size, one with a planted mistake is not."""

import pytest

from symattn.defining import mechanism
from symattn.proof.chain_rule import ReverseMode, prove_backward

INPUTS = {"Q": "n d", "K": "m d", "V": "m v", "dO": "n v"}
RIGHT = """
S = Q @ K.T / sqrt(d)
P = softmax(S, where=(j <= i))
O = P @ V
dV = P.T @ dO
dP = dO @ V.T
D = rowsum(dO * O)
dS = P * (dP - D)
dK = dS.T @ Q / sqrt(d)
dQ = dS @ K / sqrt(d)
"""
MISTAKES = [
    ("dV = P.T @ dO", "dV = 2 * P.T @ dO", "V"),
    ("dP - D", "dP + D", "S"),
    ("dP - D", "dP", "S"),
    ("rowsum(dO * O)", "rowsum(dO)", "S"),
    ("dS.T @ Q / sqrt(d)", "dS.T @ Q", "K"),
    ("dS @ K / sqrt(d)", "dS @ K / d", "Q"),
    ("dQ = dS @ K", "dQ = -dS @ K", "Q"),
    ("dS = P * (dP - D)", "dS = dP - D", "S"),
]


def claimed(equations):
    system = mechanism("by hand", INPUTS, equations)
    return ReverseMode(system, "O", {name: f"d{name}" for name in "QKVSPO"}, system.equations[:3])


def test_the_backward_pass_of_causal_attention_is_proved():
    found = prove_backward(claimed(RIGHT))
    assert found
    assert {found.verdict(name).kind for name in "QKVSP"} == {"proved"}


@pytest.mark.parametrize(("right", "wrong", "name"), MISTAKES, ids=lambda part: part)
def test_a_planted_mistake_is_not_proved(right, wrong, name):
    found = prove_backward(claimed(RIGHT.replace(right, wrong)))
    assert not found.arguments[name].holds


def test_what_rests_on_a_wrong_cotangent_is_not_proved_either():
    found = prove_backward(claimed(RIGHT.replace("dP - D", "dP + D")))
    assert found.arguments["Q"].holds
    assert found.verdict("Q").kind == "unknown"
    assert "dS" in found.verdict("Q").reason
    assert found.verdict("V").kind == "proved"


def test_out_of_time_is_unknown():
    found = prove_backward(claimed(RIGHT), seconds=1e-9)
    assert {found.verdict(name).kind for name in "QKV"} == {"unknown"}
