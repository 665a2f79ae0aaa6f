"""The smallest counterexample: found where there is one, never claimed where there is none."""

import random
import re
from fractions import Fraction

import numpy as np
import pytest
from sympy import MatrixSymbol

from symattn import worked
from symattn.defining import mechanism
from symattn.equations import Equation, EquationSystem
from symattn.errors import InputError, MissingRowError, ShapeError, UnknownNameError
from symattn.mechanisms import named
from symattn.nodes import LogSumExp
from symattn.proof import sides as sides_module
from symattn.proof.candidates import drawn, flattened, reduced, sizes_in_order
from symattn.proof.counterexample import search
from symattn.proof.shown_values import shown_pair
from symattn.proof.sides import Outcome, Sides
from symattn.shapes import size

HEAD = {"Q": "n d_k", "K": "m d_k", "V": "m d_v", "dO": "n d_v"}
BACKWARD = """
    S = Q @ K.T / sqrt(d_k)
    P = softmax(S)
    O = P @ V
    dP = dO @ V.T
    dS = P * (dP - rowsum(P * dP))
    dQ = dS @ K / sqrt(d_k)
"""


def sides_of(inputs, equations):
    return mechanism("two sides", inputs=inputs, equations=equations)


def both_at(system, found, left, right):
    """Both values at the place of a counterexample, computed anew from the numbers that it shows."""
    bound = worked.bind(system, found.inputs)
    values = []
    for name in (left, right):
        value = bound[name]
        *positions, i, j = found.place or (None, None)
        for position in positions:
            value = value[position]
        values.append(value if i is None else value[i, j])
    return values


def assert_shows(system, found, left, right):
    """A counterexample is one: anew, exactly, the two values differ, and they are the ones that it shows."""
    values = both_at(system, found, left, right)
    assert values[0] != values[1]
    for value, shown in zip(values, (found.left, found.right), strict=True):
        decimal = float(re.search(r"\(([-0-9.e]+)\)$", shown)[1]) if "(" in shown else float(Fraction(shown))
        assert decimal == pytest.approx(float(value), rel=1e-5)


