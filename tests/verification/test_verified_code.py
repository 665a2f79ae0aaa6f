"""verify on the code that symattn generates: the library agrees, and mutants of its code are refuted."""

import sys

import pytest
from node_cases import FORMULAS, MORE, symbolic

from symattn.defining import mechanism
from symattn.equations import Equation, EquationSystem
from symattn.errors import SymattnError
from symattn.examples import worked_example
from symattn.language.declarations import declare, parse_shape
from symattn.language.parsing import parse_equations
from symattn.mechanisms import named, names
from symattn.verification import verify
from symattn.verification.witnesses import ExactArithmetic, LoweredNumpy, LoweredTorch, TorchAutograd
from symattn.worked import Bound

CASES = {**FORMULAS, **MORE}


BEYOND_EXACT = {"entmax"}
"""Mechanisms of which exact arithmetic does not reach every value."""

IN_FULL = (
    "scaled-dot",
    "causal-padded",
    "additive",
    "multi-head",
    "grouped-query",
    "rope",
    "alibi",
    "sparsemax",
    "cbam",
)
"""Mechanisms of every kind, which are checked at all kinds of instances here; the others at the first two kinds."""


def subject_of(name):
    """The mechanism with the numbers of the worked example, if these are its inputs in name and shape."""
    try:
        return worked_example(name)
    except SymattnError:
        return named(name)


def checked(name, **options):
    report = verify(subject_of(name), **options)
    assert report.passed, str(report)
    assert {row.witness for row in report.unknown} <= ({"exact"} if name in BEYOND_EXACT else set())
    moving = set(named(name).inputs) - named(name).allowed_inputs
    assert {row.value for row in report.agreed} == {*named(name).by_name, *(f"d{key}" for key in moving)}
    return report


@pytest.mark.parametrize("name", names())
def test_every_mechanism_of_the_library_agrees_at_the_worked_example_and_at_random(name):
    report = checked(name, instances=2)
    bound = isinstance(subject_of(name), Bound)
    assert len(report.instances) == 2 + bound
    assert report.instances[0].endswith("(given numbers)") == bound


@pytest.mark.parametrize("name", IN_FULL)
def test_mechanisms_of_every_kind_agree_at_all_kinds_of_instances(name):
    assert len(checked(name).instances) == 13 + isinstance(subject_of(name), Bound)


@pytest.mark.parametrize("name", CASES)
def test_every_node_agrees_in_value_and_gradient_at_all_sizes(name):
    report = verify(symbolic(CASES[name]), instances=7)
    assert report.passed, str(report)
    beyond = CASES[name].startswith(("entmax(A, 4", "entmax(A, 5/4"))  # no thresholds that are square roots
    assert [row.witness for row in report.unknown] == ["exact"] * beyond


def build(inputs, text):
    symbols = {key: declare(key, parse_shape(shape, key)) for key, shape in inputs.items()}
    equations = tuple(Equation(*each) for each in parse_equations(text, symbols))
    return EquationSystem("attention", tuple(symbols.values()), equations, equations[-1].name)


SHAPES = {"Q": "n d_k", "K": "m d_k", "V": "m d_v"}
SQUARE = {"Q": "n n", "K": "n n", "V": "n n"}
RIGHT = "S = Q @ K.T / sqrt(d_k)\nP = softmax(S)\nO = P @ V"
MUTANTS = {
    "scaled by d_k": (SHAPES, RIGHT, RIGHT.replace("sqrt(d_k)", "d_k"), "S"),
    "not scaled": (SHAPES, RIGHT, RIGHT.replace(" / sqrt(d_k)", ""), "S"),
    "softmax over queries": (SHAPES, RIGHT, RIGHT.replace("softmax(S)", "softmax(S.T).T"), "P"),
    "keys not transposed": (SQUARE, RIGHT.replace("d_k", "n"), RIGHT.replace("K.T", "K").replace("d_k", "n"), "S"),
    "weights transposed": (
        SQUARE,
        RIGHT.replace("d_k", "n"),
        RIGHT.replace("d_k", "n").replace("P @ V", "P.T @ V"),
        "O",
    ),
}


