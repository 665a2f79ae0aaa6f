"""torch's kernel of attention in the place of products: the same values and gradients, or the reason why not."""

import ast
import subprocess
import sys
import textwrap
from functools import cache

import numpy as np
import pytest
from lowering_cases import ATTENTION, attention_by_loops, matrices, system

from symattn.errors import LoweringError
from symattn.lowering import lambdify_system

torch = pytest.importorskip("torch")
from torch.nn.attention import SDPBackend, sdpa_kernel  # noqa: E402

QKV = {"Q": "n d_k", "K": "m d_k", "V": "m d_v"}
SHAPES = {"Q": (5, 4), "K": (7, 4), "V": (7, 2)}
LONGER_QUERIES = {"Q": (7, 4), "K": (5, 4), "V": (5, 2)}
SQUARE_VALUES = {"Q": (5, 4), "K": (7, 4), "V": (7, 4)}
"""Values as long as keys: the only ones that torch's fast kernel for the CPU takes."""


@cache
def attention(scores="Q @ K.T / sqrt(d_k)", where="", name="a case", **inputs):
    """Attention with some scores over an allowed set."""
    chosen = f", where={where}" if where else ""
    return system(f"S = {scores}\nP = softmax(S{chosen})\nO = P @ V", name=name, **QKV, **inputs)


def tensors(seed=0, dtype=torch.float64, batch=(), **shapes):
    """Random tensors that record gradients."""
    made = matrices(seed, batch, **shapes)
    return {name: torch.from_numpy(value).to(dtype).requires_grad_() for name, value in made.items()}


def value_and_gradients(function, given):
    """The value, and the gradients of a sum of its entries with weights that are all different."""
    value = function(**given)
    weights = torch.arange(value.numel(), dtype=value.dtype).reshape(value.shape).sin()
    asked = [tensor for tensor in given.values() if isinstance(tensor, torch.Tensor) and tensor.requires_grad]
    return value, *torch.autograd.grad((value * weights).sum(), asked)


@cache
def lowered(made, strategy):
    """The function, written once however many numbers it is tried with."""
    return lambdify_system(made, "torch", strategy=strategy)


def check_alike(made, given, strategy="fused", tolerance=1e-12):
    """The kernel's values and gradients are those of the direct form, and are finite."""
    fused, direct = lowered(made, strategy), lowered(made, "direct")
    assert "torch.softmax(" not in fused.source
    for found, expected in zip(value_and_gradients(fused, given), value_and_gradients(direct, given), strict=True):
        assert found.dtype == expected.dtype
        assert torch.isfinite(found).all()
        assert torch.allclose(found, expected, rtol=tolerance, atol=tolerance)


BACKENDS = {"chosen by torch": None, "MATH": SDPBackend.MATH}


@pytest.fixture(params=BACKENDS)
def backend(request):
    """The kernel that torch chooses for the CPU, and the one that is written out."""
    if BACKENDS[request.param] is None:
        yield
    else:
        with sdpa_kernel(BACKENDS[request.param]):
            yield


CHANGED = {
    "as it is": attention(),
    "not scaled": attention("Q @ K.T"),
    "a negative scale": attention("-(Q @ K.T) / 3"),
    "a scale of 0": attention("0 * (Q @ K.T)"),
    "a scale that may be 0": attention("log(m) * (Q @ K.T)"),
    "a scaled query": attention("(Q / 2) @ (K * 3).T"),
    "a bias": attention("Q @ K.T / 2 + B", B="n m"),
    "a bias taken away": attention("B - Q @ K.T", B="n m"),
    "a bias of keys": attention("Q @ K.T - B", B="1 m"),
    "a bias, then a scale": attention("(3 * (Q @ K.T) + B) / 2 - B * 0.5", B="n m"),
    "a number added": attention("Q @ K.T + 7"),
    "each query scaled": attention("c * (Q @ K.T)", c="n 1"),
    "each key scaled": attention("(Q @ K.T) / (c * c + 1)", c="1 m"),
    "a cosine": attention("(Q @ K.T) / (rownorm(Q) @ rownorm(K).T)"),
    "a formula of places": attention("Q @ K.T - matrix(n, m, abs(i - j) / 3)"),
}


