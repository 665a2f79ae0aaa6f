"""verify: correct witnesses agree, every planted mistake is refuted, and what was not compared is never a pass."""

import json

import numpy as np
import pytest
from node_cases import with_sparkle

from symattn.equations import Equation, EquationSystem
from symattn.errors import ExactnessError, InputError, MissingExtraError, MissingRowError
from symattn.language.declarations import declare, parse_shape
from symattn.language.parsing import parse_equations
from symattn.verification import ExactWitness, GradientWitness, ValueWitness, conditioning, verify
from symattn.verification.comparison import compare
from symattn.verification.instances import Instance
from symattn.verification.reference import Reference
from symattn.verification.tally import Truth
from symattn.worked import bind


def build(inputs, text, name="attention"):
    symbols = {key: declare(key, parse_shape(shape, key)) for key, shape in inputs.items()}
    equations = tuple(Equation(*each) for each in parse_equations(text, symbols))
    return EquationSystem(name, tuple(symbols.values()), equations, equations[-1].name)


ATTENTION = build({"Q": "n d_k", "K": "m d_k", "V": "m d_v"}, "S = Q @ K.T / sqrt(d_k)\nP = softmax(S)\nO = P @ V")


class ByHand(ValueWitness):
    """Scaled dot-product attention written by hand in NumPy, with room for one mistake."""

    def __init__(self, mistake="", precision="float64"):
        self.mistake, self.precision, self.name = mistake, precision, f"by hand {precision}"

    @np.errstate(over="ignore", invalid="ignore")
    def evaluate(self, system, inputs):
        q, k, v = inputs["Q"], inputs["K"], inputs["V"]
        scale = np.sqrt(q.dtype.type(k.shape[-2] if self.mistake == "wrong scale" else q.shape[-1]))
        scores = q @ k.swapaxes(-1, -2) / scale
        if self.mistake == "wrong by 1e-13":
            scores = scores * (1 + 1e-13)
        axis = -2 if self.mistake == "softmax over queries" else -1
        weights = np.exp(scores if self.mistake == "no shift" else scores - scores.max(axis=axis, keepdims=True))
        weights /= weights.sum(axis=axis, keepdims=True)
        if self.mistake == "float32 inside":
            weights = weights.astype(np.float32).astype(self.precision)
        if self.mistake == "another dtype":
            weights = weights.astype(np.float32)
        return {"S": scores, "P": weights, "O": weights @ v}


class Gradients(GradientWitness):
    """The gradients of scaled dot-product attention by hand, with room for one mistake."""

    name = "gradients by hand"

    def __init__(self, mistake=""):
        self.mistake = mistake

    def gradients(self, system, inputs, upstream):
        q, k, v = inputs["Q"], inputs["K"], inputs["V"]
        scale = 1 / np.sqrt(q.shape[-1])
        weights = ByHand().evaluate(system, inputs)["P"]
        d_weights = upstream @ v.swapaxes(-1, -2)
        mean = (weights * d_weights).sum(axis=-1, keepdims=True)
        d_scores = weights * (d_weights - (0 if self.mistake == "detached denominator" else mean))
        if self.mistake == "scaled twice":
            d_scores = d_scores * scale
        found = {
            "Q": scale * d_scores @ k,
            "K": scale * d_scores.swapaxes(-1, -2) @ q,
            "V": weights.swapaxes(-1, -2) @ upstream,
        }
        if self.mistake == "nothing for K":
            found["K"] = np.zeros_like(found["K"])
        return {name: self.summed(value, inputs[name].shape) for name, value in found.items()}

    @staticmethod
    def summed(value, shape):
        """What is shared by a batch gathers the gradients of all of its elements."""
        return value.sum(axis=tuple(range(value.ndim - len(shape)))) if value.ndim > len(shape) else value


def test_correct_code_agrees_at_every_instance_in_both_precisions_and_in_its_gradients():
    report = verify(ATTENTION, witnesses=[ByHand(), ByHand(precision="float32"), Gradients()])
    assert report.passed and report.exit_status == 0
    assert [(row.value, row.verdict) for row in report.refuted + report.unknown] == []
    assert {row.value for row in report.agreed} == {"S", "P", "O", "dQ", "dK", "dV"}
    assert all(row.instances == (12 if row.value.startswith("d") else 13) for row in report.rows)
    assert report.worst.worst.ratio < 10


