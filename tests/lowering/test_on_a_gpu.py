"""Generated torch code on a GPU: right values and gradients where one is at hand; its devices and its graph anywhere.

Without a GPU, inputs on torch's ``meta`` device stand for inputs on any device that is not the default one: every array
that the code makes has to be there, too. Graphs are traced by torch.compile without a break.
"""

import shutil
import warnings

import pytest

from symattn.benching.cases import batch_for, case_of, sizes_for
from symattn.benching.checking import truth_of
from symattn.benching.entering import enter
from symattn.defining import mechanism
from symattn.errors import LoweringError
from symattn.mechanisms import named

torch = pytest.importorskip("torch")
flex = pytest.importorskip("torch.nn.attention.flex_attention")

from torch.utils._python_dispatch import TorchDispatchMode  # noqa: E402
from torch.utils._pytree import tree_leaves  # noqa: E402

QKV = {"Q": "n d_k", "K": "m d_k", "V": "m d_v"}
CAPPED_WINDOW = mechanism(
    "capped window", QKV, "S = 20 * tanh(Q @ K.T / sqrt(d_k) / 20)\nP = softmax(S, where=window(40, 0))\nO = P @ V"
)
LIBRARY = (
    *("additive", "alibi", "alibi-slopes", "causal-lower-right", "causal-padded", "chunked", "entmax", "entmax15"),
    *("grouped-query", "hardmax", "linear-causal", "local-m", "local-p", "masked", "multi-head-causal", "packed"),
    *("packed-multi-head", "prefix", "rope", "shaw", "shaw-gathered", "sinusoidal", "sliding-window", "softcap"),
    *("sparsemax", "swin-v2", "t5-bias", "transformer-xl"),
)
SUBJECTS = {"capped window": CAPPED_WINDOW, **{name: named(name) for name in LIBRARY}}


def name_of(made):
    """What a test is called after."""
    return made.name


STRATEGIES = ("direct", "fused", "flex")


class Elsewhere(TorchDispatchMode):
    """Notes every array that an operation makes on another device than ``meta``; a single number may lie anywhere."""

    def __init__(self):
        super().__init__()
        self.found = []

    def __torch_dispatch__(self, operation, types, args=(), kwargs=None):
        made = operation(*args, **(kwargs or {}))
        for tensor in tree_leaves(made):
            if isinstance(tensor, torch.Tensor) and tensor.ndim and tensor.device.type != "meta":
                self.found.append(f"{operation} on {tensor.device}")
        return made


