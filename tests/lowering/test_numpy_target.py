"""Lowered NumPy: right for every node, batch, dtype and layout; its inputs stay as they were."""

import warnings

import numpy as np
import pytest
from lowering_cases import (
    ADDITIVE,
    ATTENTION,
    CROSS_ATTENTION,
    GENERIC,
    GENERIC_OUTPUT,
    NODE_FORMULAS,
    attention_by_loops,
    concrete,
    matrices,
    node_case,
    system,
)
from sympy import Float, Integer, MatrixSymbol, Symbol
from sympy.matrices.expressions.matexpr import MatrixElement

from symattn.errors import LoweringError, UnknownNameError
from symattn.lowering import lambdify_system
from symattn.nodes import Indices, Member, entry_of

attention = lambdify_system(ATTENTION, "numpy")
QKV = {"Q": (5, 4), "K": (7, 4), "V": (7, 2)}


@pytest.fixture(autouse=True)
def no_warnings():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def by_definition(made, numbers):
    """Every entry of the system's output from the nodes' own definition, a number put for every symbol."""
    made = made.with_sizes(**{symbol.name: concrete(symbol) for symbol in made.sizes})
    value = made.expression()
    result = np.empty([int(length) for length in value.shape])
    for i in range(result.shape[0]):
        for j in range(result.shape[1]):
            entry = entry_of(value, Integer(i), Integer(j), Indices()).doit()
            known = {part: Float(numbers[part.name]) for part in entry.atoms(Symbol) if part.name in numbers}
            for element in entry.atoms(MatrixElement):
                matrix, *place = element.args
                if isinstance(matrix, Member):
                    matrix, place = matrix.family, [*matrix.positions, *place]
                assert isinstance(matrix, MatrixSymbol)
                known[element] = Float(float(numbers[matrix.name][tuple(int(at) for at in place)]))
            result[i, j] = float(entry.xreplace(known).doit())
    return result


@pytest.mark.parametrize("formula", NODE_FORMULAS.values(), ids=NODE_FORMULAS)
def test_every_node_computes_its_definition(formula):
    made, numbers = node_case(formula)
    assert np.allclose(lambdify_system(made)(**numbers), by_definition(made, numbers), rtol=1e-12, atol=1e-13)


def test_attention_equals_plain_loops():
    numbers = matrices(1, **QKV)
    assert np.allclose(attention(**numbers), attention_by_loops(**numbers), rtol=1e-13, atol=1e-15)


def test_the_generic_example_from_nested_lists_of_whole_numbers():
    result = lambdify_system(CROSS_ATTENTION)(**GENERIC)
    assert result.dtype == np.float64
    assert np.allclose(result, GENERIC_OUTPUT, rtol=1e-14)


def test_a_wrong_scale_would_be_noticed():
    wrong = system("S = Q @ K.T / d_k\nP = softmax(S)\nO = P @ V", Q="n d_k", K="m d_k", V="m d_v")
    numbers = matrices(1, **QKV)
    assert not np.allclose(lambdify_system(wrong)(**numbers), attention_by_loops(**numbers), rtol=1e-3)


@pytest.mark.parametrize("shapes", [{"Q": (1, 1), "K": (1, 1), "V": (1, 1)}, {"Q": (1, 1), "K": (6, 1), "V": (6, 3)}])
def test_sizes_of_one(shapes):
    numbers = matrices(2, **shapes)
    assert np.allclose(attention(**numbers), attention_by_loops(**numbers))


def test_leading_axes_are_batches_and_broadcast():
    Q, K, V = matrices(3, (2, 3), **QKV)["Q"], matrices(4, (3,), **QKV)["K"], matrices(5, **QKV)["V"]
    result = attention(Q, K, V)
    assert result.shape == (2, 3, 5, 2)
    for b in range(2):
        for h in range(3):
            assert np.allclose(result[b, h], attention_by_loops(Q[b, h], K[h], V))


def test_a_weight_without_batches_serves_all_of_them():
    made = lambdify_system(CROSS_ATTENTION)
    numbers = {name: np.array(value, dtype=float) for name, value in GENERIC.items()}
    stacked = {**numbers, "X": np.stack([numbers["X"], 2 * numbers["X"]])}
    result = made(**stacked)
    assert np.allclose(result[0], made(**numbers))
    assert np.allclose(result[1], made(**{**numbers, "X": 2 * numbers["X"]}))


