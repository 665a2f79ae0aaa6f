"""A mechanism in the small steps of a page is the same mechanism."""

from dataclasses import replace

import numpy as np
import pytest

from symattn import limits
from symattn.defining import mechanism
from symattn.equations import Equation
from symattn.lowering import lambdify_system
from symattn.mechanisms import named, names
from symattn.nodes import ElementwiseProduct, IndexedMatrix
from symattn.page.data import page_data
from symattn.page.numbers import added_numbers, drawn_numbers
from symattn.page.unfolding import unfolded
from symattn.proof import prove
from symattn.worked import bind

ATTENTION = {"Q": "n d", "K": "m d", "V": "m e"}


def with_numbers(system):
    bench = unfolded(system)
    numbers = drawn_numbers(bench)
    added, _ = added_numbers(bench, bind(bench.system, numbers).sizes)
    return bench, {name: floats(value) for name, value in {**numbers, **added}.items()}


def floats(value):
    return np.array([floats(part) for part in value]) if isinstance(value, (list, tuple)) else float(value)


def computed(system, numbers, outputs=None):
    function = lambdify_system(system, "numpy", outputs=outputs)
    with np.errstate(all="ignore"):
        return function(**{name: numbers[name] for name in system.inputs})


def largest_difference(bench, original, numbers, chosen=None):
    found = computed(bench.chosen(chosen or bench.at_first), numbers)
    return np.abs(found - computed(original, numbers)).max()


@pytest.mark.parametrize("name", names())
def test_the_steps_come_to_the_output_of_the_mechanism(name):
    bench, numbers = with_numbers(named(name))
    assert largest_difference(bench, named(name), numbers) < 1e-12


@pytest.mark.parametrize("name", names())
def test_what_a_step_is_read_as_is_its_value(name):
    """The weights read as exponentials over their sum."""
    bench, numbers = with_numbers(named(name))
    for chosen in bench.selections()[:3]:
        lines = [line for line in bench.lines if line.is_in(chosen)]
        for line in lines:
            if line.read_as is not None:
                read = Equation("read_so", line.read_as, line.equation.axes)
                system = bench.chosen(chosen)
                both = replace(system, equations=(*system.equations, read))
                found = computed(both, numbers, [line.equation.name, "read_so"])
                assert np.allclose(found[line.equation.name], found["read_so"], rtol=1e-12, atol=1e-15, equal_nan=True)


def test_a_mistake_in_a_step_would_be_noticed():
    bench, numbers = with_numbers(named("causal"))
    wrong = tuple(
        replace(line, equation=Equation("Z", ElementwiseProduct(line.equation.expression, 2)))
        if line.equation.name == "Z"
        else line
        for line in bench.lines
    )
    assert largest_difference(replace(bench, lines=wrong), named("causal"), numbers) > 0.01


def test_exponentials_over_their_sum_are_proved_to_be_softmax():
    lines = {line.equation.name: line for line in unfolded(named("dot")).lines if line.role == "normalise"}
    assert isinstance(lines["P"].read_as, IndexedMatrix)
    verdict = prove("softmax(Z / tau)", "exp(Z / tau) / rowsum(exp(Z / tau))", {"Z": "n m", "tau": "scalar"})
    assert verdict.kind == "proved"


def test_weights_within_a_formula_get_names():
    bench = unfolded(mechanism("short", ATTENTION, "O = softmax(Q @ K.T / sqrt(d), where=j <= i) @ V"))
    assert [line.role for line in bench.lines if line.is_in(bench.at_first)] == [
        *("score", "scale", "mask", "exponentials", "sums", "normalise", "entropy", "weigh", "sum")
    ]
    assert bench.at_first == {"score": "dot", "scale": "on", "mask": "causal"}


@pytest.mark.parametrize(
    ("chosen", "name"),
    [
        ({"score": "dot", "scale": "off"}, "dot"),
        ({"score": "cosine", "scale": "off"}, "cosine"),
        ({"score": "additive", "scale": "off"}, "additive"),
        ({"score": "rbf", "scale": "off"}, "rbf"),
        ({"mask": "causal"}, "causal"),
    ],
)
def test_what_is_chosen_is_what_the_library_calls_so(chosen, name):
    """From scaled dot products, every choice is the mechanism of that name."""
    bench, numbers = with_numbers(named("scaled-dot"))
    expected = computed(named(name), numbers)
    assert np.allclose(computed(bench.chosen({**bench.at_first, **chosen}), numbers), expected, rtol=1e-12)


def test_a_name_that_is_taken_is_not_taken_again():
    """Steps between the equations, and the indices of sums, are called by what is free."""
    text = "E = Q * c\ns = E @ K.T\nM = softmax(s)\nZ = M @ V"
    bench = unfolded(mechanism("busy", {**ATTENTION, "c": "scalar"}, text))
    names_used = [line.equation.name for line in bench.lines if line.is_in(bench.at_first)]
    assert len(set(names_used)) == len(names_used)
    for chosen in bench.selections():
        system = bench.chosen(chosen)
        bound = {symbol.name for each in system for symbol in getattr(each.expression, "bound_symbols", ())}
        assert not bound & set(system.inputs)


def test_forms_that_were_too_long_are_not_looked_for_again(monkeypatch):
    """With another choice they would take longest to find; values before them have their forms."""
    monkeypatch.setattr(limits, "PAGE_EXACT_SECONDS", 60.0)  # on a busy machine the last choices would be left out
    first, *others = page_data(named("grouped-query")).data["exact"]["values"]
    assert None in first["values"]["A"][0]
    assert len(others) > 3
    assert all("A" not in each["values"] for each in others)
    assert all("P" in each["values"] for each in others if each["chosen"]["score"] == "dot")
