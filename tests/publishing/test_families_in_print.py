"""Families, blocks, formulas by entry and sparse normalisers in print: as papers have them, and counted from 1."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Integer, Mod, floor, sympify

import symattn as sa
from symattn.exact import ExactFamily
from symattn.nodes import index
from symattn.publishing import (
    Rounded,
    Substituted,
    counting,
    latex,
    mathml,
    place_rows,
    system_latex,
    system_text,
    text,
)
from symattn.publishing.counting import counted, is_counted, place_from_one
from symattn.publishing.printer import among
from symattn.shapes import size

INPUTS = {
    "Q": "H n d",
    "K": "H n d",
    "G": "H 3 n d",
    "W_Q": "H n d",
    "X": "n H*d",
    "Y": "n 2*p",
    "S": "n n",
    "M": "n n",
    "w": "2*r+1 1",
    "m": "H 1",
    "Z": "2*p n",
}


def right_side(equation, lengths=None):
    """The right side of one equation that follows from the inputs; ``S`` is a matrix, the others as declared."""
    used = {name: shape for name, shape in INPUTS.items() if re.search(rf"\b{name}\b", equation)}
    system = sa.mechanism("m", inputs=used, equations=equation)
    return (system.at(**lengths) if lengths else system).equations[-1]


PRINTED = {
    "A[h] = Q[h]": ("Q⁽ʰ⁾", "Q^{(h)}"),
    "A = Q[0]": ("Q⁽¹⁾", "Q^{(1)}"),
    "A[h] = Q[h] @ K[h].T": ("Q⁽ʰ⁾ K⁽ʰ⁾ᵀ", r"Q^{(h)}K^{(h)\top}"),
    "A[h] = W_Q[h] - 2 * K[h]": ("W_Q⁽ʰ⁾ - 2 K⁽ʰ⁾", "W_{Q}^{(h)}-2K^{(h)}"),
    "A[h, g] = G[h, g]": ("G^(h,g)", "G^{(h,g)}"),
    "A[h] = G[h, 2].T": ("G^(h,3)ᵀ", r"G^{(h,3)\top}"),
    "A[h] = (Q[h] + K[h]).T": ("(Q⁽ʰ⁾ + K⁽ʰ⁾)ᵀ", r"(Q^{(h)}+K^{(h)})^{\top}"),
    "A[h] = Q[h]**2": ("(Q⁽ʰ⁾)^(⊙2)", r"(Q^{(h)})^{\odot 2}"),
    "A[h] = Q[h][0, 1] * K[h]": ("q⁽ʰ⁾_12 K⁽ʰ⁾", "q^{(h)}_{12}K^{(h)}"),
    "A[h] = W_Q[h][0, 1] * K[h]": ("(W_Q⁽ʰ⁾)_12 K⁽ʰ⁾", "(W_{Q}^{(h)})_{12}K^{(h)}"),
    "A[h] = m[h] * S": ("m_h S", "m_{h}S"),
    "A[h] = Q[h][:, 0].T": ("(Q⁽ʰ⁾_{:,1})ᵀ", r"(Q^{(h)}_{:,1})^{\top}"),
    "A = sum(h, Q[h] @ K[h].T)": ("Σ_{h=1..H} Q⁽ʰ⁾ K⁽ʰ⁾ᵀ", r"\sum_{h=1}^{H}Q^{(h)}K^{(h)\top}"),
    "A = concat(h, Q[h])": ("Concat(Q⁽¹⁾, …, Q⁽ᴴ⁾)", r"\operatorname{Concat}(Q^{(1)},\ldots,Q^{(H)})"),
    "A = concat(g, G[0, g])": (
        "Concat(G^(1,1), G^(1,2), G^(1,3))",
        r"\operatorname{Concat}(G^{(1,1)},G^{(1,2)},G^{(1,3)})",
    ),
    "A = Y[:, 0:p]": ("Y_{:,1:p}", "Y_{:,1:p}"),
    "A = Y[:, p:2*p]": ("Y_{:,p + 1:2 p}", "Y_{:,p+1:2p}"),
    "A = Z[p:2*p, :]": ("Z_{p + 1:2 p,:}", "Z_{p+1:2p,:}"),
    "A = Y[:, 1:2]": ("Y_{:,2}", "Y_{:,2}"),
    "A[h] = X[:, h*d:(h+1)*d]": ("X_{:,(h - 1) d + 1:h d}", "X_{:,(h-1)d+1:hd}"),
    "A = hstack(S, Y)": ("[S, Y]", r"{\left[\begin{array}{cc} S & Y \end{array}\right]}"),
    "A = vstack(S, Z)": ("[S; Z]", r"{\left[\begin{array}{c} S \\ Z \end{array}\right]}"),
    "A = S + matrix(n, n, i - j)": ("S + [i - j]_ij", r"S+{\left[i-j\right]}_{ij}"),
    "A = S * matrix(n, 1, i)": ("S ⊙ [i - 1]_i", r"S\odot{\left[i-1\right]}_{i}"),
    "A = S * matrix(1, n, j + 1)": ("S ⊙ [j]_j", r"S\odot{\left[j\right]}_{j}"),
    "A = S * matrix(n, n, j // 2)": (
        "S ⊙ [⌊(j - 1)/2⌋]_ij",
        r"S\odot{\left[\left\lfloor\frac{j-1}{2}\right\rfloor\right]}_{ij}",
    ),
    "A = S * matrix(n, n, j % 3)": ("S ⊙ [(j - 1) mod 3]_ij", r"S\odot{\left[(j-1)\bmod3\right]}_{ij}"),
    "A = S * matrix(n, n, 1 + j % 3)": (
        "S ⊙ [((j - 1) mod 3) + 1]_ij",
        r"S\odot{\left[((j-1)\bmod3)+1\right]}_{ij}",
    ),
    "A = S * matrix(n, n, 1 if j <= i else 0)": ("S ⊙ [j ≤ i]_ij", r"S\odot{\left[j\leq i\right]}_{ij}"),
    "A = S * matrix(n, n, 2 if j % 2 == 1 else -1)": (
        "S ⊙ [{2 if j even, -1 otherwise}]_ij",
        r"S\odot{\left[\begin{cases} 2 & \text{if } j\text{ even} \\ -1 & \text{otherwise} \end{cases}\right]}_{ij}",
    ),
    "A = S + matrix(n, n, w[j - i + r] if abs(i - j) <= r else 0)": (
        "S + [{w_{j - i + r + 1} if |i - j| ≤ r, 0 otherwise}]_ij",
        r"S+{\left[\begin{cases} w_{j-i+r+1} & \text{if } \lvert i-j\rvert\leq r \\ 0 & \text{otherwise} "
        r"\end{cases}\right]}_{ij}",
    ),
    "A = S * matrix(n, n, w[clip(j - i, -r, r) + r])": (
        "S ⊙ [w_{max(-r, min(r, j - i)) + r + 1}]_ij",
        r"S\odot{\left[w_{\max(-r,\min(r,j-i))+r+1}\right]}_{ij}",
    ),
    "A = S * matrix(n, n, w[(2 if j > i else 0) + abs(i - j)])": (
        "S ⊙ [w_{|i - j| + 2 [j > i] + 1}]_ij",
        r"S\odot{\left[w_{\lvert i-j\rvert+2[j>i]+1}\right]}_{ij}",
    ),
    "A[h] = S - matrix(n, n, m[h] * abs(i - j))": (
        "S - [m_h |i - j|]_ij",
        r"S-{\left[m_{h}\lvert i-j\rvert\right]}_{ij}",
    ),
    "A = hardmax(S)": ("hardmax(S)", r"\operatorname{hardmax}(S)"),
    "A = sparsemax(S, where=causal)": ("sparsemax_{j ≤ i}(S)", r"\operatorname{sparsemax}_{j\leq i}(S)"),
    "A = entmax(S, 1.5)": ("entmax_{3/2}(S)", r"\operatorname{entmax}_{3/2}(S)"),
    "A = entmax(S, 4/3, where=M)": ("entmax_{4/3, M}(S)", r"\operatorname{entmax}_{4/3,\,M}(S)"),
    "A = lse(S, where=causal)": ("lse_{j ≤ i}(S)", r"\operatorname{lse}_{j\leq i}(S)"),
    "A = cos(S) + sin(S)": ("cos(S) + sin(S)", r"\cos(S)+\sin(S)"),
}


@pytest.mark.parametrize("equation", PRINTED)
def test_a_formula_is_printed_as_a_paper_prints_it(equation):
    value = right_side(equation).expression
    assert (text(value), latex(value)) == PRINTED[equation]


@pytest.mark.parametrize("equation", PRINTED)
def test_a_formula_is_valid_mathml(equation):
    assert mathml(right_side(equation).expression).startswith("<math")


ENTRIES = {
    "A[h] = Q[h] @ K[h].T": r"\sum_{r=1}^{d}q^{(h)}_{ir}k^{(h)}_{jr}",
    "A = concat(h, Q[h])": r"q^{(\lfloor(j-1)/d\rfloor+1)}_{i,((j-1)\bmod d)+1}",
    "A = Y[:, p:2*p]": "y_{i,j+p}",
    "A = S - matrix(n, n, i - j)": "s_{ij}-(i-j)",
    "A = S + matrix(n, n, i + j)": "s_{ij}+i+j-2",
    "A = hardmax(S)": (r"\frac{[s_{ij}=\max_{1\leq l\leq n}s_{il}]}{\sum_{r:\,s_{ir}=\max_{1\leq c\leq n}s_{ic}}1}"),
    "A = sparsemax(S)": r"\max(0,s_{ij}-\tau_{1\leq r\leq n}(s_{ir}))",
    "A = lse(S, where=causal)": r"\log\left(\sum_{r\leq i}e^{s_{ir}}\right)",
}


@pytest.mark.parametrize("equation", ENTRIES)
def test_an_entry_counts_from_1(equation):
    found = right_side(equation)
    i, j = index("i"), index("j")
    value = found.expression[i, Integer(0) if found.shape[-1] == 1 else j]
    assert latex(value) == ENTRIES[equation]


def test_the_largest_allowed_score_and_the_threshold_run_over_allowed_keys_alone():
    hard, sparse = (right_side(f"A = {word}(S, where=causal)").expression for word in ("hardmax", "sparsemax"))
    assert re.search(r"s_\{ij\}=\\max_\{(.)\\leq i\}s_\{i\1\}", latex(hard[index("i"), index("j")]))
    assert r"\tau_{r\leq i}(s_{ir})" in latex(sparse[index("i"), index("j")])
    assert "infty" not in latex(sparse[index("i"), index("j")])


# ---- counting from 1, against plain numbers ------------------------------------------------------------------------

i, j, n, p = index("i"), index("j"), size("n"), size("p")
ATOMS = st.sampled_from([i, j, n, p, Integer(1), Integer(2), Integer(-3)])
FORMULAS = st.recursive(
    ATOMS,
    lambda parts: st.one_of(
        st.tuples(parts, parts).map(lambda pair: pair[0] + pair[1]),
        st.tuples(parts, parts).map(lambda pair: pair[0] - pair[1]),
        st.tuples(parts, parts).map(lambda pair: pair[0] * pair[1]),
        parts.map(abs),
        st.tuples(parts, st.sampled_from([2, 3, p])).map(lambda pair: floor(pair[0] / pair[1])),
        st.tuples(parts, st.sampled_from([2, 3, p])).map(lambda pair: Mod(pair[0], pair[1])),
    ),
    max_leaves=5,
)


def same_number(formula, shown, added):
    """Whether what is shown gives the formula's number, and a position one more, for letters that count from 1."""
    for row in range(3):
        for column in range(4):
            lengths = {n: Integer(5), p: Integer(2)}
            from_zero = formula.subs({**lengths, i: Integer(row), j: Integer(column)})
            from_one = shown.subs({**lengths, i: Integer(row + 1), j: Integer(column + 1)})
            if from_zero + added != from_one:
                return False
    return True


