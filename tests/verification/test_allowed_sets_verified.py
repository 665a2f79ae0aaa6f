"""Allowed sets under verification: right code agrees, every usual mistake about masks is refuted."""

import math
import random
from fractions import Fraction

import numpy as np
import pytest
from node_cases import numbers, system
from sympy import Eq, MatrixSymbol, Not, Or, Symbol

from symattn import nodes, worked
from symattn.equations import Equation, EquationSystem
from symattn.language import parse_equations, parse_shape
from symattn.language.declarations import declare
from symattn.verification import GradientWitness, ValueWitness, verify
from symattn.verification.conditioning import gradient_scale, scales
from symattn.verification.instances import ALLOWED, plans, rational, tiny
from symattn.verification.reference import Reference

INPUTS = {"Q": "n d_k", "K": "m d_k", "V": "m d_v"}


def build(where, extra=None, scores="Q @ K.T / sqrt(d_k)"):
    symbols = {key: declare(key, parse_shape(shape, key)) for key, shape in {**INPUTS, **(extra or {})}.items()}
    text = f"S = {scores}\nP = softmax(S, where={where})\nO = P @ V"
    equations = tuple(Equation(*each) for each in parse_equations(text, symbols))
    return EquationSystem("attention", tuple(symbols.values()), equations, "O")


def causal(n, m, inputs):
    return np.tri(n, m)


def lower_right(n, m, inputs):
    return np.tri(n, m, m - n)


def window(n, m, inputs):
    return np.tri(n, m) * (1 - np.tri(n, m, -3))


MASKED = build("M", {"M": "n m"})
SETS = {
    "causal": (build("causal"), causal),
    "causal_lower_right": (build("causal_lower_right"), lower_right),
    "window": (build("window(2, 0)"), window),
    "padding": (
        build("padding & causal", {"padding": "1 m"}),
        lambda n, m, inputs: inputs["padding"] * causal(n, m, 0),
    ),
    "a matrix": (MASKED, lambda n, m, inputs: inputs["M"]),
    "matrices": (
        build("M & padding & queries", {"M": "n m", "padding": "1 m", "queries": "n 1"}),
        lambda n, m, inputs: inputs["M"] * inputs["padding"] * inputs["queries"],
    ),
}


class ByHand(ValueWitness):
    """Attention over allowed keys written by hand in NumPy, with room for one mistake."""

    def __init__(self, allowed, mistake="", precision="float64"):
        self.allowed, self.mistake, self.precision, self.name = allowed, mistake, precision, f"by hand {precision}"

    @np.errstate(over="ignore", invalid="ignore")
    def evaluate(self, system, inputs):
        q, k, v = inputs["Q"], inputs["K"], inputs["V"]
        scores = q @ k.swapaxes(-1, -2) / np.sqrt(q.dtype.type(q.shape[-1]))
        keys = np.broadcast_to(self.allowed(*scores.shape[-2:], inputs) != 0, scores.shape)
        if self.mistake == "inverted":
            keys = ~keys
        if self.mistake == "strictly":
            keys = keys & ~np.eye(*scores.shape[-2:], dtype=bool)
        if self.mistake in ("-1e4 added", "-1e9 added"):
            shift = np.where(keys, 0, scores.dtype.type(self.mistake.split()[0]))
            weights = self.exponentials(scores + shift, np.full_like(keys, True))
            return self.values(scores, weights / weights.sum(axis=-1, keepdims=True), v)
        if self.mistake == "masked after softmax":
            weights = self.exponentials(scores, np.full_like(keys, True))
            return self.values(scores, weights / weights.sum(axis=-1, keepdims=True) * keys, v)
        if self.mistake == "shifted by all keys":
            weights = np.exp(scores - scores.max(axis=-1, keepdims=True)) * keys
        else:
            weights = self.exponentials(scores, keys)
        total = weights.sum(axis=-1, keepdims=True)
        found = weights / np.where(keys.any(axis=-1, keepdims=True), total, 1)
        if self.mistake == "uniform without keys":
            found = np.where(keys.any(axis=-1, keepdims=True), found, scores.dtype.type(1 / scores.shape[-1]))
        if self.mistake == "nan without keys":
            found = np.where(keys.any(axis=-1, keepdims=True), found, scores.dtype.type(np.nan))
        return self.values(scores, found, v)

    @staticmethod
    def exponentials(scores, keys):
        largest = np.max(scores, axis=-1, keepdims=True, where=keys, initial=-np.inf)
        return np.exp(np.where(keys, scores - np.where(np.isfinite(largest), largest, 0), -np.inf))

    @staticmethod
    def values(scores, weights, v):
        return {"S": scores, "P": weights, "O": weights @ v}


