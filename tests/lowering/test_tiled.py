"""The strategy `tiled`: the same numbers as whole matrices give, from tiles that are merged, forwards and backwards."""

import threading
import tracemalloc
import warnings

import numpy as np
import pytest
from lowering_cases import attention_by_loops, system

from symattn.errors import LoweringError
from symattn.lowering import lambdify_system
from symattn.mechanisms import named
from symattn.nodes import full_shape

QKV = {"Q": "n d_k", "K": "m d_k", "V": "m d_v"}


def attention(scores="Q @ K.T / sqrt(d_k)", where="", **more):
    chosen = f", where={where}" if where else ""
    return system(f"S = {scores}\nP = softmax(S{chosen})\nO = P @ V", **{**QKV, **more})


def with_tiles(function, width=3, height=4, threads=None):
    """The function with tiny tiles; with threads for the smallest inputs, or never."""
    function.__globals__.update(_WIDTH=width, _HEIGHT=height, _LARGE=0 if threads else 1 << 60)
    return function


def tiled(made, outputs=None, **tiles):
    return with_tiles(lambdify_system(made, "numpy", outputs, strategy="tiled"), **tiles)


def inputs_of(made, seed=0, batch=(), dtype=np.float64, **sizes):
    """Numbers for every input; about half of the keys of an allowed set are allowed."""
    generator, others = np.random.default_rng(seed), iter((3, 4, 5, 2, 6) * 4)
    lengths = {
        symbol: sizes.get(symbol.name) or {"n": 7, "m": 9}.get(symbol.name) or next(others) for symbol in made.sizes
    }
    values = {}
    for name, symbol in made.inputs.items():
        shape = tuple(int(length.xreplace(lengths)) for length in full_shape(symbol))
        if name in made.allowed_inputs:
            values[name] = generator.random((*batch, *shape)) < 0.5
        elif shape:
            values[name] = generator.standard_normal((*batch, *shape)).astype(dtype)
        else:
            values[name] = dtype(generator.uniform(0.5, 2))
    return values


def as_dict(values):
    return values if isinstance(values, dict) else {"O": values}


def assert_alike(found, expected, tolerance=1e-12):
    """Every result within the tolerance of the largest number among all results: gradients that vanish are none."""
    found, expected = as_dict(found), as_dict(expected)
    assert found.keys() == expected.keys()
    scale = max(float(np.abs(value).max(initial=1)) for value in expected.values())
    for name, value in expected.items():
        assert found[name].shape == value.shape, name
        assert found[name].dtype == value.dtype, name
        assert np.abs(found[name] - value).max(initial=0) <= tolerance * scale, name


MECHANISMS = [
    *(
        "alibi",
        "alibi-slopes",
        "bilinear",
        "causal",
        "causal-lower-right",
        "causal-padded",
        "chunked",
        "cross-attention",
    ),
    *("danet-channel", "differential", "dot", "dropout", "grouped-query", "local-p", "masked", "mla-absorbed"),
    *("multi-head-causal", "multi-query", "non-local-gaussian", "packed-multi-head", "padded", "prefix", "qk-norm"),
    *(
        "relu-over-n",
        "off-by-one",
        "rope",
        "scalable-softmax-causal",
        "scaled-dot",
        "self-attention",
        "sigmoid",
        "sliding-window",
    ),
    *("softcap", "swin-v2", "t5-bias", "t5-causal-bias", "temperature"),
]


@pytest.mark.parametrize("name", MECHANISMS)
@pytest.mark.parametrize("backward", [False, True], ids=["forwards", "backwards"])
def test_tiles_give_what_whole_matrices_give(name, backward):
    made = named(name).backward() if backward else named(name)
    function, direct = tiled(made), lambdify_system(made, "numpy")
    values = inputs_of(made)
    assert_alike(function(**values), direct(**values))
    values = inputs_of(made, seed=1, batch=(2,))
    assert_alike(with_tiles(function, 2, 8, threads=True)(**values), direct(**values))
    assert_alike(with_tiles(function, 256, 1024)(**values), direct(**values))


