"""Entries of families: positions of the member in front, indices that never clash, the right number both ways."""

import pickle

import numpy as np
import pytest
from closed_form_cases import all_entries, as_number, at_place, random_inputs, softmax, system, values_of
from sympy import MatrixSymbol, Sum, Symbol, preorder_traversal
from sympy.concrete.expr_with_limits import ExprWithLimits

import symattn as sa
from symattn.closed_form import FRACTIONS, entry, entry_blocks, scalar_graph
from symattn.errors import InputError, LanguageError, LimitError, ShapeError
from symattn.nodes import Cases, FamilySymbol, Member, index
from symattn.nodes.written import names_in
from symattn.shapes import size

h, i, j = index("h"), index("i"), index("j")

HEADS = system(
    {"X": "n d", "Y": "m d", "W_Q": "H d d_k", "W_K": "H d d_k", "W_V": "H d d_v", "W_O": "H d_v d"},
    """
Q[h] = X @ W_Q[h]
K[h] = Y @ W_K[h]
V[h] = Y @ W_V[h]
P[h] = softmax(Q[h] @ K[h].T / sqrt(d_k))
O[h] = P[h] @ V[h]
C = concat(h, O[h])
A = sum(h, O[h] @ W_O[h])""",
)
SIZES = {"n": 2, "m": 3, "d": 2, "H": 2, "d_k": 1, "d_v": 2}
GROUPS = system(
    {"Q": "G r n d", "K": "G m d"}, "S[g, r1] = Q[g, r1] @ K[g].T\nT[a, b] = S[b, a]\nO = sum(a, sum(b, T[a, b]))"
)


def by_hand(X, Y, W_Q, W_K, W_V, W_O):
    heads = [
        softmax((X @ W_Q[head]) @ (Y @ W_K[head]).T / np.sqrt(W_Q.shape[2])) @ (Y @ W_V[head])
        for head in range(len(W_Q))
    ]
    return {
        "O": np.array(heads),
        "C": np.hstack(heads),
        "A": sum(heads[head] @ W_O[head] for head in range(len(W_O))),
    }


# Formulas


def test_an_entry_of_a_member_is_an_indexed_sum_over_its_rows():
    total = entry(HEADS, "Q", "h", "i", "j")
    X = MatrixSymbol("X", size("n"), size("d"))
    W_Q = Member(FamilySymbol("W_Q", size("d"), size("d_k"), size("H")), h)
    r = total.limits[0][0]
    assert total.function.args == (X[i, r], W_Q[r, j])


def test_a_sum_over_the_members_stands_around_the_sum_over_their_columns():
    total = entry(HEADS, "A", i, j)
    (over_heads,), (over_columns,) = total.limits, total.function.limits
    assert over_heads == (h, 0, size("H") - 1)
    r = over_columns[0]
    assert isinstance(total.function, Sum) and over_columns[2] == size("d_v") - 1
    output, weights = Member(HEADS.by_name["O"].symbol, h), Member(HEADS.inputs["W_O"], h)
    assert total.function.function.args == (output[i, r], weights[r, j])


def test_whole_numbers_and_letters_may_be_mixed():
    written = entry(HEADS, "Q", 1, "i", 0)
    assert written.function.args[1].parent.positions == (1,)
    assert entry(HEADS, "W_Q", 1, "i", 0) == Member(HEADS.inputs["W_Q"], 1)[i, 0]


@pytest.mark.parametrize("places", [("h", "i", "j"), ("r", "h", "c"), (Symbol("t"), "l", "r")], ids=str)
def test_no_index_is_bound_twice_or_by_a_letter_that_was_asked_for(places):
    written = entry(HEADS, "O", *places, expand=True)
    indices = [
        limit[0].name
        for part in preorder_traversal(written)
        if isinstance(part, ExprWithLimits)
        for limit in part.limits
    ]
    assert len(indices) == len(set(indices)) == 9
    assert not set(indices) & (names_in(places) | names_in(HEADS.input_symbols) | set(HEADS.by_name))


def test_a_sum_inside_does_not_capture_the_letter_of_the_member():
    case = system({"A": "H n n", "v": "H 1"}, "B[g] = sum(h, A[h] * v[h]) + A[g]")
    written = entry(case, "B", "h", "i", "j")
    total, own = written.args
    assert own == Member(case.inputs["A"], h)[i, j]
    assert total.limits[0][0] != h


