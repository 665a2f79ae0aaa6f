"""Families and formulas of indices under verification: right code agrees, the usual mistakes are refuted."""

import numpy as np
import pytest

from symattn.defining import mechanism
from symattn.verification import ValueWitness, verify


def softmax(scores, keys=True):
    largest = np.max(scores, axis=-1, keepdims=True, where=keys, initial=-np.inf)
    weights = np.where(keys, np.exp(np.where(keys, scores - np.where(np.isfinite(largest), largest, 0), 0)), 0)
    total = weights.sum(axis=-1, keepdims=True)
    return weights / np.where(total == 0, 1, total)


def turned(x):
    return x.swapaxes(-1, -2)


def side_by_side(heads):
    """``(..., H, n, d)`` to ``(..., n, H * d)``, head by head."""
    return np.concatenate(np.moveaxis(heads, -3, 0), axis=-1)


# ---- heads -----------------------------------------------------------------------------------------------------------

HEADS = mechanism(
    "heads",
    inputs={"X": "n d", "Y": "m d", "W_Q": "H d d_k", "W_K": "H d d_k", "W_O": "H*d d"},
    equations="""
        S[h] = X @ W_Q[h] @ (Y @ W_K[h]).T / sqrt(d_k)
        P[h] = softmax(S[h])
        C = concat(h, P[h] @ Y)
        O = C @ W_O
    """,
)


def heads(mistake, inputs):
    x, y, w_q, w_k = (inputs[name][..., None, :, :] for name in ("X", "Y", "W_Q", "W_K"))
    w_q, w_k = inputs["W_Q"], inputs["W_K"]
    if mistake == "keys of the other head":
        w_k = np.flip(w_k, axis=-3)
    root = np.sqrt(w_q.dtype.type(x.shape[-1] if mistake == "scaled by d" else w_q.shape[-1]))
    scores = (x @ w_q) @ turned(y @ w_k) / root
    if mistake == "softmax over heads":
        weights = np.moveaxis(softmax(np.moveaxis(scores, -3, -1)), -1, -3)
    else:
        weights = softmax(scores)
    values = weights @ y
    if mistake == "columns of all heads in turn":
        joined = np.moveaxis(values, -3, -1).reshape(*values.shape[:-3], values.shape[-2], -1)
    else:
        joined = side_by_side(values)
    return {"S": scores, "P": weights, "C": joined, "O": joined @ inputs["W_O"]}


GROUPS = mechanism(
    "groups of heads",
    inputs={"Q": "G R n d", "K": "G m d"},
    equations="S[g, r] = Q[g, r] @ K[g].T\nC = concat(g, concat(r, S[g, r]))",
)


def groups(mistake, inputs):
    q, k = inputs["Q"], inputs["K"]
    count, members = q.shape[-4:-2]
    flat = q.reshape(*q.shape[:-4], count * members, *q.shape[-2:])
    keys = np.concatenate([k] * members, axis=-3) if mistake == "heads tiled" else np.repeat(k, members, axis=-3)
    scores = flat @ turned(keys)
    joined = side_by_side(scores)
    return {"S": scores.reshape(*q.shape[:-1], k.shape[-2]), "C": joined}


PACKED = mechanism(
    "packed heads",
    inputs={"X": "n H*d", "Y": "m H*d"},
    equations="S[h] = X[:, h*d:(h+1)*d] @ Y[:, h*d:(h+1)*d].T",
)


def packed(mistake, inputs):
    count, size = inputs["H"], inputs["X"].shape[-1] // inputs["H"]

    def split(x):
        if mistake == "features before heads":
            return np.moveaxis(x.reshape(*x.shape[:-1], size, count), -1, -3)
        return np.moveaxis(x.reshape(*x.shape[:-1], count, size), -2, -3)

    return {"S": split(inputs["X"]) @ turned(split(inputs["Y"]))}


# ---- positions -------------------------------------------------------------------------------------------------------

ROTARY = mechanism(
    "rotary",
    inputs={"X": "n 2*p"},
    equations="""
        A = matrix(n, 2*p, i * 100 ** (-(j // 2) / p))
        R = matrix(n, 2*p, X[i, j - 1] if j % 2 == 1 else -X[i, j + 1])
        Z = X * cos(A) + R * sin(A)
    """,
)


