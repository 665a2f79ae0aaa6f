"""Fifty true statements and fifty false ones, none of which may come out on the wrong side; unknown is no side."""

import pytest
from statement_cases import FALSE, TRUE

from symattn.proof import prove


def verdict(case, **options):
    left, right, inputs, *given = case
    return prove(left, right, inputs=inputs, given=given[0] if given else "", **options)


def test_there_are_fifty_of_each():
    assert len(TRUE) >= 50 and len(FALSE) >= 50


@pytest.mark.parametrize("case", TRUE, ids=lambda case: f"{case[0]} = {case[1]}")
def test_a_true_statement_is_proved(case):
    assert verdict(case).kind == "proved"


@pytest.mark.parametrize("case", FALSE, ids=lambda case: f"{case[0]} = {case[1]}")
def test_a_false_statement_is_refuted_by_numbers(case):
    found = verdict(case)
    assert found.kind == "refuted"
    assert found.counterexample.left != found.counterexample.right


@pytest.mark.parametrize("case", [*TRUE, *FALSE], ids=lambda case: f"{case[0]} = {case[1]}")
def test_out_of_time_is_unknown_or_right(case):
    """Nothing is called proved or refuted because the time ran out."""
    kind = verdict(case, seconds=1e-6).kind
    assert kind in ("unknown", "proved" if case in TRUE else "refuted")