def test_sums_over_an_index_keep_batches():
    shapes = {"Q": (2, 3), "K": (4, 5), "V": (4, 2), "W_a": (6, 3), "U_a": (6, 5), "v_a": (6, 1)}
    f = lambdify_system(ADDITIVE)
    numbers = matrices(7, (3,), **shapes)
    numbers["W_a"] = numbers["W_a"][0]
    each = [f(*(value[b] if value.ndim == 3 else value for value in numbers.values())) for b in range(3)]
    assert np.allclose(f(**numbers), each)


def test_a_scalar_may_be_one_number_or_one_a_batch():
    f = lambdify_system(system("O = softmax(A * t) - t", A="n m", t="scalar"))
    A = matrices(8, (3,), A=(2, 4))["A"]
    t = np.array([0.5, 1.0, 2.0])
    assert np.allclose(f(A, t), [f(A[b], t[b]) for b in range(3)])


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_the_dtype_is_kept(dtype):
    numbers = matrices(9, dtype=dtype, **QKV)
    result = attention(**numbers)
    assert result.dtype == dtype
    exact = attention_by_loops(*(value.astype("float64") for value in numbers.values()))
    assert np.allclose(result, exact, atol=20 * np.finfo(dtype).eps)


def test_python_numbers_do_not_promote():
    f = lambdify_system(system("c = 2 * t\nO = (A * t + c) / sqrt(n) + ones(n, m) / 3", A="n m", t="scalar"))
    A = matrices(10, dtype="float32", A=(2, 3))["A"]
    assert f(A, 0.5).dtype == f(A, np.float64(0.5)).dtype == f(A, 1).dtype == np.float32


def test_half_precision_has_room_for_many_keys():
    Q, K, V = np.zeros((1, 2)), np.zeros((3000, 2)), np.full((3000, 1), 100.0)
    assert attention(*(value.astype("float16") for value in (Q, K, V))).tolist() == [[100.0]]


@pytest.mark.parametrize("dtype", ["int64", "bool", "uint8"])
def test_whole_numbers_and_truth_values_become_float64(dtype):
    numbers = {name: np.ones(shape, dtype=dtype) for name, shape in QKV.items()}
    assert attention(**numbers).dtype == np.float64


LAYOUTS = {
    "transposed": lambda a: np.ascontiguousarray(a.T).T,
    "every second": lambda a: np.repeat(np.repeat(a, 2, axis=0), 2, axis=1)[::2, ::2],
    "negative strides": lambda a: np.ascontiguousarray(a[::-1, ::-1])[::-1, ::-1],
    "fortran": np.asfortranarray,
}


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_any_layout_gives_the_same_and_is_left_alone(layout):
    numbers = matrices(11, **QKV)
    laid_out = {name: layout(value) for name, value in numbers.items()}
    for value in laid_out.values():
        value.flags.writeable = False
    assert np.allclose(attention(**laid_out), attention(**numbers), rtol=1e-13)
    assert all(np.array_equal(laid_out[name], numbers[name]) for name in numbers)


@pytest.mark.parametrize("formula", NODE_FORMULAS.values(), ids=NODE_FORMULAS)
def test_inputs_are_never_written_over(formula):
    made, numbers = node_case(f"softmax({formula}) + {formula}")
    before = {name: np.copy(value) for name, value in numbers.items()}
    for name in "ABCDF":
        numbers[name].flags.writeable = False
    lambdify_system(made)(**numbers)
    assert all(np.array_equal(before[name], numbers[name]) for name in before)


@pytest.mark.parametrize("size", [1e3, 1e4])
def test_large_logits_are_safe(size):
    made = lambdify_system(system("P = softmax(A)\nL = lse(A)\nG = sigmoid(A)", A="n m"), outputs=["P", "L", "G"])
    A = np.array([[size, -size, 0.0], [-size, -size, -size]])
    result = made(A)
    assert np.allclose(result["P"], [[1, 0, 0], [1 / 3, 1 / 3, 1 / 3]])
    assert np.allclose(result["L"], [[size], [-size + np.log(3)]])
    assert np.allclose(result["G"], [[1, 0, 0.5], [0, 0, 0]])


@pytest.mark.parametrize("name", ["elu", "gelu", "sigmoid", "tanh", "relu", "step", "sign"])
def test_functions_of_large_numbers_give_no_warning(name):
    f = lambdify_system(system(f"Y = {name}(A) + {name}(t)", A="n m", t="scalar"))
    for t in (-1e4, 1e4):
        assert np.isfinite(f([[-1e4, 0.0, 1e4]], t)).all()


