"""Gradients of long systems are proved near each equation: what stands behind it is not written out."""

from dataclasses import replace

import pytest
from stacked import layers, product

from symattn.proof import equality, prove
from symattn.proof.gradients import prove_gradients


@pytest.mark.parametrize("count", [2, 4])
def test_stacked_layers_are_proved_with_few_names_written_out(count, monkeypatch):
    opened = []
    with_definition = equality.with_definition
    monkeypatch.setattr(
        equality, "with_definition", lambda value, each, more: opened.append(each) or with_definition(value, each, more)
    )
    found = prove_gradients(layers(count))
    assert found.kind == "proved", str(found)
    assert len(opened) <= 24 * count


def test_a_product_of_many_matrices_is_one_sum_of_products():
    assert prove(*product([f"A{k}" for k in range(48)])).kind == "proved"


@pytest.mark.parametrize("count", [3, 6])
def test_a_product_in_another_order_is_refuted(count):
    names = [f"A{k}" for k in range(count)]
    left, _, shapes = product(names)
    _, right, _ = product([*names[:-2], names[-1], names[-2]])
    assert prove(left, right, shapes).kind == "refuted"


def test_a_wrong_cotangent_in_a_stack_is_not_proved():
    system = layers(2)
    right = system.backward()
    wrong = right.by_name["dS1"]
    assert "dP1" in str(wrong.expression)
    changed = replace(wrong, expression=right.by_name["dP1"].expression)
    equations = tuple(changed if each is wrong else each for each in right)
    found = prove_gradients(system, claimed=replace(right, equations=equations), only=["S1"], seconds=2.0)
    assert not found.arguments["S1"].holds
