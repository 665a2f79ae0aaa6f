"""Matrices given entry by entry, and blocks: generated code against the formula as Python itself evaluates it."""

import math
import warnings

import numpy as np
import pytest
from lowering_cases import matrices, system
from test_families import TARGETS, computed

from symattn import mechanism
from symattn.errors import LoweringError
from symattn.lowering import lambdify, lambdify_system
from symattn.nodes import Block, IndexedMatrix, index

SIZES = {"n": 4, "m": 3, "p": 2, "r": 1, "H": 2, "d": 6}
INPUTS = {"X": "n 2*p", "Y": "n m", "w": "2*r+1 1", "v": "n 1", "T": "H n m", "s": "H 1", "u": "1 m", "t": "scalar"}
SHAPES = {"X": (4, 4), "Y": (4, 3), "w": (3, 1), "v": (4, 1), "T": (2, 4, 3), "s": (2, 1), "u": (1, 3), "t": ()}


@pytest.fixture(autouse=True)
def no_warnings():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


class Checked:
    """An array that knows no positions from the end; a row or a column takes one position, a family members."""

    def __init__(self, array):
        self.array = array

    def __getitem__(self, places):
        places = places if isinstance(places, tuple) else (places,)
        if len(places) == 1 and self.array.ndim == 3:
            return Checked(self.array[self.inside(places[0], len(self.array))])
        if len(places) == 1:
            places = (0, *places) if self.array.shape[0] == 1 else (*places, 0)
        return self.array[tuple(map(self.inside, places, self.array.shape))]

    @staticmethod
    def inside(place, length):
        if place != int(place) or not 0 <= place < length:
            raise IndexError(place, length)
        return int(place)


FUNCTIONS = {
    **{name: getattr(math, name) for name in ("cos", "sin", "exp", "log", "sqrt", "floor", "tanh")},
    "clip": lambda x, low, high: max(low, min(high, x)),
    "abs": abs,
    "max": max,
    "min": min,
    "sigmoid": lambda x: 1 / (1 + math.exp(-x)),
}


def by_python(formula, rows, columns, numbers, **indices):
    """The matrix whose entries Python's own evaluation of the formula gives."""
    known = {name: value if np.ndim(value) == 0 else Checked(value) for name, value in numbers.items()}
    known = {**FUNCTIONS, **SIZES, **known, **indices}
    return np.array([[eval(formula, {**known, "i": i, "j": j}) for j in range(columns)] for i in range(rows)])