@pytest.mark.parametrize(
    ("mistake", "first_wrong"),
    [
        ("wrong scale", "S"),
        ("wrong by 1e-13", "S"),
        ("softmax over queries", "P"),
        ("no shift", "P"),
        ("float32 inside", "P"),
        ("another dtype", "P"),
    ],
)
def test_a_mistake_in_the_code_is_refuted_from_the_first_wrong_value_on(mistake, first_wrong):
    report = verify(ATTENTION, witnesses=[ByHand(mistake)])
    assert not report.passed and report.exit_status == 1
    assert report.refuted[0].value == first_wrong
    assert all(row.value != "S" for row in report.refuted) or first_wrong == "S"


def test_keys_not_transposed_are_refuted_although_square_sizes_hide_the_shape():
    square = build({"Q": "n n", "K": "n n"}, "S = Q @ K.T")

    class Untransposed(ValueWitness):
        name, precision = "untransposed", "float64"

        def evaluate(self, system, inputs):
            return {"S": inputs["Q"] @ inputs["K"]}

    class Transposed(Untransposed):
        def evaluate(self, system, inputs):
            return {"S": inputs["Q"] @ inputs["K"].swapaxes(-1, -2)}

    assert verify(square, witnesses=[Transposed()]).passed
    report = verify(square, witnesses=[Untransposed()])
    assert [row.value for row in report.refuted] == ["S"]
    assert dict(report.refuted[0].worst.sizes) == {"n": 2}


def test_a_mistake_that_only_square_weights_show_is_refuted():
    class TransposedIfSquare(ByHand):
        def evaluate(self, system, inputs):
            found = super().evaluate(system, inputs)
            if found["P"].shape[-1] == found["P"].shape[-2]:
                found["P"] = found["P"].swapaxes(-1, -2)
            return found

    assert verify(ATTENTION, witnesses=[ByHand()]).passed
    assert [row.value for row in verify(ATTENTION, witnesses=[TransposedIfSquare()]).refuted] == ["P"]


def test_a_refuted_row_shows_the_smallest_instance_both_values_the_sizes_and_the_inputs():
    row = verify(ATTENTION, witnesses=[ByHand("softmax over queries")]).refuted[0]
    assert dict(row.worst.sizes) == {"n": 1, "d_k": 1, "m": 2, "d_v": 1}
    assert float(row.worst.found) == 1.0
    assert 0 < float(row.worst.expected) < 1
    assert {name for name, _ in row.worst.inputs} == {"Q", "K", "V"}
    text = str(verify(ATTENTION, witnesses=[ByHand("softmax over queries")]))
    assert "Refuted: P[0, " in text and "m=2" in text and row.worst.expected in text and "Not passed." in text


@pytest.mark.parametrize(
    ("mistake", "wrong"),
    [
        ("detached denominator", {"dQ", "dK"}),
        ("scaled twice", {"dQ", "dK"}),
        ("nothing for K", {"dK"}),
    ],
)
def test_a_wrong_gradient_is_refuted(mistake, wrong):
    report = verify(ATTENTION, witnesses=[ByHand(), Gradients(mistake)])
    assert {row.value for row in report.refuted} == wrong


class Decimals(ExactWitness):
    """Exact values, taken from the reference at more digits; ``wrong`` is off in its 45th digit."""

    name = "exact by hand"

    def __init__(self, wrong=""):
        self.wrong = wrong

    def decimals(self, system, inputs, digits):
        reference = Reference(digits + 10)
        mp = reference.mp
        found = reference.evaluate(system, inputs)
        if self.wrong:
            found[self.wrong] = [[x + mp.mpf(10) ** -44 for x in row] for row in found[self.wrong]]
        return {name: [[mp.nstr(x, digits) for x in row] for row in rows] for name, rows in found.items()}


def test_exact_values_are_compared_to_all_digits():
    report = verify(ATTENTION, witnesses=[Decimals()], instances=0)
    assert [(row.value, row.verdict) for row in report.rows] == [("S", "exact"), ("P", "exact"), ("O", "exact")]
    assert len(report.exact_instances) == 3 and report.instances == ()
    assert report.passed


def test_an_exact_value_wrong_in_its_45th_digit_is_refuted():
    report = verify(ATTENTION, witnesses=[Decimals("P")], instances=0)
    assert [row.value for row in report.refuted] == ["P"]


