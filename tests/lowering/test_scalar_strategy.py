"""Code for small fixed sizes: one instance over math, many with the batch last; what goes in, comes out, is refused."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from lowering_cases import NODE_FORMULAS, NODE_SIZES, node_case
from sympy import MatrixSymbol, symbols

import symattn as sa
from symattn import limits
from symattn.equations import Equation, EquationSystem
from symattn.errors import LimitError, LoweringError, MissingRowError, ShapeError, UnknownNameError
from symattn.lowering import lambdify_system, scalar_arrays, scalar_numbers
from symattn.nodes import Node, Softmax

SIZES = {"n": 3, "m": 2, "d_k": 4, "d_v": 5}

SCALED = sa.named("scaled-dot")

MASKED = sa.mechanism(
    "masked",
    inputs={"Q": "n d_k", "K": "m d_k", "V": "m d_v", "B": "n m", "M": "n m"},
    equations="""
        S = 30 * tanh((Q @ K.T / sqrt(d_k) + B) / 30)
        P = softmax(S, where=M)
        O = P @ V
    """,
)

HEADS = sa.mechanism(
    "heads",
    inputs={"X": "n d", "W": "H d d_k", "t": ""},
    equations="""
        Q[h] = X @ W[h]
        P[h] = softmax(Q[h] @ Q[h].T / t, where=causal)
        O = concat(h, P[h] @ Q[h])
    """,
)


def random(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


def qkv(*batch):
    return random(*batch, 3, 4), random(*batch, 2, 4, seed=1), random(*batch, 2, 5, seed=2)


def by_torch(Q, K, V):
    return torch.nn.functional.scaled_dot_product_attention(*map(torch.from_numpy, (Q, K, V))).numpy()


def scaled(**options):
    return SCALED.lambdify(strategy="scalar", sizes=SIZES, **options)


@pytest.mark.parametrize("batch", [(), (1,), (4,), (2, 3), (1300,), (300,)])
def test_one_instance_and_batches_agree_with_torch(batch):
    found = scaled()(*qkv(*batch))
    assert found.shape == (*batch, 3, 5)
    assert np.allclose(found, by_torch(*qkv(*batch)), atol=1e-14)


@pytest.mark.parametrize("count", [255, 256, 257, 511, 1279, 1280, 1281, 2600])
def test_every_length_of_a_batch_is_put_together_from_its_blocks(count):
    Q, K, V = qkv(count)
    assert np.allclose(scaled()(Q, K, V), SCALED.lambdify()(Q, K, V), atol=1e-14)


def test_leading_axes_broadcast():
    Q, K, V = random(6, 1, 3, 4), random(5, 2, 4, seed=1), random(2, 5, seed=2)
    found, expected = scaled(outputs=["S", "O"])(Q, K, V), SCALED.lambdify(outputs=["S", "O"])(Q, K, V)
    assert found["O"].shape == (6, 5, 3, 5)
    for name, value in expected.items():
        assert found[name].shape == value.shape
        assert np.allclose(found[name], value, atol=1e-14)


def test_a_result_has_the_batches_of_what_it_rests_on_alone():
    f = sa.mechanism("two", inputs={"A": "n n", "B": "n n"}, equations="C = A @ A\nD = B + C")
    A, B = random(2, 1, 3, 3), random(4, 3, 3, seed=1)
    found = f.lambdify(strategy="scalar", sizes={"n": 3}, outputs=["C", "D"])(A, B)
    assert found["C"].shape == (2, 1, 3, 3)
    assert found["D"].shape == (2, 4, 3, 3)
    assert np.allclose(found["C"], A @ A)
    assert np.allclose(found["D"], B + A @ A)


def test_no_instances_give_no_results():
    Q, K, V = qkv(2)
    assert scaled()(Q[:0], K[:0], V[:0]).shape == (0, 3, 5)


def test_nested_lists_are_taken():
    Q, K, V = qkv()
    assert np.allclose(scaled()(Q.tolist(), K.tolist(), V=V.tolist()), by_torch(Q, K, V), atol=1e-14)


@pytest.mark.parametrize("batch", [(), (7,)])
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_results_have_the_dtype_of_the_inputs(dtype, batch):
    arrays = [array.astype(dtype) for array in qkv(*batch)]
    found = scaled()(*arrays)
    assert found.dtype == dtype
    assert np.allclose(found, by_torch(*(array.astype("float64") for array in arrays)), atol=4 * np.finfo(dtype).eps)


@pytest.mark.parametrize("batch", [(), (7,)])
def test_each_result_has_the_dtype_of_what_it_rests_on(batch):
    Q, K, V = qkv(*batch)
    given = Q.astype("float32"), K.astype("float32"), V
    found, expected = (
        SCALED.lambdify(outputs=["P", "O"], **o)(*given) for o in ({"strategy": "scalar", "sizes": SIZES}, {})
    )
    assert {name: value.dtype for name, value in found.items()} == {
        name: value.dtype for name, value in expected.items()
    }


def test_whole_numbers_become_float64():
    Q, K, V = (np.rint(3 * array).astype(int) for array in qkv(5))
    assert scaled()(Q, K, V).dtype == np.float64


@pytest.mark.parametrize("is_last", [False, True])
def test_arrays_that_have_the_batch_last_in_memory_are_read_where_they_lie(is_last):
    count = 3 * 1280 + 3
    Q, K, V = (np.moveaxis(random(*shape, count), -1, 0) for shape in ((3, 4), (2, 4), (2, 5)))
    f = scaled()
    given = (Q, K, V) if is_last else [np.ascontiguousarray(array) for array in (Q, K, V)]
    found = f(*given)
    assert np.allclose(found, by_torch(*(np.ascontiguousarray(array) for array in (Q, K, V))), atol=1e-14)
    assert (found.strides[0] == found.itemsize) == is_last
    (((copies, _),),) = f.__globals__["_KEPT"].values()
    assert len(copies) == (0 if is_last else 3)


@pytest.mark.parametrize("count", [0, 1, 255, 256, 257, 509, 1021, 7919, 20_011])
@pytest.mark.parametrize("is_last", [False, True])
def test_blocks_cover_every_number_of_instances_once_at_least(count, is_last):
    Q, K, V = (np.moveaxis(random(*shape, count), -1, 0) for shape in ((3, 4), (2, 4), (2, 5)))
    given = (Q, K, V) if is_last else [np.ascontiguousarray(array) for array in (Q, K, V)]
    f = scaled()
    expected = SCALED.lambdify()(*given)
    assert f(*given).shape == (count, 3, 5)
    assert np.allclose(f(*given), expected, atol=1e-14)
    half = count // 2
    assert np.allclose(f(*(array[:half] for array in given)), expected[:half], atol=1e-14)


def test_memory_that_is_kept_does_not_reach_results_of_other_calls():
    f = scaled()
    first, second = (qkv(700), [2 * array for array in qkv(700)])
    found = f(*first)
    before = found.copy()
    f(*second)
    assert np.array_equal(found, before)
    shared = [first[0][:1], *first[1:]]  # one query for all: blocks of other shapes
    assert np.allclose(f(*shared), SCALED.lambdify()(*shared), atol=1e-14)
    assert np.array_equal(f(*first), before)
    narrow = [array.astype(np.float32) for array in first]
    assert f(*narrow).dtype == np.float32
    assert np.array_equal(f(*first), before)


def test_threads_that_call_at_once_do_not_share_memory():
    f = scaled()
    given = [[scale * array for array in qkv(3000)] for scale in (1.0, -2.0, 0.5, 3.0)]
    expected = [SCALED.lambdify()(*arrays) for arrays in given]
    with ThreadPoolExecutor(4) as pool:
        for _ in range(5):
            for found, right in zip(pool.map(lambda arrays: f(*arrays), given), expected, strict=True):
                assert np.allclose(found, right, atol=1e-13)


def everything(batch, **changed):
    arrays = {"Q": random(*batch, 3, 4), "K": random(*batch, 2, 4, seed=1), "V": random(*batch, 2, 5, seed=2)}
    arrays |= {"B": random(*batch, 3, 2, seed=3), "M": np.ones((*batch, 3, 2), bool)}
    return {**arrays, **changed}


@pytest.mark.parametrize("batch", [(), (300,)])
@pytest.mark.parametrize("kind", [bool, float])
def test_a_row_without_keys_is_zero_and_the_others_are_what_direct_code_gives(batch, kind):
    allowed = np.array([[False, False], [True, False], [True, True]]).astype(kind)
    given = everything(batch, M=allowed)
    found = MASKED.lambdify(strategy="scalar", sizes=SIZES)(**given)
    assert (found[..., 0, :] == 0).all()
    assert np.allclose(found, MASKED.lambdify()(**given), atol=1e-14)


@pytest.mark.parametrize("batch", [(), (5,)])
@pytest.mark.parametrize("scale", [1e4, -1e4])
def test_extreme_scores_neither_overflow_nor_lose_the_weights(batch, scale):
    Q, K, V = random(*batch, 3, 4), random(*batch, 2, 4, seed=1) * scale, random(*batch, 2, 5, seed=2)
    assert np.allclose(scaled()(Q, K, V), by_torch(Q, K, V), atol=1e-10)


@pytest.mark.parametrize("batch", [(), (5,)])
def test_a_score_of_minus_infinity_has_no_weight(batch):
    biased = sa.mechanism("biased", inputs={"S": "n m", "M": "n m"}, equations="P = softmax(S, where=M)")
    S = np.broadcast_to([[0.0, -np.inf, 1.0], [-np.inf, -np.inf, -np.inf]], (*batch, 2, 3))
    for allowed in (np.ones((2, 3)), np.array([[1, 1, 0], [1, 0, 1]])):
        found = biased.lambdify(strategy="scalar", sizes={"n": 2, "m": 3})(S, allowed)
        assert np.array_equal(found, biased.lambdify()(S, allowed))
        assert (found[..., 1, :] == 0).all()


@pytest.mark.parametrize("batch", [(), (5,)])
def test_what_math_refuses_is_what_numpy_makes_of_it(batch):
    f = sa.mechanism("reaching", inputs={"A": "n n"}, equations="B = exp(A)\nC = A / (A - A)\nD = B + C")
    A = np.broadcast_to([[1000.0, 1.0], [-1.0, 0.0]], (*batch, 2, 2))
    found = f.lambdify(strategy="scalar", sizes={"n": 2}, outputs=["B", "C"])(A)
    with np.errstate(all="ignore"):
        assert np.allclose(found["B"], np.exp(A))
        assert np.array_equal(found["C"], A / (A - A), equal_nan=True)


@pytest.mark.parametrize("batch", [(), (5,)])
def test_nan_spreads_to_its_row_and_no_further(batch):
    Q, K, V = (np.array(array) for array in qkv(*batch))
    Q[..., 1, 2] = np.nan
    found = scaled()(Q, K, V)
    assert np.array_equal(np.isnan(found), np.isnan(SCALED.lambdify()(Q, K, V)))
    largest = sa.mechanism("largest", inputs={"A": "n m"}, equations="B = rowmax(A) + relu(A)")
    A = np.array([[1.0, np.nan], [2.0, 3.0]])
    assert np.array_equal(np.isnan(largest.lambdify(strategy="scalar", sizes={"n": 2, "m": 2})(A)[:, 1]), [True, False])


@pytest.mark.parametrize("batch", [(), (300,)])
def test_heads_numbers_and_indices_are_written_out(batch):
    X, W, t = random(*batch, 3, 4), random(2, 4, 5, seed=1), np.full(batch, 0.5) if batch else 0.5
    found = HEADS.lambdify(strategy="scalar", sizes={"n": 3, "d": 4, "H": 2, "d_k": 5})(X, W, t)
    assert found.shape == (*batch, 3, 10)
    assert np.allclose(found, HEADS.lambdify()(X, W, t), atol=1e-13)


def test_the_backward_pass_is_that_of_autograd():
    Q, K, V, dO = *qkv(), random(3, 5, seed=5)
    found = SCALED.backward().lambdify(strategy="scalar", sizes=SIZES)(Q, K, V, dO)
    tensors = [torch.from_numpy(array).requires_grad_() for array in (Q, K, V)]
    with torch.nn.attention.sdpa_kernel(torch.nn.attention.SDPBackend.MATH):
        torch.nn.functional.scaled_dot_product_attention(*tensors).backward(torch.from_numpy(dO))
    for name, tensor in zip(("dQ", "dK", "dV"), tensors, strict=True):
        assert np.allclose(found[name], tensor.grad.numpy(), atol=1e-13)


def test_the_cotangent_is_stretched_over_the_batches():
    Q, K, V, dO = *qkv(4), random(3, 5, seed=5)
    found = SCALED.backward().lambdify(strategy="scalar", sizes=SIZES)(Q, K, V, dO)
    expected = SCALED.backward().lambdify()(Q, K, V, dO)
    for name, value in expected.items():
        assert found[name].shape == value.shape
        assert np.allclose(found[name], value, atol=1e-13)


def test_sizes_that_are_numbers_need_not_be_given():
    fixed = sa.mechanism("fixed", inputs={"A": "3 2", "B": "2 d"}, equations="C = A @ B")
    A, B = random(3, 2), random(2, 4, seed=1)
    assert np.allclose(fixed.lambdify(strategy="scalar", sizes={"d": 4})(A, B), A @ B)
    assert np.allclose(SCALED.at(**SIZES).lambdify(strategy="scalar")(*qkv()), by_torch(*qkv()), atol=1e-14)


def test_expressions_are_written_for_fixed_sizes_too():
    n, m = symbols("n m")
    A = MatrixSymbol("A", n, m)
    f = sa.lambdify(A, [A * A.T, 2 * A], strategy="scalar", sizes={"n": 2, "m": 3})
    product, double = f([[1, 2, 0], [3, 4, 1]])
    assert product.tolist() == [[5, 11], [11, 26]]
    assert double.tolist() == [[2, 4, 0], [6, 8, 2]]
    assert (
        sa.lambdify(MatrixSymbol("A", 2, 2), MatrixSymbol("A", 2, 2).T, strategy="scalar")([[1, 2], [3, 4]])[0, 1] == 3
    )
    with pytest.raises(LoweringError, match="sizes are for code for fixed sizes"):
        sa.lambdify(A, A, sizes={"n": 2})


def test_layouts_and_sizes_go_together():
    sizes = {"n": 3, "d": 4, "H": 2, "d_k": 5}
    X, W, t = random(3, 4), random(2, 4, 5, seed=1), 0.5
    f = HEADS.lambdify(strategy="scalar", sizes=sizes, layouts={"W": "d (H d_k)"})
    assert np.allclose(f(X, np.moveaxis(W, 0, 1).reshape(4, 10), t), HEADS.lambdify()(X, W, t), atol=1e-13)


def test_missing_sizes_are_named():
    with pytest.raises(ShapeError, match=r"none yet for m, d_v: give it, as in sizes=\{\"m\": 3, \"d_v\": 3\}"):
        SCALED.lambdify(strategy="scalar", sizes={"n": 3, "d_k": 4})
    with pytest.raises(UnknownNameError, match="n_k"):
        SCALED.lambdify(strategy="scalar", sizes={**SIZES, "n_k": 3})
    with pytest.raises(ShapeError):
        SCALED.lambdify(strategy="scalar", sizes={**SIZES, "n": 0})


def test_sizes_that_are_too_large_are_refused_before_anything_is_written():
    huge = dict.fromkeys(SIZES, 100_000)
    with pytest.raises(LimitError, match=rf"up to \d+ operations .* up to {limits.SCALAR_OPERATIONS}"):
        SCALED.lambdify(strategy="scalar", sizes=huge)


def test_long_sums_compile():
    found = SCALED.lambdify(strategy="scalar", sizes={"n": 2, "m": 2, "d_k": 2000, "d_v": 1})
    Q, K, V = random(2, 2000) / 50, random(2, 2000, seed=1), random(2, 1, seed=2)
    assert np.allclose(found(Q, K, V), by_torch(Q, K, V), atol=1e-12)


@pytest.mark.parametrize("batch", [(), (4,)])
def test_other_shapes_are_refused(batch):
    Q, K, V = qkv(*batch)
    with pytest.raises(ValueError, match=r"K takes shape \(..., 2, 4\); found \(.*3\)"):
        scaled()(Q, K[..., :3], V)
    with pytest.raises(ValueError, match="Q takes a matrix"):
        scaled()(Q.ravel(), K, V)
    with pytest.raises(TypeError, match="real numbers"):
        scaled()(Q + 1j, K, V)


def test_other_targets_do_not_have_the_strategy():
    with pytest.raises(LoweringError, match=r"torch .* strategy='scalar'"):
        SCALED.lambdify("torch", strategy="scalar", sizes=SIZES)


@pytest.mark.parametrize("table", [scalar_numbers, scalar_arrays])
def test_an_operation_without_a_row_is_refused_by_the_name_of_its_table(table, monkeypatch):
    monkeypatch.delitem(table.OPERATIONS, "tanh")
    with pytest.raises(MissingRowError, match=f"'tanh'; add a row to lowering/{table.__name__.split('.')[-1]}.py"):
        MASKED.lambdify(strategy="scalar", sizes=SIZES)


def test_every_operation_of_closed_forms_has_a_row_in_both_tables():
    from symattn.closed_form.operations import OPERATIONS

    assert set(OPERATIONS) - {"copy"} <= set(scalar_numbers.OPERATIONS)
    assert set(OPERATIONS) <= set(scalar_arrays.OPERATIONS) | set(scalar_arrays.OVER_ROWS) | {"dot"}


@pytest.mark.parametrize("name", NODE_FORMULAS)
def test_every_node_is_computed_alone_and_in_batches(name):
    made, numbers = node_case(NODE_FORMULAS[name])
    function, expected = lambdify_system(made, strategy="scalar", sizes=NODE_SIZES), lambdify_system(made)(**numbers)
    assert np.allclose(function(**numbers), expected, rtol=1e-13, atol=1e-13)
    several = {
        key: np.stack([value, value * 0.5, value * -2.0]) if key != "M" else value for key, value in numbers.items()
    }
    assert np.allclose(function(**several), lambdify_system(made)(**several), rtol=1e-12, atol=1e-12, equal_nan=True)


class Unknown(Node):
    """A node that no table knows."""

    def __new__(cls, scores):
        return super().__new__(cls, scores)

    @property
    def shape(self):
        return self.args[0].shape


def test_a_node_without_a_row_is_refused_by_the_name_of_its_table():
    S = MatrixSymbol("S", 2, 3)
    made = EquationSystem("case", (S,), (Equation("O", Softmax(Unknown(S))),), "O")
    with pytest.raises(MissingRowError, match=r"cannot write out Unknown, inside Softmax; add a row to .*rows\.py"):
        lambdify_system(made, strategy="scalar")


def test_a_wrong_row_is_noticed(monkeypatch):
    """A planted mistake: exponentials of something else."""
    monkeypatch.setitem(scalar_numbers.OPERATIONS, "shifted exp", lambda score, top: f"_exp({top} - {score})")
    assert not np.allclose(scaled()(*qkv()), by_torch(*qkv()), atol=1e-3)


def test_memory_that_is_read_again_is_not_written_over(monkeypatch):
    """A planted mistake: every block counts as one that nothing reads again."""
    from symattn.lowering.scalar_batch import BatchWriter

    Q, K, V = qkv(4)
    names = ["S", "P", "O"]
    expected = SCALED.lambdify(outputs=names)(Q, K, V)
    right = SCALED.lambdify(strategy="scalar", sizes=SIZES, outputs=names)(Q, K, V)
    assert all(np.allclose(right[name], expected[name]) for name in names)
    monkeypatch.setattr(BatchWriter, "_may_be_written_over", lambda self, view, place, axes: view.source in self._own)
    wrong = SCALED.lambdify(strategy="scalar", sizes=SIZES, outputs=names)(Q, K, V)
    assert not all(np.allclose(wrong[name], expected[name]) for name in names)


def test_inputs_are_left_as_they_were():
    given = everything((300,))
    kept = {name: value.copy() for name, value in given.items()}
    MASKED.lambdify(strategy="scalar", sizes=SIZES)(**given)
    assert all(np.array_equal(given[name], kept[name]) for name in given)


def test_results_of_two_calls_share_no_memory():
    f = scaled()
    first = f(*qkv(300))
    kept = first.copy()
    f(*(array + 1 for array in qkv(300)))
    assert np.array_equal(first, kept)


def test_the_source_runs_without_symattn_and_names_the_equations(tmp_path):
    f = scaled()
    for equation in ("# S = Q @ K.T / 2", "# P = softmax(S)", "# O = P @ V"):
        assert f.source.count(equation) == 2
    assert (f.inputs, f.outputs, f.target) == (("Q", "K", "V"), ("O",), "numpy")
    path = tmp_path / "attend.py"
    path.write_text(
        f"{f.source}\nimport sys\nones = np.ones((4, 3, 4)), np.ones((4, 2, 4)), np.ones((4, 2, 5))\n"
        "print(scaled_dot_product_attention(*ones).sum(), 'symattn' in sys.modules)\n"
    )
    run = subprocess.run([sys.executable, "-I", str(path)], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["60.0", "False"]


def test_entries_are_computed_once_and_constants_beforehand():
    source = sa.named("causal").lambdify(strategy="scalar", sizes={"n": 3, "m": 3, "d_k": 4, "d_v": 5}).source
    one = source[source.index("def _one_instance") : source.index("def _blocks")]
    assert one.count("_exp(") == 6  # of nine pairs of query and key, three are not allowed
    assert "sqrt" not in one
