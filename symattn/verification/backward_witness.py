"""The backward pass as a witness: gradients by generated NumPy code, held against the reference's differences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from symattn import calculus, lowering
from symattn.equations import EquationSystem
from symattn.nodes import full_shape
from symattn.verification.witnesses import Arrays, GradientWitness


class BackwardPass(GradientWitness):
    """The gradients that the backward pass gives, by the NumPy code generated for it.

    Another backward pass of the same results is held against the reference instead if one is ``claimed``.
    """

    name = "numpy float64 backward pass"

    def __init__(self, claimed: EquationSystem | None = None) -> None:
        self._claimed = claimed
        self._of: EquationSystem | None = None
        self._backward: EquationSystem | None = None
        self._function: Callable[..., Any] | None = None

    def gradients(self, system: EquationSystem, inputs: Arrays, upstream: Any) -> Arrays:
        import numpy as np

        if self._of is not system or self._function is None or self._backward is None:
            self._of = system
            self._backward = self._claimed or calculus.backward(system)
            self._function = lowering.lambdify_system(self._backward, "numpy", outputs=list(self._backward.results))
        cotangents = dict(self._backward.cotangents)
        given = {**inputs, cotangents[system.output]: upstream}
        with np.errstate(all="ignore"):
            made = self._function(**given)
        found = {}
        for name, values in inputs.items():
            own = len(full_shape(system.inputs[name]))
            gradient = np.asarray(made[cotangents[name]]) if name in cotangents else np.zeros_like(values)
            # What all elements of a batch share gets the sum of their gradients; what misses the batch is repeated.
            extra = gradient.ndim - values.ndim
            if extra > 0:
                gradient = gradient.sum(axis=tuple(range(extra)))
            elif values.ndim > own and gradient.shape != values.shape:
                gradient = np.broadcast_to(gradient, values.shape)
            found[name] = gradient
        return found
