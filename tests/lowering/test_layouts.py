"""Arrays as people have them go in and come out: packed heads, tokens before heads, feature maps."""

import numpy as np
import pytest
import torch

import symattn as sa
from symattn.errors import LanguageError, LimitError, LoweringError, ShapeError, UnknownNameError
from symattn.lowering.layouts import Layout
from symattn.shapes import size

HEADS = sa.mechanism(
    "heads",
    inputs={"Q": "H n d_k", "K": "H m d_k", "V": "H m d_v"},
    equations="""
        S[h] = Q[h] @ K[h].T / sqrt(d_k)
        P[h] = softmax(S[h])
        O[h] = P[h] @ V[h]
    """,
)

PIXELS = sa.mechanism(
    "attention of pixels",
    inputs={"X": "H*W C", "W_V": "C d_v"},
    equations="O = softmax(X @ X.T) @ (X @ W_V)",
)

BATCH, H, N, M, K, V = 2, 3, 5, 7, 4, 6


def random(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


def by_heads():
    return random(BATCH, H, N, K), random(BATCH, H, M, K, seed=1), random(BATCH, H, M, V, seed=2)


def packed(array):
    """Heads side by side, as a linear layer leaves them."""
    batch, heads, rows, columns = array.shape
    return array.transpose(0, 2, 1, 3).reshape(batch, rows, heads * columns)


def expected():
    Q, K, V = map(torch.from_numpy, by_heads())
    return torch.nn.functional.scaled_dot_product_attention(Q, K, V).numpy()


def test_heads_before_tokens_need_no_layout():
    assert np.allclose(HEADS.lambdify("numpy")(*by_heads()), expected(), atol=1e-13)


@pytest.mark.parametrize("target", ["numpy", "torch"])
def test_heads_side_by_side_go_in_and_come_out(target):
    layouts = {"Q": "n (H d_k)", "K": "m (H d_k)", "V": "m (H d_v)", "O": "n (H d_v)"}
    function = HEADS.lambdify(target, layouts=layouts, sizes={"H": H})
    given = [packed(array) for array in by_heads()]
    if target == "torch":
        given = [torch.from_numpy(array) for array in given]
    assert np.allclose(np.asarray(function(*given)), packed(expected()), atol=1e-13)
    assert "Q (..., n, H*d_k)" in function.__doc__


def test_heads_interleaved_with_their_features_are_another_layout():
    layouts = {"Q": "n (d_k H)", "K": "m (d_k H)", "V": "m (H d_v)", "O": "n (H d_v)"}
    function = HEADS.lambdify("numpy", layouts=layouts, sizes={"H": H})
    assert not np.allclose(function(*(packed(array) for array in by_heads())), packed(expected()), atol=1e-3)


def test_tokens_before_heads():
    layouts = dict.fromkeys("QO", "n H {}") | dict.fromkeys("KV", "m H {}")
    layouts = {name: text.format("d_v" if name in "VO" else "d_k") for name, text in layouts.items()}
    function = HEADS.lambdify("numpy", layouts=layouts)
    found = function(*(array.swapaxes(1, 2) for array in by_heads()))
    assert np.allclose(found, expected().swapaxes(1, 2), atol=1e-13)


def test_one_input_in_a_layout_tells_the_heads_of_the_others():
    function = HEADS.lambdify("numpy", layouts={"Q": "n (H d_k)", "O": "n (H d_v)"})
    Q, K, V = by_heads()
    assert np.allclose(function(packed(Q), K, V), packed(expected()), atol=1e-13)


def test_several_results_come_in_their_layouts():
    function = HEADS.lambdify("numpy", outputs=["P", "O"], layouts={"O": "n (H d_v)"})
    found = function(*by_heads())
    assert np.allclose(found["O"], packed(expected()), atol=1e-13)
    assert found["P"].shape == (BATCH, H, N, M)


@pytest.mark.parametrize("target", ["numpy", "torch"])
def test_a_feature_map_goes_in_and_a_feature_map_comes_out(target):
    image, weights = random(2, 3, 4, 5), random(3, 6, seed=1)
    tokens = torch.from_numpy(image).flatten(2).mT
    attended = torch.softmax(tokens @ tokens.mT, -1) @ (tokens @ torch.from_numpy(weights))
    maps = attended.mT.unflatten(-1, (4, 5)).numpy()
    function = PIXELS.lambdify(target, layouts={"X": "C H W", "O": "d_v H W"})
    given = [image, weights] if target == "numpy" else [torch.from_numpy(image), torch.from_numpy(weights)]
    assert np.allclose(np.asarray(function(*given)), maps, atol=1e-12)
    turned = PIXELS.lambdify(target, layouts={"X": "C H W", "O": "H W d_v"})
    assert np.allclose(np.moveaxis(np.asarray(turned(*given)), -1, -3), maps, atol=1e-12)


def test_one_axis_has_one_order():
    with pytest.raises(LanguageError, match="X orders W H, that of O H W"):
        PIXELS.lambdify("numpy", layouts={"X": "C W H", "O": "d_v H W"})


def test_gradients_flow_through_layouts():
    function = HEADS.lambdify(
        "torch", layouts={"Q": "n (H d_k)", "K": "m (H d_k)", "V": "m (H d_v)", "O": "n (H d_v)"}, sizes={"H": H}
    )
    given = [torch.from_numpy(packed(array)).requires_grad_() for array in by_heads()]
    assert torch.autograd.gradcheck(function, given, fast_mode=True)


def test_nested_lists_are_taken():
    function = PIXELS.lambdify("numpy", layouts={"X": "C H W"})
    assert np.allclose(
        function([[[1, 2]], [[0, 1]]], [[1], [0]]), PIXELS.lambdify("numpy")([[1, 0], [2, 1]], [[1], [0]])
    )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("n H", "each once"),
        ("n H d_k d_k", "each once"),
        ("n (H d_v)", "each once"),
        ("n ((H) d_k)", "names of sizes"),
        (3, "text"),
    ],
)
def test_a_layout_that_is_none_is_refused(text, says):
    n, heads, d_k = size("n"), size("H"), size("d_k")
    with pytest.raises(LanguageError, match=says):
        Layout.of(text, "Q", (heads, n, d_k))