def attention_by_scores(query, key, value, score_mod=None, block_mask=None, scale=None, enable_gqa=False):
    """What flex_attention computes, by torch's own vmap, for devices that it refuses; without the mask, which is made
    before.
    """
    if enable_gqa:
        key, value = (each.repeat_interleave(query.shape[1] // key.shape[1], 1) for each in (key, value))
    scores = query @ key.mT * scale
    if score_mod is not None:
        for place in ((None, None, None, 0), (None, None, 0, None), (None, 0, None, None), (0, None, None, None)):
            score_mod = torch.vmap(score_mod, in_dims=(0, *place))
        places = (torch.arange(length, device=scores.device) for length in scores.shape)
        scores = score_mod(scores, *places).to(query.dtype)
    return torch.softmax(scores, -1) @ value


def on_the_meta_device(made, dtype):
    """The inputs of a mechanism as tensors without numbers."""
    case = case_of(made, sizes_for(made, 12, heads=4, features=8), (made.output,))
    dtypes = {"truth": torch.bool}
    return {
        each.name: 1.0
        if each.kind == "number"
        else torch.empty(each.shape, dtype=dtypes.get(each.kind, dtype), device="meta")
        for each in case.inputs
    }


def elsewhere(function, given):
    """The result, and what was made on other devices than that of the inputs."""
    if "flex_attention" in function.__globals__:
        function.__globals__["flex_attention"] = attention_by_scores
    with Elsewhere() as mode:
        found = function(**given)
    return found, mode.found


def lowered(made):
    """The functions of a mechanism by strategy, without those that have nothing to compute in it."""
    functions = {}
    for strategy in STRATEGIES:
        try:
            functions[strategy] = made.lambdify("torch", strategy=strategy)
        except LoweringError:
            assert strategy != "direct"
    return functions


@pytest.mark.parametrize("made", SUBJECTS.values(), ids=SUBJECTS)
def test_everything_is_made_on_the_device_of_the_inputs_in_their_dtype(made):
    for strategy, function in lowered(made).items():
        for dtype in (torch.bfloat16, torch.float32):
            found, others = elsewhere(function, on_the_meta_device(made, dtype))
            assert not others, strategy
            assert found.device.type == "meta" and found.dtype == dtype


@pytest.mark.parametrize("made", [CAPPED_WINDOW, SUBJECTS["alibi"], SUBJECTS["multi-head-causal"]], ids=name_of)
def test_generated_backward_passes_keep_to_the_device_too(made):
    backward = made.backward()
    found, others = elsewhere(backward.lambdify("torch"), on_the_meta_device(backward, torch.bfloat16))
    assert not others
    assert {(each.device.type, each.dtype) for each in found.values()} == {("meta", torch.bfloat16)}


@pytest.mark.parametrize("strategy, word", [("direct", "device=_device"), ("flex", "device=query.device")])
def test_an_array_on_the_default_device_is_noticed(strategy, word):
    """The check fails for code that forgets the device."""
    function = lowered(CAPPED_WINDOW)[strategy]
    assert word in function.source
    namespace = {}
    exec(function.source.replace(f", {word}", ""), namespace)
    wrong = namespace[function.__name__]
    try:
        _, others = elsewhere(wrong, on_the_meta_device(CAPPED_WINDOW, torch.float32))
    except RuntimeError as error:  # torch itself refuses some mixtures
        others = [str(error)]
    assert others


@pytest.mark.parametrize("strategy", ["fused", "flex"])
@pytest.mark.parametrize("made", [CAPPED_WINDOW, SUBJECTS["masked"], SUBJECTS["grouped-query"]], ids=name_of)
def test_the_compiler_sees_one_graph(made, strategy):
    """Tracing with ``fullgraph`` is an error where a graph breaks; what is traced gives the same."""
    check_compiled(made, strategy, "eager")


@pytest.mark.skipif(shutil.which("gcc") is None and shutil.which("c++") is None, reason="no C++ compiler is at hand")
def test_the_compiler_makes_code_for_the_cpu():
    check_compiled(SUBJECTS["sliding-window"], "fused", "inductor")


@pytest.mark.skipif(shutil.which("gcc") is None and shutil.which("c++") is None, reason="no C++ compiler is at hand")
def test_the_compiler_makes_flex_code_for_the_cpu():
    """Of inputs with four axes; of others torch's compiler makes no flex_attention for the CPU."""
    groups = mechanism(
        "groups",
        {"Q": "G R n d_k", "K": "G m d_k", "V": "G m d_v"},
        "S[g, r] = 5 * tanh(Q[g, r] @ K[g].T / 5)\nP[g, r] = softmax(S[g, r], where=causal)\nO[g, r] = P[g, r] @ V[g]",
    )
    check_compiled(groups, "flex", "inductor")


def check_compiled(made, strategy, backend):
    function = lowered(made)[strategy]
    sizes = sizes_for(made, 40, heads=4, features=16)
    given = case_of(made, sizes, (made.output,)).torch()
    torch._dynamo.reset()
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        found = torch.compile(function, fullgraph=True, backend=backend, dynamic=False)(**given)
    expected = made.lambdify("torch")(**given)
    assert torch.allclose(found, expected, rtol=1e-4, atol=1e-5)


def test_a_broken_graph_is_noticed():
    def broken(Q):
        torch._dynamo.graph_break()
        return Q

    with pytest.raises(torch._dynamo.exc.Unsupported):
        torch.compile(broken, fullgraph=True, backend="eager")(torch.ones(2, 2))


GPU = pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device is at hand")
ON_CUDA = ("scaled-dot", "causal", "masked", "sliding-window", "softcap", "alibi", "grouped-query", "multi-head-causal")


@GPU
@pytest.mark.parametrize("with_backward", [False, True], ids=["forward", "gradients"])
@pytest.mark.parametrize("dtype", ["bfloat16", "float16", "float32"])
@pytest.mark.parametrize("name", ["capped window", *ON_CUDA])
def test_values_and_gradients_are_right_on_a_gpu(name, dtype, with_backward):
    """Direct, fused and, compiled, flex code against direct NumPy code in float64, within the bound of the dtype."""
    wrong = wrong_contestants(SUBJECTS.get(name) or named(name), dtype, with_backward, "cuda")
    assert not wrong


@pytest.mark.parametrize("name", ["capped window", "grouped-query"])
def test_the_same_check_passes_on_the_cpu(name):
    assert not wrong_contestants(SUBJECTS[name], "float32", True, "cpu", n=60)


def wrong_contestants(made, dtype, with_backward, device, n=300):
    """Who gives other values than the reference, with the error in units of the bound, of which 50 agree."""
    torch._dynamo.reset()
    sizes = sizes_for(made, n, heads=2, features=32)
    field = enter(made, sizes, with_backward=with_backward, device=device)
    batch = batch_for(made, 2)
    case = case_of(field.system, sizes, field.outputs, batch, dtype=dtype, device=device)
    truth = truth_of(field.system, field.outputs, sizes, case)
    names = {contestant.name.split(" +")[0] for contestant in field.contestants}
    assert device == "cpu" or {"torch direct", "torch fused", "torch flex"} <= names
    found = {each.name: truth.units(each.results(each.prepared(case)())) for each in field.contestants}
    return {name: units for name, units in found.items() if units > 50}