FORMULAS = {
    "indices": ("n", "m", "i - 2*j"),
    "a row index alone": ("n", "m", "i"),
    "a column index alone": ("n", "m", "j + 1/3"),
    "neither": ("n", "m", "7/3"),
    "one column": ("n", "1", "i * i"),
    "one row": ("1", "m", "j / (j + 1)"),
    "one entry": ("1", "1", "3"),
    "an input alone": ("n", "m", "t"),
    "rotary angles": ("n", "2*p", "cos(i * 10000 ** (-2 * (j // 2) / (2*p)))"),
    "sines and cosines": ("n", "2*p", "sin(i / 10000 ** ((j - j % 2) / (2*p))) if j % 2 == 0 else cos(i * 100 ** -j)"),
    "pairs swapped": ("n", "2*p", "X[i, j - 1] if j % 2 == 1 else -X[i, j + 1]"),
    "halves swapped": ("n", "2*p", "-X[i, j + p] if j < p else X[i, j - p]"),
    "halves by remainders": ("n", "2*p", "X[i, (j + p) % (2*p)]"),
    "slopes": ("n", "n", "-2 ** (-8 / n) * abs(i - j)"),
    "distances": ("n", "n", "-t * abs(i - j) + v[i]"),
    "toeplitz": ("n", "n", "w[j - i + r] if abs(i - j) <= r else 0"),
    "clipped": ("n", "n", "w[clip(j - i, -r, r) + r]"),
    "clipped by hand": ("n", "n", "w[max(min(j - i, r), -r) + r] * (i + 1)"),
    "convolution": ("n", "m", "Y[i - 1, j] if i >= 1 else 0"),
    "both neighbours": ("n", "m", "(Y[i - 1, j] if i > 0 else 0) + (Y[i + 1, j] if i < n - 1 else 0)"),
    "inner square": ("n", "m", "Y[i + 1, j + 1] if (i < n - 1) & (j < m - 1) else t"),
    "reversed": ("n", "m", "Y[n - 1 - i, m - 1 - j]"),
    "transposed": ("m", "n", "Y[j, i]"),
    "as it is": ("n", "m", "Y[i, j]"),
    "rows gathered": ("n", "m", "Y[i // 2, j]"),
    "columns gathered": ("n", "m", "Y[i, j // 2]"),
    "both gathered": ("n", "m", "Y[i // 2, (i + j) % m]"),
    "one row repeated": ("n", "m", "Y[n - 1, j] + Y[2, j]"),
    "one column repeated": ("n", "m", "Y[i, m - 1] * Y[i, 0]"),
    "one entry repeated": ("n", "m", "Y[n - 2, 0] + i"),
    "a vector by columns": ("m", "n", "v[j] - v[n - 1 - j]"),
    "a row by columns": ("n", "m", "u[m - 1 - j] + u[j]"),
    "a vector along a row": ("1", "n", "v[j]"),
    "a vector reversed along a row": ("1", "n", "v[n - 1 - j] - v[0]"),
    "members by parity": ("n", "m", "T[i % 2][i, j]"),
    "members by columns": ("n", "m", "T[j // 2][n - 1 - i, j]"),
    "members in a row": ("1", "m", "T[j // 2][1, 2]"),
    "a member at a number": ("n", "m", "T[1][n - 1 - i, j]"),
    "values compared": ("n", "m", "Y[i, j] if Y[i, j] > v[i] else v[i] + Y[0, j] / 2"),
    "values compared with indices": ("n", "m", "1 if Y[i, j] > (i - j) / 2 else 0"),
    "values in a chain": ("n", "m", "i if (Y[i, j] < t) & (i < 3) else (j if Y[i, j] < 2 * t else t)"),
    "sizes compared": ("n", "m", "i if n < m else Y[i, j] + j"),
    "a size decides": ("n", "m", "Y[i, j] if n < m else 2"),
    "whole logarithms": ("n", "m", "floor(log(i + 1))"),
    "powers with room": ("n", "m", "2 ** (i * i * 5) / 3 ** (40 + j)"),
    "roots where they are real": ("n", "m", "sqrt(i - j) if i >= j else log(j - i)"),
    "fractions compared": ("n", "n", "1 if i / 3 + j / 2 <= 2/3 else 0"),
    "maxima": ("n", "m", "max(i, j, 2) - min(Y[i, j], i, 1) + max(t, 0)"),
    "numbers apart": ("n", "m", "exp(-(i - j) ** 2 / (2 * t * t)) * Y[i, j] + sigmoid(t * i)"),
}


def formula_case(rows, columns, formula):
    made = system(
        f"Z = matrix({rows}, {columns}, {formula})",
        **{name: shape for name, shape in INPUTS.items() if name in formula or name in "XYwT"},
    )
    numbers = {name: value for name, value in matrices(3, **SHAPES).items() if name in made.inputs}
    numbers = {name: value + 2 if name == "t" else value for name, value in numbers.items()}
    count = [int(eval(length, {}, SIZES)) for length in (rows, columns)]
    return made, numbers, by_python(formula, *count, numbers)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(("rows", "columns", "formula"), FORMULAS.values(), ids=FORMULAS)
def test_every_formula_is_what_python_makes_of_it(rows, columns, formula, target):
    made, numbers, expected = formula_case(rows, columns, formula)
    found = computed(made, target, numbers)
    assert found.shape == expected.shape
    assert np.allclose(found, expected, rtol=1e-13, atol=1e-14)


def test_a_wrong_formula_would_be_noticed():
    made, numbers, expected = formula_case("n", "2*p", "X[i, j - 1] if j % 2 == 1 else X[i, j + 1]")
    right = by_python("X[i, j - 1] if j % 2 == 1 else -X[i, j + 1]", 4, 4, numbers)
    assert np.allclose(computed(made, "numpy", numbers), expected)
    assert not np.allclose(expected, right)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(("rows", "columns", "formula"), FORMULAS.values(), ids=FORMULAS)
