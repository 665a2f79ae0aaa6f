"""Allowed sets in the language: conditions on i and j, named sets, matrices, and their intersection."""

import pytest
from sympy import And, Le, Lt, MatrixSymbol, Symbol

from symattn.errors import LanguageError, ShapeError, SymattnError
from symattn.language import parse_expression
from symattn.language.named_sets import COLUMN, ROW
from symattn.nodes import IndexCondition, Intersection, Softmax
from symattn.shapes import size

n, m, d = size("n"), size("m"), size("d")
INPUTS = {
    "S": MatrixSymbol("S", n, m),
    "V": MatrixSymbol("V", m, d),
    "M": MatrixSymbol("M", n, m),
    "padding": MatrixSymbol("padding", 1, m),
    "tau": Symbol("tau", real=True),
}
i, j = ROW, COLUMN


def allowed(where):
    value = parse_expression(f"softmax(S, where={where})", INPUTS)
    assert isinstance(value, Softmax) and value.shape == (n, m)
    return value.allowed


@pytest.mark.parametrize(
    ("where", "condition"),
    [
        ("causal", Le(j, i)),
        ("causal_lower_right", Le(j, i + m - n)),
        ("window(2, 0)", And(Le(i - 2, j), Le(j, i))),
        ("window(2, d)", And(Le(i - 2, j), Le(j, i + d))),
        ("j <= i", Le(j, i)),
        ("0 <= i - j < 3", And(Le(0, i - j), Lt(i - j, 3))),
        ("(j <= i) & (i - j < 2)", And(Le(j, i), Lt(i - j, 2))),
        ("causal & (j < 4)", And(Le(j, i), Lt(j, 4))),
    ],
)
def test_a_condition_on_the_indices(where, condition):
    assert allowed(where) == IndexCondition(condition, i, j, n, m)


def test_a_matrix_and_an_intersection():
    assert allowed("M") == INPUTS["M"]
    assert allowed("padding & M") == Intersection(INPUTS["padding"], INPUTS["M"])
    assert allowed("padding & causal") == Intersection(INPUTS["padding"], IndexCondition(Le(j, i), i, j, n, m))


@pytest.mark.parametrize(
    ("where", "message"),
    [
        ("j <= i & i < 2", "& binds closer than a comparison"),
        ("j <= tau", "tau is none"),
        ("S <= j", "not matrices"),
        ("j in i", "a condition is made of"),
        ("3", "no allowed set"),
        ("i", "no allowed set"),
        ("V", "must stretch to"),
        ("causal & V", "must stretch to"),
        ("window(1)", "to the left and to the right"),
        ("window(-1, 0)", "not a number of keys"),
        ("window(i, 0)", "not a number of keys"),
        ("windo(1, 0)", "Did you mean window"),
        ("~M", "not in the language"),
        ("~causal", "write the opposite, as j > i"),
        ("(j <= i) | (M < 1)", r"found \|\. For what is in either, .* where=matrix\(n, m, 1 if j <= i else 1 if j < 3"),
        ("causal | M", r"joined by &, which keeps what is in both; found \|"),
        ("j <= i or j < 3", "joined by &, which keeps what is in both; found or"),
        ("M > 0", r"not matrices; it takes the entries of M one by one, as in matrix\(n, m, 1 if M\[i, j\] > 0 else 0"),
        ("M + S > 0", r"not matrices; found M \+ S"),
    ],
)
def test_what_is_no_allowed_set_is_refused_at_its_place(where, message):
    with pytest.raises(SymattnError, match=message) as caught:
        allowed(where)
    assert "^" in caught.value.context[-1]


def test_what_the_messages_advise_can_be_written():
    either, positive = "1 if j <= i else 1 if j < 3 else 0", "1 if M[i, j] > 0 else 0"
    assert allowed(f"matrix(n, m, {either})").shape == allowed(f"matrix(n, m, {positive})").shape == (n, m)


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        ("softmax(S, axis=1)", "given as where="),
        ("softmax(S, causal)", "takes one argument"),
        ("exp(S, where=causal)", "by position"),
        ("causal", "write it as in"),
        ("i * S", "i is not defined"),
    ],
)
def test_an_allowed_set_stands_in_a_softmax_only(formula, message):
    with pytest.raises(SymattnError, match=message):
        parse_expression(formula, INPUTS)


def test_a_size_called_i_cannot_be_meant_at_the_same_time():
    with pytest.raises(LanguageError, match="rename it"):
        parse_expression("softmax(S, where=causal)", {"S": MatrixSymbol("S", size("i"), m)})


def test_an_allowed_set_must_stretch_to_the_scores():
    with pytest.raises(ShapeError, match="does not stretch"):
        Softmax(INPUTS["S"], INPUTS["V"])


def test_concrete_sizes_reach_the_condition():
    value = parse_expression("softmax(S, where=causal_lower_right)", INPUTS).xreplace({n: 2, m: 5})
    assert value.allowed.condition == Le(j, i + 3)
