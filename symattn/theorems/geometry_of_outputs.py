"""The geometry of outputs: distributions, the convex hull, permutations."""

from symattn.deriving import Theorem
from symattn.theorems import convex_hull, permutation_equivariance, rows_are_distributions

theorem = Theorem(
    "G10",
    "Convex hull, permutations, Markov chains",
    "Weights are distributions, outputs lie in the hull of the values, tokens may be permuted, and products of "
    "weights are Markov kernels, which bring outputs together.",
    (
        rows_are_distributions.not_negative,
        rows_are_distributions.sums_to_one,
        convex_hull.upper,
        convex_hull.lower,
        convex_hull.norm,
        permutation_equivariance.scores,
        permutation_equivariance.weights,
        permutation_equivariance.undone,
        permutation_equivariance.tokens,
        rows_are_distributions.markov,
        rows_are_distributions.contraction,
    ),
    remarks=("the collapse of rank through many layers",),
)
