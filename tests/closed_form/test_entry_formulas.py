"""entry: the right number for every node and size, indices that never clash, the order in which it was written."""

import math

import numpy as np
import pytest
from closed_form_cases import (
    ADDITIVE,
    COSINE,
    CROSS,
    GENERIC,
    GENERIC_OUTPUT,
    GENERIC_SIZES,
    MECHANISMS,
    NODE_CASES,
    NODE_INPUTS,
    NODE_NUMBERS,
    NODE_SIZES,
    all_entries,
    as_number,
    at_place,
    random_inputs,
    system,
    values_of,
)
from sympy import Add, ImmutableMatrix, MatrixSymbol, Mul, Pow, S, Sum, Symbol, exp, preorder_traversal, sqrt
from sympy.concrete.expr_with_limits import ExprWithLimits

from symattn import limits, nodes
from symattn.closed_form import entry
from symattn.closed_form.counting import operations, operations_in_entry
from symattn.errors import LanguageError, LimitError, ShapeError, UnknownNameError
from symattn.nodes import index
from symattn.nodes.written import names_in
from symattn.shapes import size

i, j = index("i"), index("j")


def node_case(text):
    case = system(NODE_INPUTS, "Z = " + text)
    return case, case.with_sizes(**{name: NODE_SIZES[name] for name in NODE_SIZES})


def bound_indices(expression):
    """The index of every sum in an expression, as often as a sum stands there."""
    sums = (part for part in preorder_traversal(expression) if isinstance(part, ExprWithLimits))
    return [limit[0].name for part in sums for limit in part.limits]


# Textbook form


def test_scores_are_an_indexed_sum_in_textbook_order():
    Q, K = MatrixSymbol("Q", size("n"), size("d_k")), MatrixSymbol("K", size("m"), size("d_k"))
    scores = entry(CROSS, "S", i, j)
    total, scale = scores.args
    r = total.limits[0][0]
    assert total.function.args == (Q[i, r], K[j, r])
    assert total.limits[0] == (r, 0, size("d_k") - 1)
    assert scale == 1 / sqrt(size("d_k"))


def test_weights_are_a_quotient_of_exponentials():
    numerator, denominator = entry(CROSS, "P", i, j).args
    scores = MatrixSymbol("S", size("n"), size("m"))
    assert numerator == exp(scores[i, j])
    assert denominator.exp == -1 and denominator.base.function.func is exp


def test_explicit_terms_stand_in_order():
    case = CROSS.with_sizes(**GENERIC_SIZES)
    P, V = MatrixSymbol("P", 2, 3), MatrixSymbol("V", 3, 2)
    written = entry(case, "O", 0, 1)
    assert isinstance(written, Add)
    assert [term.args for term in written.args] == [(P[0, r], V[r, 1]) for r in range(3)]


def test_a_root_stays_in_its_denominator():
    case = system({"Q": "2 3"}, "S = Q / sqrt(3)")
    assert entry(case, "S", 0, 0).args == (MatrixSymbol("Q", 2, 3)[0, 0], Pow(sqrt(3), -1, evaluate=False))


def test_an_index_of_the_equations_keeps_its_letter():
    assert bound_indices(entry(ADDITIVE, "S", i, j)) == ["a"]


def test_the_additive_output_has_one_letter_for_each_sum():
    indices = bound_indices(entry(ADDITIVE, "O", i, j, expand=True))
    assert len(indices) == len(set(indices)) == 8


def test_a_sum_of_one_term_is_its_term():
    lengths = entry(COSINE, "S", i, j).args[1].base
    assert isinstance(lengths, Mul) and len(lengths.args) == 2


# Indices


@pytest.mark.parametrize("case", [CROSS, COSINE, ADDITIVE], ids=["cross", "cosine", "additive"])
@pytest.mark.parametrize("places", [("i", "j"), ("r", "c"), (Symbol("l"), Symbol("t"))], ids=str)
def test_no_index_is_used_twice_or_clashes_with_a_name(case, places):
    written = entry(case, "O", *places, expand=True)
    indices = bound_indices(written)
    taken = names_in([*case.input_symbols, *places]) | {equation.name for equation in case}
    assert indices and len(indices) == len(set(indices))
    assert not taken & set(indices)


def test_inputs_and_sizes_named_like_indices_are_avoided():
    case = system({"r": "c l", "t": "l u"}, "p = softmax(r @ t)\nq = p @ p.T")
    written = entry(case, "q", "i", "j", expand=True)
    assert not {"r", "c", "l", "t", "u", "p", "q", "i", "j"} & set(bound_indices(written))


def test_a_repeated_index_is_seen_by_this_walk():
    r, A = index("r"), MatrixSymbol("A", 3, 3)
    inner = Sum(A[i, r], (r, 0, 2))
    assert bound_indices(exp(inner) * inner) == ["r", "r"]