@given(FORMULAS)
@settings(max_examples=120, deadline=None)
def test_a_formula_put_in_terms_of_letters_that_count_from_1_has_the_same_value(formula):
    assert same_number(formula, counted(formula), 0)
    assert same_number(formula, place_from_one(formula), 1)


@pytest.mark.parametrize("formula", [i, 2 * i - j, j // 2, Mod(j, 2), i * p + j])
def test_a_formula_left_as_it_counts_from_0_would_be_seen(formula, monkeypatch):
    assert same_number(formula, counted(formula), 0) and is_counted(formula)
    monkeypatch.setattr(counting, "is_index", lambda symbol: False)
    assert not same_number(formula, counted(formula), 0)


def columns_shown(printed):
    """The columns, counted from 1, that a printed block has."""
    first, last = re.search(r"_\{:,(\d+)(?::(\d+))?\}", printed).groups()
    return list(range(int(first), int(last or first) + 1))


@pytest.mark.parametrize(("start", "stop"), [("0", "2"), ("p", "2*p"), ("1", "p+1"), ("0", "1")])
def test_a_block_names_the_columns_that_it_has(start, stop, monkeypatch):
    block = right_side(f"A = Y[:, {start}:{stop}]", {"n": 2, "p": 3}).expression
    has = [column + 1 for column in range(6)[slice(*(int(sympify(place).subs("p", 3)) for place in (start, stop)))]]
    assert columns_shown(text(block)) == has
    monkeypatch.setattr(place_rows, "place_from_one", lambda place: place)
    assert columns_shown(text(block)) != has


# ---- numbers put in ------------------------------------------------------------------------------------------------

FAMILY = ExactFamily.of(np.arange(12).reshape(2, 2, 3).tolist())
NUMBERS = {"Q": FAMILY, "H": Integer(2), "n": Integer(2), "d": Integer(3)}


def test_the_numbers_of_the_member_that_is_meant_are_put_in():
    assert text(Substituted(right_side("A = Q[1]").expression, NUMBERS)) == "⎡6   7   8⎤\n⎣9  10  11⎦"
    assert text(Substituted(right_side("A = Q[0][1, 2] * K[0]").expression, NUMBERS)) == "5 K⁽¹⁾"


def test_a_member_at_an_index_keeps_its_name():
    assert text(Substituted(right_side("A[h] = Q[h]").expression, NUMBERS)) == "Q⁽ʰ⁾"


def test_few_members_side_by_side_are_written_out_with_their_numbers():
    shown = latex(Substituted(right_side("A = concat(h, Q[h])").expression, NUMBERS))
    assert shown.count("array") == 4 and "Concat" in shown and "6 & 7 & 8" in shown


def test_a_block_of_numbers_is_cut_out():
    value = right_side("A = Y[:, p:2*p]").expression
    assert text(Substituted(value, {"Y": ((1, 2, 3, 4), (5, 6, 7, 8)), "n": 2, "p": 2})) == "⎡3  4⎤\n⎣7  8⎦"


def test_stacked_numbers_are_one_matrix_and_others_stay_apart():
    value = right_side("A = hstack(S, Y)").expression
    assert text(Substituted(value, {"S": ((1,),), "Y": ((2, 3),)})) == "[1  2  3]"
    assert text(Substituted(value, {"S": ((1,),)})) == "[[1], Y]"


def test_sizes_are_put_into_formulas_by_entry():
    value = right_side("A = S + matrix(n, n, w[j - i + r] if abs(i - j) <= r else 0)").expression
    assert "w_{j - i + 3} if |i - j| ≤ 2" in text(Substituted(value, {"r": Integer(2)}))


# ---- systems -------------------------------------------------------------------------------------------------------

HEADS = sa.mechanism(
    "heads",
    inputs={"X": "n d", "W": "H d d_k", "V": "2 n d"},
    equations="Q[h] = X @ W[h]\nP[h] = softmax(Q[h] @ Q[h].T)\nR[h] = V[h] + 1\nT[h] = 2 * R[h]",
)


def test_a_range_is_said_where_an_index_is_new_or_has_another_range():
    assert system_text(HEADS) == (
        "Q⁽ʰ⁾ = X W⁽ʰ⁾,  h = 1, …, H\nP⁽ʰ⁾ = softmax(Q⁽ʰ⁾ Q⁽ʰ⁾ᵀ)\nR⁽ʰ⁾ = V⁽ʰ⁾ + 1,  h = 1, …, 2\nT⁽ʰ⁾ = 2 R⁽ʰ⁾"
    )
    assert system_latex(HEADS).count(r"h=1,\ldots,H") == 1
    assert mathml(HEADS).startswith("<math")


def test_entries_keep_their_large_letter_where_a_matrix_has_the_small_one():
    system = sa.mechanism("m", inputs={"A": "n n"}, equations="a = matrix(n, n, A[j, i])")
    assert system_text(system) == "a = [A_ji]_ij"
    assert text(system["a"]) == "[a_ji]_ij"
    with among("a"):
        assert text(system["a"]) == "[A_ji]_ij"


def test_the_logarithm_of_nothing_is_minus_infinity_exact_and_decimal():
    bound = sa.mechanism("m", {"S": "n n"}, "L = lse(S, where=(j < i))").bind(S=[[1, 2], [0, 3]])
    assert text(bound.exact("L")) == "⎡-∞⎤\n⎣ 0⎦"
    assert text(Rounded(bound.exact("L"))) == "⎡-∞⎤\n⎣ 0⎦"
    assert latex(Rounded(bound.exact("L"))).count(r"-\infty") == 1
    assert "∞" in mathml(Rounded(bound.exact("L")))


def test_a_fraction_of_indices_alone_is_one_fraction():
    formulas = ["(i - j) / 16", "i / 2 + 1", "2 * i - 2 * j"]
    shown = [text(right_side(f"A = S + matrix(n, n, {formula})").expression) for formula in formulas]
    assert shown == ["S + [(i - j)/16]_ij", "S + [i/2 + 1/2]_ij", "S + [2 i - 2 j]_ij"]


def test_a_cube_root_is_a_power_of_its_number_and_not_of_e():
    halved = sa.mechanism("powers", {"S": "n n"}, "P = matrix(n, n, 2 ** (-(i + 1) / 3)) * S").bind(S=[[3, 1], [2, 3]])
    assert text(halved.exact("P")[0, 0]) == "3·2^(-1/3)"
    assert latex(halved.exact("P")[0, 1]) == "2^{-1/3}"
