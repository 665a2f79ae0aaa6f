"""A gap between scores saturates the softmax: its Jacobian falls with the exponential of the gap."""

from symattn.deriving import Derivation, Theorem
from symattn.deriving.rules import bound, definition, exponent, quotient

two_keys = (
    Derivation("the slope at a gap between two keys", "sigmoid(delta) * (1 - sigmoid(delta))", {"delta": "1 1"})
    .to("exp(-delta) / (1 + exp(-delta))**2", by=definition)
    .to(
        "1 / (exp(delta / 2) + exp(-delta / 2))**2",
        by=exponent,
        note="a quarter of sech² of half the gap",
    )
)

ROW = {"s": "1 1", "delta": "scalar", "g": "1 r"}
ROW_GIVEN = "S = hstack(s, s - delta - g)\nP = softmax(S)"
ROW_CONDITIONS = ["g >= 0"]

weight_lost = (
    Derivation("what the top key leaves to the others", "1 - P[:, 0:1]", ROW, ROW_GIVEN, ROW_CONDITIONS)
    .to("rowsum(exp(-delta - g)) / (1 + rowsum(exp(-delta - g)))", by=quotient, note="exp(s) is cancelled")
    .at_most(
        "rowsum(exp(-delta - g))",
        by=bound,
        slack="rowsum(exp(-delta - g))**2 / (1 + rowsum(exp(-delta - g)))",
    )
    .at_most("r * exp(-delta) * ones(1, 1)", by=bound, slack="exp(-delta) * rowsum(1 - exp(-g))")
)

jacobian = (
    Derivation(
        "the Jacobian of softmax against the weight of one key",
        "p * u**2 + rowsum(rest * v**2) - (p * u + rowsum(rest * v))**2",
        {"s": "1 1", "t": "1 r", "u": "1 1", "v": "1 r"},
        "P = softmax(hstack(s, t))\np = P[:, 0:1]\nrest = P[:, 1:r + 1]",
    )
    .at_most(
        "2 * p * (1 - p) * u**2 + 2 * rowsum(rest * (1 - rest) * v**2)",
        by=bound,
        slack="p * rowsum(rest * (u + v)**2)"
        " + colsum(rowsum((rest.T @ rest) * (v.T + v)**2 * matrix(r, r, 0 if i == j else 1))) / 2",
        note="u J u, and 2 Σ p (1 - p) u²",
    )
    .at_most(
        "2 * (1 - p) * (u**2 + rowsum(v**2))",
        by=bound,
        slack="2 * u**2 * (1 - p)**2 + 2 * rowsum(v**2 * (rest**2 + (rowsum(rest) - rest)))",
    )
)

together = Derivation(
    "the Jacobian at a gap",
    "2 * (1 - P[:, 0:1])",
    ROW,
    ROW_GIVEN,
    ROW_CONDITIONS,
).at_most(
    "2 * r * exp(-delta) * ones(1, 1)",
    by=bound,
    using=[jacobian, weight_lost],
    slack="2 * exp(-delta) * rowsum(1 - exp(-g)) + 2 * rowsum(exp(-delta - g))**2 / (1 + rowsum(exp(-delta - g)))",
    note="the bound on the norm of J",
)

theorem = Theorem(
    "D2",
    "Saturation",
    "With r other keys whose scores lie at least δ below the top one, the top weight is at least 1 - r exp(-δ), and "
    "u J u, the largest value of which over unit vectors is the norm of the Jacobian, is at most 2 r exp(-δ).",
    (two_keys, weight_lost, jacobian, together),
    remarks=(
        "the mean of p (1 - p) over random scores, which falls like 1 / (2 √(π d)) and not exponentially",
        "the entropy of a row of independent scores, log n - σ²/2 below freezing",
    ),
)
