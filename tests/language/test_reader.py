"""The language of equations: what it admits, what it means, and what it refuses."""

import pickle
import time

import pytest
from sympy import MatrixSymbol, Rational, Symbol, Transpose, sqrt

from symattn import limits
from symattn.errors import LanguageError, LimitError, ShapeError, SymattnError, UnknownNameError
from symattn.language import parse_equations, parse_expression, parse_shape
from symattn.nodes import (
    Column,
    ElementwiseProduct,
    ElementwiseQuotient,
    ElementwiseSum,
    IndexSum,
    MatrixProduct,
    Negation,
    Row,
    Softmax,
)
from symattn.shapes import size

n, m, d_k, d_v = (size(name) for name in ("n", "m", "d_k", "d_v"))
Q, K, V = MatrixSymbol("Q", n, d_k), MatrixSymbol("K", m, d_k), MatrixSymbol("V", m, d_v)
c, tau = MatrixSymbol("c", n, 1), Symbol("tau", real=True)
INPUTS = {"Q": Q, "K": K, "V": V, "c": c, "tau": tau}


def read(text):
    return parse_expression(text, INPUTS)


def test_a_formula_keeps_the_order_in_which_it_is_written():
    assert read("Q @ K.T / sqrt(d_k)") == ElementwiseQuotient(MatrixProduct(Q, Transpose(K)), sqrt(d_k))


def test_brackets_make_two_programs_of_one_value():
    left, right = read("(Q @ K.T) @ V"), read("Q @ (K.T @ V)")
    assert left == MatrixProduct(MatrixProduct(Q, Transpose(K)), V)
    assert left != right


def test_a_double_transpose_is_kept_as_written_or_undone_but_never_changes_the_shape():
    assert read("Q.T.T").shape == (n, d_k)


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("Q @ K.T - rowmax(Q @ K.T)", (n, m)),
        ("exp(Q) / rowsum(exp(Q))", (n, d_k)),
        ("c + colsum(V)", (n, d_v)),
        ("tau * Q", (n, d_k)),
        ("-Q", (n, d_k)),
        ("Q ** 2", (n, d_k)),
        ("eye(n) @ Q + zeros(n, d_k)", (n, d_k)),
        ("ones(1, m) @ V", (1, d_v)),
        ("Q[:, 0]", (n, 1)),
        ("Q[0, :]", (1, d_k)),
        ("sum(a, Q[:, a] @ K[:, a].T)", (n, m)),
        ("lse(Q @ K.T)", (n, 1)),
    ],
)
def test_shapes_follow_numpy(text, shape):
    assert read(text).shape == shape


def test_numbers_are_exact():
    assert read("0.1 * Q") == ElementwiseProduct(Rational(1, 10), Q)
    assert read("2.5e-3 * Q") == ElementwiseProduct(Rational(1, 400), Q)
    assert parse_expression("1/3", {}) == Rational(1, 3)


def test_a_sum_over_an_index_takes_its_range_from_what_the_index_selects():
    value = read("sum(a, c * Q[:, a])")
    assert isinstance(value, IndexSum)
    assert value.length == d_k
    assert isinstance(read("Q[0, :]"), Row)
    assert isinstance(read("Q[:, 0]"), Column)


def test_the_same_index_cannot_run_over_two_ranges():
    with pytest.raises(ShapeError, match="runs over d_k values elsewhere and over m here"):
        read("sum(a, Q[:, a] @ K[a, :])")


def test_equations_use_the_names_above_them_and_comments_are_ignored():
    equations = parse_equations("S = Q @ K.T   # scores\n\n  P = softmax(S)\n  O = P @ V".replace("\n  ", "\n"), INPUTS)
    assert [equation.name for equation in equations] == ["S", "P", "O"]
    assert equations[1].value == Softmax(MatrixSymbol("S", n, m))


def test_unary_signs():
    assert read("-Q + +Q") == ElementwiseSum(Negation(Q), Q)


