"""Near a tie either outcome is right: nothing is compared there, nothing is passed there, and the report says so."""

import math

import numpy as np
import pytest

from symattn.defining import mechanism
from symattn.verification import GradientWitness, ValueWitness, verify
from symattn.verification.comparison import compare
from symattn.verification.conditioning import gradient_scale, scales
from symattn.verification.instances import Instance
from symattn.verification.reference import Reference
from symattn.verification.rounding import Rounded, joined
from symattn.verification.tally import Truth


def at(equations, **values):
    """The equations at given numbers, in the sizes these have."""
    shapes = {name: np.array(rows).shape for name, rows in values.items()}
    inputs = {name: " ".join(map(str, shape)) or "scalar" for name, shape in shapes.items()}
    made = mechanism("case", inputs=inputs, equations=equations)
    return Truth.at(Reference(50), Instance(made, (), (values,), shared=frozenset(values)))


class Given(ValueWitness):
    """Values of one equation as they are given."""

    name, precision = "given", "float64"

    def __init__(self, values):
        self.values = values

    def evaluate(self, system, inputs):
        return {system.output: np.array(self.values, dtype=float)}


def compared(truth, values):
    (found,) = compare(Given(values), truth.instance.system, truth)
    return found


TIED = [[0.1 + 0.2, 0.3, 0.0], [1.0, 5.0, 2.0]]


def test_a_row_whose_largest_scores_are_tied_up_to_rounding_is_skipped_and_the_others_are_compared():
    truth = at("P = hardmax(A / 3)", A=TIED)
    for first_row in ([1, 0, 0], [0, 1, 0], [0.5, 0.5, 0]):
        found = compared(truth, [first_row, [0, 1, 0]])
        assert found.agrees and found.entries == 3 and found.skipped == 3 and "near a tie" in found.doubt
    assert compared(truth, [[1, 0, 0], [0, 0, 1]]).refutes


def test_a_margin_that_is_large_against_the_error_has_to_be_told_exactly():
    truth = at("P = hardmax(A / 3)", A=[[1.0, 1.0 + 1e-9, 0.0]])
    assert compared(truth, [[0, 1, 0]]).agrees and compared(truth, [[0, 1, 0]]).skipped == 0
    assert compared(truth, [[1, 0, 0]]).refutes
    assert compared(truth, [[0, 1 - 1e-15, 0]]).refutes


def test_a_tie_of_whole_numbers_is_exact_and_has_to_be_shared():
    truth = at("P = hardmax(A @ B)", A=[[2, 4, 1]], B=[[1, 0, 2], [0, 1, 1], [2, 0, -4]])
    assert compared(truth, [[0.5, 0.5, 0]]).refutes  # scores of 4, 4, 4
    assert compared(truth, [[1 / 3, 1 / 3, 1 / 3]]).agrees
    assert compared(truth, [[1, 0, 0]]).refutes


def test_a_value_of_which_no_entry_can_be_compared_is_unknown_and_no_pass():
    truth = at("P = hardmax(A / 3)", A=[[0.1 + 0.2, 0.3]])
    found = compared(truth, [[1, 0]])
    assert found.ratio is None and found.excused and "near a tie" in found.reason
    report = verify(mechanism("h", inputs={"A": "n m"}, equations="P = hardmax(A * 0)"), witnesses=[Given([[1.0]])])
    assert not report.passed


def test_the_report_counts_what_was_skipped():
    tied = mechanism("tied", inputs={"A": "2 3"}, equations="P = hardmax(A / 3)")
    bound = tied.bind(A=[["1/3", "1/3", 0], [1, 5, 2]])
    report = verify(bound, instances=0, witnesses=[Given([[1, 0, 0], [0, 1, 0]])])
    assert report.passed and report.entries == 3
    assert "Not compared: P with given: too near a tie of the largest scores, 3 of 6 entries" in str(report)


def test_what_follows_from_a_tie_is_skipped_too_as_far_as_it_follows():
    scale = scales(*_system("P = hardmax(A / 3)\nO = P @ V", A=TIED, V=[[1.0, 2.0], [3.0, 4.0], [5.0, 7.0]]))["O"]
    assert np.isfinite(scale.scale).tolist() == [[False, False], [True, True]] and scale.doubt


def _system(equations, **values):
    truth = at(equations, **values)
    return truth.instance.system, truth.inputs[0]


@pytest.mark.parametrize(
    ("formula", "value", "open_there"),
    [
        ("1 if A[i, j] > 1 else 0", 0.1 * 3 / 0.3, False),  # an input is what it is
        ("1 if 3 * A[i, j] > 3/10 else 0", 0.1, True),
        ("1 if 3 * A[i, j] > 3/10 else 0", 0.1 + 1e-12, False),
        ("A[i, j] if i >= j else 7", 0.1, False),
        ("floor(10 * A[i, j])", 0.7, True),
        ("floor(10 * A[i, j])", 0.75, False),
        ("floor(A[i, j])", 2.0, False),
        ("2 if (A[i, j] / 3 < 1/30) & (j > 0) else 1", 0.1, False),  # the index settles it
        ("2 if (A[i, j] / 3 < 1/30) & (j < 1) else 1", 0.1, True),
    ],
)
def test_conditions_and_whole_parts_of_rounded_values_are_open_within_their_error(formula, value, open_there):
    found = scales(*_system(f"B = matrix(1, 1, {formula})\nO = A * B", A=[[value]]))["B"]
    assert bool(found.doubt) == (not np.isfinite(found.scale).all()) == open_there


