"""Lowered allowed sets: masked keys weigh exactly nothing, rows without keys are zeros, masks promote nothing."""

import math
import warnings
from fractions import Fraction

import numpy as np
import pytest
from lowering_cases import matrices, system
from sympy import And, Eq, Integer, MatrixSymbol, Ne, Not, Or, S, Symbol, Transpose, Xor, sqrt, symbols

from symattn import article
from symattn.errors import LoweringError
from symattn.lowering import TARGETS, lambdify, lambdify_system
from symattn.lowering.conditions import without_fractions
from symattn.lowering.uses import COLUMN, ROW, always_allows_a_key, uses_of
from symattn.nodes import ColumnSum, ElementwiseSum, IndexCondition, Intersection, MatrixProduct, Negation, Softmax
from symattn.shapes import size


@pytest.fixture(autouse=True)
def no_warnings():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def attention(where, scale=" / sqrt(d_k)"):
    """Attention over an allowed set, with the masks M and padding where the set mentions them."""
    masks = {name: shape for name, shape in {"M": "n m", "padding": "1 m"}.items() if name in where}
    equations = f"S = Q @ K.T{scale}\nP = softmax(S, where={where})\nO = P @ V"
    return system(equations, Q="n d_k", K="m d_k", V="m d_v", **masks)


def by_loops(Q, K, V, allows):
    """Attention over the keys that ``allows(i, j)`` admits, one number at a time; zeros where it admits none."""
    result = np.zeros((len(Q), V.shape[1]))
    for i, q in enumerate(Q.tolist()):
        keys = [j for j in range(len(K)) if allows(i, j)]
        scores = [sum(a * b for a, b in zip(q, K[j].tolist(), strict=True)) / math.sqrt(len(q)) for j in keys]
        weights = [math.exp(score - max(scores)) for score in scores]
        for j, weight in zip(keys, weights, strict=True):
            result[i] += weight / sum(weights) * V[j]
    return result


FIRST, SECOND = [1, 2, 3], [1.9999938558253978, 7.9999631349523867, 1.8432523806644153e-5]
GOLDEN = {
    "causal": ("causal", "", {}, [FIRST, SECOND, [1.9997046127769654, 7.7598922546577849, 0.3583892946751152]]),
    "window": ("window(1, 0)", "", {}, [FIRST, SECOND, [2, 7.7615941559557649, 0.35760876606635267]]),
    "causal, scaled": (
        "causal",
        " / sqrt(d_k)",
        {},
        [
            FIRST,
            [1.9990211992990995, 7.9941271957945972, 0.0029364021027013886],
            [1.992555107622926, 7.4796355917746327, 0.7358772580756072],
        ],
    ),
    "third key masked": (
        "padding",
        "",
        {"padding": [[1, 1, 0]]},
        [
            [1.8807970779778824, 7.2847824678672947, 0.35760876606635267],
            SECOND,
            [1.9996646498695335, 7.9979878992172011, 0.0010060503913994343],
        ],
    ),
}


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(("where", "scale", "masks", "expected"), GOLDEN.values(), ids=GOLDEN)
def test_the_worked_example_masked(target, where, scale, masks, expected):
    numbers = {name: np.array(value, dtype=float) for name, value in article.ATTENTION.items()}
    if target == "torch":
        torch = pytest.importorskip("torch")
        numbers = {name: torch.from_numpy(value) for name, value in numbers.items()}
    result = lambdify_system(attention(where, scale), target)(**numbers, **masks)
    assert np.allclose(result, expected, rtol=1e-14, atol=1e-18)


MASK = np.random.default_rng(3).random((6, 6)) < 0.5
MASK[2] = False
PADDING = np.array([True, False, True, True, False, True])
SETS = {
    "causal": lambda i, j, n, m: j <= i,
    "causal_lower_right": lambda i, j, n, m: j <= i + m - n,
    "window(2, 0)": lambda i, j, n, m: i - 2 <= j <= i,
    "window(1, 2)": lambda i, j, n, m: i - 1 <= j <= i + 2,
    "padding & causal": lambda i, j, n, m: PADDING[j] and j <= i,
    "M": lambda i, j, n, m: MASK[i, j],
    "M & padding & causal_lower_right": lambda i, j, n, m: MASK[i, j] and PADDING[j] and j <= i + m - n,
    "j != i": lambda i, j, n, m: j != i,
    "j < m - 1": lambda i, j, n, m: j < m - 1,
    "n < m": lambda i, j, n, m: n < m,
}


