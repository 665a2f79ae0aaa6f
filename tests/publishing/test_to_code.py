"""What the language's own printer writes, the language reads back as the same value."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from publishing_cases import parsed
from sympy import Le, MatrixSymbol

from symattn import mechanism, named
from symattn.errors import MissingRowError, SymattnError
from symattn.language import parse_expression
from symattn.language.declarations import declare
from symattn.nodes import IndexCondition, index
from symattn.publishing import code, latex, text
from symattn.shapes import size

FORMULAS = {
    "Q@K.T/sqrt(d_k)": "Q @ K.T / sqrt(d_k)",
    "Q @ (K.T @ V)": "Q @ (K.T @ V)",
    "-S @ V": "(-S) @ V",
    "-S**2": "-S**2",
    "(-S)**2": "(-S)**2",
    "S - (B - S)": "S - (B - S)",
    "S * (1/2)": "S * (1/2)",
    "sum(a, Q[:, a] @ K[:, a].T)": "sum(a, Q[:, a] @ K[:, a].T)",
    "gelu(tau) * S": "gelu(tau) * S",
    "elu(tau) * S": "elu(tau) * S",
    "relu(tau) * S": "relu(tau) * S",
    "sigmoid(tau) * S": "sigmoid(tau) * S",
    "exp(1) * S": "exp(1) * S",
    "W_Q[0, 1] * v[2] * S": "W_Q[0, 1] * v[2] * S",
    "softmax(S, where=causal)": "softmax(S, where=j <= i)",
    "softmax(S, where=causal_lower_right)": "softmax(S, where=j <= i + m - n)",
    "softmax(S, where=window(2, 0))": "softmax(S, where=i - 2 <= j <= i)",
    "softmax(S, where=causal & (j < 4))": "softmax(S, where=(j <= i) & (j < 4))",
    "softmax(S, where=i >= j)": "softmax(S, where=i >= j)",
    "softmax(S, where=abs(i - j) <= 2)": "softmax(S, where=abs(i - j) <= 2)",
    "softmax(S, where=0 < 1)": "softmax(S, where=0 == 0)",
    "softmax(S, where=1 < 0)": "softmax(S, where=0 != 0)",
    "softmax(S, where=M)": "softmax(S, where=M)",
    "softmax(S, where=padding & causal)": "softmax(S, where=padding & (j <= i))",
    "softmax(S, where=padding & (M & B))": "softmax(S, where=padding & (M & B))",
    "softmax(S, where=M * B & (i != j))": "softmax(S, where=M * B & (i != j))",
    "softmax(S, where=(M + B) & padding)": "softmax(S, where=(M + B) & padding)",
}


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_formula_is_written_as_it_is_typed(formula):
    assert code(parsed(formula)) == FORMULAS[formula]
    assert parsed(FORMULAS[formula]) == parsed(formula)


def test_an_entry_with_its_sum_is_not_in_the_language():
    with pytest.raises(MissingRowError, match="the language cannot print Sum"):
        code(parsed("Q @ K.T")[index("i"), index("j")])


def test_a_condition_on_other_letters_is_said_in_the_languages_own():
    r, c = index("r"), index("c")
    assert code(IndexCondition(Le(c, r), r, c, 2, 3)) == "j <= i"


def test_a_condition_that_swaps_its_letters_is_renamed_at_once():
    i, j = index("i"), index("j")
    assert code(IndexCondition(Le(i, j + 1), j, i, 2, 3)) == "j <= i + 1"


SQUARES = {name: MatrixSymbol(name, size("n"), size("n")) for name in "ABC"}
OTHERS = {"v": MatrixSymbol("v", size("n"), 1), "tau": declare("tau", ()), "c": declare("c", ())}
SCALARS = st.sampled_from(["2", "-3", "0.5", "1/3", "tau", "c", "-tau", "sqrt(n)", "exp(tau)", "tanh(c)", "n"])
LEAVES = st.sampled_from(["A", "B", "C", "A.T", "rowsum(B)", "colmax(A)", "v", "eye(n)", "sum(a, A[:, a] @ B[a, :])"])
SIGNS = st.sampled_from(["@", "*", "/", "+", "-"])
WORDS = st.sampled_from(["exp", "softmax", "rowmean", "sqrt", "lse", "gelu"])


SIDES = st.sampled_from(
    ["i", "j", "i - j", "j - i", "i + j", "i + n", "n - i", "2*j", "i/2", "i*j", "abs(i - j)", "0", "2", "3/2", "n"]
)
COMPARED = st.sampled_from(["<=", "<", ">=", ">", "==", "!="])
CONDITIONS = st.one_of(
    st.sampled_from(["causal", "causal_lower_right", "window(2, 0)", "window(1, n)", "window(n, 3)"]),
    st.tuples(SIDES, COMPARED, SIDES).map(" ".join),
    st.tuples(SIDES, COMPARED, SIDES, COMPARED, SIDES).map(" ".join),
)
MATRICES = st.sampled_from(["A", "B.T", "B * C", "A + B", "-C", "v", "v.T", "relu(A)"])
ALLOWED = st.recursive(
    st.one_of(CONDITIONS.map("({})".format), MATRICES.map("({})".format)),
    lambda inner: st.tuples(inner, inner).map(lambda pair: f"({pair[0]} & {pair[1]})"),
    max_leaves=4,
)


def read(formula):
    return parse_expression(formula, SQUARES | OTHERS)


def grown(children):
    """Random formulas; now and then one does not conform, and is passed over."""
    return st.one_of(
        st.tuples(children, SIGNS, children).map(lambda t: f"({t[0]}) {t[1]} ({t[2]})"),
        st.tuples(SCALARS, SIGNS, children).map(lambda t: f"({t[0]}) {t[1]} ({t[2]})"),
        st.tuples(children, SIGNS, SCALARS).map(lambda t: f"({t[0]}) {t[1]} ({t[2]})"),
        children.map(lambda a: f"-({a})"),
        children.map(lambda a: f"({a}).T"),
        children.map(lambda a: f"({a})**2"),
        st.tuples(WORDS, children).map(lambda t: f"{t[0]}({t[1]})"),
    )


@given(st.recursive(LEAVES, grown, max_leaves=8))
@settings(max_examples=150, deadline=None)
def test_a_printed_value_reads_back_as_itself(formula):
    try:
        value = read(formula)
    except SymattnError:
        return
    assert read(code(value)) == value


@given(ALLOWED)
@settings(max_examples=200, deadline=None)
def test_an_allowed_set_reads_back_as_itself_and_is_printed(allowed):
    value = read(f"softmax(A @ B, where={allowed}) @ C")
    assert read(code(value)) == value
    for printed in (latex(value), text(value), latex(value[index("i"), index("j")])):
        assert printed.count("{") == printed.count("}")
        assert printed.count("(") == printed.count(")")


@given(st.recursive(LEAVES, grown, max_leaves=8))
@settings(max_examples=60, deadline=None)
def test_brackets_and_braces_are_balanced(formula):
    try:
        value = read(formula)
    except SymattnError:
        return
    printed = latex(value)
    assert printed.count("{") == printed.count("}")
    assert printed.count(r"\left") == printed.count(r"\right")
    assert printed.count("(") == printed.count(")")
    assert text(value).count("(") == text(value).count(")")


def test_a_system_is_written_as_it_is_given():
    system = named("additive")
    again = mechanism("again", {name: " ".join(map(str, system.shape(name))) for name in system.inputs}, code(system))
    assert tuple(again) == tuple(system)
