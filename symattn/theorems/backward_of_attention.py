"""The backward pass in order: values, weights, scores, row sums, queries and keys, projections."""

from symattn.deriving import Theorem
from symattn.theorems import backward_pass

theorem = Theorem(
    "G8",
    "The backward pass, step by step",
    "Product rule for values and weights, Jacobian of softmax for the scores, the identity of row sums, then "
    "queries, keys and projections.",
    (
        backward_pass.values_and_weights,
        backward_pass.weights_of_scores,
        backward_pass.scores,
        backward_pass.row_sums,
        backward_pass.whole,
        backward_pass.projections,
        backward_pass.rows_sum_to_zero,
    ),
)
