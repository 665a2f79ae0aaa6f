"""Vanishing gradients: what a gap between scores leaves of the Jacobian."""

from symattn.deriving import Theorem
from symattn.theorems import saturation, softmax_from_maximum_entropy

theorem = Theorem(
    "G7",
    "Saturation",
    "From the slope between two keys to the bound `2 * r * exp(-delta)` on the Jacobian at a gap `delta` above `r` "
    "keys.",
    (
        saturation.two_keys,
        saturation.weight_lost,
        saturation.trace,
        saturation.jacobian,
        saturation.together,
        softmax_from_maximum_entropy.entropy,
    ),
    remarks=("the entropy of a row of independent normal scores",),
)