class Absent(ByHand):
    def evaluate(self, system, inputs):
        raise MissingExtraError("torch is not installed: pip install 'symattn[torch]'.")


def test_an_optional_part_that_is_absent_is_unknown_with_its_extra_and_no_pass_of_its_own():
    absent = Absent(precision="float32")
    report = verify(ATTENTION, witnesses=[ByHand(), absent])
    assert [row.value for row in report.unknown] == ["S", "P", "O"]
    assert "symattn[torch]" in str(report)
    assert report.passed
    alone = verify(ATTENTION, witnesses=[absent])
    assert alone.agreed == () and not alone.passed and alone.exit_status == 1


class Beyond(ExactWitness):
    name = "exact"

    def decimals(self, system, inputs, digits):
        raise ExactnessError("erf is beyond exact arithmetic.")


def test_what_exact_arithmetic_does_not_reach_is_listed_as_unknown():
    report = verify(ATTENTION, witnesses=[ByHand(), Beyond()])
    assert [row.verdict for row in report.unknown] == ["unknown"] * 3
    assert "erf is beyond exact arithmetic." in str(report)
    assert report.passed


def test_nothing_compared_is_not_a_pass():
    assert not verify(ATTENTION, witnesses=[]).passed
    assert not verify(ATTENTION, witnesses=[ByHand()], instances=0).passed


class FromReference(ValueWitness):
    """Correctly rounded values."""

    precision, name = "float64", "rounded"

    def evaluate(self, system, inputs):
        sizes = dict(system_sizes(system, inputs))
        made = system.with_sizes(**sizes)
        name = next(iter(system.inputs))
        batch = inputs[name].shape[:-2]
        shape = tuple(map(int, made.shape(system.output)))
        found = [
            Reference(30).evaluate(made, {name: element.tolist()})[system.output]
            for element in inputs[name].reshape(-1, *inputs[name].shape[-2:])
        ]
        return {system.output: np.array(found, dtype=float).reshape(batch + shape)}


def system_sizes(system, inputs):
    for name, symbol in system.inputs.items():
        yield from (
            (length.name, value)
            for length, value in zip(symbol.shape, inputs[name].shape[-2:], strict=True)
            if length.is_Symbol
        )


def test_where_a_value_does_not_exist_positive_entries_are_tried():
    logarithm = build({"A": "n m"}, "L = log(A)")
    report = verify(logarithm, witnesses=[FromReference()])
    assert report.passed
    assert all("positive" in label for label in report.instances if "n=1" not in label)


def test_a_value_that_exists_nowhere_is_unknown_and_not_passed():
    nowhere = build({"A": "n m"}, "L = log(-exp(A))")
    report = verify(nowhere, witnesses=[FromReference()])
    assert [row.verdict for row in report.rows] == ["unknown"] and not report.passed
    assert "logarithm" in str(report)


class OneSided(GradientWitness):
    name = "one side"

    def gradients(self, system, inputs, upstream):
        return {"A": (inputs["A"] > 0) * upstream}


@pytest.mark.parametrize(("rows", "compared"), [([[1, -2], [3, 4]], True), ([[1, 0], [3, 4]], False)])
def test_a_gradient_is_not_compared_at_a_kink(rows, compared):
    relu = build({"A": "n m"}, "Y = relu(A)").with_sizes(n=2, m=2)
    truth = Truth.at(Reference(50), Instance(relu, (("n", 2), ("m", 2)), ({"A": rows},), shared=frozenset("A")))
    (found,) = compare(OneSided(), relu, truth)
    assert found.agrees == compared and not found.refutes
    assert ("not differentiable" in found.reason) != compared
    assert found.excused != compared


@pytest.mark.parametrize(("rows", "compared"), [([[1, -2], [3, 4]], True), ([[1, 0], [3, 4]], False)])
@pytest.mark.parametrize("word", ["step", "sign"])
def test_a_gradient_is_not_compared_at_a_jump(word, rows, compared):
    class Flat(GradientWitness):
        name = "no slope"

        def gradients(self, system, inputs, upstream):
            return {"A": 0 * upstream}

    jump = build({"A": "n m"}, f"Y = {word}(A)").with_sizes(n=2, m=2)
    truth = Truth.at(Reference(50), Instance(jump, (("n", 2), ("m", 2)), ({"A": rows},), shared=frozenset("A")))
    (found,) = compare(Flat(), jump, truth)
    assert found.agrees == compared and found.excused != compared and not found.refutes