@pytest.mark.parametrize(
    ("mistake", "instead"),
    [
        ("_shared * _total", "_total"),  # sums of earlier tiles are not brought to the new largest score
        ("np.divide(_weighted, _total", "np.divide(_weighted, 1"),
        ("_right = min(_left + _WIDTH, m)", "_right = min(_left + _WIDTH, m) - 1"),  # a key of every tile is left out
        ("(_weighted, _total", "(_weighted, _total + 1"),
    ],
)
def test_a_mistake_in_the_merging_shows(mistake, instead):
    function = tiled(attention("c * tanh(Q @ K.T / c)", c=""))
    assert mistake in function.source
    namespace = {}
    exec(function.source.replace(mistake, instead), namespace)
    wrong = with_tiles(namespace[function.__name__])
    values = inputs_of(attention("c * tanh(Q @ K.T / c)", c=""))
    with pytest.raises(AssertionError):
        assert_alike(wrong(**values), function(**values))


def test_plain_loops_agree():
    values = inputs_of(attention())
    expected = attention_by_loops(*values.values())
    assert_alike(tiled(attention())(**values), np.asarray(expected))


def test_gradients_agree_with_autograd():
    torch = pytest.importorskip("torch")
    made = attention("c * tanh(Q @ K.T / sqrt(d_k) / c) + B", where="causal", c="", B="n m")
    from symattn.calculus import backward

    values = inputs_of(backward(made))
    tensors = {name: torch.tensor(value, requires_grad=True) for name, value in values.items()}
    scores = tensors["c"] * torch.tanh(tensors["Q"] @ tensors["K"].T / 3**0.5 / tensors["c"]) + tensors["B"]
    n, m = scores.shape
    allowed = torch.arange(m) <= torch.arange(n)[:, None]
    output = torch.softmax(scores.masked_fill(~allowed, -torch.inf), -1) @ tensors["V"]
    assert tensors["Q"].shape[-1] == 3
    output.backward(tensors["dO"].detach())
    found = tiled(backward(made))(**values)
    for name in ("Q", "K", "V", "c", "B"):
        assert np.allclose(found[f"d{name}"], tensors[name].grad.numpy(), rtol=1e-12, atol=1e-13), name