def given(n, m, where, batch=(), dtype="float64"):
    numbers = matrices(n + 10 * m, batch, dtype, Q=(n, 4), K=(m, 4), V=(m, 2))
    masks = {"M": MASK[:n, :m], "padding": PADDING[None, :m]}
    return numbers, {name: mask for name, mask in masks.items() if name in where}


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(("n", "m"), [(3, 5), (5, 3), (4, 4), (1, 6), (6, 1)])
@pytest.mark.parametrize("where", SETS)
def test_every_set_equals_plain_loops(target, where, n, m):
    numbers, masks = given(n, m, where)
    expected = by_loops(**numbers, allows=lambda i, j: SETS[where](i, j, n, m))
    if target == "torch":
        torch = pytest.importorskip("torch")
        numbers = {name: torch.from_numpy(value) for name, value in numbers.items()}
    result = lambdify_system(attention(where), target)(**numbers, **masks)
    assert np.allclose(result, expected, rtol=1e-13, atol=1e-15)


def test_a_set_that_is_off_by_one_would_be_noticed():
    numbers, _ = given(3, 5, "causal")
    for wrong in ("j < i", "causal_lower_right", "j <= i + 1"):
        result = lambdify_system(attention(wrong))(**numbers)
        assert not np.allclose(result, by_loops(**numbers, allows=lambda i, j: j <= i), rtol=1e-3)


def test_weights_of_masked_keys_are_exactly_zero_whatever_their_scores():
    f = lambdify_system(system("P = softmax(A, where=M)", A="n m", M="n m"))
    huge = np.finfo(np.float64).max
    A = np.array([[1.0, 2.0, 1e4, -1e4], [1e4, -1e4, huge, -huge], [-1e4, -1e4, 1e4, 1e4], [huge, 1.0, np.nan, np.inf]])
    M = np.array([[1, 1, 0, 0], [1, 1, 0, 0], [1, 1, 0, 0], [0, 1, 0, 0]])
    assert np.allclose(f(A, M)[0], [1 / (1 + math.e), math.e / (1 + math.e), 0, 0], rtol=1e-15)
    assert f(A, M)[1:].tolist() == [[1, 0, 0, 0], [0.5, 0.5, 0, 0], [0, 1, 0, 0]]
    assert np.signbit(f(A, M)).sum() == 0


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_a_row_without_keys_is_zeros_in_every_dtype(dtype):
    numbers, _ = given(4, 3, "M", dtype=dtype)
    made = lambdify_system(attention("M"), outputs=["P", "O"])
    result = made(**numbers, M=np.zeros((4, 3), dtype=bool))
    assert all(value.dtype == dtype and not value.any() for value in result.values())


@pytest.mark.parametrize("kind", [bool, "int8", "int64", "float16", "float32", "float64"])
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("where", ["M", "M & causal", "1 - M", "M.T.T * M"])
def test_a_mask_of_any_dtype_leaves_the_results_dtype_alone(kind, dtype, where):
    numbers, masks = given(4, 5, "M", dtype=dtype)
    f = lambdify_system(attention(where))
    result = f(**numbers, M=masks["M"].astype(kind))
    assert result.dtype == dtype
    assert np.array_equal(result, f(**numbers, M=masks["M"].tolist()))


def test_any_number_but_zero_allows_a_key():
    f = lambdify_system(attention("M"))
    numbers, masks = given(4, 5, "M")
    negative = np.where(masks["M"], -0.25, -0.0)
    assert np.array_equal(f(**numbers, M=negative), f(**numbers, **masks))


@pytest.mark.parametrize("target", TARGETS)
def test_batches_of_masks_broadcast(target):
    numbers, _ = given(4, 5, "M", (3,))
    numbers["V"] = numbers["V"][0]
    masks = np.random.default_rng(1).random((2, 1, 4, 5)) < 0.5
    masks[0, 0, 1] = False
    f = lambdify_system(attention("M & causal_lower_right"), target)
    if target == "torch":
        torch = pytest.importorskip("torch")
        numbers = {name: torch.from_numpy(value) for name, value in numbers.items()}
    result = f(**numbers, M=masks)
    assert result.shape == (2, 3, 4, 2)
    for a in range(2):
        for b in range(3):
            one = f(numbers["Q"][b], numbers["K"][b], numbers["V"], masks[a, 0])
            assert np.allclose(result[a, b], one, rtol=1e-14, atol=1e-16)


