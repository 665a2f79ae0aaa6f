"""Matrices given entry by entry, in exact numbers: index arithmetic, lookups, cases, functions; beside plain loops."""

from fractions import Fraction
from itertools import chain
from math import floor

import mpmath
import pytest
import sympy
from exact_cases import system_of
from sympy import Matrix, MatrixSymbol, Rational, Symbol

from symattn import nodes
from symattn.equations import Equation, EquationSystem
from symattn.errors import ExactnessError, LimitError, MissingRowError, ShapeError
from symattn.exact import Element, ExactMatrix, evaluate, functions
from symattn.exact.formulas import SCALARS, Formulas
from symattn.worked import bind

X = [[3, -1, 4, 0], [Fraction(1, 2), 5, -9, 2], [6, 5, 3, Fraction(-5, 3)]]
W = [[10], [20], [30], [40], [50]]
INPUTS = {"X": "n m", "w": "2*r+1 1", "t": "scalar", "U": "H n m"}
GIVEN = {"X": X, "w": W, "t": Fraction(7, 2), "U": [X, [[2 * x for x in row] for row in X]]}
N, M, R, T = 3, 4, 2, Fraction(7, 2)


def clip(x, low, high):
    return max(low, min(high, x))


FORMULAS = {
    "i - j": lambda i, j: i - j,
    "-abs(i - j) / 3": lambda i, j: Fraction(-abs(i - j), 3),
    "(i - 2) // 2 + j % 3": lambda i, j: (i - 2) // 2 + j % 3,
    "(2*i + j) // (j + 1)": lambda i, j: (2 * i + j) // (j + 1),
    "(i + 5*j) % (i + 2)": lambda i, j: (i + 5 * j) % (i + 2),
    "(i + 1) ** j / 2 ** i": lambda i, j: Fraction((i + 1) ** j, 2**i),
    "(j + 2) ** (-i)": lambda i, j: Fraction(1, (j + 2) ** i),
    "min(i, j) * max(i, 2*j, 3) - n": lambda i, j: min(i, j) * max(i, 2 * j, 3) - N,
    "t * (i + 1) / (j + m)": lambda i, j: T * (i + 1) / (j + M),
    "floor(t * i - j / 3)": lambda i, j: floor(T * i - Fraction(j, 3)),
    "X[i, j] * i": lambda i, j: X[i][j] * i,
    "X[i, (j + 1) % m]": lambda i, j: X[i][(j + 1) % M],
    "X[n - 1 - i, m - 1 - j]": lambda i, j: X[N - 1 - i][M - 1 - j],
    "X[i, clip(j - 1, 0, m - 1)]": lambda i, j: X[i][clip(j - 1, 0, M - 1)],
    "X[i, j - 1] if j >= 1 else X[i, j + m - 1]": lambda i, j: X[i][j - 1] if j >= 1 else X[i][M - 1],
    "X[i, j - 1] if j % 2 == 1 else -X[i, j + 1]": lambda i, j: X[i][j - 1] if j % 2 == 1 else -X[i][j + 1],
    "w[clip(j - i, -r, r) + r]": lambda i, j: W[clip(j - i, -R, R) + R][0],
    "w[j - i + r] if abs(i - j) <= r else 0": lambda i, j: W[j - i + R][0] if abs(i - j) <= R else 0,
    "1 if (i <= j) & (j < i + 2) else (2 if j != 0 else 3)": lambda i, j: 1 if i <= j < i + 2 else 2 if j else 3,
    "X[i, j] if X[i, j] > t else 0": lambda i, j: X[i][j] if X[i][j] > T else 0,
    "1 if exp(X[i, j]) > 20 else 0": lambda i, j: int(X[i][j] >= 3),
    "1 if log(i + 2) / log(2) == 2 else 0": lambda i, j: int(i == 2),
    "X[floor(sqrt(2) * i / 2), j]": lambda i, j: X[floor(2**0.5 * i / 2)][j],
    "floor(log(i + 1) / log(3) + log(j + 1) / log(2))": lambda i, j: floor(
        {0: 0, 1: 0.6309, 2: 1}[i] + {0: 0, 1: 1, 2: 1.585, 3: 2}[j]
    ),
    "10000 ** (-(j // 2) / 2) * i": lambda i, j: Fraction(i, 100 ** (j // 2)),
}


@pytest.mark.parametrize("formula", FORMULAS)
def test_entries_are_those_of_plain_loops(formula):
    bound = bind(system_of(INPUTS, f"B = matrix(n, m, {formula})"), GIVEN)
    expected = [[FORMULAS[formula](i, j) for j in range(M)] for i in range(N)]
    assert [[entry.as_fraction() for entry in row] for row in bound.exact("B")] == expected


def test_a_swapped_index_would_be_seen():
    bound = bind(system_of(INPUTS, "B = matrix(n, m, i - 2*j)"), GIVEN)
    assert bound.exact("B") != ExactMatrix.of([[j - 2 * i for j in range(M)] for i in range(N)])


def test_members_are_looked_up_at_indices_from_outside_and_computed_ones():
    equations = """B[h] = matrix(n, m, U[h][i, j] * (h + 1) - h*i)
    C = matrix(n, m, U[1][n - 1 - i, j])
    D = concat(h, matrix(n, 1, B[h][i, 2]))"""
    bound = bind(system_of(INPUTS, equations), GIVEN)
    family = [[[(h + 1) ** 2 * X[i][j] - h * i for j in range(M)] for i in range(N)] for h in range(2)]
    assert bound.exact("B") == type(bound.exact("B")).of(family)
    assert bound.exact("C") == ExactMatrix.of([[2 * x for x in row] for row in reversed(X)])
    assert bound.exact("D") == ExactMatrix.of([[family[h][i][2] for h in range(2)] for i in range(N)])


def test_conditions_of_allowed_sets_take_whole_quotients():
    bound = bind(system_of({"S": "n m"}, "P = softmax(S, where=(i // 2 == j // 2) & (j <= i))"), {"S": [[0] * 5] * 5})
    allowed = [[i // 2 == j // 2 and j <= i for j in range(5)] for i in range(5)]
    assert bound["P"] == Matrix([[Rational(int(key), sum(row)) for key in row] for row in allowed])


@pytest.mark.parametrize("formula", ["X[i, j - 1]", "X[i + 1, j]", "w[j - i + r]", "X[i, j + 1] if i < 5 else 0"])
def test_a_lookup_outside_is_an_error_that_names_the_matrix_and_the_place(formula):
    bound = bind(system_of(INPUTS, f"B = matrix(n, m, {formula})"), GIVEN)
    with pytest.raises(ShapeError) as caught:
        bound.exact("B")
    message = str(caught.value)
    assert formula[0] in message and "has no entry" in message
    assert "in the entry [" in message and "in the equation for B" in message


def test_the_place_of_a_lookup_outside_is_the_one_that_was_asked_for():
    bound = bind(system_of(INPUTS, "B = matrix(n, m, X[i, j + 1])"), GIVEN)
    with pytest.raises(ShapeError, match=r"X is \(3, 4\) and has no entry \[0, 4\].*\n.*in the entry \[0, 3\]"):
        bound.exact("B")


def of_formula(formula, **values):
    S = MatrixSymbol("S", 2, 3)
    node = nodes.IndexedMatrix(formula, row, column, 2, 3)
    known = {"S": ExactMatrix.of([[1, 2, 3], [4, 5, 6]]), **values}
    inputs = (S, *(Symbol(name, real=True) for name in values))
    return evaluate(EquationSystem("by formula", inputs, (Equation("B", node),), "B"), known)["B"]


row, column = (Symbol(name, integer=True, nonnegative=True) for name in "ij")


def test_a_position_that_is_not_whole_is_refused():
    with pytest.raises(ExactnessError, match="whole number, found i/2 = 1/2"):
        of_formula(nodes.base.entry_of(MatrixSymbol("S", 2, 3), row / 2, column, nodes.Indices()))


def test_a_formula_of_a_kind_without_a_row_names_the_table():
    with pytest.raises(MissingRowError, match=r"cannot evaluate gamma.*exact/formulas\.py"):
        of_formula(sympy.gamma(row + Rational(1, 2), evaluate=False))


def test_divisions_by_zero_and_powers_that_are_not_real_are_refused():
    for formula, found in [
        (1 / (row - column), "division by zero"),
        (sympy.Mod(column, row, evaluate=False), "division by zero"),
        ((row - 1) ** Rational(1, 3), "not real"),
        (sympy.Pow(column, -row - 1), "division by zero"),
    ]:
        with pytest.raises(ExactnessError, match=found):
            of_formula(formula)
    with pytest.raises(LimitError):
        of_formula(sympy.Pow(7, 10**6 * (row + 1)))


def test_a_value_and_its_own_undecided_double_are_refused_rather_than_guessed():
    one = sympy.cos(column + 1) ** 2 + sympy.sin(column + 1) ** 2
    with pytest.raises(ExactnessError, match="no rule decides"):
        of_formula(nodes.Cases.of(sympy.Eq(one, 1, evaluate=False), sympy.S.One))


def test_logarithms_fall_on_whole_numbers_exactly():
    # The buckets of T5: 8 + log(r/8)/log(16) * 8 is whole at r = 8, 16, 32, 64, 128 (log 2 is a quarter of log 16).
    bucket = sympy.floor(8 + sympy.log((row + 1) / 8) / sympy.log(16) * 8)
    found = Formulas(lambda: None, [row])(bucket)
    for r in range(8, 140):
        with mpmath.workdps(30):
            near = 8 + mpmath.log(mpmath.mpf(r) / 8) / mpmath.log(16) * 8
        exact = {8: 8, 16: 10, 32: 12, 64: 14, 128: 16}.get(r, int(mpmath.floor(near)))
        assert found((r - 1,)) == exact, r


def test_floors_beside_a_whole_number_are_told_from_it():
    of = Element.of
    assert functions.floor(functions.log(of(9)) / functions.log(of(3))) == 2
    assert functions.floor(functions.log(of(9) - Fraction(1, 10**40)) / functions.log(of(3))) == 1
    assert functions.floor(functions.sqrt(of(2)) * 10**30) == 1414213562373095048801688724209
    assert functions.floor(-functions.exp(of(-200))) == -1
    with mpmath.workdps(60):
        assert functions.floor(functions.exp(of(100))) == int(mpmath.floor(mpmath.exp(100)))


def test_only_the_case_that_holds_is_computed():
    formula = nodes.Cases.of(column >= 1, 1 / column, nodes.Cases.of(row >= 1, sympy.log(row), sympy.S(5)))
    assert of_formula(formula).to_sympy() == Matrix([[5, 1, Rational(1, 2)], [0, 1, Rational(1, 2)]])


def test_what_depends_on_one_index_alone_is_computed_once_for_each_of_its_values():
    asked = []

    class Names:
        def named(self, name):
            asked.append(name)
            return Element.of(2)

    value = Formulas(Names(), [row, column])(Symbol("t") ** row + column)
    assert [value((i, j)) for i in range(2) for j in range(3)] == [1, 2, 3, 2, 3, 4]
    assert asked == ["t"]


def test_every_scalar_has_a_row_of_its_own_kind():
    assert all(isinstance(kind, type) for kind in SCALARS)


# Cosines and sines.


@pytest.mark.parametrize("text", ["1", "-1/3", "1e-30", "22", "710", "3.14159265358979323846264338327950288", "1e40"])
def test_cosines_and_sines_are_correctly_rounded(text):
    angle = Element.of(text)
    with mpmath.workdps(150):
        number = mpmath.mpf(angle.as_fraction().numerator) / angle.as_fraction().denominator
        for name in ("cos", "sin"):
            found = getattr(functions, name)(angle)
            for digits in (3, 20, 60):
                near = getattr(mpmath, name)(number)
                off = abs(mpmath.mpf(str(found.decimal(digits))) - near)
                unit = mpmath.mpf(10) ** (mpmath.floor(mpmath.log10(abs(near))) - digits + 1)
                assert off <= unit / 2 * (1 + mpmath.mpf(10) ** -30)


def test_an_enclosure_holds_the_value_at_every_precision():
    for angle in (
        Element.of("1/7"),
        functions.exp(Element.of(2)),
        functions.sqrt(Element.of(5)) * 100,
        Element.of(10**9),
    ):
        for function, name in ((functions.cos, "cos"), (functions.sin, "sin")):
            with mpmath.workdps(400):
                x = mpmath.mpf(str(angle.decimal(390)))
                near = getattr(mpmath, name)(x)
            for bits in (5, 20, 53, 64, 200, 1000):
                with mpmath.workdps(400):
                    low, high = map(mpmath.mp.make_mpf, function(angle).enclosure(bits)._mpi_)
                    assert low - mpmath.mpf(10) ** -370 <= near <= high + mpmath.mpf(10) ** -370
                    assert bits < 60 or high - low < mpmath.mpf(2) ** (40 - bits)


def test_signs_fold_and_zero_is_known():
    of, cos, sin = Element.of, functions.cos, functions.sin
    assert cos(of(0)) == 1 and sin(of(0)) == 0
    assert cos(of(-3)) == cos(of(3)) and sin(of(-3)) == -sin(of(3))
    assert cos(of(1)).to_sympy() == sympy.cos(1) and sin(of("-1/2")).to_sympy() == -sympy.sin(Rational(1, 2))
    assert cos(of(1)) != sin(of(1)) and cos(of(2)) < 0 < sin(of(2))


@pytest.mark.parametrize("formula, function", [("cos(X)", sympy.cos), ("sin(X)", sympy.sin)])
def test_cosine_and_sine_of_a_matrix_agree_with_sympy(formula, function):
    bound = bind(system_of(INPUTS, f"B = {formula}"), GIVEN)
    for mine, x in zip(bound["B"], chain(*X), strict=True):
        assert abs(sympy.N(mine - function(Rational(x)), 40)) < sympy.Float("1e-35")


def test_rotations_by_any_base_are_exact():
    bound = bind(
        system_of({"X": "n 2*p"}, "C = matrix(n, 2*p, cos(i * 1000 ** (-2 * (j // 2) / (2*p))))\nO = X * C"),
        {"X": [[1] * 6] * 2},
    )
    cube_root = sympy.cos(Rational(1, 10))
    assert bound["C"][1, :] == Matrix([[sympy.cos(1)] * 2 + [cube_root] * 2 + [sympy.cos(Rational(1, 100))] * 2])