WRONG = {
    "a scale forgotten": ("dS @ K", {"n": 1, "m": 2, "d_k": 2, "d_v": 1}),
    "a scale twice": ("dS @ K / d_k", {"n": 1, "m": 2, "d_k": 2, "d_v": 1}),
    "a sign": ("-dS @ K / sqrt(d_k)", {"n": 1, "m": 2, "d_k": 1, "d_v": 1}),
    "the term without the row sum": ("(P * dP) @ K / sqrt(d_k)", {"n": 1, "m": 1, "d_k": 1, "d_v": 1}),
    "a sum over the wrong axis": ("(P * (dP - colsum(P * dP))) @ K / sqrt(d_k)", {"n": 1, "m": 2, "d_k": 1, "d_v": 1}),
    "an extra factor": ("(P * (dP - rowsum(P * dP)) * P) @ K / sqrt(d_k)", {"n": 1, "m": 2, "d_k": 1, "d_v": 1}),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_gradient_is_refuted_at_the_smallest_sizes(case):
    right, sizes = WRONG[case]
    system = sides_of(HEAD, f"{BACKWARD}    claimed = {right}")
    found = search(system, "dQ", "claimed").counterexample
    assert found.sizes == sizes and found.evidence == "exact"
    assert_shows(system, found, "dQ", "claimed")
    assert all(abs(number) <= 1 for values in found.inputs.values() for number in flattened(values))


SMALLEST = {
    "a transpose that is missing": ({"A": "n n"}, "B = A.T\nC = A", {"n": 2}),
    "a product in the wrong order": ({"A": "n n", "B": "n n"}, "C = A @ B\nD = B @ A", {"n": 2}),
    "softmax over the wrong axis": ({"A": "n m"}, "B = softmax(A)\nC = softmax(A.T).T", {"n": 1, "m": 2}),
    "a mask aligned at the wrong corner": (
        {"A": "n m"},
        "B = softmax(A, where=j <= i)\nC = softmax(A, where=j <= i + m - n)",
        {"n": 1, "m": 2},
    ),
    "a window that is wide enough up to 2": (
        {"A": "n n"},
        "B = softmax(A)\nC = softmax(A, where=abs(i - j) <= 1)",
        {"n": 3},
    ),
    "heads that are not all alike": (
        {"A": "H n d"},
        "B[h] = A[h] * H\nC[h] = sum(a, A[a]) + 0 * A[h]",
        {"H": 2, "n": 1, "d": 1},
    ),
    "a size that is doubled": ({"A": "n 2*p"}, "B = 2 * p * A\nC = 2 * p**2 * A", {"n": 1, "p": 2}),
    "scalars": ({"a": "scalar", "b": "scalar"}, "c = a - b\nd = b - a", {}),
    "the logarithm of what may be 0": ({"A": "n m"}, "B = log(A * A)\nC = log(A) + log(A) + 1", {"n": 1, "m": 1}),
    "a quotient upside down": ({"A": "n m", "B": "n m"}, "C = A / B\nD = B / A", {"n": 1, "m": 1}),
}


@pytest.mark.parametrize("case", SMALLEST)
def test_the_sizes_are_the_smallest_at_which_the_sides_differ(case):
    inputs, equations, sizes = SMALLEST[case]
    system = sides_of(inputs, equations)
    left, right = list(system.by_name)[-2:]
    found = search(system, left, right).counterexample
    assert found.sizes == sizes
    values = both_at(system, found, left, right)
    assert values[0] != values[1]


def test_a_set_of_allowed_keys_holds_0_and_1_and_may_leave_a_row_empty():
    system = sides_of({"A": "n m", "M": "n m"}, "P = softmax(A, where=M)\nb = rowsum(P)\nc = rowsum(P) * 0 + 1")
    found = search(system, "b", "c").counterexample
    assert found.sizes == {"n": 1, "m": 1} and found.inputs == {"A": [[0]], "M": [[0]]}
    assert (found.left, found.right) == ("0", "1")


def test_no_keys_at_all_and_some_keys_differ_by_infinity():
    n, m = size("n"), size("m")
    A, M = MatrixSymbol("A", n, m), MatrixSymbol("M", n, m)
    equations = Equation("B", LogSumExp(A, M)), Equation("C", LogSumExp(A))
    found = search(EquationSystem("log-sum-exp", (A, M), equations, "C"), "B", "C").counterexample
    assert found.sizes == {"n": 1, "m": 1} and (found.left, found.right) == ("-∞", "0")


AGREE = {
    "the row sum by the output": (HEAD, f"{BACKWARD}    claimed = (P * (dP - rowsum(dO * O))) @ K / sqrt(d_k)"),
    "a softmax that is shifted": ({"A": "n m", "c": "n 1"}, "B = softmax(A)\nC = softmax(A + c)"),
    "a family": ({"A": "H n d"}, "B[h] = A[h] @ A[h].T\nC[h] = (A[h] @ A[h].T).T"),
    "scalars": ({"a": "scalar", "b": "scalar"}, "c = (a + b)**2\nd = a**2 + 2 * a * b + b**2"),
    "tanh as powers of e": ({"A": "n m"}, "B = tanh(A)\nC = (exp(2 * A) - 1) / (exp(2 * A) + 1)"),
}


@pytest.mark.parametrize("case", AGREE)
def test_sides_that_agree_have_no_counterexample_and_are_counted(case):
    inputs, equations = AGREE[case]
    system = sides_of(inputs, equations)
    found = search(system, *list(system.by_name)[-2:])
    assert found.counterexample is None and not found.stopped and not found.refusals
    assert found.exact >= 5 and found.sampled > 20 and not found.undecided
    assert len(found.instances) == len(found.compared)


def test_what_floating_point_cannot_see_is_found_exactly():
    system = sides_of({"A": "n m"}, "B = softmax(A)\nC = softmax(A) * (1 + 1/10**12)")
    found = search(system, "B", "C").counterexample
    assert found.sizes == {"n": 1, "m": 1} and found.evidence == "exact"
    assert found.left == "1" and found.right.endswith("(1.000000000001)")


def test_values_beside_atoms_are_told_apart_by_enclosures():
    found = search(sides_of({"A": "n m"}, "B = erf(A)\nC = tanh(A)"), "B", "C").counterexample
    assert found.evidence == "enclosed" and found.inputs["A"] == [[1]]


def test_enclosures_decide_where_exact_numbers_are_refused():
    system = sides_of({"A": "n m"}, "B = entmax(A, 4/3)\nC = softmax(A)\nD = entmax(A + 1, 4/3)")
    found = search(system, "B", "C").counterexample
    assert found.sizes == {"n": 1, "m": 2} and found.evidence == "enclosed"
    weights, exponentials = map(float, (found.left, found.right))
    (row,) = found.inputs["A"]
    power = np.exp(np.array(row) - max(row))
    assert exponentials == pytest.approx((power / power.sum())[found.place[1]], rel=1e-5) != weights
    same = search(system, "B", "D")
    assert same.counterexample is None and same.undecided and not same.exact
    assert any("Enclosures of 256 bits overlap" in refusal for refusal in same.refusals)


def test_only_what_is_decided_exactly_is_a_counterexample(monkeypatch):
    """Code that errs finds differences everywhere; that none is claimed rests on the exact decision alone."""
    system = sides_of({"A": "n m"}, "B = softmax(A)\nC = softmax(A + 1)")
    monkeypatch.setattr(Sides, "floating", lambda self, candidates: ["different"] * len(candidates))
    honest = search(system, "B", "C")
    assert honest.counterexample is None and honest.exact > 50 and not honest.sampled
    invented = Outcome("different", (0, 0), *[sides_module.Element.of(k) for k in (0, 1)], evidence="exact")
    monkeypatch.setattr(Sides, "decided", lambda self, candidate: invented)
    assert search(system, "B", "C").counterexample is not None


def test_exact_evaluation_alone_finds_the_same_where_there_is_no_code(monkeypatch):
    system = sides_of({"A": "n m"}, "B = softmax(A)\nC = softmax(A.T).T")
    with_code = search(system, "B", "C").counterexample
    monkeypatch.setattr(Sides, "_function", lambda self: None)
    without = search(system, "B", "C")
    assert without.counterexample == with_code and not without.sampled


def test_a_refused_lowering_is_named(monkeypatch):
    def refused(*arguments):
        raise MissingRowError("numpy cannot lower RowMax")

    monkeypatch.setattr(sides_module.lowering, "lambdify_system", refused)
    found = search(sides_of({"A": "n m"}, "B = A\nC = A + 0"), "B", "C")
    assert found.refusals == ("no code in floating point: numpy cannot lower RowMax",) and found.exact


def test_conditions_leave_out_where_an_entry_is_0():
    system = sides_of({"A": "n m"}, "B = matrix(n, m, floor(exp(-A[i, j]**2)))\nC = A * 0\nD = A * A / A")
    assert search(system, "B", "C").counterexample.inputs["A"] == [[0]]
    assert search(system, "B", "C", conditions=["A"]).counterexample is None
    without_0 = search(system, "A", "D")
    assert without_0.counterexample is None and without_0.undefined


def test_the_search_ends_when_time_or_instances_do():
    system = sides_of({"A": "n m"}, "B = A\nC = A + 0")
    out_of_time, few = search(system, "B", "C", seconds=0), search(system, "B", "C", instances=20)
    assert out_of_time.counterexample is None and out_of_time.stopped == "after 0 s" and not out_of_time.instances
    assert few.stopped == "after as many instances as were asked for" and few.sampled == 20
    assert "stopped after 0 s" in str(out_of_time)


def test_the_same_seed_gives_the_same_counterexample():
    system = sides_of(HEAD, f"{BACKWARD}    claimed = dS @ K")
    first, second = (search(system, "dQ", "claimed", seed=7).counterexample for _ in range(2))
    assert first == second
    assert search(system, "dQ", "claimed", seed=8).counterexample.sizes == first.sizes


def test_sides_of_different_shapes_and_unknown_names_are_refused():
    system = sides_of({"A": "n m"}, "B = A.T\nC = A")
    with pytest.raises(ShapeError, match=r"B is \(m, n\), C is \(n, m\)"):
        search(system, "B", "C")
    with pytest.raises(UnknownNameError):
        search(system, "B", "D")
    with pytest.raises(InputError):
        search(system, "C", "C", largest=0)


def test_what_neither_side_rests_on_is_left_out():
    system = named("dot")
    assert list(reduced(system, ["S"]).inputs) == ["Q", "K"]
    kept = reduced(sides_of({"A": "n d", "B": "n m", "C": "n m"}, "D = B / d\nE = A @ A.T @ C"), ["D"])
    assert list(kept.inputs) == ["A", "B"]


def test_sizes_come_by_their_total_and_unequal_ones_first():
    found = [tuple(sizes.values()) for sizes in sizes_in_order({"n": 1, "m": 1, "d": 2}, 4)]
    totals = [sum(sizes) for sizes in found]
    assert totals == sorted(totals) and len(found) == len(set(found)) == 4 * 4 * 3
    six = [sizes for sizes in found if sum(sizes) == 6]
    assert [len(set(sizes)) for sizes in six] == sorted((len(set(sizes)) for sizes in six), reverse=True)
    assert six[-1] == (2, 2, 2)


def test_entries_are_small_and_sets_hold_0_and_1():
    made = drawn({"A": (2, 3, 2), "M": (2, 3), "c": ()}, frozenset({"M"}), 2, random.Random(0))
    assert np.shape(made["A"]) == (2, 3, 2) and np.shape(made["c"]) == ()
    assert sorted(map(sum, made["M"])) == [0, 3]


def test_values_that_round_alike_are_shown_with_more_digits():
    element = sides_module.Element
    assert shown_pair(element.of(1), element.of("1.000000001")) == ("1", "1000000001/1000000000 (1.000000001)")