@pytest.mark.parametrize("where", ["", "causal", "window(2, 1)"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_scores_of_ten_thousand_have_weights_as_exact_as_whole_matrices_give(where, dtype):
    made = attention("Q @ K.T", where)
    values = inputs_of(made, dtype=dtype)
    values["Q"] *= dtype(100) / np.linalg.norm(values["Q"], axis=-1, keepdims=True)
    values["K"] *= dtype(100) / np.linalg.norm(values["K"], axis=-1, keepdims=True)
    exact = lambdify_system(made, "numpy")(**{name: value.astype(np.float64) for name, value in values.items()})
    assert np.isfinite(exact).all()
    bound = 4 * 1e4 * np.finfo(dtype).eps  # an error of a score is one of the weight's exponent
    assert np.abs(tiled(made)(**values) - exact).max() <= bound * np.abs(values["V"]).max()


def test_bounds_that_underflow_give_way_to_largest_scores():
    """One key a million times as long as the others lifts every bound so far that nothing else is left."""
    made = attention("Q @ K.T")
    values = inputs_of(made, dtype=np.float32)
    values["K"][4] *= 1e6
    values["Q"] *= np.sign(-(values["Q"] @ values["K"][4]))[:, None]  # and no query looks its way
    direct = lambdify_system(made, "numpy")(**values)
    assert_alike(tiled(made)(**values), direct, 1e-5)
    backward = named("dot").backward()
    values["dO"] = np.ones_like(direct)
    found = tiled(backward)(**values)
    assert_alike(found["dV"], lambdify_system(backward, "numpy")(**values)["dV"], 1e-4)


@pytest.mark.parametrize("name", ["masked", "sliding-window", "chunked", "padded", "causal-padded"])
def test_a_query_without_keys_has_weights_and_gradients_of_zero(name):
    made = named(name)
    values = inputs_of(made, n=9, m=5)
    for allowed in made.allowed_inputs:
        values[allowed][...] = False
    assert_alike(tiled(made)(**values), lambdify_system(made, "numpy")(**values))
    backward = made.backward()
    values["dO"] = np.ones((9, values["V"].shape[1]))
    found = tiled(backward)(**values)
    assert all(np.isfinite(value).all() for value in found.values())
    assert_alike(found, lambdify_system(backward, "numpy")(**values))


def test_without_any_key_the_output_is_zero():
    Q, K, V = np.ones((3, 2)), np.ones((0, 2)), np.ones((0, 4))
    assert not tiled(attention())(Q, K, V).any()
    assert tiled(attention())(np.ones((0, 2)), np.ones((3, 2)), np.ones((3, 4))).shape == (0, 4)


def test_what_is_no_number_stays_none():
    values = inputs_of(attention())
    values["Q"][2, 0] = np.nan
    found = tiled(attention())(**values)
    assert np.isnan(found[2]).all()
    assert np.isfinite(np.delete(found, 2, axis=0)).all()


def test_batches_broadcast():
    made = attention(where="M", M="n m")
    generator = np.random.default_rng(3)
    Q, K = generator.standard_normal((2, 1, 7, 3)), generator.standard_normal((5, 9, 3))
    V, M = generator.standard_normal((9, 4)), generator.random((2, 1, 7, 9)) < 0.6
    assert_alike(tiled(made)(Q, K, V, M), lambdify_system(made, "numpy")(Q, K, V, M))
    assert_alike(tiled(made, threads=True)(Q, K, V, M), lambdify_system(made, "numpy")(Q, K, V, M))


def test_weights_and_sums_can_be_asked_for():
    made = system("S = Q @ K.T\nL = lse(S, where=causal)\nP = softmax(S, where=causal)\nO = P @ V", **QKV)
    values = inputs_of(made)
    asked = ["L", "P", "O"]
    assert_alike(tiled(made, asked)(**values), lambdify_system(made, "numpy", asked)(**values))


def test_float16_is_computed_in_float32_and_nested_lists_in_float64():
    half = {name: value.astype(np.float16) for name, value in inputs_of(attention()).items()}
    assert tiled(attention())(**half).dtype == np.float16
    assert tiled(attention())([[1, 2]], [[1, 0], [0, 1]], [[1], [3]]).dtype == np.float64


def test_mixed_precision_is_that_of_numpy():
    values = inputs_of(attention("Q @ K.T + B", B="n m"), dtype=np.float32)
    values["B"] = values["B"].astype(np.float64)
    found = tiled(attention("Q @ K.T + B", B="n m"))(**values)
    expected = lambdify_system(attention("Q @ K.T + B", B="n m"), "numpy")(**values)
    assert_alike(found, expected, 1e-6)  # which rounds the products of float32 before it adds the bias


class Counting:
    """NumPy that counts how many exponentials are computed."""

    def __init__(self):
        self.count = 0

    def __getattr__(self, name):
        return getattr(np, name)

    def exp2(self, array, **options):
        self.count += array.size
        return np.exp2(array, **options)


def exponentials(where, **tiles):
    made = attention(where=where)
    function = tiled(made, **tiles)
    counting = function.__globals__["np"] = Counting()
    values = inputs_of(made, n=64, m=64)
    assert_alike(function(**values), lambdify_system(made, "numpy")(**values))
    return counting.count


def test_tiles_without_allowed_keys_are_left_out():
    every = exponentials("", width=8, height=32)
    assert every == 64 * 64
    assert exponentials("causal", width=8, height=32) < 0.6 * every
    assert exponentials("window(3, 0)", width=8, height=32) < 0.2 * every
    assert exponentials("i + 40 <= j", width=8, height=32) < 0.15 * every


def test_no_matrix_of_scores_is_held():
    made = named("scaled-dot")
    function = lambdify_system(made, "numpy", strategy="tiled")
    values = inputs_of(made, n=2048, m=2048, dtype=np.float32)
    tracemalloc.start()
    function(**values)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2048 * 2048 * 4 / 2


def test_results_do_not_depend_on_the_threads_luck():
    backward = named("causal").backward()
    values = inputs_of(backward, n=40, m=40, batch=(3,))
    function = tiled(backward, threads=True)
    first = function(**values)
    for _ in range(5):
        again = function(**values)
        assert all(np.array_equal(first[name], again[name]) for name in first)


def test_blas_has_its_threads_back():
    threadpoolctl = pytest.importorskip("threadpoolctl")
    made = attention()

    def threads():
        return [each["num_threads"] for each in threadpoolctl.threadpool_info() if each["user_api"] == "blas"]

    before, function = threads(), tiled(made, threads=True)
    values = inputs_of(made, batch=(4,))
    workers = [threading.Thread(target=function, kwargs=values) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert threads() == before
    function.__globals__["_part"] = None
    with pytest.raises(TypeError):
        function(**values)
    assert threads() == before


def test_without_threadpoolctl_one_thread_goes_over_the_tiles(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "threadpoolctl", None)
    made = attention()
    values = inputs_of(made)
    assert_alike(tiled(made, threads=True)(**values), lambdify_system(made, "numpy")(**values))


REFUSED = {
    "P = sparsemax(Q @ K.T)\nO = P @ V": "sparsemax or entmax asks for all scores of a query at once",
    "P = softmax(Q @ K.T)\nO = (P @ P.T) @ Q": "multiplies matrices that have an entry for every query and key",
    "P = softmax(sum(a, tanh(Q[:, a] + K[:, a].T)))\nO = P @ V": "a sum over an index has no tiles",
    "O = Q @ (K.T @ V)": "nothing in it has an entry for every query and key",
}


@pytest.mark.parametrize("equations", REFUSED)
def test_what_has_no_tiles_is_refused_with_the_reason(equations):
    with pytest.raises(LoweringError) as caught:
        lambdify_system(system(equations, **QKV), "numpy", strategy="tiled")
    assert REFUSED[equations] in str(caught.value)
    assert "strategy='direct' computes it" in str(caught.value)


def test_torch_has_no_tiles_of_its_own():
    with pytest.raises(LoweringError, match="strategy='tiled' is one of the target numpy"):
        lambdify_system(attention(), "torch", strategy="tiled")


def test_layouts_go_around_tiles():
    made = named("alibi")
    layouts = {"Q": "n (H d_k)", "K": "m (H d_k)", "V": "m (H d_v)", "O": "n (H d_v)"}
    options = {"layouts": layouts, "sizes": {"H": 2}}
    generator = np.random.default_rng(5)
    values = generator.standard_normal((7, 6)), generator.standard_normal((9, 6)), generator.standard_normal((9, 8))
    function = with_tiles(lambdify_system(made, "numpy", strategy="tiled", **options))
    assert_alike(function(*values), lambdify_system(made, "numpy", **options)(*values))


def test_auto_goes_over_tiles_where_scores_are_many():
    function = lambdify_system(named("causal"), "numpy", strategy="auto")
    calls = []
    for name in ("by_tiles", "as_a_whole"):
        function.__globals__[f"_causal_attention_{name}"] = lambda *_, name=name: calls.append(name)
    function(np.ones((2048, 2)), np.ones((2048, 2)), np.ones((2048, 2)))
    function(np.ones((16, 2)), np.ones((16, 2)), np.ones((16, 2)))
    function([[1.0, 2.0]], [[1.0, 2.0]], [[1.0]])
    assert calls == ["by_tiles", "as_a_whole", "as_a_whole"]
    many = np.broadcast_to(np.ones((128, 2)), (4096, 128, 2))  # a gigabyte of scores in small matrices
    function(many, many, many)
    assert calls[-1] == "by_tiles"


def test_auto_takes_straight_line_code_where_sizes_are_small_numbers():
    tiny = system("S = Q @ K.T\nP = softmax(S)\nO = P @ V", Q="3 4", K="3 4", V="3 4")
    small = system("S = Q @ K.T\nP = softmax(S)\nO = P @ V", Q="32 4", K="32 4", V="32 4")
    for made, n, is_straight in ((tiny, 3, True), (small, 32, False)):
        function = lambdify_system(made, "numpy", strategy="auto")
        assert (function.source == lambdify_system(made, "numpy", strategy="scalar").source) is is_straight
        values = np.random.default_rng(0).standard_normal((3, n, 4))
        assert_alike(function(*values), lambdify_system(made, "numpy")(*values))


@pytest.mark.parametrize("name", ["causal", "sparsemax", "linear", "multi-head", "danet-position", "se"])
@pytest.mark.parametrize("target", ["numpy", "torch"])
def test_auto_computes_every_mechanism(name, target):
    if target == "torch":
        pytest.importorskip("torch")
    made = named(name)
    values = inputs_of(made)
    found, expected = (
        as_dict(lambdify_system(made, target, strategy=strategy)(**values)) for strategy in ("auto", "direct")
    )
    for result in expected:
        assert np.allclose(np.asarray(found[result]), np.asarray(expected[result]), rtol=1e-11, atol=1e-12)


def test_auto_takes_torch_s_kernel_where_it_says_everything():
    assert "scaled_dot_product_attention" in lambdify_system(named("causal"), "torch", strategy="auto").source
    assert "flex_attention" not in lambdify_system(named("softcap"), "torch", strategy="auto").source


def test_inputs_of_wrong_shapes_are_refused_as_ever():
    for strategy in ("tiled", "auto"):
        function = lambdify_system(attention(), "numpy", strategy=strategy)
        with pytest.raises(ValueError, match="K takes shape"):
            function(np.ones((3, 2)), np.ones((4, 3)), np.ones((4, 2)))
        with pytest.raises(ValueError, match="Q takes a matrix"):
            function(np.ones(3), np.ones((4, 3)), np.ones((4, 2)))


@pytest.mark.parametrize("scale", [1e2, 1e4, 1e6])
@pytest.mark.parametrize("scores", ["Q @ K.T", "c * tanh(Q @ K.T / c)"])
def test_gradients_of_large_scores_are_as_exact_as_those_of_whole_matrices(scale, scores):
    """Weights that are computed again add up to 1, also where a score has fewer digits than its weight."""
    from symattn.calculus import backward

    made = backward(attention(scores, **({"c": ""} if "c *" in scores else {})), wrt=["Q", "V"])
    values = inputs_of(made, dtype=np.float32, n=40, m=50)
    values["Q"] *= np.float32(scale)
    if "c" in values:
        values["c"] = np.float32(scale)
    expected, found = lambdify_system(made, "numpy")(**values), tiled(made, width=16, height=32)(**values)
    assert np.abs(found["dV"] - expected["dV"]).max() <= 1e-4 * np.abs(expected["dV"]).max()


def test_a_set_of_one_softmax_leaves_no_tile_of_another_out():
    equations = "P = softmax(Q @ K.T, where=causal)\nR = softmax(K_2 @ Q.T / 2)\nR_2 = softmax(2 * (Q @ K.T))\n"
    made = system(equations + "O = P @ V - R_2 @ V / 2 + R.T @ V_2", **QKV, K_2="m d_k", V_2="m d_v")
    values = inputs_of(made, n=20, m=24)
    assert_alike(tiled(made)(**values), lambdify_system(made, "numpy")(**values))


def test_weights_may_be_the_scores_of_another_softmax():
    from symattn.calculus import backward

    made = system("P = softmax(Q @ K.T)\nR = softmax(3 * P)\nO = R @ V", **QKV)
    for each in (made, backward(made)):
        values = inputs_of(each)
        assert_alike(tiled(each)(**values), lambdify_system(each, "numpy")(**values))


@pytest.mark.parametrize("dtype, large", [(np.float64, 1e160), (np.float64, 1e250), (np.float32, 1e30)])
@pytest.mark.parametrize("name", ["scaled-dot", "causal", "sliding-window"])
def test_a_bound_beyond_all_numbers_is_no_warning(name, dtype, large):
    """The squares in the length of a query overflow, and the scores do not: they are what direct code computes."""
    generator = np.random.default_rng(4)
    Q, K, V = (generator.normal(size=shape).astype(dtype) for shape in [(5, 4), (5, 4), (5, 3)])
    system, given = named(name), {each: 2 for each in named(name).inputs if each not in "QKV"}
    inputs = {"Q": Q * dtype(large), "K": K, "V": V, **given}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = system.lambdify("numpy", strategy="tiled")(**inputs)
    np.testing.assert_allclose(found, system.lambdify("numpy")(**inputs), rtol=1e-5)


def test_scores_beyond_all_numbers_are_still_a_warning():
    generator = np.random.default_rng(4)
    Q, K, V = (1e160 * generator.normal(size=(5, 4)) for _ in range(3))
    with np.errstate(invalid="ignore"), pytest.warns(RuntimeWarning, match="overflow encountered in matmul"):
        named("scaled-dot").lambdify("numpy", strategy="tiled")(Q, K, V)
