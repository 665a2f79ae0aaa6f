"""The shape of a node is found once, however deep it stands in a sum."""

import pytest
from sympy import MatrixSymbol

from symattn.nodes import ElementwiseSum, arithmetic


@pytest.mark.parametrize("terms", [20, 80])
def test_a_sum_of_many_terms_asks_for_two_shapes_a_term(terms, monkeypatch):
    asked = []
    broadcast = arithmetic.broadcast
    monkeypatch.setattr(arithmetic, "broadcast", lambda *shapes: asked.append(shapes) or broadcast(*shapes))
    total = MatrixSymbol("A0", 2, 3)
    for place in range(1, terms):
        total = ElementwiseSum(total, MatrixSymbol(f"A{place}", 2, 3))
    assert total.shape == (2, 3)
    assert len(asked) <= 2 * terms


def test_a_shape_that_was_asked_for_changes_neither_equality_nor_what_replaces_it():
    A, B, C = (MatrixSymbol(name, 2, 3) for name in "ABC")
    asked, fresh = ElementwiseSum(A, B), ElementwiseSum(A, B)
    assert asked.shape == (2, 3)
    assert asked == fresh and hash(asked) == hash(fresh)
    assert asked.xreplace({A: C}) == ElementwiseSum(C, B)
    row = MatrixSymbol("r", 1, 3)
    assert ElementwiseSum(row, B).xreplace({B: row}).shape == (1, 3)
