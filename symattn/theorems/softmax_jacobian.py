"""The Jacobian of softmax, and that it is a covariance."""

from symattn.deriving import Derivation, Theorem
from symattn.deriving.rules import algebra, bound, linearity
from symattn.theorems import backward_pass, second_order, shift_invariance

quadratic = (
    Derivation(
        "the Jacobian between a vector and itself",
        "u @ (eye(m) * p - p.T @ p) @ u.T",
        {"s": "1 m", "u": "1 m"},
        "p = softmax(s)",
    )
    .to("rowsum(p * u**2) - rowsum(p * u)**2", by=linearity, note="diag(p) - p.T p")
    .to("rowsum(p * (u - rowsum(p * u))**2)", by=algebra, note="the variance of u under p")
    .at_least("zeros(1, 1)", by=bound, slack="rowsum(p * (u - rowsum(p * u))**2)")
)

theorem = Theorem(
    "G6",
    "Softmax Jacobian and covariance",
    "The quotient rule gives diag(p) - p.T p, the covariance of the keys under the weights: symmetric, not negative, 0 "
    "for constants, and the second derivative of lse.",
    (
        backward_pass.weights_of_scores,
        quadratic,
        shift_invariance.jacobian_of_ones,
        second_order.first_cumulant,
        second_order.second_cumulant,
        second_order.third_cumulant,
    ),
)