def test_sympys_own_product_repeats_an_index_where_ours_does_not():
    n = size("n")
    A, B, C = (MatrixSymbol(name, n, n) for name in "ABC")
    theirs = (A * B * C)[i, j] * (B * C)[i, j]
    ours = entry(system({"A": "n n", "B": "n n", "C": "n n"}, "Z = (A @ B @ C) * (B @ C)"), "Z", i, j)
    assert len(bound_indices(theirs)) > len(set(bound_indices(theirs)))
    assert len(bound_indices(ours)) == len(set(bound_indices(ours))) == 3


# Numbers


@pytest.mark.parametrize(("text", "expected"), NODE_CASES.items(), ids=NODE_CASES)
def test_an_explicit_entry_of_a_node_is_numpys_number(text, expected):
    _, concrete = node_case(text)
    np.testing.assert_allclose(all_entries(concrete, "Z", NODE_NUMBERS), expected, rtol=1e-14, atol=1e-15)


@pytest.mark.parametrize(("text", "expected"), NODE_CASES.items(), ids=NODE_CASES)
def test_an_indexed_entry_of_a_node_is_numpys_number(text, expected):
    case, _ = node_case(text)
    written = entry(case, "Z", i, j)
    place = tuple(length - 1 for length in expected.shape)
    found = as_number(at_place(written, NODE_SIZES, i, j, place), NODE_NUMBERS)
    assert found == pytest.approx(expected[place], rel=1e-14, abs=1e-15)


@pytest.mark.parametrize("text", NODE_CASES)
def test_no_sum_is_left_when_all_sizes_are_numbers(text):
    _, concrete = node_case(text)
    assert not bound_indices(entry(concrete, "Z", 0, 0))
    assert not bound_indices(entry(concrete, "Z", i, j))


def test_a_wrong_entry_is_caught(monkeypatch):
    monkeypatch.setattr(nodes.ElementwiseDifference, "combine", staticmethod(lambda left, right: right - left))
    case, _ = node_case("r - C")
    found = as_number(at_place(entry(case, "Z", i, j), NODE_SIZES, i, j, (1, 2)), NODE_NUMBERS)
    assert found != pytest.approx(NODE_CASES["r - C"][1, 2], rel=1e-3)


def test_the_generic_example_over_named_values():
    case = CROSS.with_sizes(**GENERIC_SIZES)
    np.testing.assert_allclose(values_of(case, GENERIC)["O"], GENERIC_OUTPUT, rtol=1e-14)


def test_the_generic_example_over_the_inputs():
    case = CROSS.with_sizes(**GENERIC_SIZES)
    np.testing.assert_allclose(all_entries(case, "O", GENERIC, expand=True), GENERIC_OUTPUT, rtol=1e-14)


def test_the_generic_example_with_symbolic_sizes():
    written = at_place(entry(CROSS, "O", i, j, expand=True), GENERIC_SIZES, i, j, (1, 0))
    assert as_number(written, GENERIC) == pytest.approx(GENERIC_OUTPUT[1][0], rel=1e-14)


@pytest.mark.parametrize(("case", "sizes", "by_hand"), MECHANISMS.values(), ids=MECHANISMS)
def test_a_mechanism_is_right_both_ways(case, sizes, by_hand):
    concrete = case.with_sizes(**sizes)
    values = random_inputs(concrete)
    expected = by_hand(**values)
    np.testing.assert_allclose(values_of(concrete, values)["O"], expected, rtol=1e-13)
    np.testing.assert_allclose(all_entries(concrete, "O", values, expand=True), expected, rtol=1e-13)


def test_some_sizes_given_keep_the_sums_over_the_others():
    some = CROSS.with_sizes(m=2, d_k=2)
    written = entry(some, "O", i, j, expand=True)
    lengths = {str(part.limits[0][2] + 1) for part in preorder_traversal(written) if isinstance(part, Sum)}
    assert lengths == {"d", "c"}
    values = random_inputs(some.with_sizes(n=2, d=3, c=2, d_v=1))
    Q, K, V = values["X"] @ values["W_Q"], values["Y"] @ values["W_K"], values["Y"] @ values["W_V"]
    scores = np.exp(Q @ K.T / math.sqrt(2))
    expected = (scores / scores.sum(axis=1, keepdims=True) @ V)[1, 0]
    sizes = {"n": 2, "d": 3, "c": 2, "d_v": 1}
    assert as_number(at_place(written, sizes, i, j, (1, 0)), values) == pytest.approx(expected, rel=1e-14)


def test_expanded_entries_are_those_of_sympys_matrices():
    case = system({"A": "2 2", "B": "2 2"}, "C = A @ B.T\nD = exp(C) - A * C")
    A, B = (ImmutableMatrix(MatrixSymbol(name, 2, 2)) for name in "AB")
    C = A * B.T
    for row in range(2):
        for column in range(2):
            theirs = exp(C[row, column]) - A[row, column] * C[row, column]
            assert (entry(case, "D", row, column, expand=True).doit() - theirs).expand() == 0