@pytest.mark.parametrize("shapes", [SHAPES, SQUARE_VALUES, LONGER_QUERIES], ids=["keys", "fast", "queries"])
@pytest.mark.parametrize("made", CHANGED.values(), ids=CHANGED)
def test_what_happens_to_the_scores_is_said_to_the_kernel(made, shapes, backend):
    n, m = shapes["Q"][0], shapes["K"][0]
    others = made.inputs.keys() - shapes.keys()
    lengths = {name: tuple({"n": n, "m": m}.get(str(side), 1) for side in made.shape(name)) for name in others}
    check_alike(made, tensors(1, **shapes, **lengths))


def test_attention_by_loops_agrees():
    given = tensors(3, **SHAPES)
    found = lambdify_system(ATTENTION, "torch", strategy="fused")(**given)
    expected = attention_by_loops(*(given[name].detach().numpy() for name in "QKV"))
    assert np.allclose(found.detach().numpy(), expected, rtol=1e-12)


@pytest.mark.parametrize("t", [2.0, 0.0, -0.75])
@pytest.mark.parametrize("where", ["", "causal", "window(1, 2)"])
def test_a_scale_of_any_sign_is_right(t, where, backend):
    """With ``is_causal`` torch's kernel for the CPU gives NaN for a scale of 0 and below: the query takes it."""
    made = attention("t * (Q @ K.T)", where, t="scalar")
    check_alike(made, {**tensors(2, **SQUARE_VALUES), "t": torch.tensor(t, dtype=torch.float64, requires_grad=True)})


def test_the_kernel_itself_is_wrong_for_a_negative_scale():
    """What the test above rests on."""
    q = torch.randn(1, 1, 5, 4)
    wrong = torch.nn.functional.scaled_dot_product_attention(q, q, q, is_causal=True, scale=-1.0)
    if not wrong.isnan().any():
        pytest.skip("torch gives numbers by now")


SETS = {
    "causal": "causal",
    "causal at the lower right": "causal_lower_right",
    "a window": "window(1, 0)",
    "later keys alone": "j > i",
    "a mask": "M",
    "padding and order": "M & causal",
    "keys of one kind": "(i + j) % 2 == 0",
    "no key": "i < 0",
    "some queries": "i >= 2",
    "sizes alone": "n < m",
}