@pytest.mark.parametrize("name", SETS)
def test_right_code_agrees_at_every_instance_in_both_precisions(name):
    made, allowed = SETS[name]
    report = verify(made, witnesses=[ByHand(allowed), ByHand(allowed, precision="float32")])
    assert report.passed, report
    assert all(row.instances == 13 for row in report.rows)
    assert report.worst.worst.ratio < 10


MISTAKES = [
    *((name, mistake) for name in SETS for mistake in ("inverted", "masked after softmax", "-1e4 added")),
    *((name, "strictly") for name in ("causal", "causal_lower_right", "window", "padding")),
    *((name, "shifted by all keys") for name in SETS),
    *((name, "uniform without keys") for name in ("causal_lower_right", "a matrix", "matrices", "padding")),
    *((name, "nan without keys") for name in ("causal_lower_right", "a matrix", "matrices", "padding")),
    *((name, "-1e9 added") for name in ("causal_lower_right", "a matrix", "matrices", "padding")),
]


@pytest.mark.parametrize(("name", "mistake"), MISTAKES)
def test_a_mistake_about_the_allowed_set_is_refuted_at_the_weights(name, mistake):
    made, allowed = SETS[name]
    report = verify(made, witnesses=[ByHand(allowed, mistake)])
    assert not report.passed and report.refuted[0].value == "P"


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("causal", lower_right),
        ("causal_lower_right", causal),
        ("causal", lambda n, m, inputs: np.tri(n, m, 1)),
        ("causal", lambda n, m, inputs: np.tri(n, m, -1)),
        ("window", lambda n, m, inputs: np.tri(n, m) * (1 - np.tri(n, m, -2))),
        ("window", lambda n, m, inputs: np.tri(n, m) * (1 - np.tri(n, m, -4))),
        ("padding", lambda n, m, inputs: inputs["padding"]),
        ("a matrix", lambda n, m, inputs: inputs["M"] > 0),
        ("a matrix", lambda n, m, inputs: inputs["M"] == 1),
        ("matrices", lambda n, m, inputs: inputs["M"] * inputs["padding"]),
    ],
)
def test_another_set_is_refuted_with_a_small_counterexample(name, wrong):
    report = verify(SETS[name][0], witnesses=[ByHand(wrong)])
    assert report.refuted[0].value == "P"
    # A window of three keys needs more than two, and the least instances have sets of 0 and 1.
    if name not in ("window", "a matrix"):
        assert all(value <= 2 for _, value in report.refuted[0].worst.sizes)


class Gradients(GradientWitness):
    """The gradients of masked attention by hand, with room for one mistake; of the mask it gives none."""

    name = "gradients by hand"

    def __init__(self, mistake=""):
        self.mistake = mistake

    def gradients(self, system, inputs, upstream):
        q, k, v = inputs["Q"], inputs["K"], inputs["V"]
        scale = 1 / np.sqrt(q.shape[-1])
        weights = ByHand(SETS["a matrix"][1]).evaluate(system, inputs)["P"]
        keys = np.broadcast_to(inputs["M"] != 0, weights.shape)
        d_weights = upstream @ v.swapaxes(-1, -2)
        d_scores = weights * (d_weights - (weights * d_weights).sum(axis=-1, keepdims=True))
        if self.mistake == "leaks to what is masked":
            d_scores = d_scores + 1e-3 * ~keys
        if self.mistake == "nan without keys":
            d_scores = np.where(keys.any(axis=-1, keepdims=True), d_scores, np.nan)
        if self.mistake == "uniform without keys":
            weights = np.where(keys.any(axis=-1, keepdims=True), weights, 1 / weights.shape[-1])
        found = {
            "Q": scale * d_scores @ k,
            "K": scale * d_scores.swapaxes(-1, -2) @ q,
            "V": weights.swapaxes(-1, -2) @ upstream,
        }
        return {
            name: value.sum(axis=tuple(range(value.ndim - inputs[name].ndim)))
            if value.ndim > inputs[name].ndim
            else value
            for name, value in found.items()
        }


