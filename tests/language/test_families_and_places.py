"""Families, blocks, stacks, formulas by entry and the relatives of softmax in the language: meaning and mistakes."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Integer

from symattn.errors import LanguageError, LimitError, ShapeError, SymattnError, UnknownNameError
from symattn.language import parse_equations, parse_shape
from symattn.language.declarations import declare
from symattn.nodes import (
    Block,
    Cases,
    Concatenation,
    Entmax,
    FamilySymbol,
    Hardmax,
    HorizontalStack,
    IndexedMatrix,
    IndexSum,
    LogSumExp,
    MatrixProduct,
    Member,
    Scatter,
    VerticalStack,
    index,
)
from symattn.nodes.cases import put_in
from symattn.shapes import size

n, m, d, H, k = (size(name) for name in ("n", "m", "d", "H", "k"))
h, i, j = (index(name) for name in "hij")
SHAPES = {
    "X": "n m",
    "Q": "H n d",
    "W": "H d m",
    "G": "R H n m",
    "v": "m 1",
    "r": "1 m",
    "w": "2*k+1 1",
    "Z": "n H*d",
    "S": "n n",
    "tau": "scalar",
}
INPUTS = {name: declare(name, parse_shape(shape, name)) for name, shape in SHAPES.items()}
X, Q, W, G, Z = (INPUTS[name] for name in "XQWGZ")


def read(text):
    return parse_equations(text, INPUTS)


def value(text):
    return read(f"Y = {text}")[0].value


# Families


def test_leading_sizes_declare_a_family():
    assert FamilySymbol("Q", n, d, H) == Q and Q.lengths == (H,)
    assert G.lengths == (size("R"), H) and G.shape == (n, m)


def test_an_index_on_the_left_makes_a_family_of_what_it_selects():
    first, second = read("P[h] = Q[h] @ W[h]\nO = P[0] + sum(h, P[h])")
    assert first.axes == ((h, H),) and first.value == MatrixProduct(Member(Q, h), Member(W, h))
    P = FamilySymbol("P", n, m, H)
    assert second.value.left == Member(P, 0) and second.value.right == IndexSum(Member(P, h), h, H)


def test_axes_stand_in_the_order_of_the_left_side():
    (equation,) = read("Y[a, b] = G[b, a].T")
    assert equation.axes == ((index("a"), H), (index("b"), size("R")))
    assert [length for _, length in read("Y[a] = G[0, a]")[0].axes] == [H]


def test_members_stand_in_sums_and_concatenations_and_as_entries():
    assert value("sum(h, Q[h])") == IndexSum(Member(Q, h), h, H)
    concatenated = value("concat(h, Q[h])")
    assert isinstance(concatenated, Concatenation) and concatenated.shape == (n, H * d)
    assert value("Q[1][:, 0]").matrix == Member(Q, 1)
    assert value("Q[1][0, 2] * X").left.parent == Member(Q, 1)
    assert value("sum(g, sum(h, G[g, h]))").term.term == Member(G, index("g"), h)


# Blocks and stacks


def test_a_block_is_a_start_and_a_count():
    assert value("X[0:1, :]") == Block(X, 0, 0, 1, m)
    assert value("X[:, :]") == X and value("w[1:, :]").shape == (2 * k, 1)


def test_stretches_give_an_index_its_range():
    (equation,) = read("Y[h] = Z[:, h*d:(h + 1)*d]")
    assert equation.axes == ((h, H),) and equation.value == Block(Z, 0, h * d, n, d)
    assert read("Y[a] = S[a:a + 1, :]")[0].axes == ((index("a"), n),)


def test_matrices_stand_side_by_side_and_one_below_another():
    assert value("hstack(X, S)") == HorizontalStack(X, INPUTS["S"]) and value("hstack(X, S)").shape == (n, m + n)
    assert value("vstack(X, r)") == VerticalStack(X, INPUTS["r"])


# Formulas by entry


def test_a_formula_is_in_rows_columns_and_sizes():
    assert value("matrix(n, m, i - 2*j + m)") == IndexedMatrix(i - 2 * j + m, i, j, n, m)


def test_choices_are_cases_and_look_ups_are_entries():
    made = value("matrix(n, m, X[i, j - 1] if j >= 1 else tau)")
    assert made.formula == Cases((X[i, j - 1], j >= 1), (INPUTS["tau"], True))
    assert value("matrix(n, n, w[j - i + k] if abs(i - j) <= k else 0)").formula.args[0].expr.i == j - i + k


def test_chains_of_choices_are_one_list_of_cases():
    chain = value("matrix(n, m, 1 if i < j else 2 if i == j else 3)").formula
    assert [case.expr for case in chain.args] == [1, 2, 3]


def test_an_index_around_it_may_stand_in_a_formula():
    (equation,) = read("Y[h] = matrix(n, n, -w[h] * abs(i - j))")
    assert equation.axes == ((h, 2 * k + 1),)
    assert value("sum(h, matrix(n, m, h * G[0, h][i, j]))").length == H


# The relatives of softmax


def test_the_relatives_of_softmax_take_allowed_sets():
    assert value("sparsemax(X)") == Entmax(X, 2) == value("entmax(X, 2)")
    assert value("entmax(X, 1.5, where=causal)").alpha == value("entmax(X, 3/2)").alpha
    assert isinstance(value("hardmax(X, where=j <= i)"), Hardmax)
    assert isinstance(value("lse(X, where=r)"), LogSumExp)


# Mistakes

MISTAKES = [
    ("Q[h] = X", LanguageError, "Q already has a meaning"),
    ("Y[h] = X", LanguageError, "the index h selects nothing on the right side"),
    ("Y[0] = X", LanguageError, "asked for an index, a name such as h; found 0"),
    ("Y[h + 1] = Q[h]", LanguageError, "asked for an index"),
    ("Y[h:] = Q[h]", LanguageError, "asked for an index"),
    ("Y[h, h] = G[h, h]", LanguageError, "h already has a meaning"),
    ("Y[n] = Q[n]", LanguageError, "n already has a meaning"),
    ("Y[X] = Q[X]", LanguageError, "X already has a meaning"),
    ("Y[a, b, c, e, f] = X", LimitError, "Y has 5 axes; the most is 4"),
    ("Y[h] = Q[h][0, 0]", LanguageError, "Y would be a family of scalars"),
    ("Y[h][g] = Q[h]", LanguageError, "the left side of an equation is one name"),
    ("Y = Q", LanguageError, r"Q is a family; write one of its members, as in Q\[h\]"),
    ("Y = softmax(Q)", LanguageError, "Q is a family"),
    ("Y = G", LanguageError, r"as in G\[h, g\]"),
    ("Y = Q[0, 1]", LanguageError, r"a member takes 1 subscript, of lengths \(H\)"),
    ("Y = G[0]", LanguageError, "a member takes 2 subscripts"),
    ("Y = Q[0:1]", LanguageError, "Q is a family"),
    ("Y = Q[-1]", ShapeError, "the subscript -1 is outside"),
    ("Y = Q[H]", ShapeError, "the subscript H is outside 0 … H - 1"),
    ("Y = Q[h]", UnknownNameError, "h is not defined"),
    ("Y = sum(h, Q[h] @ W[h] @ X[:, h].T)", ShapeError, "the index h runs over H values elsewhere and over m here"),
    ("Y[h] = sum(h, Q[h])", LanguageError, "h already has a meaning"),
    ("Y = sum(h, X)", LanguageError, "the index h selects nothing"),
    ("Y = concat(h, 3)", LanguageError, "the index h selects nothing"),
    ("Y = concat(Q[h], h)", LanguageError, "concat takes an index and a formula"),
    ("Y = X[:, 2:1]", ShapeError, "the stretch 2:1 has -1 entries"),
    ("Y = X[::2, :]", LanguageError, "steps are not in the language"),
    ("Y = X[:, 0:2]", ShapeError, "does not lie inside a length of m for all sizes"),
    ("Y = X[:, -1:]", ShapeError, "does not lie inside"),
    ("Y = X[:, 0.5:1.5]", LanguageError, "is not a whole number for all sizes"),
    ("Y = X[0, 0:1]", LanguageError, "a stretch goes with a stretch"),
    ("Y = X[X:X, :]", ShapeError, "a bound is a scalar"),
    ("Y[h] = Z[:, h*d:(h + 2)*d]", ShapeError, "the range of h does not follow"),
    ("Y[h] = Z[:, h*n:(h + 1)*n]", ShapeError, "the range of h does not follow"),
    ("Y = hstack(X)", LanguageError, "two or more matrices"),
    ("Y = hstack(X, v)", ShapeError, "no common number of rows"),
    ("Y = vstack(X, v)", ShapeError, "no common number of columns"),
    ("Y = matrix(n, m)", LanguageError, "matrix takes 3 arguments"),
    ("Y = matrix(n, m, X)", ShapeError, "the formula of an entry is a scalar"),
    ("Y = matrix(n, m, matrix(n, m, i))", ShapeError, "the formula of an entry is a scalar"),
    ("Y = matrix(tau, m, i)", LanguageError, "tau is not a size"),
    ("Y = matrix(n - 1, m, i)", LanguageError, "n - 1 is not a size"),
    ("Y = matrix(n, m, 1 if i else 0)", LanguageError, "asked for a condition such as j <= i, found i"),
    ("Y = matrix(n, m, 1 if i < j or i > 2 else 0)", LanguageError, "conditions are joined by &"),
    ("Y = matrix(n, m, 1 if X > 0 else 0)", LanguageError, "not matrices"),
    ("Y = matrix(n, m, X if i > 0 else 0)", ShapeError, "a value by cases is a scalar"),
    ("Y = matrix(n, m, lambda: 1)", LanguageError, "a lambda is not in the language"),
    ("Y = matrix(n, m, i // j)", LanguageError, "j is not positive for all sizes"),
    ("Y = matrix(n, m, i % 0)", LanguageError, "0 is not positive"),
    ("Y = matrix(n, m, tau // 2)", LanguageError, "// and % take whole numbers"),
    ("Y = X // 2", LanguageError, "// and % take whole numbers"),
    ("Y = matrix(n, m, X[i / 2, j])", LanguageError, "a position is a whole number made of indices and sizes"),
    ("Y = matrix(n, m, X[floor(X[i, j]), j])", LanguageError, "a position is a whole number"),
    ("Y = matrix(n, m, X[tau, j])", LanguageError, "a position is a whole number"),
    ("Y = matrix(n, m, X[n, j])", ShapeError, "the subscript n is outside"),
    ("Y = matrix(n, m, X[i])", LanguageError, r"write X\[:, a\]"),
    ("Y = matrix(n, m, h)", UnknownNameError, "h is not defined"),
    ("Y = matrix(n, m, 10 ** 10 ** 10)", LimitError, "an exponent of 10000000000"),
    ("Y = matrix(n, m, (-2) ** (i / 2))", LanguageError, "only if its base is positive"),
    ("Y = matrix(n, n, tau ** (i - j))", LanguageError, r"write exp\(\(i - j\) \* log\(tau\)\)"),
    ("Y = matrix(n, m, i < j)", LanguageError, "1 if i < j else 0"),
    ("Y = Q[g]", UnknownNameError, r"the index g is not defined. An index .* P\[g\] = …, or in a sum\(g, …\)"),
    ("Y = X[:, g * 2:(g + 1) * 2]", UnknownNameError, "the index g is not defined"),
    ("Y = matrix(n, m, X[i, clp(j, 0, 1)])", UnknownNameError, "Did you mean clip?"),
    ("Y = matrix(n, m, X[i, missing[j]])", UnknownNameError, "missing is not defined."),
    ("Y = matrix(n, m, 1 / (i - i))", LanguageError, "not a finite number"),
    ("Y = matrix(n, m, (m - 2) % (n + 1))", LimitError, "is too involved"),
    ("Y = matrix(n, m, min(i))", LanguageError, "min takes 2 or more arguments"),
    ("Y = matrix(n, m, clip(i, 0))", LanguageError, "clip takes 3 arguments"),
    ("Y = max(X, 0)", ShapeError, "an argument of max is a scalar"),
    ("Y = X if tau > 0 else X", ShapeError, "a value by cases is a scalar"),
    ("Y[i] = softmax(Q[i], where=causal)", LanguageError, "i is an index inside where=… and matrix"),
    ("Y = sum(j, matrix(n, m, X[i, j]))", LanguageError, "j is an index inside where=… and matrix"),
    ("i = X\nY = softmax(X, where=causal)", LanguageError, "rename it"),
    ("Y = entmax(X)", LanguageError, "entmax takes 2 arguments, scores and alpha"),
    ("Y = entmax(X, 1)", LanguageError, "a number above 1"),
    ("Y = entmax(X, tau)", LanguageError, "a number above 1"),
    ("Y = sparsemax(tau)", ShapeError, "sparsemax takes a matrix"),
    ("Y = hardmax(X, 2)", LanguageError, "hardmax takes one argument"),
    ("Y = softmax(X, where=S)", ShapeError, "must stretch to"),
    ("Y = cos(X, where=causal)", LanguageError, "by position"),
]


@pytest.mark.parametrize(("text", "kind", "message"), MISTAKES, ids=[case[0] for case in MISTAKES])
def test_a_mistake_is_named_once_and_pointed_at(text, kind, message):
    with pytest.raises(kind, match=message.replace("+", r"\+") if "\\" not in message else message) as caught:
        read(text)
    assert len(caught.value.context) == 2 and "^" in caught.value.context[1]


# Anything

WORDS = (
    "X Q W G v r w Z S tau n m d H k h g i j Y 0 1 2 -1 0.5 1e9 1e99 ( ) [ ] , : + - * / // % ** @ & | ~ < <= == != "
    "if else not and or in is lambda for . .T = where= sum( concat( matrix(n,m, softmax( entmax( sparsemax( hardmax( "
    "lse( hstack( vstack( clip( min( max( floor( cos( exp( causal window( Q[h] G[g,h] X[:,h] Z[:,h*d:(h+1)*d] X[i,j] "
    "v[j] None True ... {} 'x' await yield :="
)
SIGNS = "+ - * / @ // % ** & < =="
TOKENS = st.sampled_from(WORDS.split())
SHAPELY = st.recursive(
    st.sampled_from(["X", "Q[h]", "Q[0]", "S", "v", "r", "tau", "2", "i", "j", "n", "X[i, j]", "w[i]", "X[:, h]"]),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(SIGNS.split()), inner).map(" ".join),
        st.tuples(st.sampled_from(["sum(h", "concat(h", "matrix(n, m", "hstack(X", "entmax(X"]), inner).map(
            lambda t: f"{t[0]}, {t[1]})"
        ),
        st.tuples(inner, inner).map(lambda t: f"softmax({t[0]}, where={t[1]})"),
        st.tuples(inner, inner, inner).map(lambda t: f"({t[0]} if {t[1]} > {t[2]} else {t[2]})"),
        st.tuples(inner, inner).map(lambda t: f"X[{t[0]}, {t[1]}]"),
        st.tuples(inner, inner).map(lambda t: f"Z[:, {t[0]}:{t[1]}]"),
        inner.map(lambda x: f"(-{x})"),
    ),
    max_leaves=6,
)
LEFT = st.sampled_from(["Y", "Y[h]", "Y[g, h]", "Y[i]", "Y[0]", "Y[h + 1]", "X", "n", "Y[h][g]", "sum"])


def read_or_refused(text):
    try:
        read(text)
    except SymattnError as error:
        assert str(error)


@given(LEFT, st.lists(TOKENS, max_size=12))
@settings(max_examples=200, deadline=None)
def test_any_row_of_words_is_read_or_refused(left, words):
    read_or_refused(f"{left} = {' '.join(words)}")


@given(LEFT, SHAPELY)
@settings(max_examples=200, deadline=None)
def test_any_formula_is_read_or_refused(left, text):
    read_or_refused(f"{left} = {text}")


@pytest.mark.parametrize(
    "text",
    [
        "Y = " + "matrix(n, m, " * 60 + "i" + ")" * 60,
        "Y = matrix(n, m, " + "(i if i < j else " * 90 + "0" + ")" * 91,
        "Y = " + "sum(h, " * 80 + "Q[h]" + ")" * 80,
        "Y = X[" * 80 + "0" + ", 0]" * 80,
        "Y = matrix(n, m, " + " + ".join(["X[i, j]"] * 90) + ")",
        "Y = matrix(n, m, 2 ** (i * 10 ** 9))",
        "Y = matrix(n, 10 ** 300, i)",
        "Y = matrix(n, m, 1 if 2 ** (i * 10 ** 9) > j else 0)",
    ],
    ids=range(8),
)
def test_what_is_deep_or_large_is_read_or_refused(text):
    read_or_refused(text)


# Scatters


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("scatter(n, m, X, i)", "scatter takes 5 arguments"),
        ("scatter(n, m, 3, i, j)", "scatter takes a matrix, but 3 is a scalar"),
        ("scatter(n, m, X, i / 2, j)", "a position is a whole number made of i, j"),
        ("scatter(n, m, X, i, X)", "a position is a scalar, but X is a matrix"),
        ("scatter(n - m, m, X, i, j)", "n - m is not a size"),
        ("scatter(n, m, X[i, :], i, j)", "i is not defined"),
        ("scatter(n, m, X, i, floor(tau))", "a position is a whole number made of i, j"),
    ],
)
def test_what_a_scatter_cannot_take_is_said(text, said):
    with pytest.raises(SymattnError, match=said):
        value(text)


def test_a_scatter_has_the_shape_that_it_is_given_and_binds_its_indices():
    made = value("scatter(m, 2 * n, matrix(n, m, X[i, j] * i), j, 2 * i)")
    assert isinstance(made, Scatter) and made.shape == (m, 2 * n)
    assert put_in(made, {i: Integer(1), j: Integer(1)}) == made
    moved = put_in(Scatter(X, i + h, 0, i, j, 3, 1), {h: i})
    assert moved.positions[0] == moved.row + i and moved.row != i
