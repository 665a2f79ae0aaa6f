"""Hundreds of random systems: lowered code against the plainest evaluation, whatever is shared or written in place."""

import random

import numpy as np
import pytest
from naive import random_case, values

from symattn.lowering import lambdify_system

CASES = 150


def close(found, expected):
    return found.shape == expected.shape and np.allclose(
        found, expected, rtol=1e-9, atol=1e-9 * max(1.0, np.abs(expected).max())
    )


def well_behaved(expected):
    return all(np.isfinite(one).all() and np.abs(one).max() < 1e6 for one in expected.values())


@pytest.mark.parametrize("target", ["numpy", "torch"])
@pytest.mark.parametrize("start", range(0, CASES, 30))
def test_random_systems_agree_with_plain_evaluation(target, start):
    torch = pytest.importorskip("torch") if target == "torch" else None
    compared = 0
    for seed in range(start, start + 30):
        made, given = random_case(random.Random(seed))
        expected = values(made, given)
        if not well_behaved(expected):
            continue
        if torch:
            arguments = {name: torch.as_tensor(np.asarray(one)) for name, one in given.items()}
        else:
            arguments = {name: np.array(one) for name, one in given.items()}
            for one in arguments.values():
                one.flags.writeable = False
        everything = lambdify_system(made, target, outputs=list(expected))
        with np.errstate(all="ignore"):
            found = {**everything(**arguments), "": lambdify_system(made, target)(**arguments)}
        for name, one in found.items():
            assert close(np.asarray(one), expected[name or made.output]), (seed, name, everything.source)
        compared += 1
    assert compared > 15


@pytest.mark.parametrize("start", range(0, CASES, 50))
def test_random_systems_keep_float32(start):
    for seed in range(start, start + 50):
        made, given = random_case(random.Random(seed))
        narrow = {
            name: one.astype("float32") if np.ndim(one) and one.dtype != bool else one for name, one in given.items()
        }
        f = lambdify_system(made, outputs=list(made.by_name))
        with np.errstate(all="ignore"):
            assert {one.dtype for one in f(**narrow).values()} == {np.dtype("float32")}, (seed, f.source)


def test_a_planted_mistake_is_found():
    made, given = random_case(random.Random(3))
    expected = values(made, given)[made.output]
    assert close(expected, expected)
    assert not close(expected + 1e-6 * max(1.0, np.abs(expected).max()), expected)
    assert not close(expected[..., :-1], expected)
