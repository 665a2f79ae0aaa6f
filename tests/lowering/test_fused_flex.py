"""``flex_attention`` with a generated ``score_mod`` and ``mask_mod``: the same values, functions that can be read."""

import math
import re
import warnings
from functools import cache

import pytest
from lowering_cases import matrices, system

from symattn.lowering import lambdify_system
from symattn.lowering.intervals import interval

torch = pytest.importorskip("torch")
flex = pytest.importorskip("torch.nn.attention.flex_attention")

from sympy import Abs, Lt, Max, Min, Mod, S, floor, log  # noqa: E402

from symattn.nodes import index  # noqa: E402
from symattn.nodes.cases import Cases  # noqa: E402

QKV = {"Q": "n d_k", "K": "m d_k", "V": "m d_v"}
HEADS = {"Q": "H n d_k", "K": "H m d_k", "V": "H m d_v"}
LENGTHS = {"n": 5, "m": 7, "d_k": 4, "d_v": 2, "H": 3, "G": 2, "R": 3, "r": 2, "b": 5, "h": 7}


@pytest.fixture
def without_tracing(monkeypatch):
    """torch computes the functions of one score without tracing them first, which takes a second each."""
    monkeypatch.setattr(flex, "_FLEX_ATTENTION_DISABLE_COMPILE_DEBUG", True)


@cache
def lowered(made, strategy):
    return lambdify_system(made, "torch", strategy=strategy)


def numbers(made, seed=0, batch=(), dtype=torch.float64):
    """A random tensor for every input."""
    shapes = {
        name: tuple(
            int(side.subs({each: LENGTHS[each.name] for each in side.free_symbols})) for side in made.shape(name)
        )
        for name in made.inputs
    }
    scalars = {name: torch.tensor(1.75, dtype=dtype) for name, shape in shapes.items() if not shape}
    drawn = matrices(seed, batch, **{name: shape for name, shape in shapes.items() if shape})
    return {name: scalars[name] if name in scalars else torch.from_numpy(drawn[name]).to(dtype) for name in shapes}


def check_alike(made, given, strategy="flex", tolerance=1e-12):
    found, expected = lowered(made, strategy)(**given), lowered(made, "direct")(**given)
    assert "_flex_attention(" in lowered(made, strategy).source
    assert found.dtype == expected.dtype
    assert torch.isfinite(found).all()
    assert torch.allclose(found, expected, rtol=tolerance, atol=tolerance)


def attention(scores, where="", heads=False, **inputs):
    h, chosen = "[h]" if heads else "", f", where={where}" if where else ""
    equations = f"S{h} = {scores}\nP{h} = softmax(S{h}{chosen})\nO{h} = P{h} @ V{h}"
    return system(equations, name="case", **(HEADS if heads else QKV), **inputs)


SCORES = "Q[h] @ K[h].T / sqrt(d_k)"
CHANGED = {
    "as it is": attention("Q @ K.T / 2"),
    "a soft cap": attention("50 * tanh(Q @ K.T / sqrt(d_k) / 50)", "causal"),
    "a soft cap that is given": attention("t * tanh(Q @ K.T / sqrt(d_k) / t)", "window(2, 1)", t="scalar"),
    "a cap of a bias": attention("3 * tanh((Q @ K.T + B) / 3) - B", B="n m"),
    "a bias of keys": attention("abs(Q @ K.T + c.T)", c="m 1"),
    "slopes": attention(f"{SCORES} - matrix(n, m, 2 ** (-8 * (h + 1) / H) * (i - j))", "causal", heads=True),
    "slopes that are given": attention(f"{SCORES} - s[h] * matrix(n, m, i - j)", "causal", heads=True, s="H 1"),
    "a table": attention(f"{SCORES} + matrix(n, m, T[h, clip(j - i, -r, r) + r])", heads=True, T="H 2*r+1"),
    "a table of cases": attention("Q @ K.T + matrix(n, m, T[i, j - 1] if j >= 1 else -1)", T="n m"),
    "a table that may not hold it": attention("Q @ K.T + matrix(n, m, T[i + m - m, j] if n < 2*m else 0)", T="n m"),
    "documents": attention("Q @ K.T", "matrix(n, m, 1 if s[i] < u[j] else 0)", s="n 1", u="m 1"),
    "two conditions": attention(
        "Q @ K.T", "(abs(i - j) <= 2) & (matrix(n, m, 1 if j <= i else (1 if j < t else 0)))", t="scalar"
    ),
    "a set of numbers": attention("Q @ K.T", "matrix(n, m, (i - j) % 3)"),
    "no key": attention("tanh(Q @ K.T)", "i < 0"),
    "rows without keys": attention("tanh(Q @ K.T)", "j > i + 3"),
    "a mask": attention("exp(Q @ K.T / 9)", "M & causal", M="n m"),
    "a function of places": attention("tanh(matrix(n, m, i - j)) * (Q @ K.T) / matrix(n, m, i + j + 1)"),
    "whole powers": attention("(Q @ K.T) ** 2 - matrix(n, m, i * j)"),
    "a single row": attention("tanh(Q @ K.T) + matrix(1, m, i + j)"),
    "names of indices": system(
        "P = softmax(tanh(q_idx @ score.T) * b + matrix(b, h, i * b - j * h), where=i * h <= j * b + b)\n"
        "kv_idx = P @ V",
        q_idx="b d_k",
        score="h d_k",
        V="h d_v",
    ),
}


