"""What must hold whatever the numbers are: in exact arithmetic for small rational numbers, in float64 for others."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import symattn as sa
from symattn.mechanisms import named

RATIONALS = st.fractions(min_value=-3, max_value=3, max_denominator=4)
FEW = settings(max_examples=12, deadline=None)
SOFTMAX = ("dot", "scaled-dot", "causal", "causal-lower-right")


def matrices(*shapes):
    """Matrices of small rational numbers, one of each shape."""
    return st.tuples(
        *(
            st.lists(st.lists(RATIONALS, min_size=columns, max_size=columns), min_size=rows, max_size=rows)
            for rows, columns in shapes
        )
    )


def product(A, B):
    return [
        [sum((a * b for a, b in zip(row, column, strict=True)), Fraction(0)) for column in zip(*B, strict=True)]
        for row in A
    ]


def transposed(A):
    return [list(column) for column in zip(*A, strict=True)]


def plus_row(A, row):
    return [[a + b for a, b in zip(line, row, strict=True)] for line in A]


QKV = matrices((2, 2), (3, 2), (3, 2))


@pytest.mark.parametrize("name", SOFTMAX)
@FEW
@given(values=QKV)
def test_every_row_of_weights_sums_to_exactly_1_or_is_empty(name, values):
    Q, K, V = values
    P = named(name).bind(Q=Q, K=K, V=V).exact("P")
    for i in range(2):
        total = sum((P[i, j] for j in range(1, 3)), P[i, 0])
        assert total == 1


@FEW
@given(values=QKV, shift=st.lists(RATIONALS, min_size=2, max_size=2))
def test_a_number_added_to_a_row_of_scores_changes_nothing(values, shift):
    Q, K, _ = values
    softmax = sa.mechanism(
        "shifted", {"S": "n m", "c": "n 1"}, "P = softmax(S)\nR = softmax(S + c)\nN = softmax(2 * S)"
    )
    bound = softmax.bind(S=product(Q, transposed(K)), c=[[number] for number in shift])
    assert bound["P"] == bound["R"]


def test_the_check_of_shifts_can_fail():
    softmax = sa.mechanism("scaled", {"S": "n m"}, "P = softmax(S)\nN = softmax(2 * S)")
    bound = softmax.bind(S=[[1, 2, 4]])
    assert bound["P"] != bound["N"]


@FEW
@given(values=QKV, order=st.permutations(range(3)))
def test_keys_may_come_in_any_order(values, order):
    Q, K, V = values
    attention = named("scaled-dot")
    whole = attention.bind(Q=Q, K=K, V=V)
    permuted = attention.bind(Q=Q, K=[K[place] for place in order], V=[V[place] for place in order])
    assert whole["O"] == permuted["O"]
    assert permuted["P"] == whole["P"][:, list(order)]


@FEW
@given(values=matrices((3, 2), (2, 2), (2, 2), (2, 1)), order=st.permutations(range(3)))
def test_self_attention_is_equivariant_not_invariant(values, order):
    X, W_Q, W_K, W_V = values
    attention = named("self-attention")
    whole = attention.bind(X=X, W_Q=W_Q, W_K=W_K, W_V=W_V)["O"]
    permuted = attention.bind(X=[X[place] for place in order], W_Q=W_Q, W_K=W_K, W_V=W_V)["O"]
    assert permuted == whole[list(order), :]


@FEW
@given(values=QKV, bias=st.lists(RATIONALS, min_size=2, max_size=2))
def test_a_bias_of_the_keys_changes_nothing_so_its_gradient_is_exactly_0(values, bias):
    Q, K, V = values
    attention = named("scaled-dot")
    assert attention.bind(Q=Q, K=plus_row(K, bias), V=V)["O"] == attention.bind(Q=Q, K=K, V=V)["O"]


def test_a_bias_of_the_queries_does_change_the_output():
    attention = named("scaled-dot")
    K, V = [[1, 0], [0, 2]], [[1], [2]]
    assert attention.bind(Q=[[1, 1]], K=K, V=V)["O"] != attention.bind(Q=[[2, 1]], K=K, V=V)["O"]


@FEW
@given(values=QKV, entries=st.lists(RATIONALS, min_size=3, max_size=3))
def test_the_gauge_of_queries_and_keys(values, entries):
    """Q A and K A^-T give the scores of Q and K for every invertible A, here of determinant 1."""
    Q, K, V = values
    a, b, c = entries
    lower, upper = [[1, 0], [a, 1]], [[1, b], [0, 1]]
    A = product(product(lower, upper), [[1, 0], [c, 1]])
    (p, q), (r, s) = A
    inverse_transposed = [[s, -r], [-q, p]]
    attention = named("dot")
    turned = attention.bind(Q=product(Q, A), K=product(K, inverse_transposed), V=V)
    assert turned["S"] == attention.bind(Q=Q, K=K, V=V)["S"]


@FEW
@given(values=QKV)
def test_outputs_lie_in_the_hull_of_the_values_column_by_column(values):
    Q, K, V = values
    outputs = named("dot").bind(Q=Q, K=K, V=V).exact("O")
    for i in range(2):
        for c in range(2):
            column = [row[c] for row in V]
            assert outputs[i, c] >= min(column)
            assert outputs[i, c] <= max(column)


def test_sigmoid_attention_leaves_the_hull():
    generator = np.random.default_rng(0)
    Q, K, V = generator.normal(size=(4, 3)), generator.normal(size=(5, 3)), 1 + generator.random((5, 2))
    weights = 1 / (1 + np.exp(-Q @ K.T))
    assert (weights @ V > V.max(axis=0)).any()


@FEW
@given(values=matrices((3, 2), (3, 2), (3, 2)))
def test_incremental_attention_is_full_causal_attention_row_by_row(values):
    Q, K, V = values
    full = named("causal").bind(Q=Q, K=K, V=V)["O"]
    for t in range(3):
        step = named("scaled-dot").bind(Q=[Q[t]], K=K[: t + 1], V=V[: t + 1])["O"]
        assert step == full[t, :]


@FEW
@given(values=matrices((3, 2), (3, 2), (3, 2)))
def test_a_chunk_of_queries_behind_a_cache_is_aligned_at_the_lower_right(values):
    Q, K, V = values
    full = named("causal").bind(Q=Q, K=K, V=V)["O"]
    chunk = named("causal-lower-right").bind(Q=Q[1:], K=K, V=V)["O"]
    assert chunk == full[1:, :]
    assert named("causal").bind(Q=Q[1:], K=K, V=V)["O"].shape == chunk.shape


def rotated(X, first):
    """The rows rotated by their positions from ``first`` on, in pairs of neighbours, by complex multiplication."""
    n, d = X.shape
    angles = np.outer(np.arange(first, first + n), 10000.0 ** (-np.arange(0, d, 2) / d))
    turned = (X[:, 0::2] + 1j * X[:, 1::2]) * np.exp(1j * angles)
    return np.stack([turned.real, turned.imag], axis=-1).reshape(n, d)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10**6), shift=st.integers(1, 50))
def test_rotary_scores_depend_on_the_distance_alone(seed, shift):
    generator = np.random.default_rng(seed)
    Q, K = generator.normal(size=(3, 6)), generator.normal(size=(4, 6))
    rope = named("rope").lambdify("numpy", outputs=["S"])
    V = generator.normal(size=(4, 2))
    S = rope(Q=Q, K=K, V=V)["S"]
    shifted = rotated(Q, shift) @ rotated(K, shift).T / np.sqrt(6)
    assert np.allclose(S, shifted, atol=1e-12)
    assert not np.allclose(S, rotated(Q, shift) @ rotated(K, 0).T / np.sqrt(6), atol=1e-6)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10**6), order=st.permutations(range(3)))
def test_heads_may_come_in_any_order(seed, order):
    generator = np.random.default_rng(seed)
    system = named("multi-head-sum")
    sizes = {"n": 4, "m": 5, "d": 6, "d_y": 4, "d_k": 2, "d_v": 3, "H": 3}
    shapes = {name: system.at(**sizes).shape(name) for name in system.inputs}
    values = {name: generator.normal(size=tuple(map(int, shape))) for name, shape in shapes.items()}
    heads = {name for name in system.inputs if len(system.shape(name)) == 3}
    permuted = {name: value[list(order)] if name in heads else value for name, value in values.items()}
    attention = system.lambdify("numpy")
    assert np.allclose(attention(**values), attention(**permuted), atol=1e-12)