@pytest.mark.parametrize("kind", [LoweredNumpy, LoweredTorch])
@pytest.mark.parametrize("name", MUTANTS)
def test_tampered_code_is_refuted(name, kind):
    shapes, right, wrong, first = MUTANTS[name]
    mutant = build(shapes, wrong)

    class Tampered(kind):
        def evaluate(self, system, inputs):
            return super().evaluate(mutant, inputs)

    report = verify(build(shapes, right), witnesses=[Tampered("float64"), ExactArithmetic()])
    assert report.refuted[0].value == first
    assert {row.witness for row in report.refuted} == {kind("float64").name}
    assert report.exit_status == 1


class Detached(TorchAutograd):
    """Gradients that do not flow through the keys."""

    def output(self, system, tensors):
        return super().output(system, {**tensors, "K": tensors["K"].detach()})


def test_gradients_that_are_cut_off_are_refuted():
    report = verify(build(SHAPES, RIGHT), witnesses=[LoweredTorch(), Detached()])
    assert [row.value for row in report.refuted] == ["dK"]


def test_a_sum_of_weights_would_hide_it_but_the_upstream_gradient_is_not_constant():
    """The gradient of a plain sum of softmax is zero, so a detached softmax would pass with G of ones."""

    class DetachedScores(TorchAutograd):
        def output(self, system, tensors):
            return super().output(system, {name: tensor.detach() for name, tensor in tensors.items()})

    report = verify(build({"A": "n m"}, "P = softmax(A)"), witnesses=[LoweredTorch(), DetachedScores()])
    assert [row.value for row in report.refuted] == ["dA"]


def test_a_wrong_exact_value_is_refuted_at_the_numbers_it_was_given_for():
    bound = worked_example()
    bound.exact("O")
    bound._values["P"] = worked_example(scaled=True).exact("P")
    report = verify(bound, instances=0, targets=[], gradients=False)
    assert [(row.value, row.witness) for row in report.refuted] == [("P", "exact")]
    assert report.refuted[0].worst.instance.endswith("(given numbers)")


def test_without_torch_its_rows_are_unknown_and_name_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    report = verify(named("scaled-dot"), instances=2)
    assert {row.witness for row in report.unknown} == {"torch float64", "torch float32", "torch float64 autograd"}
    assert "symattn[torch]" in report.to("text")
    assert report.passed and {row.witness for row in report.agreed} == {"exact", "numpy float64", "numpy float32"}


def test_numbers_that_no_float_holds_are_exact_in_the_reference():
    attention = mechanism("dot", inputs=SHAPES, equations="S = Q @ K.T\nO = softmax(S) @ V")
    bound = attention.bind(Q=[["0.1", "1/3"]], K=[["2/7", 1], [0, "0.3"], [1, 1]], V=[[1], ["0.7"], ["-1/9"]])
    report = verify(bound, instances=0)
    assert report.passed
    assert all(row.worst.ratio < 5 for row in report.rows)


def test_a_mechanism_verifies_itself():
    assert named("dot").verify(instances=2).passed


def test_verifying_imports_torch_only_when_it_is_asked_for():
    import subprocess

    code = (
        "import sys; from symattn.mechanisms import named; "
        "named('dot').verify(instances=1, targets=['numpy'], gradients=False); print('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "False"


@pytest.mark.parametrize(
    ("inputs", "text"),
    [
        ({"x": "scalar", "y": "scalar"}, "a = x * y\nb = tanh(a) + exp(x)"),
        ({"x": "scalar", "A": "n m"}, "B = x * A\nc = x * tanh(x)"),
        ({"A": "n m", "B": "m n"}, "C = A @ B\nD = B @ ones(n, n)"),
    ],
)
def test_an_output_that_no_batched_input_reaches_is_checked_in_every_batch(inputs, text):
    report = verify(build(inputs, text))
    assert report.passed, report.to("text")
    assert {f"d{name}" for name in inputs} <= {row.value for row in report.agreed}
