"""The backward pass of every mechanism of the library is proved for every size."""

from dataclasses import replace

import pytest

import symattn as sa
from symattn.errors import InputError
from symattn.nodes import ElementwiseProduct
from symattn.proof.gradients import prove_gradients, same_forward


@pytest.mark.parametrize("name", sa.names())
def test_the_backward_pass_is_proved_for_every_size(name):
    found = prove_gradients(sa.named(name))
    assert {other: argument.reason for other, argument in found.arguments.items() if not argument.holds} == {}
    assert found.kind == "proved"


SOME = (
    "scaled-dot",
    "causal",
    "cosine",
    "additive",
    "rbf",
    "softcap",
    "linear",
    "sigmoid",
    "grouped-query",
    "rope",
    "eca",
)


@pytest.mark.parametrize("name", SOME)
def test_a_doubled_cotangent_is_not_proved(name):
    """Each equation of a cotangent, twice as large, one after the other: what it is the cotangent of is not proved."""
    system = sa.named(name)
    right = system.backward()
    for of, cotangent in right.cotangents:
        equation = right.by_name.get(cotangent)
        if equation is None or not right.shape(cotangent) or equation.expression.is_Matrix is False:
            continue
        if type(equation.expression).__name__ == "ZeroMatrix":
            continue
        doubled = replace(equation, expression=ElementwiseProduct(2, equation.expression))
        equations = tuple(doubled if other is equation else other for other in right.equations)
        found = prove_gradients(system, claimed=replace(right, equations=equations), seconds=0.05, only=[of])
        assert not found.arguments[of].holds, f"2 {cotangent}"


def test_named_parts_that_are_others_are_refused():
    system, other = sa.named("cosine"), sa.named("scaled-dot")
    with pytest.raises(InputError, match="S with named parts"):
        same_forward(system, other.equations)