def test_a_capture_would_be_seen_by_that_test():
    case = system({"A": "H n n", "v": "H 1"}, "B[g] = sum(h, A[h] * v[h] + A[g])")
    naive = case["B"].xreplace({index("g"): h})
    assert naive.term.right == naive.term.left.left


def test_concatenated_members_are_by_cases_of_the_column_or_known():
    written = entry(HEADS, "C", i, j)
    assert written.parent.positions[0].func.__name__ == "floor"
    assert entry(HEADS.with_sizes(**SIZES), "C", 1, 3) == Member(FamilySymbol("O", 2, 2, 2), 1)[1, 1]
    assert entry(HEADS.with_sizes(d_v=2), "C", i, 3) == Member(FamilySymbol("O", size("n"), 2, size("H")), 1)[i, 1]


def test_stacked_matrices_are_cases_of_the_column_or_known():
    case = system({"A": "n p", "B": "n q"}, "L = hstack(A, B)\nM = vstack(A.T, B.T)")
    A, B = case.input_symbols
    assert entry(case, "L", i, j) == Cases((A[i, j], j < size("p")), (B[i, j - size("p")], True))
    small = case.with_sizes(n=2, p=3, q=1)
    assert entry(small, "L", 1, 3) == MatrixSymbol("B", 2, 1)[1, 0]
    assert entry(small, "M", 2, 1) == MatrixSymbol("A", 2, 3)[1, 2]


# Numbers


@pytest.mark.parametrize("name", ["O", "C", "A"])
def test_every_entry_is_the_loops_number(name):
    case = HEADS.with_sizes(**SIZES)
    values = random_inputs(case)
    expected = by_hand(**values)[name]
    np.testing.assert_allclose(values_of(case, values)[name], expected, rtol=1e-13)
    np.testing.assert_allclose(scalar_graph(case, name).evaluate(values), expected, rtol=1e-13)
    last = tuple(length - 1 for length in expected.shape)
    assert as_number(entry(case, name, *last, expand=True), values) == pytest.approx(expected[last], rel=1e-13)


def test_an_entry_for_every_size_is_the_loops_number():
    values = random_inputs(HEADS.with_sizes(**SIZES))
    written = at_place(entry(HEADS, "A", i, j, expand=True), SIZES, i, j, (1, 0))
    assert as_number(written, values) == pytest.approx(by_hand(**values)["A"][1, 0], rel=1e-13)


def test_heads_in_the_wrong_order_would_be_seen():
    case = HEADS.with_sizes(**SIZES)
    values = random_inputs(case)
    swapped = {**values, "W_O": values["W_O"][::-1]}
    assert not np.allclose(scalar_graph(case, "A").evaluate(swapped), by_hand(**values)["A"])


def test_several_axes_keep_their_order():
    case = GROUPS.with_sizes(G=2, r=3, n=2, m=2, d=2)
    values = random_inputs(case)
    S = np.einsum("grnd,gmd->grnm", values["Q"], values["K"])
    np.testing.assert_allclose(scalar_graph(case, "S").evaluate(values), S, rtol=1e-14)
    np.testing.assert_allclose(scalar_graph(case, "T").evaluate(values), S.transpose(1, 0, 2, 3), rtol=1e-14)
    np.testing.assert_allclose(scalar_graph(case, "O").evaluate(values), S.sum(axis=(0, 1)), rtol=1e-14)
    np.testing.assert_allclose(values_of(case, values)["T"], S.transpose(1, 0, 2, 3), rtol=1e-14)
    assert entry(GROUPS, "T", 2, 1, "i", "j").parent.positions == (1, 2)


def test_a_family_of_one_member_and_a_member_twice():
    case = system({"A": "H n n", "s": "H 1"}, "B[h] = A[h] @ A[h].T * s[h]\nC = B[0] - B[0].T + sum(h, B[h])")
    for H in (1, 3):
        small = case.with_sizes(H=H, n=2)
        values = random_inputs(small)
        B = np.einsum("hij,hkj->hik", values["A"], values["A"]) * values["s"][:, :, None]
        np.testing.assert_allclose(scalar_graph(small, "C").evaluate(values), B[0] - B[0].T + B.sum(axis=0), rtol=1e-13)
        np.testing.assert_allclose(all_entries(small, "C", values, expand=True), B[0] - B[0].T + B.sum(axis=0))


