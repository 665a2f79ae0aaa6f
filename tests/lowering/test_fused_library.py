"""Every mechanism of the library by torch's kernels: which of them, by which kernel, and why not the others."""

from functools import cache

import pytest

from symattn.errors import LoweringError
from symattn.lowering import lambdify_system
from symattn.lowering.uses import uses_of
from symattn.mechanisms import named, names

torch = pytest.importorskip("torch")
flex = pytest.importorskip("torch.nn.attention.flex_attention")

REFUSED = {
    "additive": "its scores are no function of products",
    "additive-keras": "its scores are no function of products",
    "dropout": "it stands in no product of weights and values",
    "entmax": "entmax is no softmax",
    "entmax15": "entmax is no softmax",
    "hard-attention": "hardmax is no softmax",
    "hardmax": "hardmax is no softmax",
    "linear": "there is no softmax in it",
    "local-p": "it stands in no product of weights and values",
    "luong-concat": "its scores are no function of products",
    "mlp-score": "its scores are no function of products",
    "off-by-one": "it stands in no product of weights and values",
    "performer": "there is no softmax in it",
    "rbf": "its scores are no function of products",
    "se": "there is no softmax in it",
    "shaw": "alpha is read more than once",
    "sigmoid": "there is no softmax in it",
    "sink": "it stands in no product of weights and values",
    "soft-attention": "its scores are no function of products",
    "sparsemax": "entmax is no softmax",
    "taylor2": "there is no softmax in it",
}
"""Mechanisms that kernels do not compute, each with what the error says."""

FUSED = [
    "scaled-dot",
    "causal",
    "causal-lower-right",
    "causal-padded",
    "chunked",
    "masked",
    "padded",
    "packed",
    "prefix",
    "sliding-window",
    "alibi",
    "alibi-slopes",
    "bilinear",
    "cosine",
    "content-addressing",
    "cross-attention",
    "differential",
    "danet-channel",
    "danet-position",
    "dot",
    "grouped-query",
    "key-cache",
    "key-cache-chunk",
    "local-m",
    "luong-general",
    "mla-absorbed",
    "mla-expanded",
    "multi-head",
    "multi-query",
    "non-local-embedded",
    "packed-multi-head",
    "qk-norm-rms",
    "rbf-reduced",
    "rope",
    "scalable-softmax",
    "scalable-softmax-causal",
    "self-attention",
    "shaw-gathered",
    "sinusoidal",
    "swin-v2",
    "t5-bias",
    "t5-causal-bias",
    "temperature",
    "transformer-xl",
]
"""Mechanisms whose scores ``scaled_dot_product_attention`` has words for."""

FLEX = ("softcap",)
"""Mechanisms for which it has none."""

LENGTHS = {"n": 5, "m": 7, "H": 2, "G": 2, "R": 3, "d": 6, "d_k": 4, "d_v": 3, "p": 2, "r": 2, "l": 2}


@pytest.fixture(autouse=True)
def without_tracing(monkeypatch):
    """torch computes functions of one score without tracing them first, which takes a second each."""
    monkeypatch.setattr(flex, "_FLEX_ATTENTION_DISABLE_COMPILE_DEBUG", True)


@cache
def lowered(name, strategy):
    """The function, or the reason why there is none."""
    try:
        return lambdify_system(named(name), "torch", strategy=strategy), ""
    except LoweringError as error:
        return None, str(error)


def inputs_of(system, seed, batches, **lengths):
    """Random inputs; each has the batches that come in turn."""
    torch.manual_seed(seed)
    sizes = {size.name: {**LENGTHS, **lengths}.get(size.name, 3) for size in system.sizes}
    truths = uses_of(system, (system.output,)).truths
    given = []
    for place, name in enumerate(system.inputs):
        shape = [int(side.subs({each: sizes[each.name] for each in side.free_symbols})) for side in system.shape(name)]
        if not shape:
            given.append(torch.rand((), dtype=torch.float64) + 0.5)
            continue
        made = torch.randn(*batches[place % len(batches)], *shape, dtype=torch.float64)
        given.append(made > 0 if name in truths else made)
    return given


DRAWN = {
    "one": ([()], {}),
    "more queries than keys": ([()], {"n": 7, "m": 5}),
    "batches that broadcast": ([(2, 1), (3,), (2, 3), ()], {}),
}


@pytest.mark.parametrize("name", names())
def test_what_kernels_compute_is_what_the_direct_form_gives(name):
    direct, _ = lowered(name, "direct")
    functions = {strategy: lowered(name, strategy)[0] for strategy in ("fused", "flex")}
    assert (functions["fused"] is None) == (functions["flex"] is None)
    for seed, (batches, lengths) in enumerate(DRAWN.values()):
        given = inputs_of(named(name), seed, batches, **lengths)
        expected = direct(*given)
        for function in filter(None, functions.values()):
            found = function(*given)
            assert found.shape == expected.shape
            assert torch.allclose(found, expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", FUSED)
def test_gradients_of_the_kernel_are_those_of_the_direct_form(name):
    given = inputs_of(named(name), 7, DRAWN["batches that broadcast"][0])
    asked = [tensor.requires_grad_() for tensor in given if tensor.is_floating_point()]
    found = []
    for strategy in ("fused", "direct"):
        value = lowered(name, strategy)[0](*given)
        weights = torch.arange(value.numel(), dtype=value.dtype).reshape(value.shape).sin()
        found.append(torch.autograd.grad((value * weights).sum(), asked, allow_unused=True))
    for ours, theirs in zip(*found, strict=True):
        assert (ours is None) == (theirs is None)
        assert ours is None or torch.allclose(ours, theirs, rtol=1e-11, atol=1e-11)


@pytest.mark.parametrize("name", FUSED)
def test_what_has_a_scale_a_bias_and_a_set_goes_to_the_first_kernel(name):
    function, reason = lowered(name, "fused")
    assert "(scaled_dot_product_attention)" in function.__doc__, reason


@pytest.mark.parametrize("name", FLEX)
def test_what_it_has_no_words_for_goes_to_the_second(name):
    function, reason = lowered(name, "fused")
    assert "(flex_attention)" in function.__doc__, reason


@pytest.mark.parametrize("name", REFUSED)
def test_what_no_kernel_computes_is_refused_with_the_reason(name):
    function, reason = lowered(name, "fused")
    assert function is None
    assert REFUSED[name] in reason


def table():
    """A line for every mechanism: the kernel, or why there is none."""
    for name in names():
        function, reason = lowered(name, "fused")
        if function is None:
            yield f"{name:28}none: {reason.split('kernels compute: ')[1].split(' strategy=')[0]}"
        else:
            yield f"{name:28}{'flex' if '(flex_attention)' in function.__doc__ else 'SDPA'}"


def test_every_mechanism_has_a_line():
    """Shown with ``pytest -s``."""
    lines = list(table())
    print("", *lines, sep="\n")
    assert len(lines) == len(names())
    assert not [line for line in lines if line.endswith("none: ")]
