"""The instances that values are compared at: sizes that differ, batches, layouts, and numbers that use every bit."""

import itertools
import random
from fractions import Fraction

import numpy as np
from node_cases import system

from symattn.equations import Equation, EquationSystem
from symattn.language.declarations import declare, parse_shape
from symattn.language.parsing import parse_equations
from symattn.verification.instances import least_sizes, plans, rational, tiny


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
