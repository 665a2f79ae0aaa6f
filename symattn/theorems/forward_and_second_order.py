"""Forward mode, and once more: from tangents to covariances and third moments."""

from symattn.deriving import Theorem
from symattn.theorems import forward_mode, second_order

theorem = Theorem(
    "G9",
    "Forward mode and second order",
    "Tangents of scores, weights and outputs; differentiated again, weights change by squared deviations less "
    "their variance.",
    (
        forward_mode.scores,
        forward_mode.weights,
        forward_mode.outputs,
        second_order.weights_twice,
        second_order.by_query,
        second_order.by_query_twice,
    ),
)
