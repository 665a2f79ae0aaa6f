"""Random inputs for mechanisms of the library, and what the generated code makes of them."""

import numpy as np
import torch

from symattn.mechanisms import named


def drawn(name, batched="", batch=(2,), seed=0, **sizes):
    """Random tensors for the inputs of a mechanism; those named in ``batched`` have leading axes."""
    mechanism = named(name).at(**sizes)
    generator = torch.Generator().manual_seed(seed)
    found = {}
    for key in mechanism.inputs:
        shape = (*(batch if key in batched.split() else ()), *map(int, mechanism.shape(key)))
        found[key] = torch.randn(shape, generator=generator, dtype=torch.float64)
    return found


def computed(name, inputs, *values):
    """Values of a mechanism by name, or its output, from the torch code; the NumPy code must say the same."""
    mechanism = named(name)
    wanted = values or (mechanism.output,)
    found = mechanism.lambdify("torch", outputs=wanted)(**inputs)
    again = mechanism.lambdify("numpy", outputs=wanted)(**{key: value.numpy() for key, value in inputs.items()})
    for key in wanted:
        assert np.allclose(found[key].numpy(), again[key], rtol=0, atol=1e-12), key
    return found if values else found[mechanism.output]


def close(found, expected):
    """Whether two tensors have one shape and entries that differ by no more than float64 explains."""
    return found.shape == expected.shape and torch.allclose(found, expected, rtol=0, atol=1e-12)