POINTED = [
    ("Q @ K", ShapeError, "Did you mean Q @ K.T?", "^^^^^"),
    ("Q * K", ShapeError, "Did you mean Q @ K.T?", "^^^^^"),
    ("K.T @ V.T", ShapeError, "Did you mean K.T @ V?", "^^^^^^^^^"),
    ("V @ K.T", ShapeError, "the inner sizes d_v and d_k must be equal", "^^^^^^^"),
    ("Q + V", ShapeError, "does not broadcast", "^^^^^"),
    ("Q @ 2", ShapeError, "Did you mean Q * 2?", "^^^^^"),
    ("softmax(3)", ShapeError, "takes a matrix", "^^^^^^^^^^"),
    ("sofmax(Q)", UnknownNameError, "Did you mean softmax?", "^^^^^^"),
    ("q", UnknownNameError, "Did you mean Q?", "^"),
    ("missing", UnknownNameError, "Known here: Q, K, V", "^^^^^^^"),
    ("(Q @ K.T", LanguageError, "never closed", "^"),
    ("Q @ K.T)", LanguageError, "closes nothing", "^"),
    ("__import__('os')", SymattnError, "not a function of the language", "^^^^^^^^^^"),
    ("Q.__class__", LanguageError, "the one attribute is .T", "^^^^^^^^^^^"),
    ("Q.T.shape", LanguageError, "the one attribute is .T", "^^^^^^^^^"),
    ("[x for x in Q]", LanguageError, "comprehension", "^"),
    ("(lambda x: x)(Q)", LanguageError, "only the functions of the language", "^"),
    ("Q if tau else K", LanguageError, "a condition", "^"),
    ("Q < K", LanguageError, "a condition", "^"),
    ("'Q'", LanguageError, "a string", "^"),
    ("f'{Q}'", LanguageError, "a string", "^"),
    ("Q / 0", LanguageError, "division by zero", "^"),
    ("Q * (1 / 0)", LanguageError, "division by zero", "^"),
    ("Q * sqrt(-2)", LanguageError, "not a real number", "^"),
    ("Q ** n", LanguageError, r"For a positive base write exp\(n * log\(Q\)\).", "^"),
    ("Q ^ 2", LanguageError, "write **", "^"),
    ("Q * 0x10", LanguageError, "not a decimal number", "^"),
    ("Q * 1_000", LanguageError, "not a decimal number", "^"),
    ("Q * 2j", LanguageError, "not a decimal number", "^"),
    ("softmax(Q, axis=0)", LanguageError, "is of each row and takes its arguments by position", "^"),
    ("softmax(Q, where=j <= i and i < 3)", LanguageError, "joined by &", "^"),
    ("softmax(Q, K)", LanguageError, "takes one argument, found 2", "^"),
    ("eye(Q)", LanguageError, "not a size", "^"),
    ("Q[0:2, :]", ShapeError, "the stretch 0:2 does not lie inside a length of n for all sizes", "^"),
    ("Q[0]", LanguageError, r"write Q\[:, a\]", "^"),
    ("(Q @ K.T)[0, 0]", LanguageError, "only a named matrix", "^"),
    ("Q[-1, :]", ShapeError, "outside 0", "^"),
    ("sum(a, Q)", LanguageError, "its range is unknown", "^"),
    ("Q @ K.T @", LanguageError, "not an equation", "^"),
    ("lambda * Q", LanguageError, "Write lamda for lambda.", "^"),
    ("Q * 9**9**9", LimitError, "an exponent of 387420489", "^"),
    ("Q * 1e999999999", LimitError, "exponent beyond 1000", "^"),
    ("Q * " + "1" * 5000, LimitError, "a number of 5000 digits", "^"),
    ("(" * 2000 + "Q" + ")" * 2000, LimitError, "deeper than 100", "^"),
    ("+".join(["Q"] * 500), LimitError, "operations inside one another", "^"),
]


