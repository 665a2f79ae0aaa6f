"""A condition as it is printed, counted from 1, holds where the condition itself holds, counted from 0."""

import operator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from publishing_cases import INPUTS, parsed
from sympy import And, Integer, Le, Lt, MatrixSymbol, S, Symbol

from symattn.errors import SymattnError
from symattn.nodes import IndexCondition, Intersection, Softmax, index
from symattn.publishing import Substituted, counting, latex, text
from symattn.publishing import solved_conditions as conditions
from symattn.publishing.solved_conditions import comparisons, guarded
from symattn.shapes import size

i, j, r = index("i"), index("j"), index("r")
HOLDS = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


def condition_of(where):
    return parsed(f"softmax(S, where={where})").allowed.condition


def holds(comparison, at):
    """Whether what is printed is true for these values of its letters."""
    value = {side: getattr(comparison, side).xreplace(at) for side in ("left", "right")}
    upper = HOLDS[comparison.sign](value["left"], value["right"])
    if comparison.lower is None:
        return bool(upper)
    bound, sign = comparison.lower
    return bool(upper) and bool(HOLDS[sign](bound.xreplace(at), value["left"]))


def same_everywhere(condition, about=j):
    """Whether the printed condition allows the keys that the condition allows, for several sizes."""
    shown = comparisons(condition, about)
    for n, m in ((3, 5), (4, 2)):
        lengths = {size("n"): Integer(n), size("m"): Integer(m)}
        for query in range(n):
            for key in range(m):
                from_zero = condition.xreplace({**lengths, i: Integer(query), j: Integer(key)})
                from_one = {**lengths, i: Integer(query + 1), j: Integer(key + 1)}
                if bool(from_zero) != all(holds(each, from_one) for each in shown):
                    return False
    return True


SIDES = st.sampled_from(
    ["i", "j", "i - j", "2*j - i", "i + j", "i + m - n", "n - i", "2*j", "j/2", "-j/3", "i*j", "abs(i - j)", "0", "1",
     "3/2", "-1/2", "4", "n"]
)  # fmt: skip
COMPARED = st.sampled_from(list(HOLDS))
CONDITIONS = st.lists(st.tuples(SIDES, COMPARED, SIDES).map(" ".join).map("({})".format), min_size=1, max_size=4)


@given(CONDITIONS)
@settings(max_examples=250, deadline=None)
def test_what_is_printed_holds_where_the_condition_holds(relations):
    try:
        condition = condition_of(" & ".join(relations))
    except SymattnError:
        return
    if condition is S.false:  # said in words
        assert text(parsed(f"softmax(S, where={' & '.join(relations)})")) == "softmax_{no key}(S)"
        return
    assert same_everywhere(condition)
    assert same_everywhere(condition, about=i)


@pytest.mark.parametrize("where", ["j < 4", "j >= 1", "i + j <= 3", "j <= i/2"])
def test_a_condition_left_as_it_counts_from_0_would_be_seen(where, monkeypatch):
    monkeypatch.setattr(conditions, "is_index", lambda symbol: False)
    monkeypatch.setattr(counting, "is_index", lambda symbol: False)
    assert not same_everywhere(condition_of(where))


PRINTED = {
    "causal": ("j ≤ i", r"j\leq i"),
    "i >= j": ("j ≤ i", r"j\leq i"),
    "causal_lower_right": ("j ≤ i + m - n", r"j\leq i+m-n"),
    "window(2, 0)": ("i - 2 ≤ j ≤ i", r"i-2\leq j\leq i"),
    "window(1, 2)": ("i - 1 ≤ j ≤ i + 2", r"i-1\leq j\leq i+2"),
    "0 <= i - j < 3": ("i - 3 < j ≤ i", r"i-3<j\leq i"),
    "causal & (j < 4)": ("j ≤ i, j ≤ 4", r"j\leq i,\,j\leq4"),
    "j < 4": ("j ≤ 4", r"j\leq4"),
    "j > 1": ("j ≥ 3", r"j\geq3"),
    "j < n": ("j ≤ n", r"j\leq n"),
    "i < 2": ("i ≤ 2", r"i\leq2"),
    "j != i": ("j ≠ i", r"j\neq i"),
    "i == j": ("j = i", r"j=i"),
    "j <= i/2": ("2 j ≤ i + 1", r"2j\leq i+1"),
    "abs(i - j) <= 2": ("|i - j| ≤ 2", r"\lvert i-j\rvert\leq2"),
    "i * j <= 4": ("(i - 1) (j - 1) ≤ 4", r"(i-1)(j-1)\leq4"),
    "M": ("M", "M"),
    "M / 2": ("M/2", "M/2"),
    "padding & M": ("padding ∩ M", r"\mathrm{padding}\cap M"),
    "M * B & causal": ("(M ⊙ B) ∩ (j ≤ i)", r"(M\odot B)\cap\{j\leq i\}"),
    "0 < 1": ("every key", r"\text{every key}"),
}