def test_a_layout_that_is_long_is_refused_before_it_is_read():
    for text in ("(" + " " * 5000, "n H d_k " * 500):
        with pytest.raises(LimitError, match="characters long; the most is 1000"):
            HEADS.lambdify("numpy", layouts={"Q": text})
    with pytest.raises(LanguageError, match="asked for names of sizes"):
        HEADS.lambdify("numpy", layouts={"Q": "(" + " " * 900})


def test_what_nothing_tells_is_asked_for():
    with pytest.raises(LoweringError, match="sizes="):
        HEADS.lambdify("numpy", layouts={"Q": "n (H d_k)", "K": "m (H d_k)", "V": "m (H d_v)"})


def test_unknown_names_and_sizes_are_refused():
    with pytest.raises(UnknownNameError, match="'X'"):
        HEADS.lambdify("numpy", layouts={"X": "n H d_k"})
    with pytest.raises(UnknownNameError, match="no size is called 'h'"):
        HEADS.lambdify("numpy", layouts={"Q": "n (H d_k)"}, sizes={"h": 2})
    with pytest.raises(ShapeError, match="H = 0"):
        HEADS.lambdify("numpy", layouts={"Q": "n (H d_k)"}, sizes={"H": 0})


@pytest.mark.parametrize("target", ["numpy", "torch"])
def test_arrays_that_do_not_fit_their_layout_are_refused_in_the_layouts_words(target):
    layouts = {"Q": "n (H d_k)", "K": "m (H d_k)", "V": "m (H d_v)"}
    function = HEADS.lambdify(target, layouts=layouts, sizes={"H": H})
    fitting = [packed(array).tolist() for array in by_heads()]
    with pytest.raises(ValueError, match=r"Q takes shape \(..., n, H\*d_k\) with H = 3; found \(5, 13\)"):
        function(random(N, 13).tolist(), *fitting[1:])
    with pytest.raises(ValueError, match=r"Q takes shape \(..., n, H\*d_k\); found \(12,\)"):
        function(random(12).tolist(), *fitting[1:])
    with pytest.raises(ValueError, match=r"K takes shape \(..., m, H\*d_k\) with H = 3, d_k = 4; found \(7, 15\)"):
        function(fitting[0], random(M, 15).tolist(), fitting[2])
