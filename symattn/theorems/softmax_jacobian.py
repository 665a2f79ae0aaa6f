"""The Jacobian of softmax, and that it is a covariance."""

from symattn.deriving import Derivation, Theorem
from symattn.deriving.differentials import Moving
from symattn.deriving.rules import algebra, bound, chain, kronecker_delta, linearity, transpose
from symattn.theorems import backward_pass, second_order, shift_invariance

matrix_form = (
    Derivation(
        "the Jacobian of softmax as a matrix",
        "D(softmax(s))",
        {"s": "1 m", "s_t": "1 m", "J": "m m"},
        "p = softmax(s)",
        ["`s` changes at the rate `s_t`"],
        checker=Moving({"s": "s_t"}),
    )
    .to("sum(a, s_t[:, a] * (p[:, a] * matrix(1, m, 1 if j == a else 0) - p[:, a] * p))", by=chain)
    .to(
        "s_t @ (eye(m) * p - p.T @ p)",
        by=kronecker_delta,
        note="`J = eye(m) * p - p.T @ p` is the Jacobian",
    )
)

symmetric = Derivation("the Jacobian transposed", "(eye(m) * p - p.T @ p).T", {"s": "1 m"}, "p = softmax(s)").to(
    "eye(m) * p - p.T @ p", by=transpose
)

quadratic = (
    Derivation(
        "the Jacobian between a vector and itself",
        "u @ (eye(m) * p - p.T @ p) @ u.T",
        {"s": "1 m", "u": "1 m"},
        "p = softmax(s)",
    )
    .to("rowsum(p * u**2) - rowsum(p * u)**2", by=linearity, note="the quadratic form of `eye(m) * p - p.T @ p` at `u`")
    .to("rowsum(p * (u - rowsum(p * u))**2)", by=algebra, note="the variance of `u` under `p`")
    .at_least("zeros(1, 1)", by=bound, slack="rowsum(p * (u - rowsum(p * u))**2)")
)

theorem = Theorem(
    "G6",
    "Softmax Jacobian and covariance",
    "The quotient rule gives `eye(m) * p - p.T @ p`, the covariance of the keys under the weights: symmetric, not "
    "negative, 0 for constants, and the second derivative of `lse(s)`.",
    (
        backward_pass.weights_of_scores,
        matrix_form,
        symmetric,
        quadratic,
        shift_invariance.jacobian_of_ones,
        second_order.first_cumulant,
        second_order.second_cumulant,
        second_order.third_cumulant,
    ),
)