def test_right_gradients_agree_and_a_set_has_none():
    report = verify(MASKED, witnesses=[Gradients()])
    assert {row.value for row in report.agreed} == {"dQ", "dK", "dV"}
    assert not report.refuted and not report.unknown and all(row.instances == 12 for row in report.rows)


@pytest.mark.parametrize(
    ("mistake", "value"),
    [("leaks to what is masked", "dQ"), ("nan without keys", "dQ"), ("uniform without keys", "dV")],
)
def test_a_mistake_in_gradients_is_refuted(mistake, value):
    assert value in {row.value for row in verify(MASKED, witnesses=[Gradients(mistake)]).refuted}


@pytest.mark.parametrize("name", ["a matrix", "causal_lower_right"])
def test_a_bound_mechanism_is_verified_at_its_numbers(name):
    made, allowed = SETS[name]
    values = {"Q": [["1/3"], [2], [300]], "K": [[-1], [400]], "V": [[1, "0.1"], [5, 3]]}
    if name == "a matrix":
        values["M"] = np.array([[True, False], [False, False], [False, True]])
    bound = worked.bind(made, values)
    report = verify(bound, instances=0, witnesses=[ByHand(allowed), ByHand(allowed, precision="float32")])
    assert report.passed and all("given numbers" in row.worst.instance for row in report.rows)
    wrong = verify(bound, instances=0, witnesses=[ByHand(allowed, "uniform without keys")])
    assert wrong.refuted[0].value == "P"


# The reference


def test_the_reference_decides_thirds_and_roots():
    i, j, A = Symbol("i", integer=True), Symbol("j", integer=True), MatrixSymbol("A", 4, 4)
    places = [(a, b) for a in range(4) for b in range(4)]
    cases = {
        Eq(i / 3 + i / 3 + i / 3 + Fraction(1, 10), j + Fraction(1, 10)): lambda a, b: a == b,
        (j - 1) / 3 + (j - 1) / 7 < 10 * (i - 1) / 21: lambda a, b: b < a,
        j <= 2 ** Fraction(1, 2) * i: lambda a, b: b * b <= 2 * a * a,
        Or(i < 1, Not(Eq(j, 2), evaluate=False)): lambda a, b: a < 1 or b != 2,
    }
    for condition, expected in cases.items():
        equations = (Equation("C", nodes.IndexCondition(condition, i, j, 4, 4)),)
        made = EquationSystem("set", (A,), equations, "C")
        values = numbers(of={"A": "k k"})
        found = Reference(30).evaluate(made, values)["C"]
        assert [found[a][b] for a, b in places] == [expected(a, b) for a, b in places]
        assert np.array_equal(scales(made, values)["C"].value, np.array(found, dtype=float))


def test_sets_stand_as_matrices_of_0_and_1_too():
    A, B = MatrixSymbol("A", 2, 3), MatrixSymbol("B", 1, 3)
    made = EquationSystem("set", (A, B), (Equation("C", nodes.Intersection(A, B)),), "C")
    values = {"A": [[1.0, 0.0, -2.0], [0.5, 1.0, 1.0]], "B": [[1.0, 1.0, 0.0]]}
    expected = [[1, 0, 0], [1, 1, 0]]
    assert Reference(30).evaluate(made, values)["C"] == expected
    assert np.array_equal(scales(made, values)["C"].value, expected)
    assert not scales(made, values)["C"].scale.any()


# Conditioning


def test_the_scale_over_allowed_keys_is_that_of_the_allowed_keys_alone():
    values = numbers(seed=8)
    few = {"A": [[x for x, b in zip(row, values["B"][0], strict=True) if b > 0] for row in values["A"]]}
    kept = [k for k, b in enumerate(values["B"][0]) if b > 0]
    assert 0 < len(kept) < 3
    masked = scales(system("softmax(A, where=relu(B[0, :]))"), values)["Y"]
    A = MatrixSymbol("A", 2, len(kept))
    alone = EquationSystem("the allowed keys", (A,), (Equation("Y", nodes.Softmax(A)),), "Y")
    assert np.allclose(masked.scale[:, kept], scales(alone, few)["Y"].scale, rtol=1e-12)
    barred = [k for k in range(3) if k not in kept]
    assert not masked.scale[:, barred].any() and not masked.value[:, barred].any()


