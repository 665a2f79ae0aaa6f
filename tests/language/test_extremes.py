"""The larger and the smaller of scalars as SymPy's own constructor finds them, which takes longer."""

from itertools import combinations

import pytest
from sympy import Abs, Eq, Max, Min, Rational, S, Symbol, exp, false, floor, log, pi, sqrt, true

from symattn.language.extremes import equal, extreme
from symattn.nodes import symbol_for
from symattn.shapes import size

N, M, K = size("n"), size("m"), size("k")
ROW, COLUMN = (Symbol(name, integer=True, nonnegative=True) for name in "ij")
X = Symbol("x", real=True)
A = symbol_for("A", (N, M))

VALUES = [
    *(
        S(1),
        S(0),
        S(15),
        Rational(1, 2),
        pi,
        N,
        M,
        K,
        -K,
        N * M,
        N + M,
        N - 1,
        2 * N,
        sqrt(N),
        ROW,
        COLUMN,
        COLUMN - ROW,
        Abs(ROW - COLUMN),
    ),
    *(
        X,
        -X,
        X**2,
        exp(X),
        A[ROW, COLUMN],
        A[COLUMN, 0],
        floor(ROW / K),
        8 + floor(8 * log(Max(Abs(ROW - COLUMN), 8) / 8) / log(16)),
    ),
]


@pytest.mark.parametrize("kind", [Max, Min])
def test_two_values_are_decided_as_sympy_decides_them(kind):
    for a, b in combinations(VALUES, 2):
        assert extreme(kind, [a, b]) == kind(a, b) == extreme(kind, [b, a])


@pytest.mark.parametrize("kind", [Max, Min])
def test_of_several_none_is_kept_that_another_one_excludes(kind):
    for chosen in combinations(VALUES[:17], 3):
        found = extreme(kind, chosen)
        assert kind(found, kind(*chosen)) in (found, kind(*chosen))
        kept = found.args if isinstance(found, kind) else (found,)
        assert set(kept) <= set(chosen)
        assert all(kind(a, b) == kind(a, b, evaluate=False) for a, b in combinations(kept, 2))


def test_what_lies_below_a_value_that_was_left_out_is_left_out_too():
    assert extreme(Max, [N + M, N, S(1)]) == extreme(Max, [S(1), N + M, N]) == N + M
    assert extreme(Min, [N + M, N, S(1)]) == 1
    assert extreme(Max, [N, N * M]) == N * M


def test_extremes_inside_extremes_are_sympys_own():
    assert extreme(Max, [X, Max(N, K)]) == Max(X, N, K)
    assert extreme(Max, [-K, Min(K, COLUMN - ROW)]) == Max(-K, Min(K, COLUMN - ROW))
    assert extreme(Min, [X, X]) == X


def test_equal_is_decided_where_the_difference_is():
    assert equal(ROW, ROW) == true
    assert equal(N, S(0)) == false
    assert equal(2 * ROW, 2 * COLUMN + 1) == false
    assert equal(ROW, COLUMN) == Eq(ROW, COLUMN)
    assert equal(floor(ROW / K), floor(COLUMN / K)) == Eq(floor(ROW / K), floor(COLUMN / K))