@pytest.mark.parametrize("where", PRINTED)
def test_an_allowed_set_stands_below_softmax(where):
    as_text, as_latex = PRINTED[where]
    value = parsed(f"softmax(S, where={where})")
    assert text(value) == (f"softmax_{as_text}(S)" if as_text.isalnum() else f"softmax_{{{as_text}}}(S)")
    assert latex(value) == rf"\operatorname{{softmax}}_{{{as_latex}}}(S)"


ENTRIES = {
    "causal": r"\begin{cases} \displaystyle \frac{e^{s_{ij}}}{\sum_{r\leq i}e^{s_{ir}}} & \text{if } j\leq i "
    r"\\[8pt] 0 & \text{otherwise} \end{cases}",
    "M": r"\begin{cases} \displaystyle \frac{e^{s_{ij}}}{\sum_{r:\,M_{ir}\neq0}e^{s_{ir}}} & \text{if } M_{ij}\neq0 "
    r"\\[8pt] 0 & \text{otherwise} \end{cases}",
    "0 < 1": r"\frac{e^{s_{ij}}}{\sum_{r=1}^{m}e^{s_{ir}}}",
}


@pytest.mark.parametrize("where", ENTRIES)
def test_an_entry_is_a_fraction_whose_sum_runs_over_the_allowed_keys(where):
    assert latex(parsed(f"softmax(S, where={where})")[i, j]) == ENTRIES[where]


def test_a_product_with_weights_sums_over_the_allowed_keys():
    entry = parsed("softmax(S, where=causal & M) @ V")[i, j]
    assert text(entry) == "Σ_{r ≤ i, M_ir ≠ 0} (exp(s_ir) / Σ_{c ≤ i, M_ic ≠ 0} exp(s_ic)) v_rj"


def test_the_index_of_a_sum_is_named_where_the_condition_does_not_begin_with_it():
    entry = parsed("softmax(S, where=padding & (abs(i - j) < 2))")[i, j]
    assert text(entry) == (
        "{exp(s_ij) / Σ_{r: |i - r| < 2, padding_r ≠ 0} exp(s_ir) if |i - j| < 2 and padding_j ≠ 0, 0 otherwise}"
    )


def test_a_condition_on_the_query_alone_stays_with_the_term():
    condition, term = guarded(parsed("softmax(S, where=(i < 2) & causal)")[i, r].args[0].expr, r)
    assert condition is S.true
    inside = parsed("softmax(S, where=(i < 2) & causal)")[i, j]
    assert "Σ_{r ≤ i} {exp(s_ir) if i ≤ 2, 0 otherwise}" in text(inside)
    assert term.has(r)


def test_numbers_put_in_reach_the_sizes_of_a_condition_and_leave_matrices_their_names():
    value = parsed("softmax(S, where=M & causal_lower_right)")
    shown = text(Substituted(value, {"n": 2, "m": Integer(5), "M": ((1, 0),), "S": ((1, 2),)}))
    assert shown == "softmax_{M ∩ (j ≤ i + 3)}([1  2])"


def test_an_allowed_set_outside_of_a_softmax_is_a_matrix_of_1_and_0():
    causal = IndexCondition(Le(j, i), i, j, 2, 3)
    M = MatrixSymbol("M", 2, 3)
    assert (text(causal), latex(causal)) == ("[j ≤ i]", r"[j\leq i]")
    assert text(Intersection(M, causal)) == "[M ∩ (j ≤ i)]"


def test_other_letters_are_told_apart_by_their_places_and_not_by_their_names():
    c = index("c")
    assert text(Softmax(MatrixSymbol("S", 2, 3), IndexCondition(Le(c, r), r, c, 2, 3))) == "softmax_{c ≤ r}(S)"
    assert text(Softmax(MatrixSymbol("S", 2, 3), IndexCondition(Le(r, c), c, r, 2, 3))) == "softmax_{r ≤ c}(S)"


def test_a_matrix_called_like_one_of_its_sizes_keeps_its_large_letter():
    assert latex(INPUTS["M"][i, j]) == "M_{ij}"
    assert latex(INPUTS["S"][i, j]) == "s_{ij}"


def test_a_term_that_is_no_guard_is_left_as_it_is():
    x = Symbol("x", real=True)
    assert guarded(x * r, r) == (S.true, x * r)
    elu = parsed("elu(S)")[i, r]
    assert guarded(elu, r) == (S.true, elu)


def test_factors_that_are_never_both_there_are_0():
    never = parsed("softmax(S, where=causal)")[i, r] * parsed("softmax(S, where=j > i)")[i, r]
    assert guarded(never, r) == (S.true, S.Zero)


def test_both_bounds_are_one_chain_and_a_third_comparison_stands_beside_it():
    shown = comparisons(And(Le(i - 2, j), Le(j, i), Lt(j, 9)))
    assert [(each.left, each.sign, each.right) for each in shown] == [(j, "<=", i), (j, "<=", 9)]
    assert shown[0].lower == (i - 2, "<=")
