"""What is put in the place of symbols: cases that are left, indices that are bound, entries outside their matrix."""

import pytest
from sympy import MatrixSymbol, Max, Min, Rational, S, Sum, Symbol, floor
from sympy.matrices.expressions.matexpr import MatrixElement

from symattn.errors import ExactnessError, LanguageError, LimitError
from symattn.nodes import Cases, Column, FamilySymbol, IndexCondition, IndexedMatrix, IndexSum, Member, index
from symattn.nodes.cases import put_in
from symattn.nodes.conditions import number_at, whole_number_at
from symattn.nodes.written import element
from symattn.shapes import size

i, j, k, h = (index(name) for name in "ijkh")
A = MatrixSymbol("A", 2, 3)


def test_a_case_that_is_not_taken_may_be_outside():
    cases = Cases((A[i, j - 1], j >= 1), (A[i, j + 2], j >= 5), (S.Zero, True))
    assert put_in(cases, {j: S.Zero}) == cases.xreplace({j: S.Zero}) == cases.subs(j, 0) == 0
    assert put_in(cases + 1, {j: S.One, i: S.One}) == (cases + 1).xreplace({j: S.One, i: S.One}) == A[1, 0] + 1


def test_an_entry_outside_is_left_standing_where_its_case_is_not_known():
    x = Symbol("x")
    kept = put_in(Cases.of(x > 0, A[i, 0]), {i: S(7)})
    assert kept.args[0].expr.i == 7


def test_a_bound_index_is_not_replaced():
    total = IndexSum(Column(A, k), k, 3)
    assert put_in(total, {k: S.One}) == total
    assert put_in(IndexedMatrix(i + j + k, i, j, 2, 2), {i: S.One, k: S(3)}).formula == i + j + 3


def test_what_is_put_in_is_not_captured():
    total = IndexSum(IndexedMatrix(h + k, i, j, 2, 2), k, 3)
    assert put_in(total, {h: k})[0, 0].doit() == 3 * k + 3
    assert total.xreplace({h: k})[0, 0].doit() == 6
    assert put_in(IndexedMatrix(h - k, k, j, 2, 2), {h: k})[1, 0] == k - 1
    assert put_in(IndexCondition(h <= k, i, k, 2, 2), {h: k}).at(S.Zero, S.One) == (k <= 1)
    assert put_in(Sum(h * k, (k, 0, 3)), {h: k}).doit() == 6 * k


def test_values_by_cases_need_a_last_one():
    with pytest.raises(LanguageError, match="all that is left"):
        Cases((S.One, i > 2))


def test_cases_inside_a_condition_stay_there():
    inner = Cases.of(A[0, 0] > 0, A[0, 1])
    outer = Cases.of(inner < 3, S.One)
    assert outer.args[0].cond == (inner < 3)


# Numbers of formulas


def test_formulas_of_indices_are_whole_numbers_and_fractions():
    assert number_at(floor(i / 2) - Rational(1, 3), (i,))((5,)) == Rational(5, 3)
    assert whole_number_at(abs(i - j) % 3, (i, j))((1, 6)) == 2
    assert number_at(size("d") ** -i, (i, size("d")))((2, 3)) == Rational(1, 9)


def test_a_formula_without_a_value_says_where():
    with pytest.raises(ExactnessError, match="1/i is no real number where i = 0"):
        number_at(1 / i, (i,))((0,))
    with pytest.raises(ExactnessError, match="a position is a whole number"):
        whole_number_at(i / 2, (i,))((3,))
    with pytest.raises(ExactnessError, match="not decided"):
        number_at(Cases.of(Symbol("x") > 0, 2**i), (i,))((1,))


def test_a_power_of_too_many_digits_is_never_built():
    with pytest.raises(LimitError, match="digits"):
        number_at(7 ** (i**9), (i,))((99,))


def test_the_larger_of_a_scalar_and_an_entry_outside_its_matrix_is_left_standing():
    """SymPy looks into the entry to compare the two."""
    x, outside = Symbol("x", real=True), element(Member(FamilySymbol("Q", 3, 4, 2), -Min(i, 3)), size("m"), j)
    found = put_in(Max(x, outside, evaluate=False), {size("m"): S(4), size("n"): S(3)})
    (entry,) = found.atoms(MatrixElement)
    assert isinstance(found, Max) and entry.i == 4
