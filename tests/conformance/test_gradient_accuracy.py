"""Gradients and Hessians times a direction of every mechanism: code and autograd, within what conditioning explains.

The reference evaluates the generated equations in mpmath at 50 digits; the scale of an entry's error is the first-order
analysis of these equations. Autograd differentiates the code of the mechanism itself and shares none of them.
"""

import random
from collections import Counter
from dataclasses import dataclass, field, replace
from functools import cache

import numpy as np
import pytest
import torch
from conformance_cases import LIBRARY

from symattn import mechanism
from symattn.errors import ExactnessError
from symattn.nodes import ElementwiseDifference, Negation
from symattn.verification import verify
from symattn.verification.autograd import TorchDerivatives
from symattn.verification.instances import SINGLE, WITHOUT, Plan, least_sizes
from symattn.verification.measuring import measured
from symattn.verification.reference import Reference
from symattn.verification.report import FACTOR
from symattn.verification.tally import Truth

REFERENCE = Reference(50)
AUTOGRAD = "autograd"


@dataclass
class Totals:
    """What has been compared so far, of one kind of derivative by one witness."""

    units: list = field(default_factory=list)
    doubtful: Counter = field(default_factory=Counter)
    beyond: int = 0

    def add(self, found):
        self.units.append(found.units)
        self.doubtful[found.reason] += found.doubtful
        self.beyond += found.beyond

    def __str__(self):
        units = np.concatenate(self.units)
        shares = ", ".join(f"{q:g} %: {np.quantile(units, q / 100):.3g}" for q in (50, 99, 100))
        skipped = f"{self.doubtful.total()} near a kink, {self.beyond} beyond float64"
        return f"{units.size} entries, error in units of 2^-53 × scale {shares}; not compared: {skipped}"


TOTALS = {}


@pytest.fixture(scope="module", autouse=True)
def totals():
    yield
    for (order, witness), found in TOTALS.items():
        print(f"\n{order}, {witness}: {found}", end="")
    print()


def plans(forward, seed):
    """Small sizes, most of them different: with some keys, with rows without any, transposed with one key a row."""
    generator = random.Random(seed)
    for circumstances in ({}, {"allowed": WITHOUT}, {"allowed": SINGLE, "layout": "transposed"}):
        least = least_sizes(forward)
        drawn = generator.sample(range(2, 3 + len(least)), len(least))
        sizes = {name: least[name] - 1 + min(size, 4) for name, size in zip(least, drawn, strict=True)}
        yield Plan(tuple(sizes.items()), **circumstances)


def truth_at(plan, system, seed, spread=None):
    """The reference's values at an instance; entries are positive where values do not exist otherwise."""
    plan = plan if spread is None else replace(plan, spread=spread)
    try:
        return Truth.at(REFERENCE, plan.draw(system, random.Random(seed)))
    except ExactnessError:
        return Truth.at(REFERENCE, plan.draw(system, random.Random(seed), positive=True))


def numpy_code(passed):
    return results_of(passed, passed.lambdify("numpy"))


def torch_code(passed):
    code = passed.lambdify("torch")
    return results_of(passed, lambda **given: code(**{key: torch.from_numpy(value) for key, value in given.items()}))


def autograd(passed, forward):
    witness = TorchDerivatives(forward)
    return lambda arrays: witness.evaluate(passed, arrays)


def results_of(passed, code):
    def results(arrays):
        with np.errstate(all="ignore"):
            found = code(**arrays)
        return {name: np.asarray(found[name]) for name in passed.results}

    return results


def compared(passed, truth, witness):
    """What is measured of each result."""
    found = witness(truth.instance.arrays("float64"))
    return {name: measured(truth, name, found[name]) for name in passed.results}


def worst(passed, truth, witness):
    return max(one.units.max(initial=0) for one in compared(passed, truth, witness).values())


def check(order, name, witnesses):
    forward = LIBRARY[name]
    passed = derived(name, order)
    made = {kind: make(passed) if kind != AUTOGRAD else autograd(passed, forward) for kind, make in witnesses.items()}
    entries = 0
    for plan in plans(forward, name):
        truth = truth_at(plan, passed, name)
        for kind, witness in made.items():
            for value, found in compared(passed, truth, witness).items():
                TOTALS.setdefault((order, kind), Totals()).add(found)
                entries += found.units.size
                assert found.units.max(initial=0) <= FACTOR, (kind, value, truth.instance.label)
    assert entries