@pytest.mark.parametrize("bias", ["", " + B", " - matrix(n, m, i - j)"], ids=["plain", "bias", "formula"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=["float32", "float64"])
@pytest.mark.parametrize("where", SETS.values(), ids=SETS)
def test_allowed_sets_with_rows_that_have_no_key(where, dtype, bias, backend):
    more = {"B": "n m"} if "B" in bias else {}
    more |= {"M": "n m"} if "M" in where else {}
    made = attention("Q @ K.T / sqrt(d_k)" + bias, where, **more)
    for shapes in (SQUARE_VALUES, LONGER_QUERIES):
        n, m = shapes["Q"][0], shapes["K"][0]
        given = tensors(4, dtype, **shapes, **({"B": (n, m)} if "B" in more else {}))
        if "M" in more:
            given["M"] = torch.tensor([[(i * j + i) % 3 == 1 for j in range(m)] for i in range(n)])
            assert not given["M"].any(dim=-1).all()
        check_alike(made, given, tolerance=1e-12 if dtype == torch.float64 else 2e-5)


def test_a_row_without_keys_is_zero_whatever_the_kernel_makes_of_it(monkeypatch):
    """Some kernels give NaN there: one that does for rows of -inf, and for rows of truth values that are all False."""
    kernel = torch.nn.functional.scaled_dot_product_attention

    def careless(query, key, value, mask=None, **options):
        if mask is not None:
            blocked = ~mask if mask.dtype == torch.bool else mask == -torch.inf
            query = torch.where(blocked.all(dim=-1, keepdim=True), torch.nan, query)
        return kernel(query, key, value, mask, **options)

    monkeypatch.setattr(torch.nn.functional, "scaled_dot_product_attention", careless)
    check_alike(attention(where="j > i + 3"), tensors(5, **SHAPES))
    check_alike(attention("Q @ K.T + B", "j > i + 3", B="n m"), tensors(5, **SHAPES, B=(5, 7)))
    planted = torch.zeros(5, 7, dtype=torch.bool)
    with torch.no_grad():
        assert torch.isnan(careless(*tensors(5, **SHAPES).values(), planted)).all()


@pytest.mark.parametrize("shapes", [SHAPES, LONGER_QUERIES], ids=["more keys", "more queries"])
def test_a_wrong_alignment_is_seen(shapes):
    given = tensors(6, **shapes)
    upper, lower = (attention(where=where) for where in ("causal", "causal_lower_right"))
    fused, direct = lambdify_system(upper, "torch", strategy="fused"), lambdify_system(lower, "torch")
    assert "is_causal=True" in fused.source
    assert "is_causal=True" not in lambdify_system(lower, "torch", strategy="fused").source
    assert not torch.allclose(fused(**given), direct(**given))


def test_causal_needs_no_mask_where_nothing_is_added_to_the_scores():
    source = lambdify_system(attention(where="causal"), "torch", strategy="fused").source
    assert "arange" not in source
    assert "O = _attention(Q, K, V, is_causal=True, scale=1 / math.sqrt(d_k))" in source


GROUPS = {"Q": "G R n d_k", "K": "G m d_k", "V": "G m d_v"}
GROUPED = system(
    "S[g, r] = Q[g, r] @ K[g].T / sqrt(d_k) - matrix(n, m, (g + 2 * r) * abs(i - j))\n"
    "P[g, r] = softmax(S[g, r], where=i + r != j)\nO[g, r] = P[g, r] @ V[g]",
    **GROUPS,
)
TURNED = system(
    "S[r, g] = Q[g, r] @ K[g].T / sqrt(d_k)\nP[r, g] = softmax(S[r, g], where=causal)\nO[r, g] = P[r, g] @ V[g]",
    **GROUPS,
)
ONE_KEY = system(
    "S[h] = Q[h] @ K.T / sqrt(d_k)\nP[h] = softmax(S[h])\nO[h] = P[h] @ V[h]", Q="H n d_k", K="m d_k", V="H m d_v"
)
ONE_KEY_AND_VALUE = system(
    "S[h] = Q[h] @ K.T / sqrt(d_k) + B[h]\nP[h] = softmax(S[h], where=causal)\nO[h] = P[h] @ V",
    **{**QKV, "Q": "H n d_k", "B": "H n m"},
)
BIASES_ALONE = system("S[h] = Q @ K.T + B[h]\nP[h] = softmax(S[h])\nO[h] = P[h] @ V", **QKV, B="H n m")

FAMILIES = {
    "groups": (GROUPED, {"Q": (2, 3, 5, 4), "K": (2, 7, 4), "V": (2, 7, 4)}),
    "groups inside": (TURNED, {"Q": (2, 3, 5, 4), "K": (2, 7, 4), "V": (2, 7, 4)}),
    "one key": (ONE_KEY, {"Q": (3, 5, 4), "K": (7, 4), "V": (3, 7, 4)}),
    "one key and value": (ONE_KEY_AND_VALUE, {"Q": (3, 5, 4), "K": (7, 4), "V": (7, 2), "B": (3, 5, 7)}),
    "biases alone": (BIASES_ALONE, {"Q": (5, 4), "K": (7, 4), "V": (7, 4), "B": (3, 5, 7)}),
}
BATCHES = {
    "none": ((), (), (), ()),
    "one for all": ((2,), (2,), (2,), (2,)),
    "queries alone": ((2,), (), (), ()),
    "keys alone": ((), (2,), (), ()),
    "biases alone": ((), (), (), (2,)),
    "that broadcast": ((6, 1), (2,), (6, 2), (1, 1)),
}


@pytest.mark.parametrize("batches", BATCHES.values(), ids=BATCHES)
@pytest.mark.parametrize(("made", "shapes"), FAMILIES.values(), ids=FAMILIES)
def test_heads_that_share_keys_and_batches_that_broadcast(made, shapes, batches, backend):
    drawn = zip(shapes.items(), batches, strict=False)
    given = {}
    for seed, ((name, shape), batch) in enumerate(drawn):
        given |= tensors(seed, batch=batch, **{name: shape})
    check_alike(made, given)


def test_heads_are_shared_in_a_row_and_not_in_turn():
    """Keys of group 0 serve heads 0, 1 and 2; a kernel that repeats the groups as a tile gives something else."""
    given = tensors(7, Q=(2, 3, 5, 4), K=(2, 7, 4), V=(2, 7, 4))
    made = system("P[g, r] = softmax(Q[g, r] @ K[g].T)\nO[g, r] = P[g, r] @ V[g]", **GROUPS)
    f = lambdify_system(made, "torch", strategy="fused")
    assert "shared=1" in f.source
    tiled = {**given, "Q": given["Q"].reshape(3, 2, 5, 4).transpose(0, 1)}
    assert not torch.allclose(f(**given).reshape(6, 5, 4), f(**tiled).transpose(0, 1).reshape(6, 5, 4))


def test_arrays_of_four_axes_are_handed_on_as_they_are(monkeypatch):
    seen = []

    def listening(*arguments, **options):
        seen.append((arguments, options))
        return arguments[0]

    monkeypatch.setattr(torch.nn.functional, "scaled_dot_product_attention", listening)
    given = tensors(8, batch=(2, 3), **SQUARE_VALUES)
    lambdify_system(attention(where="causal"), "torch", strategy="fused")(**given)
    (*operands, mask), options = seen[0]
    assert all(found is expected for found, expected in zip(operands, given.values(), strict=True))
    assert mask is None
    assert options == {"is_causal": True, "scale": 0.5}


def test_heads_without_batches_are_handed_on_without_a_copy(monkeypatch):
    seen = []
    kernel = torch.nn.functional.scaled_dot_product_attention
    monkeypatch.setattr(
        torch.nn.functional,
        "scaled_dot_product_attention",
        lambda *given, **more: seen.extend(given) or kernel(*given, **more),
    )
    given = {name: torch.randn(shape) for name, shape in FAMILIES["one key and value"][1].items()}
    lambdify_system(ONE_KEY_AND_VALUE, "torch", strategy="fused")(**given)
    assert [tensor.ndim for tensor in seen[:3]] == [4, 4, 4]
    assert [found.data_ptr() for found in seen[:3]] == [given[name].data_ptr() for name in "QKV"]


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_short_floats_stay_short(dtype):
    made = attention("Q @ K.T / sqrt(d_k) - matrix(n, m, abs(i - j))", "causal")
    given = tensors(9, dtype, **SQUARE_VALUES)
    fused, direct = (lambdify_system(made, "torch", strategy=each)(**given) for each in ("fused", "direct"))
    assert fused.dtype == dtype
    assert torch.allclose(fused, direct, rtol=0.05, atol=0.05)


@pytest.mark.parametrize(("n", "m"), [(0, 3), (3, 0), (0, 0)])
@pytest.mark.parametrize("where", ["", "causal", "i < j"])
def test_no_query_and_no_key(n, m, where):
    given = {"Q": torch.ones(n, 4), "K": torch.ones(m, 4), "V": torch.ones(m, 2)}
    found = lambdify_system(attention(where=where), "torch", strategy="fused")(**given)
    assert torch.equal(found, torch.zeros(n, 2))


def test_the_scores_stay_where_they_are_asked_for():
    f = lambdify_system(attention(where="causal"), "torch", outputs=["S", "O"], strategy="fused")
    direct = lambdify_system(attention(where="causal"), "torch", outputs=["S", "O"])
    given = tensors(10, **SHAPES)
    found, expected = f(**given), direct(**given)
    assert all(torch.allclose(found[name], expected[name]) for name in ("S", "O"))
    assert "is_causal=True" in f.source


TWICE = system("P = softmax(Q @ K.T)\nA = P @ K\nR = softmax(A @ K.T, where=causal)\nO = R @ V", **QKV)
INSIDE = system("O = softmax(Q @ K.T) @ (softmax(K @ K.T, where=causal) @ V)", **QKV)
TRANSPOSED = system(
    "P = softmax(Q @ K.T / sqrt(d_k))\nO = (V.T @ P.T).T + (K.T @ softmax(Q @ K.T).T).T @ K.T @ V", **QKV
)


@pytest.mark.parametrize("made", [TWICE, INSIDE, TRANSPOSED], ids=["one after another", "inside", "transposed"])
def test_every_attention_of_a_mechanism_is_fused(made):
    f = lambdify_system(made, "torch", strategy="fused")
    assert f.source.count("_attention(") - f.source.count("def _attention(") >= 2
    check_alike(made, tensors(11, **SHAPES))


def test_what_is_a_sum_of_weights_is_a_sum_of_kernels():
    made = system(
        "P = softmax(Q @ K.T)\nR = softmax(Q @ K.T / 2)\nW = P / 2 - t * (-R)\nO = W @ V",
        **QKV,
        t="scalar",
    )
    f = lowered(made, "fused")
    assert "O = _attention(" in f.source and "torch.softmax(" not in f.source
    check_alike(made, {**tensors(12, **SHAPES), "t": torch.tensor(0.75, dtype=torch.float64, requires_grad=True)})
    with pytest.raises(LoweringError, match="W is asked for"):
        lambdify_system(made, "torch", outputs=["W", "O"], strategy="fused")


def test_what_cannot_be_fused_beside_what_can_stays_direct_and_says_so():
    made = system("P = softmax(Q @ K.T)\nR = sparsemax(Q @ K.T)\nO = P @ V + R @ V", **QKV)
    f = lambdify_system(made, "torch", strategy="fused")
    words = " ".join(f.source.split())
    assert "By torch's kernels: O (scaled_dot_product_attention). Directly: R = sparsemax(Q @ K.T)" in words
    given = tensors(12, **SHAPES)
    assert torch.allclose(f(**given), lambdify_system(made, "torch")(**given))


REFUSED = {
    "no softmax": ("O = relu(Q @ K.T) @ V", "there is no softmax in it"),
    "sparsemax": ("P = sparsemax(Q @ K.T)\nO = P @ V", "P = sparsemax(Q @ K.T): entmax is no softmax"),
    "hardmax": ("O = hardmax(Q @ K.T) @ V", "O = hardmax(Q @ K.T) @ V: hardmax is no softmax"),
    "additive scores": (
        "O = softmax(sum(a, tanh(Q[:, a] + K[:, a].T))) @ V",
        "no function of products of queries and keys",
    ),
    "a product of weights": ("P = softmax(Q @ K.T)\nO = (P * P) @ V", "it stands in no product of weights and values"),
    "weights read twice": ("P = softmax(Q @ K.T)\nO = P @ V + rowsum(P)", "P is read more than once"),
    "stretched scores": ("P = softmax(Q @ K.T + B)\nO = P @ V", "its scores are stretched"),
}


@pytest.mark.parametrize(("equations", "reason"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_fused_is_refused_with_the_reason(equations, reason):
    more = {"Q": "1 d_k", "B": "n m"} if "B" in equations else {}
    made = system(equations, **{**QKV, **more})
    with pytest.raises(LoweringError) as caught:
        lambdify_system(made, "torch", strategy="fused")
    assert reason in str(caught.value)
    assert "strategy='direct' computes it" in str(caught.value)


def test_weights_that_are_asked_for_are_refused():
    with pytest.raises(LoweringError, match="P is asked for, and kernels do not give weights"):
        lambdify_system(ATTENTION, "torch", outputs=["P", "O"], strategy="fused")


@pytest.mark.parametrize("strategy", ["fuse", "Fused", "", None, 3, ["fused"]])
def test_a_strategy_that_there_is_not_is_refused(strategy):
    with pytest.raises(LoweringError, match=r"there is no strategy .* There are: direct, .*fused, flex"):
        lambdify_system(ATTENTION, "torch", strategy=strategy)


def test_numpy_has_no_kernels():
    with pytest.raises(LoweringError, match="numpy has no fused kernels; strategy='fused' is one of the target torch"):
        lambdify_system(ATTENTION, "numpy", strategy="fused")


def test_the_equations_that_the_kernel_computes_stand_above_its_call():
    source = lambdify_system(attention(where="causal"), "torch", strategy="fused").source
    comments = [line.strip() for line in source.splitlines() if line.strip().startswith("#")]
    assert comments == ["# S = Q @ K.T / sqrt(d_k)", "# P = softmax(S, where=j <= i)", "# O = P @ V"]


def test_layouts_go_around_kernels():
    made = system("P[h] = softmax(Q[h] @ K[h].T, where=causal)\nO[h] = P[h] @ V[h]", Q="H n d", K="H m d", V="H m d")
    layouts = {"Q": "n (H d)", "K": "m (H d)", "V": "m (H d)", "O": "n (H d)"}
    functions = [
        lambdify_system(made, "torch", layouts=layouts, sizes={"H": 3}, strategy=each) for each in ("fused", "direct")
    ]
    given = tensors(15, batch=(2,), Q=(5, 6), K=(7, 6), V=(7, 6))
    found, expected = (value_and_gradients(function, given) for function in functions)
    assert all(torch.allclose(a, b) for a, b in zip(found, expected, strict=True))
    assert "By torch's kernels: O[h]" in functions[0].__doc__


def test_a_misspelt_strategy_gets_a_hint():
    with pytest.raises(LoweringError, match="Did you mean fused"):
        lambdify_system(ATTENTION, "torch", strategy="fuse")


def test_where_every_query_has_its_own_key_nothing_is_mended():
    source = lambdify_system(attention(where="window(1, 0)"), "torch", strategy="fused").source
    assert "never_empty=n <= m" in source
    assert (
        "never_empty="
        not in lambdify_system(attention(where="j > i"), "torch", strategy="fused").source.split("def a_case(")[1]
    )


def test_names_like_those_of_helpers_do_no_harm():
    made = system(
        "scale = softmax(query @ key.T / 2 + mask)\nheads = scale @ kernel",
        query="n shared",
        key="m shared",
        kernel="m batch",
        mask="n m",
    )
    check_alike(made, tensors(13, query=(5, 4), key=(7, 4), kernel=(7, 2), mask=(5, 7)))


def test_the_module_runs_where_symattn_cannot_be_imported(tmp_path):
    f = lambdify_system(attention("Q @ K.T", "j >= i", name="late keys"), "torch", strategy="fused")
    given = matrices(14, **SHAPES)
    listed = {name: value.tolist() for name, value in given.items()}
    program = textwrap.dedent(f"""
        import sys
        sys.modules["symattn"] = None
        sys.path.insert(0, {str(tmp_path)!r})
        import generated
        print(generated.late_keys(**{listed!r}).tolist())
    """)
    (tmp_path / "generated.py").write_text(f.source, encoding="utf-8")
    done = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, text=True, check=True)
    expected = lambdify_system(attention("Q @ K.T", "j >= i"))(**given)
    assert np.allclose(ast.literal_eval(done.stdout), expected, rtol=1e-5, atol=1e-6)