def rotary(mistake, inputs):
    x = inputs["X"]
    rows, columns = x.shape[-2:]
    pairs = np.arange(columns) // 2 if mistake != "halves" else np.arange(columns) % (columns // 2)
    start = 1 if mistake == "from 1" else 0
    angles = (np.arange(start, rows + start)[:, None] * 100.0 ** (-pairs / (columns // 2))).astype(x.dtype)
    if mistake == "halves":
        partner = np.concatenate([-x[..., columns // 2 :], x[..., : columns // 2]], axis=-1)
    else:
        partner = np.stack([-x[..., 1::2], x[..., 0::2]], axis=-1).reshape(x.shape)
    if mistake == "backwards":
        partner = -partner
    return {"A": angles, "R": partner, "Z": x * np.cos(angles) + partner * np.sin(angles)}


LINEAR_BIAS = mechanism(
    "linear biases",
    inputs={"Q": "H n d", "K": "H n d", "m": "H 1"},
    equations="S[h] = Q[h] @ K[h].T / sqrt(d) + matrix(n, n, -m[h] * (i - j))\nP[h] = softmax(S[h], where=causal)",
)


def linear_bias(mistake, inputs):
    q, k, slopes = inputs["Q"], inputs["K"], inputs["m"][..., None]
    count = q.shape[-2]
    apart = (np.arange(count)[:, None] - np.arange(count)).astype(q.dtype)
    root = np.sqrt(q.dtype.type(q.shape[-1]))
    bias = slopes * (apart if mistake == "sign" else -apart)
    if mistake == "one slope for all heads":
        bias = bias[..., :1, :, :] + 0 * bias
    scores = (q @ turned(k) + bias) / root if mistake == "before the scale" else q @ turned(k) / root + bias
    return {"S": scores, "P": softmax(scores, np.tri(count, dtype=bool))}


CLIPPED = mechanism(
    "clipped distances",
    inputs={"X": "n d", "w": "2*r+1 1"},
    equations="O = matrix(n, n, w[clip(j - i, -r, r) + r]) @ X",
)


def clipped(mistake, inputs):
    x, w = inputs["X"], inputs["w"][..., 0]
    reach = (w.shape[-1] - 1) // 2
    apart = np.arange(x.shape[-2]) - np.arange(x.shape[-2])[:, None]
    if mistake == "wrapped":
        places = (apart + reach) % w.shape[-1]
    else:
        places = np.clip(-apart if mistake == "i - j" else apart, -reach, reach) + reach
    return {"O": w[..., places] @ x}


# ---- weights ---------------------------------------------------------------------------------------------------------

SPARSE = mechanism("sparse", inputs={"A": "n m"}, equations="P = sparsemax(A)")


def sparse(mistake, inputs):
    scores = inputs["A"]
    if mistake == "softmax":
        return {"P": softmax(scores)}
    ordered = -np.sort(-scores, axis=-1)
    sums, counts = np.cumsum(ordered, axis=-1), np.arange(1, scores.shape[-1] + 1)
    size = (1 + counts * ordered > sums).sum(axis=-1, keepdims=True)
    if mistake == "support off by one":
        size = np.minimum(size + 1, scores.shape[-1])
    threshold = (np.take_along_axis(sums, size - 1, axis=-1) - 1) / size.astype(scores.dtype)
    if mistake == "sum of 2":
        threshold = threshold - 1 / size.astype(scores.dtype)
    return {"P": np.maximum(scores - threshold, 0)}


CAPPED = mechanism(
    "capped", inputs={"A": "n n", "c": "scalar"}, equations="S = c * tanh(A / c)\nP = softmax(S, where=causal)"
)


def capped(mistake, inputs):
    scores, cap = inputs["A"], inputs["c"][..., None, None]
    keys = np.tri(scores.shape[-1], dtype=bool)
    capped_scores = cap * np.tanh(scores / cap)
    if mistake == "capped after the mask":
        masked = cap * np.tanh(np.where(keys, scores, -np.inf) / cap)
        return {"S": capped_scores, "P": softmax(masked)}
    return {"S": capped_scores, "P": softmax(capped_scores, keys)}


TOTALS = mechanism("totals", inputs={"A": "n m"}, equations="L = lse(A, where=(j < i))")


def totals(mistake, inputs):
    scores = inputs["A"]
    keys = np.tri(*scores.shape[-2:], -1, dtype=bool)
    largest = np.max(scores, axis=-1, keepdims=True, where=keys, initial=-np.inf)
    shift = np.where(np.isfinite(largest), largest, 0)
    total = np.where(keys, np.exp(np.where(keys, scores - shift, 0)), 0).sum(axis=-1, keepdims=True)
    empty = {"0 for no keys": 0.0, "no number for no keys": np.nan, "finite for no keys": -1e30}.get(mistake, -np.inf)
    with np.errstate(divide="ignore"):
        return {"L": np.where(total > 0, np.log(total) + shift, scores.dtype.type(empty))}


HARD = mechanism("hard", inputs={"A": "n m"}, equations="P = hardmax(A)")


def hard(mistake, inputs):
    scores = inputs["A"]
    if mistake == "the smallest":
        scores = -scores
    if mistake == "over queries":
        return {"P": (scores == scores.max(axis=-2, keepdims=True)) * np.ones_like(scores)}
    top = scores == scores.max(axis=-1, keepdims=True)
    if mistake == "a steep softmax":
        return {"P": softmax(1e3 * scores)}
    return {"P": (top / top.sum(axis=-1, keepdims=True)).astype(scores.dtype)}


CASES = {
    "heads": (
        HEADS,
        heads,
        {
            "keys of the other head": "S",
            "scaled by d": "S",
            "softmax over heads": "P",
            "columns of all heads in turn": "C",
        },
    ),
    "groups": (GROUPS, groups, {"heads tiled": "S"}),
    "packed": (PACKED, packed, {"features before heads": "S"}),
    "rotary": (ROTARY, rotary, {"halves": "A", "backwards": "R", "from 1": "A"}),
    "linear biases": (
        LINEAR_BIAS,
        linear_bias,
        {"sign": "S", "before the scale": "S", "one slope for all heads": "S"},
    ),
    "clipped": (CLIPPED, clipped, {"wrapped": "O", "i - j": "O"}),
    "sparse": (SPARSE, sparse, {"support off by one": "P", "sum of 2": "P", "softmax": "P"}),
    "capped": (CAPPED, capped, {"capped after the mask": "P"}),
    "totals": (
        TOTALS,
        totals,
        {"0 for no keys": "L", "no number for no keys": "L", "finite for no keys": "L"},
    ),
    "hard": (HARD, hard, {"the smallest": "P", "over queries": "P", "a steep softmax": "P"}),
}
MISTAKES = [(name, mistake, first) for name, (_, _, mistakes) in CASES.items() for mistake, first in mistakes.items()]


class ByHand(ValueWitness):
    """Values by a function written by hand in NumPy, with room for one mistake."""

    def __init__(self, function, mistake="", precision="float64"):
        self.function, self.mistake, self.precision = function, mistake, precision
        self.name = f"by hand {precision}"

    def evaluate(self, system, inputs):
        if self.function is packed:  # how many heads there are does not follow from what is packed
            inputs = {**inputs, "H": self.heads}
        return self.function(self.mistake, inputs)


def report_of(name, mistake="", precisions=("float64", "float32")):
    made, function, _ = CASES[name]
    return verify(made, witnesses=[ByHand(function, mistake, precision) for precision in precisions])


@pytest.mark.parametrize("name", [name for name in CASES if name != "packed"])
def test_right_code_agrees_in_both_precisions(name):
    report = report_of(name)
    assert report.passed, str(report)
    assert report.worst.worst.ratio < 10 and not report.unknown


@pytest.mark.parametrize(("name", "mistake", "first"), [each for each in MISTAKES if each[0] != "packed"])
def test_a_mistake_is_refuted_at_the_first_value_that_is_wrong(name, mistake, first):
    report = report_of(name, mistake, ["float64"])
    assert not report.passed and report.refuted[0].value == first
    earlier = list(CASES[name][0].by_name)[: list(CASES[name][0].by_name).index(first)]
    assert {row.value for row in report.agreed} >= set(earlier)


@pytest.mark.parametrize("mistake", ["", "features before heads"])
def test_packed_heads_are_split_head_by_head(mistake):
    made = PACKED.with_sizes(H=2)
    witness = ByHand(packed, mistake)
    witness.heads = 2
    assert verify(made, witnesses=[witness]).passed == (mistake == "")


def test_a_tie_that_goes_to_the_first_alone_is_refuted_where_it_is_certain():
    class First(ByHand):
        def evaluate(self, system, inputs):
            scores = inputs["A"]
            return {"P": (np.arange(scores.shape[-1]) == scores.argmax(axis=-1)[..., None]).astype(scores.dtype)}

    bound = HARD.bind(A=[[1, 3, 3], [2, 1, 0]])
    report = verify(bound, witnesses=[First(hard)], instances=0)
    assert [row.value for row in report.refuted] == ["P"]
    assert verify(bound, witnesses=[ByHand(hard)], instances=0).passed


def test_a_report_names_the_member_and_the_place():
    report = report_of("heads", "softmax over heads", ["float64"])
    worst = report.refuted[0].worst
    head, row, key = worst.place
    assert worst.axes == 1 and worst.where == f"[{head}][{row}, {key}]"
    assert f"Refuted: P[{head}][{row}, {key}] at n=1" in str(report)
    assert dict(worst.sizes)["H"] <= 2 and len(worst.inputs) == 5


def test_numbers_of_a_family_are_counted_in_all_members():
    made = mechanism("family", inputs={"A": "H n m"}, equations="B[h] = -A[h]").with_sizes(H=3, n=2, m=5)

    class Negative(ValueWitness):
        name, precision = "negative", "float64"

        def evaluate(self, system, inputs):
            return {"B": -inputs["A"]}

    report = verify(made, witnesses=[Negative()], instances=1)
    assert report.entries == 30 and report.comparisons == 1


def test_members_in_another_order_of_axes_are_refuted_by_their_shape():
    made = mechanism("family", inputs={"A": "H n m"}, equations="B[h] = -A[h]")

    class Behind(ValueWitness):
        name, precision = "heads behind", "float64"

        def evaluate(self, system, inputs):
            return {"B": -np.moveaxis(inputs["A"], -3, -1)}

    report = verify(made, witnesses=[Behind()], instances=3)
    assert report.refuted[0].worst.found.startswith("shape")