def test_scores_that_are_masked_do_not_loosen_the_tolerance():
    made = system("softmax(A, where=causal)")
    values = numbers(seed=3)
    small = scales(made, values)["Y"]
    for huge in (1e9, 1e300, -1e300):
        values["A"][0][1], values["A"][0][2], values["A"][1][2] = huge, -huge, huge
        found = scales(made, values)["Y"]
        assert np.array_equal(found.scale, small.scale) and found.strain == small.strain
        exact = {name: Reference(50).rows(rows) for name, rows in values.items()}
        along = {"A": np.ones((2, 3)).tolist()}
        assert math.isfinite(gradient_scale(made, exact, along, np.ones((2, 3))).scale)


def test_a_row_without_keys_has_zeros_for_values_scales_and_slopes():
    values = numbers(seed=3)
    empty = system("softmax(A, where=zeros(n, 1))")
    assert not scales(empty, values)["Y"].value.any() and not scales(empty, values)["Y"].scale.any()
    slope = gradient_scale(empty, values, {"A": np.ones((2, 3))}, np.ones((2, 3)))
    assert slope.value == 0 and slope.scale < 1e-280  # what may underflow on the way


def test_a_set_that_rounding_could_change_ends_the_analysis():
    values = {**numbers(seed=2), "t": 0.1}
    assert scales(system("softmax(A, where=A)"), values)["Y"].strain < 100
    assert scales(system("softmax(A, where=A - A)"), values)["Y"].strain < 100 * 1e16
    doubtful = system("softmax(A, where=t * 3 * ones(n, m) - 0.3)")
    assert scales(doubtful, values)["Y"].strain == math.inf
    assert scales(system("softmax(A, where=relu(A))"), values)["Y"].strain < 100


# Instances


def test_sets_are_drawn_in_every_kind():
    generator = random.Random(1)
    drawn = [plan.draw(MASKED, generator) for plan in plans(MASKED, 13, generator)]
    assert {kind for instance in drawn for kind in ALLOWED if kind in instance.remark} == set(ALLOWED)
    for instance in drawn:
        for element in instance.elements:
            keys = np.array(element["M"], dtype=float) != 0
            if "×" not in instance.remark:
                assert set(np.unique(np.array(element["M"], dtype=float))) <= {0, 1}
            if "a row without keys" in instance.remark:
                assert not keys.any(axis=1).all()
            if "one key a row" in instance.remark:
                assert (keys.sum(axis=1) == 1).all()
            if "all keys" in instance.remark:
                assert keys.all()
        assert {str(array.dtype) for array in instance.arrays("float32").values()} == {"float32"}
    large = next(instance for instance in drawn if "× 40" in instance.remark)
    assert (np.array(large.elements[0]["M"], dtype=float) < 0).any()
    assert any(instance.batch and "M" not in instance.shared for instance in drawn)


def test_the_other_draws_have_sets_too():
    tried = {plan.allowed for plan in tiny(MASKED)}
    assert tried == set(ALLOWED) and len({plan.allowed for plan in tiny(build("causal"))}) == 1
    generator = random.Random(0)
    exact = [instance for instance, _ in zip(rational(MASKED, generator), range(12), strict=False)]
    assert {kind for instance in exact for kind in ALLOWED if kind in instance.remark} == set(ALLOWED)
    assert all(entry in (0, 1) for instance in exact for row in instance.elements[0]["M"] for entry in row)


def test_scores_that_differ_by_more_than_ten_thousand_are_among_the_instances():
    made = build("causal")
    generator = random.Random(0)
    huge = [plan for plan in plans(made, 13, generator) if plan.spread > 100]
    assert len(huge) == 2
    for plan in huge:
        arrays = plan.draw(made, generator).arrays("float64")
        scores = arrays["Q"] @ arrays["K"].T / math.sqrt(arrays["Q"].shape[1])
        assert np.ptp(scores) > 1e4