def test_every_formula_keeps_batches_apart(rows, columns, formula, target):
    made, numbers, _ = formula_case(rows, columns, formula)
    other = {name: value * 0.5 for name, value in numbers.items()}
    stacked = {name: np.stack([value, other[name]]) for name, value in numbers.items()}
    stacked["w"] = numbers["w"]
    other["w"] = numbers["w"]
    result = "Q = Z @ softmax(Z.T) + rowsum(Z) - colsum(Z) + Z"
    text = f"Z = matrix({rows}, {columns}, {formula})\n" + result.replace("Z @ softmax(Z.T) + ", "")
    made = system(text, **{name: INPUTS[name] for name in made.inputs})
    expected = [
        computed(made, target, {name: np.array(value) for name, value in one.items()}) for one in (numbers, other)
    ]
    found = computed(made, target, stacked)
    assert np.allclose(np.broadcast_to(found, np.shape(expected)), expected, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize(("rows", "columns", "formula"), FORMULAS.values(), ids=FORMULAS)
def test_every_formula_keeps_the_dtype_and_its_digits(rows, columns, formula):
    made, numbers, expected = formula_case(rows, columns, formula)
    for dtype in ("float16", "float32"):
        found = lambdify_system(made)(**{name: value.astype(dtype) for name, value in numbers.items()})
        assert found.dtype == dtype
        if "T[" not in formula and "compared" not in formula:
            assert np.allclose(found, expected, rtol=30 * np.finfo(dtype).eps, atol=30 * np.finfo(dtype).eps)


@pytest.mark.parametrize("formula", [case for case in FORMULAS.values() if "log(j" not in case[2]], ids=str)
def test_gradients_flow_through_what_is_looked_up(formula):
    torch = pytest.importorskip("torch")
    made, numbers, _ = formula_case(*formula)
    given = [torch.from_numpy(np.array(value)).requires_grad_() for value in numbers.values()]
    f = lambdify_system(made, "torch")
    if f(*given).requires_grad:
        assert torch.autograd.gradcheck(f, given)


def test_angles_are_computed_in_double_precision():
    made = system("Z = matrix(n, d, cos(i * 10000 ** (-j / d))) * X", X="n d")
    found = lambdify_system(made)(np.ones((5000, 4), dtype=np.float32))
    exact = [[math.cos(i * 10000 ** (-j / 4)) for j in range(4)] for i in range(5000)]
    assert found.dtype == np.float32
    assert np.abs(found - exact).max() < 1e-7
    assert np.abs(np.cos(np.float32(4999) * np.float32(10000) ** np.float32(-1 / 4)) - exact[4999][1]) > 1e-6


@pytest.mark.parametrize("target", TARGETS)
def test_whole_parts_of_what_is_a_whole_number_are_not_rounded_away(target):
    made = system("Z = matrix(n, 1, floor(log(10 ** i) / log(10)) + floor(log(m) / log(10)))", X="n m")
    found = computed(made, target, {"X": np.ones((12, 1000))})
    assert found[:, 0].tolist() == [i + 3 for i in range(12)]
    assert math.floor(math.log(1000) / math.log(10)) == 2


FAMILIES = {
    "slopes a head": ("n", "n", "-s[h] * abs(i - j)", "h"),
    "slopes by the index": ("n", "n", "-2 ** (-8 * (h + 1) / H) * abs(i - j)", "h"),
    "its own member": ("n", "m", "T[h][n - 1 - i, j]", "h"),
    "its own member shifted": ("n", "m", "T[h][i, (j + h) % m]", "h"),
    "another member": ("n", "m", "T[H - 1 - h][i, j] * T[h][i, 0]", "h"),
    "a matrix shifted": ("n", "m", "Y[i, (j + h) % m]", "h"),
    "a matrix masked": ("n", "m", "Y[i - h, j] if i >= h else 0", "h"),
    "the index alone": ("n", "m", "s[h] + h", "h"),
    "no input": ("n", "m", "(i + h) % (H + 1)", "h"),
    "a comparison": ("n", "m", "T[h][i, j] if (T[h][i, j] > s[h]) & (i != h) else v[i]", "h"),
}


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(("rows", "columns", "formula", "letter"), FAMILIES.values(), ids=FAMILIES)
def test_formulas_in_the_index_of_a_family(rows, columns, formula, letter, target):
    text = f"Z[h] = matrix({rows}, {columns}, {formula}) - s[h]"
    made = system(text, **{name: INPUTS[name] for name in "XYTsv"})
    stacked = {**matrices(5, (2,), **{name: SHAPES[name] for name in "XYTs"}), "v": matrices(6, v=(4, 1))["v"]}
    found = computed(made, target, stacked)
    count = [int(eval(length, {}, SIZES)) for length in (rows, columns)]
    assert found.shape[-3:] == (2, *count)
    found = np.broadcast_to(found, (2, 2, *count))
    for b in range(2):
        numbers = {name: value if name == "v" else value[b] for name, value in stacked.items()}
        expected = [by_python(formula, *count, numbers, h=h) for h in range(2)]
        assert np.allclose(found[b] + numbers["s"][..., None], expected, rtol=1e-13)


@pytest.mark.parametrize("target", TARGETS)
def test_two_families_in_one_formula(target):
    made = system(
        "Z[g, h] = matrix(n, m, T[h][i, j] - A[g, h][(i + g) % n, j] * B[h, g][0, j])",
        T="H n m",
        A="G H n m",
        B="H G n m",
    )
    numbers = matrices(7, T=(2, 4, 3), A=(3, 2, 4, 3), B=(2, 3, 4, 3))
    found = computed(made, target, numbers)
    T, A, B = numbers.values()
    for g in range(3):
        for h in range(2):
            expected = T[h] - np.roll(A[g, h], -g, axis=0) * B[h, g][0]
            assert np.allclose(found[g, h], expected)


@pytest.mark.parametrize("target", TARGETS)
def test_one_mask_for_all_members_of_a_family_chooses_among_their_entries(target):
    """The condition gets its axis for the members once, and so does what a case asks for."""
    made = system("E[h] = matrix(n, m, exp(S[h][i, j] / t) if M[i, j] != 0 else 0)", S="H n m", M="n m", t="scalar")
    numbers = matrices(5, S=(2, 4, 3), M=(4, 3)) | {"t": 1.5}
    numbers["M"] = (numbers["M"] > 0) * 1.0
    found = computed(made, target, numbers)
    assert found.shape == (2, 4, 3)
    assert np.allclose(found, np.exp(numbers["S"] / 1.5) * numbers["M"])


MISTAKES = {
    "before the first": (
        "n",
        "m",
        "Y[i - 1, j]",
        r"Y\[.*i.*, j\]: position -1 is outside a length of 4",
    ),
    "behind the last": ("n", "m", "Y[i, j + 1]", r"position 3 is outside a length of 3"),
    "under a condition that is too wide": (
        "n",
        "m",
        "Y[i - 1, j] if i >= 0 else 0",
        "position -1 is outside a length of 4",
    ),
    "where a value asks for it": (
        "n",
        "m",
        "Y[i + 1, j] if Y[i, j] < 100 else 0",
        "position 4 is outside a length of 4",
    ),
    "a number too large": ("n", "m", "Y[7, j]", "position 7 is outside a length of 4"),
    "a member too far": ("n", "m", "T[i][i, j]", "position 2 is outside a length of 2"),
}


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(("rows", "columns", "formula", "message"), MISTAKES.values(), ids=MISTAKES)
def test_an_entry_outside_its_matrix_is_an_error(rows, columns, formula, message, target):
    made = system(f"Z = matrix({rows}, {columns}, {formula})", Y="n m", T="H n m")
    numbers = matrices(8, Y=(4, 3), T=(2, 4, 3))
    with pytest.raises(IndexError):
        by_python(formula, 4, 3, numbers)
    with pytest.raises(IndexError, match=message):
        computed(made, target, numbers)


@pytest.mark.parametrize("target", TARGETS)
def test_an_entry_that_no_case_asks_for_may_lie_outside(target):
    made = system("Z = matrix(n, m, Y[i + 1, j] if Y[i, j] > 0 else 0)", Y="n m")
    numbers = {"Y": -np.abs(matrices(9, Y=(4, 3))["Y"])}
    assert not computed(made, target, numbers).any()
    numbers = {"Y": np.array([[1.0], [2.0], [-3.0]])}
    assert computed(made, target, numbers).tolist() == [[2.0], [-3.0], [0.0]]


def test_what_surely_lies_inside_is_not_compared():
    for formula in (
        "pairs swapped",
        "halves swapped",
        "toeplitz",
        "clipped",
        "convolution",
        "both neighbours",
        "reversed",
        "rows gathered",
        "both gathered",
        "halves by remainders",
    ):
        made, *_ = formula_case(*FORMULAS[formula])
        assert "_check" not in lambdify_system(made).source, formula


BLOCKS = {
    "columns": ("Z = X[:, p:2*p]", lambda X: X[:, 2:]),
    "rows": ("Z = X[1:4, :]", lambda X: X[1:]),
    "a corner": ("Z = X[3:4, 0:p]", lambda X: X[3:, :2]),
    "heads side by side": ("Z[h] = X[:, h*p:(h+1)*p]", lambda X: np.stack([X[:, :2], X[:, 2:]])),
    "heads below one another": ("Z[h] = X[h*4:(h+1)*4, :] * 2", lambda X: 2 * X[None]),
    "windows that overlap": ("Z[h] = X[:, h:h+2]", lambda X: np.stack([X[:, h : h + 2] for h in range(3)])),
    "windows of rows": ("Z[h] = X[h:h+2, 0:p]", lambda X: np.stack([X[h : h + 2, :2] for h in range(3)])),
    "windows both ways": (
        "Z[g, h] = X[g:g+2, h*p:(h+1)*p]",
        lambda X: np.array([[X[g : g + 2, 2 * h : 2 * h + 2] for h in range(2)] for g in range(3)]),
    ),
    "tiles": (
        "Z[h, g] = X[g*2:g*2+2, h*p:(h+1)*p].T",
        lambda X: np.array([[X[2 * g : 2 * g + 2, 2 * h : 2 * h + 2].T for g in range(2)] for h in range(2)]),
    ),
    "a stack": ("Z = hstack(X, X[:, 0:1], 2 * X)", lambda X: np.hstack([X, X[:, :1], 2 * X])),
    "a stack of rows": ("Z = vstack(X[0:1, :], X)", lambda X: np.vstack([X[:1], X])),
    "heads apart and together": ("Y[h] = X[:, h*p:(h+1)*p]\nZ = concat(h, exp(Y[h]))", np.exp),
    "a sum of heads": ("Z = sum(h, X[:, h*p:(h+1)*p])", lambda X: X[:, :2] + X[:, 2:]),
}


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(("equations", "expected"), BLOCKS.values(), ids=BLOCKS)
def test_blocks_are_slices(equations, expected, target):
    made = system(equations, X="4 2*p")
    X = matrices(10, (2, 3), X=(4, 4))["X"]
    found = computed(made, target, {"X": X})
    assert np.allclose(found, [[expected(each) for each in one] for one in X])
    assert np.allclose(computed(made, target, {"X": X[0, 0]}), expected(X[0, 0]))


def test_heads_side_by_side_are_taken_apart_without_a_copy():
    made = system("Z[h] = X[:, h*p:(h+1)*p]", X="n 2*p")
    X = matrices(11, (2,), X=(4, 4))["X"]
    assert np.shares_memory(lambdify_system(made)(X), X)


@pytest.mark.parametrize("target", TARGETS)
def test_blocks_of_members_and_stacks_of_families(target):
    made = system(
        "A[h] = T[h][:, 1:3]\nB[h] = hstack(A[h], v, T[h])\nC = sum(h, B[h])\nD[g, h] = T[g][h*2:h*2+2, :]\n"
        "E[h] = vstack(T[h], Y)",
        T="H 4 3",
        v="4 1",
        Y="4 3",
    )
    numbers = {**matrices(12, (2,), T=(2, 4, 3)), **matrices(13, (3, 1), v=(4, 1)), **matrices(14, Y=(4, 3))}
    found = computed(made, target, numbers, outputs=list("ABCDE"))
    T, v, Y = (numbers[name] for name in "TvY")
    for a in range(3):
        for b in range(2):
            each = [np.hstack([T[b, h][:, 1:], v[a, 0], T[b, h]]) for h in range(2)]
            assert np.array_equal(found["B"][a, b], each)
            assert np.allclose(found["C"][a, b], each[0] + each[1])
            assert np.array_equal(found["D"][b], [[T[b, g][:2], T[b, g][2:]] for g in range(2)])
            assert np.array_equal(found["E"][b], [np.vstack([T[b, h], Y]) for h in range(2)])


def test_what_was_stacked_or_looked_up_is_not_the_input_itself():
    made = system(
        "A = matrix(n, m, Y[i, j])\nB = A * 2\nC[h] = Y[:, h:h+1]\nD = softmax(B) + sum(h, C[h] ** 2)", Y="n m"
    )
    Y = matrices(15, Y=(4, 3))["Y"]
    before = Y.copy()
    lambdify_system(made)(Y)
    assert np.array_equal(Y, before)


def test_a_formula_without_inputs_takes_their_common_dtype():
    f = lambdify_system(system("Z = matrix(n, m, i / (j + 1))\nO = Z * Y", Y="n m"), outputs=["Z", "O"])
    for dtype in ("float32", "float64"):
        found = f(np.ones((2, 3), dtype=dtype))
        assert {value.dtype for value in found.values()} == {np.dtype(dtype)}


def test_lambdify_takes_formulas_and_blocks():
    from sympy import MatrixSymbol, symbols

    n, m = symbols("n m", integer=True, positive=True)
    A, i, j = MatrixSymbol("A", n, m), index("i"), index("j")
    numbers = matrices(16, A=(3, 4))["A"]
    f = lambdify(A, [IndexedMatrix(i - A[i, j], i, j, n, m), Block(A, 0, 1, n, m - 1)])
    assert np.allclose(f(numbers)[0], np.arange(3)[:, None] - numbers)
    assert np.array_equal(f(numbers)[1], numbers[:, 1:])


@pytest.mark.parametrize("target", ["numpy", "torch"])
@pytest.mark.parametrize("formula", ["(2 ** i) % 7", "(i ** 20) % 7", "(i ** 9) // 3"])
def test_powers_that_no_array_holds_are_refused_where_what_is_left_over_would_be_noise(target, formula):
    with pytest.raises(LoweringError, match="53 bits"):
        mechanism("powers", {"A": "n n"}, f"B = A + matrix(n, n, {formula})").lambdify(target)


def test_small_powers_under_a_remainder_are_exact():
    system = mechanism("powers", {"A": "n n"}, "B = A + matrix(n, n, (i ** 3 + n) % 7)")
    found = system.lambdify("numpy")(np.zeros((50, 50)))
    assert [int(number) for number in found[:, 0]] == [(i**3 + 50) % 7 for i in range(50)]


MEMBERS = {
    "one row": ("H 1 m", "F[h][0, (j + 1) % m]", lambda F: F[:, :, [1, 2, 0]]),
    "one column": ("H m 1", "F[h][(j + 1) % m, 0]", lambda F: F.swapaxes(1, 2)[:, :, [1, 2, 0]]),
    "one entry": ("H m 1", "F[h][m - 1, 0]", lambda F: F[:, 2:3]),
    "a row by its index": ("H n m", "F[h][(h + 1) % n, m - 1 - j]", lambda F: F[[0, 1], [1, 2], None, ::-1]),
}
"""Members of a family at positions that the rows of the result do not tell."""


@pytest.mark.parametrize("batch", [(), (2,)], ids=["one", "batch"])
@pytest.mark.parametrize("name", MEMBERS)
@pytest.mark.parametrize("target", TARGETS)
def test_members_are_looked_up_at_positions_without_rows(target, name, batch):
    shape, text, expected = MEMBERS[name]
    made = mechanism("members", {"F": shape, "A": "n m"}, f"O[h] = matrix(n, m, {text} * A[i, j])")
    generator = np.random.default_rng(3)
    F = generator.normal(size=[{"H": 2, "n": 4, "m": 3, "1": 1}[length] for length in shape.split()])
    A = generator.normal(size=(4, 3))
    numbers = {"F": np.broadcast_to(F, batch + F.shape), "A": np.broadcast_to(A, batch + A.shape)}
    found = computed(made, target, numbers)
    assert np.allclose(found, np.broadcast_to(expected(F)[:, :1] * A, (*batch, 2, 4, 3)))
