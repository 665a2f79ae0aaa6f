"""The work of a mechanism against counts made by hand."""

import pytest

from symattn.benching.counting import Work, work_of
from symattn.defining import mechanism
from symattn.errors import UnknownNameError
from symattn.mechanisms import named

SIZES = {"n": 30, "m": 50, "d_k": 4, "d_v": 7, "H": 3, "d": 5}


def at(name):
    made = named(name)
    return made, {size.name: SIZES[size.name] for size in made.sizes}


def test_attention_is_two_products_and_an_exponential_a_score():
    assert work_of(*at("scaled-dot")) == Work(30 * 50 * (4 + 7), 30 * 50, 30 * 50)


def test_a_cap_on_the_scores_is_another_exponential_each():
    assert work_of(*at("softcap")).exponentials == 2 * 30 * 50


def test_keys_that_are_not_allowed_are_not_counted():
    made = mechanism(
        "causal", {"Q": "n d_k", "K": "n d_k", "V": "n d_v"}, "P = softmax(Q @ K.T, where=causal)\nO = P @ V"
    )
    found = work_of(made, {"n": 30, "d_k": 4, "d_v": 7})
    pairs = 30 * 31 / 2
    assert found.exponentials == pytest.approx(pairs)
    assert found.multiply_adds == pytest.approx(pairs * (4 + 7))
    backward = made.backward()
    found = work_of(backward, {"n": 30, "d_k": 4, "d_v": 7}, tuple(backward.results))
    assert found.exponentials == pytest.approx(pairs)
    assert found.multiply_adds == pytest.approx(pairs * (3 * 4 + 3 * 7)) or found.multiply_adds < pairs * (
        3 * 4 + 3 * 7
    )
    assert found.multiply_adds >= pairs * (3 * 4 + 2 * 7)


def test_a_mask_among_the_inputs_is_not_looked_into():
    assert work_of(*at("masked")).exponentials == 30 * 50


def test_heads_and_sums_are_counted_as_often_as_they_are_computed():
    assert work_of(*at("multi-head-causal")).exponentials == pytest.approx(3 * 30 * 31 / 2)
    made = mechanism("sums", {"A": "n d_k", "B": "m d_k"}, "S = sum(a, tanh(A[:, a] + B[:, a].T))")
    assert work_of(made, SIZES | {"d_k": 4}).exponentials == 30 * 50 * 4


def test_what_grows_with_n_alone_has_no_large_array():
    made, sizes = at("linear")
    assert work_of(made, {**sizes, "n": 1000, "m": 1000}).largest < 1000 * 1000


def test_a_size_without_a_value_is_an_error():
    with pytest.raises(UnknownNameError, match="d_v"):
        work_of(named("scaled-dot"), {"n": 2, "m": 2, "d_k": 2})