def test_the_edge_of_sparsemax_moves_no_value_but_has_no_slope():
    truth = at("P = sparsemax(A)", A=[[1.0, 0.0, -1.0], [0.3, 0.2, -4.0]])
    assert compared(truth, [[1, 0, 0], [0.55, 0.45, 0]]).agrees
    assert compared(truth, [[1, 2.0**-52, 0], [0.55, 0.45, 0]]).agrees  # what rounding may leave
    assert compared(truth, [[1 - 1e-13, 1e-13, 0], [0.55, 0.45, 0]]).refutes
    found = gradient_scale(truth.instance.system, truth.inputs[0], {"A": [[1, 2, 3], [1, 1, 1]]}, np.ones((2, 3)))
    assert "support" in found.doubt and not math.isfinite(found.scale)


def test_far_from_its_edge_the_support_of_sparsemax_is_certain():
    truth = at("P = sparsemax(A)", A=[[0.5, 0.25, -1.0]])
    assert compared(truth, [[0.625, 0.375, 0]]).agrees
    assert compared(truth, [[0.625, 0.375, 1e-300]]).refutes


class Slopes(GradientWitness):
    name = "slopes"

    def __init__(self, slopes):
        self.slopes = slopes

    def gradients(self, system, inputs, upstream):
        return {"A": np.einsum("ij,jk->ik", upstream, np.array(self.slopes, dtype=float))}


@pytest.mark.parametrize(
    ("formula", "row", "jacobian", "kind"),
    [
        ("sparsemax(A)", [0.5, 0.25, -1.0], [[0.5, -0.5, 0], [-0.5, 0.5, 0], [0, 0, 0]], "agrees"),
        ("sparsemax(A)", [0.5, 0.25, -1.0], [[1, 0, 0], [0, 1, 0], [0, 0, 0]], "refutes"),
        ("sparsemax(A)", [1.0, 0.0, -1.0], [[0, 0, 0], [0, 0, 0], [0, 0, 0]], "unknown"),
        ("hardmax(A)", [0.5, 0.25, -1.0], [[0, 0, 0], [0, 0, 0], [0, 0, 0]], "agrees"),
        ("hardmax(A)", [0.5, 0.25, -1.0], [[1, 0, 0], [0, 0, 0], [0, 0, 0]], "refutes"),
        ("hardmax(A)", [0.5, 0.5, -1.0], [[0, 0, 0], [0, 0, 0], [0, 0, 0]], "unknown"),
        ("matrix(1, 3, A[i, j] if A[i, j] > 0 else 0)", [0.5, 0.25, -1.0], [[1, 0, 0], [0, 1, 0], [0, 0, 0]], "agrees"),
        ("matrix(1, 3, A[i, j] if A[i, j] > 0 else 0)", [0.5, 0.0, -1.0], [[1, 0, 0], [0, 1, 0], [0, 0, 0]], "unknown"),
        ("matrix(1, 3, floor(A[i, j]))", [0.5, 0.25, -1.5], [[0, 0, 0], [0, 0, 0], [0, 0, 0]], "agrees"),
        ("matrix(1, 3, floor(A[i, j]))", [0.5, 1.0, -1.5], [[0, 0, 0], [0, 0, 0], [0, 0, 0]], "unknown"),
    ],
)
def test_slopes_are_compared_where_there_are_any(formula, row, jacobian, kind):
    truth = at(f"P = {formula}\nO = 1 * P", A=[row])
    (found,) = compare(Slopes(jacobian), truth.instance.system, truth)
    assert found.agrees == (kind == "agrees") and found.refutes == (kind == "refutes")
    assert found.excused == (kind == "unknown")


def test_the_slope_of_log_sum_exp_over_no_keys_is_none():
    truth = at("L = lse(A, where=(j < i))", A=[[0.5, 0.25], [0.1, 0.2]])
    assert compared(truth, [[-math.inf], [0.1]]).agrees
    assert compared(truth, [[-1e300], [0.1]]).refutes and compared(truth, [[math.nan], [0.1]]).refutes

    class OfFirst(GradientWitness):
        name = "of the first"

        def gradients(self, system, inputs, upstream):
            return {"A": np.array([[0, 0], [upstream[1, 0], 0]])}

    (found,) = compare(OfFirst(), truth.instance.system, truth)
    assert found.agrees


# ---- the arithmetic beneath ----------------------------------------------------------------------------------------


def test_whole_numbers_are_not_rounded_as_long_as_they_are_small():
    small = Rounded(np.array([[3.0, -4.0]]), np.zeros((1, 2)))
    large = Rounded(np.array([[2.0**24, 1.0]]), np.zeros((1, 2)))
    for made in (small + small, small * small, small @ small.transposed(), small.total(1)):
        assert not made.scale.any()
    for made in (small + large, small * large, large.total(1), small / small):
        assert made.scale.any()
    rounded = Rounded(small.value, np.array([[1.0, 0.0]]))
    assert (small + rounded).scale.any()


def test_an_exact_infinity_stays_exact_in_sums_and_one_that_overflowed_does_not():
    zero = np.zeros(2)
    exact = Rounded(np.array([-math.inf, 1.5]), zero)
    assert (exact + Rounded(np.array([3.5, 1.5]), np.ones(2))).scale.tolist() == [0.0, 4.0]
    with np.errstate(over="ignore"):
        overflowed = Rounded(np.array([1e308, 1.5]), zero) + Rounded(np.array([1e308, 1.5]), zero)
    assert overflowed.scale.tolist() == [math.inf, 3.0]


def test_what_is_put_together_keeps_the_doubt_and_strain_of_its_parts():
    sure = Rounded(np.zeros(2), np.zeros(2), strain=3.0)
    unsure = Rounded(np.ones(2), np.zeros(2)).doubted(np.array([True, False]), "so near")
    whole = joined([sure, unsure], np.concatenate)
    assert whole.scale.tolist() == [0, 0, math.inf, 0] and whole.doubt == "so near" and whole.strain == 3.0