@pytest.mark.parametrize("batch", [(), (2,), (2, 3)], ids=str)
@pytest.mark.parametrize("made", CHANGED.values(), ids=CHANGED)
def test_functions_of_one_score_give_the_same(made, batch, without_tracing):
    given = numbers(made, 1, batch)
    if "M" in given:
        given["M"] = given["M"] > 0
    check_alike(made, given)


@pytest.mark.parametrize("name", ["a soft cap that is given", "slopes", "a table", "rows without keys"])
def test_functions_of_one_score_are_traced_by_torch(name):
    """Without this, what torch makes of the functions as they are meant to be used would not be seen."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for dtype, tolerance in ((torch.float64, 1e-12), (torch.float32, 1e-5)):
            check_alike(CHANGED[name], numbers(CHANGED[name], 2, (2,), dtype), tolerance=tolerance)


GROUPED = system(
    "S[g, r] = 5 * tanh(Q[g, r] @ K[g].T / 5) + s[g] * matrix(n, m, r * i - j) + B[g, r]\n"
    "P[g, r] = softmax(S[g, r], where=i + r >= j - g)\nO[g, r] = P[g, r] @ V[g]",
    Q="G R n d_k",
    K="G m d_k",
    V="G m d_v",
    s="G 1",
    B="G R n m",
)


@pytest.mark.parametrize("batches", [{}, {"Q": (2,)}, {"s": (2,)}, {"K": (2, 1), "B": (3,)}], ids=str)
def test_groups_share_keys_and_batches_broadcast(batches, without_tracing):
    given = numbers(GROUPED, 3)
    for name, batch in batches.items():
        given[name] = numbers(GROUPED, 4, batch)[name]
    check_alike(GROUPED, given, strategy="fused")


def test_sizes_that_fill_no_block_and_more_than_one(monkeypatch, without_tracing):
    monkeypatch.setitem(LENGTHS, "n", 300)
    monkeypatch.setitem(LENGTHS, "m", 140)
    check_alike(CHANGED["slopes"], numbers(CHANGED["slopes"], 5))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_short_floats_stay_short(dtype, without_tracing):
    made = CHANGED["slopes"]
    check_alike(made, numbers(made, 6, dtype=dtype), tolerance=0.05)


def test_kernels_that_add_a_bias_are_taken_before():
    for name in ("slopes", "slopes that are given", "a table"):
        assert "flex" not in lowered(CHANGED[name], "fused").source
    assert "flex_attention" in lowered(CHANGED["a soft cap"], "fused").source


def functions_in(source):
    """The functions of one score, each as its last line."""
    found = re.findall(r"def (\w+_(?:score|mask)_mod)\(.*\):\n((?:        .*\n)+)", source)
    return {name: body.strip().splitlines()[-1].strip() for name, body in found}


def test_functions_of_one_score_can_be_read():
    assert functions_in(lowered(CHANGED["slopes that are given"], "flex").source) == {
        "case_score_mod": "return score - _all_s[b, h] * (q_idx - kv_idx)",
        "case_mask_mod": "return kv_idx <= q_idx",
    }
    assert functions_in(lowered(CHANGED["slopes"], "flex").source)["case_score_mod"] == (
        "return score - _of_head[h] * (q_idx - kv_idx)"
    )
    assert functions_in(lowered(CHANGED["a table"], "flex").source)["case_score_mod"] == (
        "return score + _all_T[b, h, r + torch.clamp(torch.clamp(kv_idx - q_idx, max=r), min=-r)]"
    )
    assert functions_in(lowered(CHANGED["documents"], "flex").source) == {
        "case_mask_mod": "return _all_s[b, q_idx] < _all_u[b, kv_idx]"
    }


def test_a_mask_is_made_for_each_batch_and_head_only_where_it_differs():
    assert "of_batches" not in lowered(CHANGED["slopes"], "flex").source.split("def case(")[1]
    assert "of_batches=True" in lowered(CHANGED["documents"], "flex").source
    assert "of_heads=True" in lowered(GROUPED, "fused").source.split("def a_case(")[1]


def test_gradients_on_the_cpu_are_torchs_error_and_stand_in_the_docstring():
    f = lowered(CHANGED["a soft cap"], "flex")
    assert "flex_attention has no gradients on the CPU" in " ".join(f.__doc__.split())
    given = {name: tensor.requires_grad_() for name, tensor in numbers(CHANGED["a soft cap"]).items()}
    with pytest.raises(NotImplementedError, match="does not support backward on CPU"):
        f(**given)


def test_an_entry_outside_its_table_is_an_error_as_it_is_directly(without_tracing):
    made = attention("tanh(Q @ K.T) + matrix(n, m, T[i, clip(j - i, -r, r) + r])", T="n 2*r+1")
    wrong = attention("tanh(Q @ K.T) + matrix(n, m, T[i, 2 * j])", T="n m")
    check_alike(made, numbers(made))
    for strategy in ("direct", "flex"):
        with pytest.raises(IndexError, match="outside a length of 7"):
            lowered(wrong, strategy)(**numbers(wrong))


def test_a_wrong_slope_is_seen(without_tracing):
    right, wrong = CHANGED["slopes that are given"], numbers(CHANGED["slopes that are given"])
    moved = {**wrong, "s": wrong["s"].roll(1, dims=0)}
    assert not torch.allclose(lowered(right, "flex")(**moved), lowered(right, "direct")(**wrong))


i, j = index("i"), index("j")
INTERVALS = {
    "a distance": (Min(Abs(i - j), 7), [], (0, 7)),
    "a remainder": (Mod(i, 4) - 3, [], (-3, 0)),
    "a quotient": (floor(Min(i, 9) / 2), [], (0, 4)),
    "under a condition": (Max(i - j, 0), [i - j < 16], (0, 15)),
    "under its reverse": (i, [Lt(3, i), i <= 5], (4, 5)),
    "a logarithm": (Min(8 + floor(8 * log(Max(Abs(i - j), 8) / 8) / log(16)), 15), [], (8, 15)),
    "cases": (Cases((16, j > i), (0, True)) + Cases((Abs(i - j), Abs(i - j) < 8), (7, True)), [], (0, 23)),
    "no bound": (i - j, [], (-S.Infinity, S.Infinity)),
    "a product": ((Mod(i, 3) - 1) * Mod(j, 5), [], (-4, 4)),
}


@pytest.mark.parametrize(("value", "conditions", "expected"), INTERVALS.values(), ids=INTERVALS)
def test_numbers_between_which_a_formula_lies(value, conditions, expected):
    least, most = interval(value, conditions)
    assert (least, most) == expected
    for a in range(40):
        for b in range(0, 40, 3):
            at = {i: a, j: b}
            if all(condition.xreplace({s: S(v) for s, v in at.items()}) for condition in conditions):
                found = value.xreplace({s: S(v) for s, v in at.items()})
                assert least <= found <= most
    assert math.isinf(float(most)) or most == expected[1]
