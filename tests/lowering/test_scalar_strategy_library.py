"""Every mechanism of the library as code for fixed sizes, within its conditioning bound; its backward pass."""

import random
import warnings

import numpy as np
import pytest
from scalar_cases import Scalar

from symattn.mechanisms import named, names
from symattn.verification import verify
from symattn.verification.instances import plans

MOST_KINDS = ("causal-padded", "qk-norm", "masked", "entmax15", "linear-causal")
"""Mechanisms that are looked at in more instances and in float32 too."""


@pytest.mark.parametrize("name", names())
def test_every_mechanism_agrees_alone_and_in_batches(name):
    """Against mpmath; the first instance has no batch, the second one has, and a row without keys where there are."""
    report = verify(named(name), instances=2, witnesses=[Scalar()])
    assert report.passed, str(report)
    assert {row.value for row in report.agreed} == set(named(name).by_name)


@pytest.mark.parametrize("name", MOST_KINDS)
def test_mechanisms_of_many_kinds_agree_at_large_scores_and_in_float32(name):
    report = verify(named(name), instances=7, witnesses=[Scalar(), Scalar("float32")])
    assert report.passed, str(report)


def test_another_mechanism_is_refuted():
    class Unscaled(Scalar):
        def evaluate(self, system, inputs):
            return super().evaluate(named("dot"), inputs)

    assert not verify(named("scaled-dot"), instances=2, witnesses=[Unscaled()]).passed


BACKWARD = (
    "scaled-dot",
    "causal",
    "masked",
    "softcap",
    "multi-head",
    "grouped-query",
    "alibi",
    "additive",
    "rope",
    "cosine",
    "sigmoid",
    "linear",
)


@pytest.mark.parametrize("name", BACKWARD)
def test_the_backward_pass_agrees_with_direct_code(name):
    passed, generator = named(name).backward(), random.Random(name)
    for plan in list(plans(passed, 2, generator)):
        instance = plan.draw(passed, generator)
        arrays = instance.arrays("float64")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            expected = passed.lambdify()(**arrays)
        found = passed.lambdify(strategy="scalar", sizes=dict(instance.sizes))(**arrays)
        assert list(found) == list(expected)
        for key, value in expected.items():
            assert found[key].shape == value.shape
            assert np.allclose(found[key], value, rtol=1e-9, atol=1e-9 * (1 + np.abs(value).max())), key
