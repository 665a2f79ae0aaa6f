"""The instances that values are compared at: sizes that differ, batches, layouts, and numbers that use every bit."""

import itertools
import random
from fractions import Fraction

import numpy as np
import pytest
from node_cases import system

from symattn.defining import mechanism
from symattn.equations import Equation, EquationSystem
from symattn.errors import LimitError
from symattn.language.declarations import declare, parse_shape
from symattn.language.parsing import parse_equations
from symattn.verification import verify
from symattn.verification.instances import MOST_OPERATIONS, axis_sizes, least_sizes, plans, rational, resized, tiny
from symattn.verification.reference import Reference
from symattn.verification.witnesses import LoweredNumpy
from symattn.verification.work import operations


def attention():
    inputs = {"Q": "n d_k", "K": "m d_k", "V": "m d_v", "t": "scalar"}
    symbols = {name: declare(name, parse_shape(shape, name)) for name, shape in inputs.items()}
    equations = tuple(Equation(*each) for each in parse_equations("O = softmax(t * Q @ K.T) @ V", symbols))
    return EquationSystem("attention", tuple(symbols.values()), equations, "O")


def drawn(count=12, seed=0):
    generator = random.Random(seed)
    return [plan.draw(attention(), generator) for plan in plans(attention(), count, generator)]


def test_sizes_are_all_different_but_for_one_that_is_one_and_once_all_equal():
    square = [instance for instance in drawn() if len({value for _, value in instance.sizes}) == 1]
    assert [(dict(instance.sizes), instance.batch) for instance in square] == [
        ({"n": 3, "m": 3, "d_k": 3, "d_v": 3}, (3,))
    ]
    for instance in drawn():
        values = [value for _, value in instance.sizes]
        assert len(set(values)) == len(values) == 4 or instance in square
    assert {name for instance in drawn() for name, value in instance.sizes if value == 1} == {"n", "m", "d_k", "d_v"}


def test_there_are_batches_layouts_and_large_entries():
    instances = drawn()
    assert {instance.batch for instance in instances} == {(), (3,), (2, 2)}
    assert {instance.layout for instance in instances} == {"contiguous", "transposed", "strided"}
    assert sum("×" in instance.remark for instance in instances) == 1


def test_arrays_hold_the_numbers_whatever_their_layout():
    for instance in drawn():
        for precision in ("float32", "float64"):
            arrays = instance.arrays(precision)
            assert {str(array.dtype) for array in arrays.values()} == {precision}
            assert arrays["t"].shape == ()
            for name in "QKV":
                expected = np.array([element[name] for element in instance.elements]).astype(precision)
                shape = instance.system.shape(name)
                batch = () if name in instance.shared else instance.batch
                assert arrays[name].shape == (*batch, *map(int, shape))
                flat = arrays[name].reshape(-1, *map(int, shape))
                assert np.array_equal(flat, expected[: len(flat)])
            if min(map(int, instance.system.shape("Q"))) > 1 and instance.layout != "contiguous":
                assert not arrays["Q"].flags.c_contiguous


def test_a_shared_input_is_the_same_in_the_whole_batch():
    instance = next(instance for instance in drawn() if instance.batch == (2, 2))
    assert instance.shared == {"V", "t"}
    assert all(element["V"] == instance.elements[0]["V"] for element in instance.elements)


def test_the_same_seed_gives_the_same_numbers_and_another_seed_others():
    assert drawn(seed=1) == drawn(seed=1) != drawn(seed=2)


def test_random_numbers_have_more_bits_than_float32_holds():
    assert any(float(np.float32(x)) != x for row in drawn()[0].elements[0]["Q"] for x in row)


def test_positive_draws_are_positive():
    generator = random.Random(0)
    instance = next(plans(attention(), 1, generator)).draw(attention(), generator, positive=True)
    assert all(x > 0 for row in instance.elements[0]["Q"] for x in row)
    assert "positive" in instance.label


def test_tiny_plans_grow_and_fixed_sizes_need_one_plan():
    totals = [sum(value for _, value in plan.sizes) for plan in tiny(attention())]
    assert totals == sorted(totals) and totals[0] == 4 and len(totals) == 16
    assert len(list(tiny(system("A")))) == 1


def test_fixed_subscripts_are_within_every_size():
    symbols = {"A": declare("A", parse_shape("n m", "A")), "B": declare("B", parse_shape("m k", "B"))}
    equations = tuple(Equation(*each) for each in parse_equations("Y = A[:, 2] * A[3, 0] + B[1, :]", symbols))
    subscripted = EquationSystem("subscripts", tuple(symbols.values()), equations, "Y")
    assert least_sizes(subscripted) == {"n": 4, "m": 3, "k": 1}
    for plan in (*plans(subscripted, 12, random.Random(0)), *tiny(subscripted)):
        assert dict(plan.sizes)["n"] >= 4 and dict(plan.sizes)["m"] >= 3
    exact = next(rational(subscripted, random.Random(0)))
    assert dict(exact.sizes)["n"] >= 4


def test_exact_instances_are_small_fractions():
    for instance in itertools.islice(rational(attention(), random.Random(0)), 5):
        assert all(1 <= value <= 3 for _, value in instance.sizes)
        entries = [x for row in instance.elements[0]["K"] for x in row]
        assert all(isinstance(x, Fraction) and x.denominator in (1, 2) and abs(x) <= 2 for x in entries)


