"""Derivatives by torch's autograd of generated forward code, to compare those of generated backward code with."""

import random

import numpy as np
import torch

from symattn.nodes import is_matrix
from symattn.verification.instances import least_sizes


def sizes_for(system, seed=0, low=2):
    """Small sizes, all different, none below what the system admits."""
    generator = random.Random(seed)
    least = least_sizes(system)
    drawn = generator.sample(range(low, low + len(least)), len(least))
    return {name: value + least[name] - 1 for name, value in zip(least, drawn, strict=True)}


def numbers_for(system, sizes, seed=0, upstream_of=None):
    """Float64 arrays for the inputs: entries of either sign, numbers from 0.5 to 2, zeros and ones for allowed sets.

    With ``upstream_of`` also a cotangent of that value, under the name ``upstream``.
    """
    made = system.with_sizes(**sizes)
    generator = np.random.default_rng(seed)
    values = {}
    for name, symbol in made.inputs.items():
        shape = tuple(map(int, made.shape(name)))
        if name in made.allowed_inputs:
            values[name] = (generator.random(shape) < 0.7).astype(float)
        else:
            values[name] = away_from_zero(generator, shape) if is_matrix(symbol) else generator.uniform(0.5, 2, ())
    if upstream_of is not None:
        values["upstream"] = generator.normal(size=tuple(map(int, made.shape(upstream_of))))
    return values


def away_from_zero(generator, shape):
    """Entries of either sign, none of them so small that dividing by it would magnify every error."""
    drawn = generator.normal(size=shape)
    return drawn + np.copysign(0.25, drawn)


def autograd(system, values, output, wrt):
    """The gradients of <upstream, output> in the inputs ``wrt``; zeros where nothing reaches one."""
    tensors = {name: torch.tensor(value, dtype=torch.float64) for name, value in values.items()}
    upstream = tensors.pop("upstream")
    for name in wrt:
        tensors[name].requires_grad_()
    found = system.lambdify("torch", outputs=[output])(**tensors)[output]
    if not found.requires_grad:
        return {name: np.zeros(values[name].shape) for name in wrt}
    wanted = [tensors[name] for name in wrt]
    gradients = torch.autograd.grad(found, wanted, upstream, allow_unused=True)
    return {
        name: np.zeros(values[name].shape) if gradient is None else gradient.numpy()
        for name, gradient in zip(wrt, gradients, strict=True)
    }


def computed(passed, values, target):
    """What the backward pass's generated code makes of the same numbers, by the names of the values."""
    given = dict(values)
    upstream = given.pop("upstream")
    owned = dict(passed.cotangents)
    own = owned.pop(next(iter(owned)))
    given[own] = upstream
    if target == "torch":
        given = {name: torch.tensor(value, dtype=torch.float64) for name, value in given.items()}
    found = passed.lambdify(target)(**given)
    of = {cotangent: name for name, cotangent in owned.items()}
    return {of[name]: np.asarray(value) for name, value in found.items()}


def largest_error(found, expected):
    """The largest difference, relative to the largest entry of all that is expected; shapes have to be the same."""
    assert found.keys() == expected.keys()
    assert all(found[name].shape == expected[name].shape for name in expected), {
        name: (found[name].shape, expected[name].shape) for name in expected
    }
    scale = max([1.0, *(np.abs(value).max() for value in expected.values())])
    return max(np.abs(found[name] - expected[name]).max() for name in expected) / scale


def second_order(system, values, output, directions):
    """The tangent of the output along directions of inputs, and the Hessian of <upstream, output> times them.

    Both are derivatives of <gradients, directions>: by the upstream cotangent, and by the inputs.
    """
    tensors = {name: torch.tensor(value, dtype=torch.float64) for name, value in values.items()}
    upstream = tensors.pop("upstream").requires_grad_()
    wanted = [tensors[name].requires_grad_() for name in directions]
    found = system.lambdify("torch", outputs=[output])(**tensors)[output]
    zeros = np.zeros(upstream.shape), {name: np.zeros(values[name].shape) for name in directions}
    if not found.requires_grad:
        return zeros
    gradients = torch.autograd.grad(found, wanted, upstream, create_graph=True, allow_unused=True)
    pairs = zip(gradients, directions.values(), strict=True)
    along = sum((gradient * torch.tensor(direction)).sum() for gradient, direction in pairs if gradient is not None)
    if not getattr(along, "requires_grad", False):
        return zeros
    slopes = torch.autograd.grad(along, [upstream, *wanted], allow_unused=True)
    upward, *others = (
        np.zeros(tensor.shape) if slope is None else slope.numpy()
        for slope, tensor in zip(slopes, [upstream, *wanted], strict=True)
    )
    return upward, dict(zip(directions, others, strict=True))