@pytest.mark.parametrize(("text", "kind", "message", "carets"), POINTED, ids=[case[0][:24] for case in POINTED])
def test_a_mistake_is_named_and_pointed_at(text, kind, message, carets):
    with pytest.raises(kind, match=message.replace("?", r"\?").replace("*", r"\*")) as caught:
        read(text)
    line, pointer = caught.value.context[-2:]
    assert line.startswith("in")
    assert carets in pointer
    assert set(pointer) == {" ", "^"}
    assert len(pointer.rstrip()) <= max(len(line), 130)


def test_the_carets_stand_under_the_mistake():
    with pytest.raises(ShapeError) as caught:
        parse_equations("S = Q @ K / sqrt(d_k)", INPUTS)
    line, pointer = caught.value.context
    assert line[pointer.index("^") : pointer.rindex("^") + 1] == "Q @ K"
    assert str(caught.value).splitlines()[1] == "  in equation 1: S = Q @ K / sqrt(d_k)"


UNREADABLE = {
    "50 000 terms": "+".join(["Q"] * 50_000),
    "5 000 terms": "+".join(["Q"] * 5_000),
    "minus signs": "-" * 3000 + "Q",
    "NUL": "Q\0",
    "zero-width space": "Q\u200b",
    "Cyrillic a": "\u0430",
    "Greek capital that looks like Latin": "\u0391",
    "right-to-left override": "Q\u202e",
    "TeX": "\\input{x}",
    "markup": "<script>alert(1)</script>",
    "line continuation": "Q \\\n@ K",
    "full-width letters": "\uff31",
}


@pytest.mark.parametrize("text", UNREADABLE.values(), ids=UNREADABLE)
def test_what_cannot_be_read_is_refused_at_once(text):
    begun = time.monotonic()
    with pytest.raises((LanguageError, LimitError)) as caught:
        read(text)
    assert str(caught.value).isprintable() or "\n" in str(caught.value)
    assert all(character.isprintable() for line in str(caught.value).splitlines() for character in line)
    assert time.monotonic() - begun < 5


def test_the_name_of_a_look_alike_is_given():
    with pytest.raises(LanguageError, match=r"CYRILLIC SMALL LETTER A, U\+0430"):
        read("\u0430")


@pytest.mark.parametrize(
    "equations",
    [
        "Q = K",
        "n = Q",
        "softmax = Q",
        "np = Q",
        "_S = Q",
        "S__T = Q",
        "S = Q\nS = K",
        "S, T = Q",
        "S += Q",
        "S == Q",
        "import os",
        "",
        "# nothing",
    ],
)
def test_the_left_side_is_one_new_name(equations):
    with pytest.raises(LanguageError):
        parse_equations(equations, INPUTS)


@pytest.mark.parametrize(
    "text", ["n", "n 2 3 4 5 6 7", "n 0", "n -1", "n 1.5", "n d!", "n softmax", "n <script>", "n \u0430"]
)
def test_a_shape_is_two_sizes(text):
    with pytest.raises((LanguageError, ShapeError)):
        parse_shape(text, "Q")


def test_shapes_may_be_products_numbers_or_nothing():
    assert parse_shape("n 2*d_k", "Q") == (n, 2 * d_k)
    assert parse_shape("3 1", "Q") == (3, 1)
    assert parse_shape("", "tau") == parse_shape("scalar", "tau") == ()


def test_operations_are_counted_over_all_equations():
    lines = "\n".join(f"A{number} = Q + Q + Q + Q + Q + Q + Q" for number in range(limits.NODE_COUNT))
    with pytest.raises(LimitError):
        parse_equations(lines, INPUTS)


def test_nodes_are_picklable_hashable_and_equal_by_content():
    value = read("softmax(Q @ K.T / sqrt(d_k)) @ V")
    again = pickle.loads(pickle.dumps(value))
    assert again == value and hash(again) == hash(value) and {value: 1}[again] == 1


def test_errors_survive_pickling_with_their_context():
    with pytest.raises(ShapeError) as caught:
        read("Q @ K")
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
