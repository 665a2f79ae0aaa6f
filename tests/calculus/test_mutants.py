"""Every cotangent changed in one place: each change is refuted with numbers, or proved to make no difference.

The tests go through a part of the changes, spread evenly; run this file as a program to go through all of them.
"""

from __future__ import annotations

import sys
from collections import Counter
from itertools import chain

import pytest
from comparing_mutants import Compared, of_mechanism, of_rows
from equivalent_mutants import reason, why_undecided
from mutating import mutants
from sympy import MatrixSymbol, Transpose

import symattn as sa
from symattn.calculus import COTANGENT
from symattn.nodes import Entmax, MatrixProduct
from symattn.shapes import size

MECHANISMS = (
    "scaled-dot",
    "causal",
    "softcap",
    "cosine",
    "additive",
    "rbf",
    "grouped-query",
    "sigmoid",
    "linear",
)
EVERY = {"rows": 11, "entmax": 61, "mechanisms": 6}
"""Of how many changes the tests look at one; the formulas of entmax are long, and so have many."""


def wrong_verdicts(every):
    """What is wrong with the verdicts on changes, and how many of each kind there are."""
    count, wrong = Counter(), []
    for each in every:
        kind, counterexample = each.verdict()
        count[kind] += 1
        if kind == "unknown":
            print(f"\nunknown: {each}")
        if kind == "refuted" and counterexample is None:
            wrong.append(f"no counterexample: {each}")
        if kind == "proved" and not reason(each):
            wrong.append(f"no reason why it is equal: {each}")
        if kind == "no value" and not divides(each):
            wrong.append(f"no reason why it has no value: {each}")
        if kind == "unknown" and not why_undecided(each):
            wrong.append(f"unknown: {each}")
    return wrong, count


def divides(each: Compared) -> bool:
    """Whether a change puts in a division, by what may be 0."""
    return each.mutant.kind == "product" or isinstance(each.system.equations[0].expression, Entmax)


def report(name, count):
    print(f"\n{name}: {sum(count.values())} changes, " + ", ".join(f"{n} {kind}" for kind, n in sorted(count.items())))


@pytest.mark.parametrize("node", COTANGENT, ids=lambda node: node.__name__)
def test_changes_of_a_row_are_refuted(node):
    every = EVERY["entmax" if node is Entmax else "rows"]
    found = list(of_rows(node))
    wrong, count = wrong_verdicts(found[::every])
    report(f"{node.__name__}, 1 of {every}", count)
    assert wrong == []
    assert not found or count["refuted"]


@pytest.mark.parametrize("name", MECHANISMS)
def test_changes_of_a_backward_pass_are_refuted(name):
    wrong, count = wrong_verdicts(list(of_mechanism(name))[:: EVERY["mechanisms"]])
    report(name, count)
    assert wrong == []
    assert count["refuted"] > 0.8 * sum(count.values())


def test_every_kind_of_change_is_made():
    kinds = {each.mutant.kind for each in chain.from_iterable(map(of_mechanism, ("softcap", "grouped-query")))}
    assert kinds >= {"sign", "transpose", "scale", "axis", "index", "product", "dropped", "name"}


def test_a_product_has_these_mutants():
    n, m = size("n"), size("m")
    A, B, C = MatrixSymbol("A", n, m), MatrixSymbol("B", m, n), MatrixSymbol("C", m, n)
    made = {sa.code(each.expression) for each in mutants(MatrixProduct(A, B), [A, B, C])}
    assert made == {"-(A @ B)", "2 * (A @ B)", "A @ B / 2", "(A @ B).T", "A @ C"}
    square = {size("m"): n}
    equal = [part.xreplace(square) for part in (A, B, C)]
    made = {sa.code(each.expression) for each in mutants(MatrixProduct(*equal[:2]), equal[:2])}
    assert made >= {"A.T @ B", "A @ B.T", "B @ A", "A * B", "A", "B", "A @ A", "B @ B"}


def test_a_transpose_is_dropped_only_where_sizes_allow_it():
    n, m = size("n"), size("m")
    A, B = MatrixSymbol("A", n, m), MatrixSymbol("B", n, m)
    assert "A @ B" not in {sa.code(each.expression) for each in mutants(MatrixProduct(A, Transpose(B)), [A, B])}


if __name__ == "__main__":
    names = {
        **{node.__name__: of_rows(node) for node in COTANGENT},
        **{name: of_mechanism(name) for name in MECHANISMS},
    }
    whole: Counter[str] = Counter()
    for name in sys.argv[1:] or names:
        wrong, count = wrong_verdicts(names[name])
        whole += count
        report(name, count)
        print("\n".join(wrong), flush=True)
    report("all", whole)