def test_several_outputs_come_back_by_name_inputs_too():
    numbers = matrices(12, **QKV)
    result = lambdify_system(ATTENTION, outputs=["O", "S", "Q", "P"])(**numbers)
    assert list(result) == ["O", "S", "Q", "P"]
    assert np.allclose(result["P"] @ numbers["V"], result["O"])
    assert np.allclose(result["P"].sum(axis=-1), 1)
    assert np.allclose(result["S"], numbers["Q"] @ numbers["K"].T / 2)
    assert np.array_equal(result["Q"], numbers["Q"])


def test_a_scalar_output_is_a_number_a_batch():
    made = system("c = t * A[0, 1]\nr = sqrt(n) / 2\nO = c * A * r", A="n m", t="scalar")
    f = lambdify_system(made, outputs=["c", "r", "O"])
    result = f(np.arange(12.0).reshape(3, 2, 2), np.array([1.0, 2.0, 3.0]))
    assert result["c"].tolist() == [1.0, 10.0, 27.0]
    assert result["r"] == pytest.approx(2**0.5 / 2)
    assert result["O"].shape == (3, 2, 2)


SHAPE_MISTAKES = {
    "K": ((5, 4), (7, 3), (7, 2), r"K takes shape \(\.\.\., m, d_k\) with d_k = 4; found \(7, 3\)"),
    "V": ((5, 4), (7, 4), (6, 2), r"V takes shape \(\.\.\., m, d_v\) with m = 7; found \(6, 2\)"),
    "vector": ((4,), (7, 4), (7, 2), r"Q takes a matrix, or a stack of matrices; found shape \(4,\)"),
}


@pytest.mark.parametrize(("q", "k", "v", "message"), SHAPE_MISTAKES.values(), ids=SHAPE_MISTAKES)
def test_a_shape_mistake_names_the_input(q, k, v, message):
    with pytest.raises(ValueError, match=message):
        attention(np.ones(q), np.ones(k), np.ones(v))


def test_concrete_sizes_are_checked():
    f = lambdify_system(ATTENTION.with_sizes(n=3, d_k=4))
    with pytest.raises(ValueError, match=r"Q takes shape \(\.\.\., 3, 4\); found \(5, 4\)"):
        f(np.ones((5, 4)), np.ones((7, 4)), np.ones((7, 2)))
    assert f(np.ones((3, 4)), np.ones((7, 4)), np.ones((7, 2))).shape == (3, 2)


def test_a_size_inside_a_product_is_found():
    f = lambdify_system(system("Y = X / sqrt(d)", X="n 2*d"))
    assert np.allclose(f(np.ones((1, 8))), 0.5)
    with pytest.raises(ValueError, match=r"X takes shape \(\.\.\., n, 2\*d\)"):
        f(np.ones((1, 7)))


def test_a_size_that_no_shape_tells_is_refused():
    with pytest.raises(LoweringError, match="size a cannot be found"):
        lambdify_system(system("Y = X / sqrt(a)", X="n a*b"))


def test_a_subscript_outside_the_matrix_is_an_error_not_an_empty_array():
    f = lambdify_system(system("Y = A[:, 2]", A="n m"))
    with pytest.raises(ValueError, match="subscript 2 is outside a length of m = 2"):
        f(np.ones((4, 2)))


@pytest.mark.parametrize("value", [[["a"]], [[1j]], [[None]]])
def test_what_is_not_a_real_number_is_refused(value):
    with pytest.raises(TypeError, match="Q takes real numbers"):
        attention(value, [[1.0]], [[1.0]])


def test_unknown_outputs_and_targets_are_named():
    with pytest.raises(UnknownNameError, match="Did you mean P"):
        lambdify_system(ATTENTION, outputs="p")
    with pytest.raises(LoweringError, match=r"no target 'nunpy'\. Did you mean numpy"):
        lambdify_system(ATTENTION, "nunpy")
    with pytest.raises(LoweringError, match="no outputs"):
        lambdify_system(ATTENTION, outputs=[])


def test_one_letter_may_run_over_different_lengths_in_two_sums():
    text = "S = sum(a, A[:, a] @ A[:, a].T) - sum(a, B[:, a] @ B[:, a].T)\nO = sum(a, S[:, a] * S[:, a])"
    a, b = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[1.0, 2.0, 3.0], [1.0, 0.0, 1.0]])
    s = a @ a.T - b @ b.T
    found = lambdify_system(system(text, A="n d", B="n h"))(a, b)
    np.testing.assert_array_equal(found, (s * s).sum(axis=1, keepdims=True))  # whole numbers: nothing is rounded