def test_masks_are_never_written_over():
    numbers, masks = given(4, 5, "M")
    everything = {**numbers, "M": masks["M"].copy()}
    for value in everything.values():
        value.flags.writeable = False
    made = system("P = softmax(A, where=M & causal) + softmax(A, where=M)", A="n m", M="n m")
    lambdify_system(made)(everything["Q"] @ everything["K"].T, everything["M"])
    assert np.array_equal(everything["M"], MASK[:4, :5])


def test_a_matrix_that_is_masked_by_and_computed_with_is_numbers():
    made = system("P = softmax(A * M, where=M)", A="n m", M="n m")
    A = np.array([[1.0, 2.0, 3.0]])
    e = np.exp([0.5, -4.0])
    assert np.allclose(lambdify_system(made)(A, [[0.5, -2.0, 0.0]])[0], [*(e / e.sum()), 0])
    assert uses_of(made, ("P",)).truths == frozenset()
    assert uses_of(attention("M & padding"), ("O",)).truths == {"M", "padding"}
    assert uses_of(attention("M.T.T - 1"), ("O",)).truths == frozenset()


def test_a_set_may_be_an_equation_of_its_own():
    made = system("A = M * N\nP = softmax(S, where=A)", M="n m", N="n m", S="n m")
    M, N, scores = np.array([[1.0, 0, 2]]), np.array([[1.0, 1, 1]]), np.zeros((1, 3), dtype="float32")
    result = lambdify_system(made)(M, N, scores)
    assert result.dtype == np.float32 and result.tolist() == [[0.5, 0, 0.5]]
    both = lambdify_system(made, outputs=["A", "P"])(M, N, scores)
    assert both["A"].dtype == np.float64 and both["P"].dtype == np.float32


def test_asking_for_a_mask_returns_it():
    numbers, masks = given(4, 5, "M")
    result = lambdify_system(attention("M"), outputs=["M", "O"])(**numbers, **masks)
    assert np.array_equal(result["M"], masks["M"])
    assert np.array_equal(result["O"], lambdify_system(attention("M"))(**numbers, **masks))


def test_half_precision_passes_its_inputs_on_by_their_places():
    f = lambdify_system(system("O = softmax(A * t, where=M)", t="scalar", M="n m", A="n m"))
    A, M = np.array([[1, 2, 3]], dtype="float16"), [[True, True, False]]
    result = f(np.float16(2), M, A)
    assert result.dtype == np.float16
    assert np.allclose(result, [[1 / (1 + math.e**2), 1 / (1 + math.e**-2), 0]], rtol=1e-3)