@cache
def derived(name, order):
    return LIBRARY[name].backward() if order == "gradients" else LIBRARY[name].hvp()


@pytest.mark.parametrize("name", LIBRARY)
def test_gradients_err_no_more_than_their_conditioning_explains(name):
    check("gradients", name, {"numpy": numpy_code, "torch": torch_code, AUTOGRAD: autograd})


@pytest.mark.parametrize("name", LIBRARY)
def test_hessians_times_a_direction_err_no_more_than_their_conditioning_explains(name):
    with_torch = {"torch": torch_code} if list(LIBRARY).index(name) % 4 == 0 else {}
    check("Hessians", name, {"numpy": numpy_code, **with_torch, AUTOGRAD: autograd})


# ---- the comparison can fail --------------------------------------------------------------------------------------


def changed(passed, name, change):
    """The pass with another expression in the place of one."""
    equations = tuple(
        replace(each, expression=change(each.expression)) if each.name == name else each for each in passed.equations
    )
    return replace(passed, equations=equations)


def without_second_term(expression):
    """The first operand of the first difference inside."""
    part = next(iter(expression.atoms(ElementwiseDifference)))
    return expression.xreplace({part: part.left})


@pytest.mark.parametrize("name", ["scaled-dot", "causal-padded", "multi-head-causal", "softcap", "grouped-query"])
def test_a_term_dropped_from_a_cotangent_is_found(name):
    forward, passed = LIBRARY[name], derived(name, "gradients")
    cotangents = [each for each in passed.equations if each.name.startswith("d")]
    name_of_scores = next(each.name for each in cotangents if each.expression.has(ElementwiseDifference))
    wrong = changed(passed, name_of_scores, without_second_term)
    truth = truth_at(next(plans(forward, name)), passed, name)
    assert worst(passed, truth, numpy_code(wrong)) > 1e6
    # The reference of wrong equations is wrong, too; autograd knows nothing of them.
    wrong_truth = truth_at(next(plans(forward, name)), wrong, name)
    assert (
        worst(wrong, wrong_truth, autograd(wrong, forward)) > 1e6 >= FACTOR > worst(passed, truth, numpy_code(passed))
    )


@pytest.mark.parametrize("name", ["scaled-dot", "softcap"])
def test_a_wrong_sign_in_a_second_derivative_is_found(name):
    forward, passed = LIBRARY[name], derived(name, "Hessians")
    wrong = changed(passed, "P_dot", Negation)
    truth = truth_at(next(plans(forward, name)), wrong, name)
    assert worst(wrong, truth, autograd(wrong, forward)) > 1e6


@pytest.mark.parametrize("name", ["scaled-dot", "linear", "cosine", "additive", "rope"])
@pytest.mark.parametrize("order", ["gradients", "Hessians"])
def test_one_value_in_single_precision_is_found(name, order):
    forward, passed = LIBRARY[name], derived(name, order)
    truth = truth_at(next(plans(forward, name)), passed, name)

    def rounded(arrays):
        return numpy_code(passed)({**arrays, "V": arrays["V"].astype("float32").astype("float64")})

    assert worst(passed, truth, rounded) > FACTOR


def test_a_result_that_is_no_number_is_an_infinite_error():
    passed = derived("scaled-dot", "gradients")
    truth = truth_at(next(plans(LIBRARY["scaled-dot"], 0)), passed, 0)
    right = numpy_code(passed)(truth.instance.arrays("float64"))
    for wrong in (np.nan, np.inf):
        assert measured(truth, "dV", right["dV"] + wrong).units.max() == np.inf
    with pytest.raises(ValueError, match="shape"):
        measured(truth, "dV", right["dV"].T)


# ---- what is left out, and why ------------------------------------------------------------------------------------


def test_a_tie_is_left_out_and_counted():
    forward = mechanism("largest", {"A": "n m", "B": "n m"}, "C = A * B\nO = rowmax(C)")
    passed = forward.backward()
    instance = Plan((("n", 3), ("m", 4))).draw(passed, random.Random(0))
    A, B = np.array(instance.elements[0]["A"]), np.array(instance.elements[0]["B"])
    A[0], B[0] = [0.1, 0.3, 0.01, 0.01], [0.3, 0.1, 0.1, 0.1]
    instance = replace(instance, elements=({**instance.elements[0], "A": A.tolist(), "B": B.tolist()},))
    truth = Truth.at(REFERENCE, instance)
    found = compared(passed, truth, numpy_code(passed))["dA"]
    assert found.doubtful == 4 and found.reason and found.units.size == 8 and found.units.max() <= FACTOR


