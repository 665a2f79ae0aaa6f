"""Tangents, and Hessians times a direction, of every mechanism of the library are proved for every size."""

from dataclasses import replace

import pytest

import symattn as sa
from symattn.nodes import ElementwiseProduct, Negation
from symattn.proof.forward_mode import prove_second_order, prove_tangents


@pytest.mark.parametrize("name", sa.names())
def test_the_tangents_are_proved_for_every_size(name):
    found = prove_tangents(sa.named(name))
    assert {other: argument.reason for other, argument in found.arguments.items() if not argument.holds} == {}
    assert found.kind == "proved"


@pytest.mark.parametrize("name", sa.names()[::6])
def test_the_second_order_is_proved_for_every_size(name):
    assert prove_second_order(sa.named(name)).kind == "proved"


@pytest.mark.parametrize("change", [lambda value: ElementwiseProduct(2, value), Negation], ids=["doubled", "negated"])
@pytest.mark.parametrize("name", ["scaled-dot", "cosine", "multi-head-causal", "linear"])
def test_a_changed_tangent_is_not_proved(name, change):
    system = sa.named(name)
    right = system.jvp()
    for of, tangent in right.tangents:
        if tangent in right.inputs or tangent not in right.by_name:
            continue
        equation = right.by_name[tangent]
        changed = replace(equation, expression=change(equation.expression))
        equations = tuple(changed if other is equation else other for other in right.equations)
        found = prove_tangents(system, claimed=replace(right, equations=equations), seconds=0.1)
        assert not found.arguments[of].holds, tangent
        assert found.verdict(system.output).kind == "unknown"