MISTAKES = {
    "shape": (np.ones((4, 4)), ValueError, r"M takes shape \(\.\.\., n, m\) with m = 5, n = 4; found \(4, 4\)"),
    "vector": (np.ones(5), ValueError, r"M takes a matrix, or a stack of matrices; found shape \(5,\)"),
    "complex": (np.ones((4, 5)) * 1j, TypeError, "M takes truth values or real numbers; found dtype"),
}


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(("mask", "error", "message"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistaken_mask_is_named(target, mask, error, message):
    pytest.importorskip(target)
    with pytest.raises(error, match=message):
        lambdify_system(attention("M"), target)(*given(4, 5, "")[0].values(), mask)


def lines(made, target="numpy", outputs=None):
    text = lambdify_system(made, target, outputs).source
    return [line.strip() for line in text[text.index("    # S = ") :].splitlines()]


def test_causal_attention_reads_like_this():
    assert lines(attention("causal")) == [
        "# S = Q @ K.T / sqrt(d_k)",
        "S = (Q / math.sqrt(d_k)) @ K.mT",
        "# _allowed = j <= i",
        "_i = np.arange(n)[:, None]",
        "_j = np.arange(m)",
        "_allowed = _j <= _i",
        "# P = softmax(S, where=j <= i), its rows divided by their sums after the product below",
        "P = S  # memory that nothing reads again",
        "np.copyto(P, -np.inf, where=~_allowed)",
        "P -= P.max(axis=-1, keepdims=True, initial=-np.inf)",
        "np.exp(P, out=P)",
        "_total = P.sum(axis=-1, keepdims=True)",
        "if P.shape[-1] == 0:",
        "_total += 1  # without any key 0 is divided by it",
        "# O = P @ V",
        "O = P @ V",
        "O /= _total",
        "return O",
    ]
    assert lines(attention("causal"), "torch")[2:8] == [
        "# _allowed = j <= i",
        "_i = torch.arange(n, device=_device)[:, None]",
        "_j = torch.arange(m, device=_device)",
        "_allowed = _j <= _i",
        "# P = softmax(S, where=j <= i)",
        'P = torch.softmax(_in_place(S, "masked_fill", ~_allowed, -torch.inf), dim=-1)',
    ]


def test_a_mask_that_may_be_a_larger_batch_than_the_scores_is_not_written_into_them():
    assert "P = _only_allowed(P, _allowed)" in lines(attention("M & causal"))
    assert "np.copyto(P, -np.inf, where=~_allowed)" in lines(attention("causal_lower_right"))
    function = lambdify_system(attention("M"), "numpy")
    Q, K, V = matrices(Q=(2, 3), K=(4, 3), V=(4, 2)).values()
    M = np.array([[[1, 0, 1, 1], [0, 0, 0, 1]], [[0, 1, 1, 0], [1, 1, 1, 1]]])
    for batch, found in zip(M, function(Q, K, V, M), strict=True):
        assert np.allclose(found, function(Q, K, V, batch), atol=1e-15)
        assert np.allclose(found, by_loops(Q, K, V, lambda i, j, batch=batch: batch[i, j]))


@pytest.mark.parametrize("target", TARGETS)
def test_a_set_that_serves_several_softmaxes_is_made_once(target):
    made = system(
        "S = A + B\nP = softmax(A, where=M & causal)\nR = softmax(B, where=M & causal)\n"
        "T = softmax(S, where=causal) + softmax(B, where=N & causal)",
        **dict.fromkeys("ABMN", "n m"),
    )
    code = [line for line in lines(made, target, ["P", "R", "T"]) if not line.startswith("#")]
    assert [line for line in code if "_j <= _i" in line] == ["_allowed = _j <= _i"]
    assert [line for line in code if " & " in line] == ["_allowed2 = M & _allowed", "_allowed3 = N & _allowed"]


def test_the_docstring_says_that_a_mask_may_hold_truth_values():
    text = " ".join(lambdify_system(attention("M")).__doc__.split())
    assert "M may hold truth values, True where a key is allowed" in text
    assert "truth values" not in lambdify_system(attention("causal")).__doc__


n, m, d = symbols("n m d")
i, j, t = symbols("i j t")
Q, K, M = MatrixSymbol("Q", n, d), MatrixSymbol("K", m, d), MatrixSymbol("M", n, m)
CONDITIONS = {
    "or": (Or(j <= i, Eq(j, m - 1)), lambda i, j: j <= i or j == 4),
    "not": (Not(And(j <= i, Ne(j, 0))), lambda i, j: not (j <= i and j != 0)),
    "not of a relation with sizes": (Not(Or(n > m, j < i)), lambda i, j: j >= i),
    "always": (S.true, lambda i, j: True),
    "never": (S.false, lambda i, j: False),
    "only the query": (i > 1, lambda i, j: i > 1),
    "only the key": (j > 1, lambda i, j: j > 1),
    "a product": (i * j <= m, lambda i, j: i * j <= 5),
    "a root": (sqrt(i) <= j / 2, lambda i, j: i**0.5 <= j / 2),
    "a power": (2**i < j + 1, lambda i, j: 2**i < j + 1),
    "a decimal": (j < 1.5 * i, lambda i, j: j < 1.5 * i),
    "shares of the sizes": (j / m <= i / n, lambda i, j: Fraction(j, 5) <= Fraction(i, 3)),
    "a scalar input": (j <= t, lambda i, j: j <= 2),
}


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(("condition", "allows"), CONDITIONS.values(), ids=CONDITIONS)
def test_lambdify_takes_a_softmax_over_any_condition(target, condition, allows):
    numbers = matrices(1, Q=(3, 4), K=(5, 4))
    expected = np.array([[float(allows(row, column)) for column in range(5)] for row in range(3)])
    if target == "torch":
        torch = pytest.importorskip("torch")
        numbers = {name: torch.from_numpy(value) for name, value in numbers.items()}
    allowed = IndexCondition(condition, i, j, n, m)
    arguments = [Q, K, Symbol("t")]
    weights, itself = lambdify(arguments, [Softmax(Q * K.T, allowed), allowed], target)(*numbers.values(), 2)
    e = np.exp(np.asarray(numbers["Q"] @ numbers["K"].T)) * expected
    assert np.allclose(weights, e / np.maximum(e.sum(axis=-1, keepdims=True), 1e-300), rtol=1e-13)
    assert np.array_equal(itself, expected)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("mask", [[[1, 0]], [[2.5, 0.0]], [[True, False]]])
def test_sets_are_matrices_of_0_and_1_anywhere_else(target, mask):
    A, p = MatrixSymbol("A", n, m), MatrixSymbol("p", 1, m)
    causal = IndexCondition(j <= i, i, j, n, m)
    both = Intersection(p, causal)
    values = [ElementwiseSum(A, both), MatrixProduct(Transpose(causal), A), ColumnSum(both), Negation(both)]
    values.append(ElementwiseSum(Intersection(p, p), A))
    given = np.ones((3, 2), dtype="float32")
    if target == "torch":
        given = pytest.importorskip("torch").from_numpy(given)
    found = lambdify([A, p], values, target)(given, mask)
    lower = np.tril(np.ones((3, 2)))
    one = lower * [[1, 0]]
    expected = [1 + one, lower.T @ np.ones((3, 2)), one.sum(axis=0, keepdims=True), -one, np.array([[2, 1]] * 3)]
    for value, wanted in zip(found, expected, strict=True):
        assert value.dtype == given.dtype
        assert np.array_equal(value, wanted)


def test_an_index_may_bear_the_name_of_an_argument():
    scores, mask = MatrixSymbol("j", n, m), MatrixSymbol("i", n, m)
    f = lambdify([scores, mask], Softmax(scores, Intersection(mask, IndexCondition(j <= i, i, j, n, m))))
    assert f(np.zeros((2, 2)), [[1, 1], [1, 1]]).tolist() == [[1, 0], [0.5, 0.5]]


def test_a_condition_that_is_no_comparison_is_refused():
    A = MatrixSymbol("A", n, m)
    with pytest.raises(LoweringError, match="numpy cannot lower the condition"):
        lambdify(A, Softmax(A, IndexCondition(Xor(j <= i, j > 2), i, j, n, m)))


N, L = size("n"), size("m")
SURE = {
    "causal": (COLUMN <= ROW, N, L, True),
    "strictly causal": (COLUMN < ROW, N, L, False),
    "lower right": (COLUMN <= ROW + L - N, N, L, False),
    "lower right, fewer queries": (COLUMN <= ROW + 3, Integer(2), Integer(5), True),
    "lower right, fewer keys": (COLUMN <= ROW - 3, Integer(5), Integer(2), False),
    "itself": (Eq(COLUMN, ROW), N, N, True),
    "itself, fewer keys": (Eq(COLUMN, ROW), N, L, False),
    "window": (And(ROW - 2 <= COLUMN, COLUMN <= ROW), N, N, True),
    "last": (COLUMN > L - 2, N, L, True),
    "no number": (1 / COLUMN <= ROW, N, L, False),
}


@pytest.mark.parametrize(("condition", "rows", "columns", "expected"), SURE.values(), ids=SURE)
def test_rows_are_guarded_unless_each_surely_has_a_key(condition, rows, columns, expected):
    assert always_allows_a_key(IndexCondition(condition, ROW, COLUMN, rows, columns)) is expected
    A = MatrixSymbol("A", rows, columns)
    source = lambdify(A, Softmax(A, IndexCondition(condition, ROW, COLUMN, *A.shape))).source
    assert ("np.finfo" not in source) is expected


def test_fractions_are_compared_as_whole_numbers():
    tenths = Eq(ROW / 10 + COLUMN / 5, Integer(9) / 10)
    assert without_fractions(tenths) == Eq(ROW + 2 * COLUMN, 9)
    allowed = IndexCondition(tenths, ROW, COLUMN, n, m)
    found = lambdify(M, [M, allowed])(np.zeros((10, 10)))[1]
    expected = [[Fraction(a, 10) + Fraction(b, 5) == Fraction(9, 10) for b in range(10)] for a in range(10)]
    assert np.array_equal(found, expected)
    assert without_fractions(1 / (ROW - 1) <= COLUMN) == (1 / (ROW - 1) <= COLUMN)