def test_fractions_of_families_stay_fractions():
    case = system({"A": "H 1 2"}, "B[h] = A[h] / 3\nC = sum(h, B[h] @ B[h].T)").with_sizes(H=2)
    found = scalar_graph(case, "C").evaluate({"A": [[["1/2", 1]], [[0, 3]]]}, FRACTIONS)
    assert str(found[0][0]) == "41/36"


# Blocks


def test_a_block_of_a_family_has_an_axis_for_its_members():
    blocks = entry_blocks(HEADS.with_sizes(**SIZES), "A")
    assert blocks["O"].shape == (2, 2, 2) and blocks["A"].shape == (2, 2)
    assert blocks["P"].ids.shape == (2, 2, 3)
    assert blocks["Q"].operations == 2 * 2 * 1 * 3
    assert blocks.entry("O", 1, 0, 1).args[0].args[0].parent.positions == (1,)


def test_families_of_any_size_cost_the_same_and_pickle():
    huge = entry_blocks(HEADS.with_sizes(**dict.fromkeys(SIZES, 10**5)), "C")
    assert huge["O"].shape == (10**5,) * 3 and huge.shape == (10**5, 10**10)
    with pytest.raises(LimitError):
        huge["O"].ids  # noqa: B018
    small = pickle.loads(pickle.dumps(entry_blocks(HEADS.with_sizes(**SIZES), "C")))
    assert small.entry("C", 0, 2).parent.positions == (1,)


# Positions


@pytest.mark.parametrize(
    ("name", "position", "message"),
    [
        (
            "Q",
            ("i", "j"),
            r"Q is \(H, n, d_k\): an entry of it has 3 positions, as in entry\(\"Q\", \"h\", \"i\", \"j\"\)",
        ),
        ("A", ("h", "i", "j"), r"A is \(n, d\): an entry of it has 2 positions"),
        ("Q", (), "found 0"),
        ("Q", (-1, 0, 0), "Q has no member -1"),
        ("Q", (size("H"), 0, 0), "Q has no member H"),
        ("Q", (0, size("n"), 0), "Q has no row n"),
        ("Q", ("X", 0, 0), "X is a value; an index needs a name of its own"),
    ],
)
def test_a_position_that_is_none_is_refused(name, position, message):
    with pytest.raises(ShapeError, match=message):
        entry(HEADS, name, *position)


def test_a_member_outside_is_refused_for_concrete_sizes_too():
    with pytest.raises(ShapeError, match="members are counted from 0 to 1"):
        entry(HEADS.with_sizes(**SIZES), "Q", 2, 0, 0)
    with pytest.raises(LanguageError):
        entry(HEADS, "Q", "h[0]", 0, 0)


def test_numbers_of_another_shape_are_refused():
    graph = scalar_graph(HEADS.with_sizes(**SIZES), "A")
    values = random_inputs(HEADS.with_sizes(**SIZES))
    with pytest.raises(InputError, match="W_Q has 2 members, found 3"):
        graph.evaluate({**values, "W_Q": np.ones((3, 2, 1))})
    with pytest.raises(InputError, match="a member of W_Q is 2 by 1"):
        graph.evaluate({**values, "W_Q": np.ones((2, 2, 2))})


def test_an_entry_too_large_is_counted_before_it_is_built():
    large = HEADS.with_sizes(**dict.fromkeys(SIZES, 30))
    with pytest.raises(LimitError, match="operations"):
        entry(large, "A", 0, 0, expand=True)
    with pytest.raises(LimitError, match="operations"):
        entry(large, "A", "i", 0, expand=True)


def test_the_mechanism_passes_positions_on():
    heads = sa.mechanism("heads", {"X": "n d", "W": "H d e"}, "Q[h] = X @ W[h]")
    assert heads.entry("Q", "h", "i", "j") == entry(heads, "Q", h, i, j)
    assert heads.at(n=1, d=2, e=1, H=3).entries().shape == (3, 1, 1)
