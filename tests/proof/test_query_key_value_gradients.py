"""dQ, dK and dV of the mechanisms that a paper is most likely about: proved for every size, each by its name."""

from dataclasses import replace

import pytest

import symattn as sa
from symattn.nodes import Negation, is_matrix
from symattn.proof.gradients import prove_gradients

MECHANISMS = {
    "softmax attention": "scaled-dot",
    "causal": "causal",
    "softcapped": "softcap",
    "cosine": "cosine",
    "additive": "additive",
    "RBF": "rbf",
    "grouped-query": "grouped-query",
    "sigmoid": "sigmoid",
    "linear": "linear",
}

SECONDS_FOR_THE_WRONG = 4.0
"""For what is not so nothing is found however long one looks; each of the right ones takes a fraction of a second."""


@pytest.mark.parametrize("name", MECHANISMS.values(), ids=MECHANISMS)
def test_dq_dk_and_dv_are_proved_for_every_size(name):
    found = prove_gradients(sa.named(name))
    for value in "QKV":
        verdict = found.verdict(value)
        assert verdict.kind == "proved", str(verdict)
        assert verdict.normal_form
        assert "for every size" in verdict.reason


@pytest.mark.parametrize("value", "QKV")
@pytest.mark.parametrize("name", MECHANISMS.values(), ids=MECHANISMS)
def test_one_with_the_opposite_sign_is_not_proved(name, value):
    system = sa.named(name)
    right = system.backward()
    cotangent = dict(right.cotangents)[value]
    equation = right.by_name[cotangent]
    assert is_matrix(equation.expression)
    opposite = replace(equation, expression=Negation(equation.expression))
    equations = tuple(opposite if other is equation else other for other in right.equations)
    found = prove_gradients(
        system, claimed=replace(right, equations=equations), only=[value], seconds=SECONDS_FOR_THE_WRONG
    )
    assert found.verdict(value).kind != "proved"