def test_where_float64_keeps_no_digit_nothing_is_claimed():
    passed = derived("dot", "gradients")
    truth = truth_at(next(plans(LIBRARY["dot"], 0)), passed, 0, spread=1e9)
    found = compared(passed, truth, numpy_code(passed))["dQ"]
    assert found.beyond and not found.units.size


def test_what_saturation_and_cancellation_leave_together_is_of_second_order():
    """A weight near 1 leaves no digit of dT, and a saturated tanh none of its slope: the product refutes nobody."""
    forward = mechanism("capped", {"Q": "n d", "K": "m d", "V": "m d"}, "O = softmax(50 * tanh(Q @ K.T / 50)) @ V")
    passed = forward.backward()
    drawn = Plan((("n", 1), ("m", 2), ("d", 1))).draw(passed, random.Random(3))
    numbers = {**drawn.elements[0], "Q": [[10.1]], "K": [[100.3], [-99.7]]}
    truth = Truth.at(REFERENCE, replace(drawn, elements=(numbers,)))
    assert 0 < abs(float(truth.values[0]["dK"][0][0])) < 1e-50
    for witness in (numpy_code(passed), autograd(passed, forward)):
        for found in compared(passed, truth, witness).values():
            assert found.units.size and found.units.max() <= FACTOR


# ---- the same as reports ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["masked", "multi-head-causal", "softcap"])
def test_derivatives_verify_like_any_mechanism(name):
    for order in ("gradients", "Hessians")[: 1 if name == "multi-head-causal" else 2]:
        report = verify(derived(name, order), instances=2)
        assert report.passed, str(report)


@pytest.mark.parametrize("name", ["causal-padded", "grouped-query", "temperature"])
@pytest.mark.parametrize("kind", ["backward", "hvp", "jvp"])
def test_autograd_is_a_witness_of_reports_in_batches_too(name, kind):
    forward = LIBRARY[name]
    passed = getattr(forward, kind)()
    report = verify(passed, instances=3, witnesses=[TorchDerivatives(forward)])
    assert {row.value for row in report.agreed} == set(passed.results) and not report.refuted, str(report)


def test_autograd_refutes_a_report_of_wrong_equations():
    forward = LIBRARY["scaled-dot"]
    for passed, name in ((forward.backward(), "dS"), (forward.jvp(), "S_dot"), (forward.hvp(), "dS_dot")):
        report = verify(changed(passed, name, Negation), instances=1, witnesses=[TorchDerivatives(forward)])
        assert report.refuted, name


# ---- Jacobians and Hessians ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["scaled-dot", "causal", "linear", "cosine", "additive", "softcap", "entmax15", "rope"]
)
def test_jacobians_and_hessians_are_those_of_torch(name):
    forward = LIBRARY[name]
    code = forward.lambdify("torch", outputs=[forward.output])
    wrt = next(iter(forward.inputs))
    for passed in (forward.jacobian(wrt=wrt), forward.hessian(wrt=wrt)):
        sizes = {key: least + 1 + place % 3 for place, (key, least) in enumerate(least_sizes(passed).items())}
        truth = truth_at(Plan(tuple(sizes.items())), passed, name)
        generated = passed.lambdify("numpy", outputs=[passed.output])
        arrays = truth.instance.arrays("float64")
        tensors = {key: torch.tensor(value) for key, value in arrays.items()}
        upstream = [tensors[key] for key in passed.inputs if key not in forward.inputs]

        def value(moved, tensors=tensors, upstream=upstream):
            found = code(**{key: moved if key == wrt else tensors[key] for key in forward.inputs})[forward.output]
            return (found * upstream[0]).sum() if upstream else found

        differentiate = torch.func.hessian if upstream else torch.func.jacrev
        expected = differentiate(value)(tensors[wrt]).numpy()
        for found in (expected, np.asarray(generated(**arrays)[passed.output])):
            units = measured(truth, passed.output, found).units
            assert units.size == expected.size and units.max() <= FACTOR
        assert measured(truth, passed.output, expected[::-1].copy()).units.max() > 1e6