def test_the_result_is_an_expression_to_work_with():
    written = entry(CROSS.with_sizes(**GENERIC_SIZES), "P", 0, 1)
    scores = MatrixSymbol("S", 2, 3)
    some = written.subs(scores[0, 0], 0).subs(scores[0, 1], 0).subs(scores[0, 2], 0)
    assert some == S(1) / 3
    assert written.diff(scores[0, 2]).subs({scores[0, c]: 0 for c in range(3)}) == S(-1) / 9


# Positions


def test_an_input_has_entries_too():
    assert entry(CROSS, "X", 0, "j") == MatrixSymbol("X", size("n"), size("d"))[0, j]


def test_a_formula_in_sizes_is_a_position():
    assert entry(CROSS, "P", Symbol("n") - 1, 0).args[0].args[0].i == size("n") - 1


OUTSIDE = [(-1, 0), (0, -1), ("n", 0), (size("n"), 0), (1.5, 0), (True, 0), (None, 0), ("X", 0)]


@pytest.mark.parametrize("place", OUTSIDE, ids=str)
def test_a_position_outside_is_refused(place):
    with pytest.raises(ShapeError):
        entry(CROSS, "S", *place)


@pytest.mark.parametrize("place", [(2, 0), (0, 3), (-1, 0)])
def test_a_position_outside_a_concrete_matrix_is_refused(place):
    with pytest.raises(ShapeError, match="counted from 0 to"):
        entry(CROSS.with_sizes(**GENERIC_SIZES), "S", *place)


def test_a_scalar_has_one_entry():
    case = system({"A": "2 2", "b": "scalar"}, "c = b * A[0, 1]\nD = c * A")
    assert as_number(entry(case, "c", 0, 0), {"A": [[1, 2], [3, 4]], "b": 3}) == 6
    assert as_number(entry(case, "D", 1, 0, expand=True), {"A": [[1, 2], [3, 4]], "b": 3}) == 18
    with pytest.raises(ShapeError, match="one entry"):
        entry(case, "c", 0, 1)


def test_unknown_names_are_refused():
    with pytest.raises(UnknownNameError, match="has no 'Z'"):
        entry(CROSS, "Z", 0, 0)
    with pytest.raises(LanguageError):
        entry(CROSS, "S", r"\input", 0)


# Guard


def test_an_expansion_is_counted_before_it_is_built():
    large = CROSS.with_sizes(n=64, m=64, d=64, c=64, d_k=64, d_v=64)
    with pytest.raises(LimitError, match=r"takes \d+ operations; the limit is 20000"):
        entry(large, "O", 0, 0, expand=True)
    with pytest.raises(LimitError, match="leave out expand=True"):
        entry(large, "O", i, j, expand=True)


def test_a_count_beyond_all_bounds_is_quick_and_exact():
    lines = ["B0 = softmax(A)", *(f"B{k} = softmax(B{k - 1})" for k in range(1, 200))]
    deep = system({"A": "n m"}, "\n".join(lines))
    assert operations_in_entry(deep, "B199", expand=True) > 2**200
    with pytest.raises(LimitError, match="operations"):
        entry(deep, "B199", i, j, expand=True)
    with pytest.raises(LimitError, match="operations"):
        entry(deep.with_sizes(n=1000, m=1000), "B199", 0, 0, expand=True)
    nested = system({"A": "n m"}, "B = " + "softmax(" * 60 + "A" + ")" * 60)
    with pytest.raises(LimitError, match="over the named values takes"):
        entry(nested, "B", i, j)


def test_a_small_entry_of_a_huge_matrix_is_built_at_once():
    huge = system({"Q": "n d", "K": "m d"}, "S = Q @ K.T\nT = 2 * S").with_sizes(n=10**6, m=10**6, d=2)
    K = MatrixSymbol("K", 10**6, 2)
    assert K[7, 1] in entry(huge, "T", 999_999, 7, expand=True).atoms(type(K[0, 0]))


def test_a_limit_of_ones_own_is_taken():
    case = CROSS.with_sizes(**GENERIC_SIZES)
    count = operations_in_entry(case, "O", expand=True)
    with pytest.raises(LimitError, match=f"Pass limit={count}"):
        entry(case, "O", 0, 0, expand=True, limit=count - 1)
    assert entry(case, "O", 0, 0, expand=True, limit=count)
    assert count <= limits.ENTRY_OPERATIONS


@pytest.mark.parametrize("text", NODE_CASES)
def test_the_count_is_that_of_what_is_built(text):
    _, concrete = node_case(text)
    counted, built = operations_in_entry(concrete, "Z", expand=False), operations(entry(concrete, "Z", 0, 0))
    words = (
        "eye",
        "ones",
        "zeros",
        "sum(a,",
        "sum(h,",
        "causal",
        "window",
        "j <=",
        "j ==",
        "stack",
        "concat",
        "matrix",
        "scatter",
    )
    known = any(word in text for word in words)
    assert built <= counted if known else built == counted