def test_numbers_at_a_kink_fail_no_check():
    """A teacher's own numbers put a score of 0 into relu: there is no gradient to compare, and nothing is wrong."""
    relu = build({"A": "n m"}, "Y = relu(A)")
    report = verify(bind(relu, {"A": [[0, 1], [3, -4]]}), witnesses=[FromReference(), OneSided()], instances=0)
    assert [row.value for row in report.unknown] == ["dA"]
    assert report.passed and report.exit_status == 0


def test_a_conditioning_row_that_is_missing_is_an_error_and_no_pass():
    with pytest.raises(MissingRowError, match="verification/"):
        verify(with_sparkle(), witnesses=[FromReference()], instances=1)


def test_a_conditioning_row_without_the_depth_of_the_logits_refutes_correct_code(monkeypatch):
    """The scale of softmax needs |S - rowmax S|: without it correct code fails at logits in the thousands."""

    def shallow(analysis, node):
        scores = analysis.of(node.scores)
        full = softmax(analysis, node)
        return type(full)(full.value, full.value, full.floor, scores.strain)

    softmax = conditioning.ROWS[type(ATTENTION["P"])]
    monkeypatch.setitem(conditioning.ROWS, type(ATTENTION["P"]), shallow)
    assert "P" in {row.value for row in verify(ATTENTION, witnesses=[ByHand()]).refuted}


def test_options_out_of_range_are_input_errors():
    with pytest.raises(InputError, match="instances = -1"):
        verify(ATTENTION, instances=-1, witnesses=[])
    with pytest.raises(InputError, match="at least 30"):
        verify(ATTENTION, digits=15, witnesses=[])
    with pytest.raises(InputError, match="no witness for the target 'fortran'"):
        verify(ATTENTION, targets=["fortran"])
    with pytest.raises(InputError, match="two witnesses of one name"):
        verify(ATTENTION, witnesses=[ByHand(), ByHand()])


def test_a_witness_that_leaves_a_value_out_is_an_error():
    class Silent(ByHand):
        def evaluate(self, system, inputs):
            return {"S": super().evaluate(system, inputs)["S"]}

    with pytest.raises(InputError, match="gives no value for P"):
        verify(ATTENTION, witnesses=[Silent()])


def test_progress_counts_every_instance():
    calls = []
    verify(ATTENTION, witnesses=[ByHand(), Decimals()], instances=4, progress=lambda *call: calls.append(call))
    assert [done for done, _, _ in calls] == list(range(1, 8))
    assert {total for _, total, _ in calls} == {7}


def test_the_same_seed_gives_the_same_report():
    first, second = (verify(ATTENTION, witnesses=[ByHand()], seed=3) for _ in range(2))
    assert first == second
    assert first != verify(ATTENTION, witnesses=[ByHand()], seed=4)


def test_the_report_says_what_was_compared_in_text_and_json():
    report = verify(ATTENTION, witnesses=[ByHand(), Gradients("nothing for K")])
    data = json.loads(report.to("json"))
    assert data["counts"] == {"agreed": 5, "refuted": 1, "unknown": 0}
    assert data["passed"] is False and data["exit_status"] == 1 and data["tolerance"] == 50
    assert set(data["sizes"]) == {"n", "m", "d_k", "d_v"}
    text = report.to("text")
    assert "5 agreed, 1 refuted, 0 unknown" in text
    assert "2^-53 × conditioning scale" in text
    with pytest.raises(InputError, match="text or json"):
        report.to("pdf")


class LastKeyForgotten(ByHand):
    """Right up to sixteen keys; beyond them a loop's remainder is left out."""

    def evaluate(self, system, inputs):
        if inputs["K"].shape[-2] > 16:
            inputs = {**inputs, "K": inputs["K"][..., :-1, :], "V": inputs["V"][..., :-1, :]}
        found = super().evaluate(system, inputs)
        if inputs["K"].shape[-2] >= 16:
            pad = [(0, 0)] * (found["P"].ndim - 1) + [(0, 1)]
            found |= {name: np.pad(found[name], pad) for name in ("S", "P")}
        return found


def test_a_mistake_that_begins_beyond_sixteen_keys_is_refuted():
    report = verify(ATTENTION, witnesses=[LastKeyForgotten()])
    assert not report.passed and report.refuted
