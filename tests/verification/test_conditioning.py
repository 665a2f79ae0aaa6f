"""The scales of errors: above every row's sensitivity, sharp enough to mean something, right in gradients."""

import random
from fractions import Fraction

import numpy as np
import pytest
from node_cases import FORMULAS, MORE, concrete_nodes, numbers, system, with_sparkle

from symattn.errors import MissingRowError
from symattn.verification.conditioning import ROWS, gradient_scale, scales
from symattn.verification.reference import Reference

CASES = {**FORMULAS, **MORE}
EPSILON = 1e-20


def thirds(values):
    """A third more than every number, which no float holds: each input's scale is its size."""
    return [thirds(value) for value in values] if isinstance(values, list) else Fraction(values) + Fraction(1, 3)


def shaken(values, reference, generator):
    """Every number off by up to EPSILON of itself."""
    if isinstance(values, list):
        return [shaken(value, reference, generator) for value in values]
    return values * (1 + EPSILON * reference.number(generator.uniform(-1, 1)))


@pytest.mark.parametrize("name", CASES)
def test_relative_errors_of_the_inputs_move_no_value_by_more_than_the_scale(name):
    made, reference, generator = system(CASES[name]), Reference(50), random.Random(5)
    exact = {key: reference.rows(thirds(rows)) for key, rows in numbers(seed=4).items()}
    scale = scales(made, exact)["Y"].scale
    true = reference.evaluate(made, exact)["Y"]
    for _ in range(5):
        moved = reference.evaluate(made, {key: shaken(rows, reference, generator) for key, rows in exact.items()})["Y"]
        for i, j in np.ndindex(scale.shape):
            assert abs(moved[i][j] - true[i][j]) <= 1.0001 * EPSILON * scale[i, j]


@pytest.mark.parametrize("name", CASES)
def test_the_tangent_is_the_finite_difference_of_the_reference(name):
    made, reference = system(CASES[name]), Reference(50)
    values, along = ({key: numbers(seed)[key] for key in made.inputs} for seed in (6, 7))
    upstream = np.random.default_rng(1).standard_normal([int(length) for length in made.shape("Y")])
    step = reference.mp.mpf(10) ** -16

    def total(sign):
        moved = {key: _moved(reference, values[key], along[key], sign * step) for key in values}
        found = reference.evaluate(made, moved)["Y"]
        return sum(upstream[place] * found[place[0]][place[1]] for place in np.ndindex(upstream.shape))

    slope = float((total(1) - total(-1)) / (2 * step))
    exact = {key: reference.rows(rows) for key, rows in values.items()}
    found = gradient_scale(made, exact, along, upstream)
    assert abs(found.value - slope) <= 50 * 2.0**-53 * found.scale
    assert found.scale <= 1000 * (1 + abs(slope))


def _moved(reference, values, along, distance):
    if isinstance(values, list):
        return [_moved(reference, x, d, distance) for x, d in zip(values, along, strict=True)]
    return reference.number(values) + distance * reference.number(along)


def test_softmax_has_the_scale_that_its_docstring_derives():
    made, values = system("softmax(A)"), numbers(seed=8)
    scores = np.array(values["A"])
    below = scores.max(axis=1, keepdims=True) - scores
    weights = np.exp(-below) / np.exp(-below).sum(axis=1, keepdims=True)
    expected = weights * (below + 3 + (weights * (below + 1)).sum(axis=1, keepdims=True))
    assert np.allclose(scales(made, values)["Y"].scale, expected, rtol=1e-12)


def test_a_product_has_the_scale_of_its_absolute_values_and_an_exact_input_has_none():
    made, values = system("A @ C"), numbers(seed=9)
    a, c = (abs(np.array(values[name])) for name in "AC")
    assert np.allclose(scales(made, values)["Y"].scale, a @ c)
    assert np.allclose(scales(made, values, "float32")["Y"].scale, 3 * a @ c)
    assert np.all(scales(system("A.T"), values)["Y"].scale == 0)


def test_strain_tells_where_first_order_ends():
    small, large = numbers(seed=10), numbers(seed=10)
    large["A"] = [[1e9 * x for x in row] for row in large["A"]]
    made = system("softmax(A @ C)")
    assert scales(made, small)["Y"].strain * 2.0**-24 < 1e-4
    assert scales(made, large)["Y"].strain * 2.0**-24 > 1


def test_every_node_has_a_row():
    assert set(concrete_nodes()) <= set(ROWS)


def test_a_node_without_a_row_is_an_error_that_names_the_table():
    with pytest.raises(MissingRowError, match=r"no conditioning .*Sparkle.*verification/conditioning.py"):
        scales(with_sparkle(), numbers())


@pytest.mark.parametrize("word", ["step", "sign"])
def test_a_jump_is_in_doubt_where_rounding_may_cross_it_and_only_there(word):
    values = {**numbers(seed=11), "A": [[0.1, 1.0, -2.0], [0.0, -1.0, 2.0]]}
    found = scales(system(f"{word}(A * 3 - 0.3)"), values)["Y"]
    assert (found.scale == np.array([[np.inf, 0, 0], [0, 0, 0]])).all()
    assert "too near 0" in found.doubt
    exact = scales(system(f"{word}(A)"), values)["Y"]
    assert not exact.scale.any() and exact.value[1, 0] == 0