HEADS = mechanism(
    "heads",
    inputs={"X": "n d", "W": "H d e", "M": "H n n"},
    equations="Q[h] = X @ W[h]\nP[h] = softmax(Q[h] @ Q[h].T, where=M[h])\nO = concat(h, P[h] @ X)",
)


def test_a_family_is_drawn_member_by_member_in_lists_as_deep_as_its_axes():
    generator = random.Random(3)
    for plan in plans(HEADS, 13, generator):
        instance = plan.draw(HEADS, generator)
        sizes = dict(instance.sizes)
        arrays = instance.arrays("float64")
        assert arrays["W"].shape[-3:] == (sizes["H"], sizes["d"], sizes["e"])
        assert arrays["M"].shape[-3:] == (sizes["H"], sizes["n"], sizes["n"])
        if sizes["H"] > 1:
            assert not np.array_equal(arrays["W"][..., 0, :, :], arrays["W"][..., 1, :, :])
        if "without keys" in instance.remark:
            assert not arrays["M"].any(axis=-1).all(axis=-1).any()
        per_element = sizes["n"] * sizes["d"] + sizes["H"] * (sizes["d"] * sizes["e"] + sizes["n"] ** 2)
        assert instance.volume == per_element * len(instance.elements)


def test_families_have_few_members_and_their_matrices_are_as_large_as_any():
    assert axis_sizes(HEADS) == {"H"}
    made = list(plans(HEADS, 13, random.Random(0)))
    assert {dict(plan.sizes)["H"] for plan in made} <= {1, 2, 3, 4} and {dict(plan.sizes)["H"] for plan in made} > {1}
    large = next(plan for plan in made if plan.values_only)
    assert min(value for name, value in large.sizes if name != "H") >= 17


def test_sizes_are_taken_down_where_they_would_be_too_much_work_and_stay_different():
    deep = mechanism(
        "deep", inputs={"F": "C H W"}, equations="f = matrix(H*W, H*W, F[0][i // W, j % W])\nO = f @ f @ f"
    )
    count = operations(deep)
    for plan in plans(deep, 8, random.Random(0)):
        elements = plan.batch[0] if plan.batch else 1
        assert count(dict(plan.sizes)) * elements <= (3 if plan.values_only else 1) * MOST_OPERATIONS
        if plan.values_only:
            assert dict(plan.sizes)["H"] != dict(plan.sizes)["W"] and dict(plan.sizes)["H"] * dict(plan.sizes)["W"] > 16
    assert count({"C": 2, "H": 20, "W": 20}) > 100 * MOST_OPERATIONS


def test_sizes_that_are_sums_are_counted_in_what_they_are_sums_of():
    made = mechanism("sums", inputs={"w": "2*r+1 n+m"}, equations="O = w[6, :] + w[0, 3]")
    assert least_sizes(made) == {"r": 3, "n": 2, "m": 2}
    for plan in plans(made, 6, random.Random(0)):
        drawn_sizes = dict(plan.sizes)
        (rows,) = (len(element["w"]) for element in plan.draw(made, random.Random(0)).elements[:1])
        assert rows == 2 * drawn_sizes["r"] + 1 >= 7


AHEAD = mechanism("ahead", inputs={"X": "n d", "Y": "m d"}, equations="Z = matrix(n, d, Y[i + m - n, j]) + X")


def test_sizes_at_which_a_lookup_falls_outside_are_drawn_again():
    """Queries at the end of the keys: there is a key for each of them only if there are as many."""
    report = verify(AHEAD, witnesses=[LoweredNumpy()])
    assert report.passed and len(report.instances) == 12
    ((label, reason),) = report.rows[0].not_compared
    assert "m=1" in label.split() and "is looked up" in reason


def test_a_plan_that_is_sized_again_keeps_its_ones_and_its_looks():
    generator = random.Random(0)
    plan = next(plan for plan in plans(AHEAD, 13, generator) if dict(plan.sizes)["d"] == 1)
    other = resized(plan, AHEAD, generator)
    assert dict(other.sizes)["d"] == 1 and other.sizes != plan.sizes
    assert (other.batch, other.layout, other.spread) == (plan.batch, plan.layout, plan.spread)


def test_a_lookup_that_always_falls_outside_is_said_to_have_no_value():
    beyond = mechanism("beyond", inputs={"X": "n d"}, equations="Z = matrix(n, d, X[i + 1, j])")
    report = verify(beyond, witnesses=[LoweredNumpy()], instances=2)
    assert not report.passed and [row.verdict for row in report.rows] == ["unknown"]
    assert "the row 2 of X is looked up" in str(report) or "is looked up, which has positions" in str(report)


def test_exact_instances_of_families_have_at_most_two_members():
    for instance in itertools.islice(rational(HEADS, random.Random(0)), 6):
        assert dict(instance.sizes)["H"] <= 2
        Reference(30).evaluate(instance.system, instance.elements[0])


def test_numbers_for_sizes_that_take_hours_are_refused_at_once():
    inputs = {"X": "n m", "w": "H 1", "u": "G 1"}
    heads = mechanism("many heads", inputs, "A[h, g] = w[h] * u[g] * X\nO = sum(h, sum(g, A[h, g]))")
    assert verify(heads.at(H=2, G=3), instances=2)
    with pytest.raises(LimitError, match="one instance of many heads takes about"):
        verify(heads.at(H=10**6, G=10**6), instances=2)
