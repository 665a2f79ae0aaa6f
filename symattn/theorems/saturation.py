"""A gap between scores saturates the softmax: its Jacobian falls with the exponential of the gap."""

from symattn.deriving import Derivation, Theorem
from symattn.deriving.rules import block, bound, definition, exponent, quotient, row_sum

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
    .to("rowsum(exp(-delta - g)) / (1 + rowsum(exp(-delta - g)))", by=quotient, note="`exp(s)` is cancelled")
    .at_most(
        "rowsum(exp(-delta - g))",
        by=bound,
        slack="rowsum(exp(-delta - g))**2 / (1 + rowsum(exp(-delta - g)))",
    )
    .at_most("r * exp(-delta) * ones(1, 1)", by=bound, slack="exp(-delta) * rowsum(1 - exp(-g))")
)

trace = (
    Derivation(
        "the Jacobian of softmax against its trace",
        "rowsum(p * u**2) - rowsum(p * u)**2",
        {"s": "1 m", "u": "1 m", "J": "m m"},
        "p = softmax(s)",
    )
    .at_most(
        "rowsum(p - p**2) * rowsum(u**2)",
        by=bound,
        slack="sum(a, sum(b, (0 if a == b else 1) * p[:, a] * p[:, b]"
        " * ((u[:, a] + u[:, b])**2 / 2 + sum(c, (0 if c == a else 1) * (0 if c == b else 1) * u[:, c]**2))))",
        note="`u @ J @ u.T` with `J = eye(m) * p - p.T @ p`, whose trace is the sum of `p * (1 - p)`, and `u @ u.T`",
    )
    .to("(1 - rowsum(p**2)) * rowsum(u**2)", by=row_sum)
)

jacobian = (
    Derivation(
        "the trace of the Jacobian against the weight of one key",
        "1 - rowsum(P**2)",
        {"s": "1 1", "t": "1 r"},
        "P = softmax(hstack(s, t))\np = P[:, 0:1]\nrest = P[:, 1:r + 1]",
    )
    .to("1 - p**2 - rowsum(rest**2)", by=block)
    .at_most("2 * (1 - p)", by=bound, slack="(1 - p)**2 + rowsum(rest**2)")
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
    using=[trace, jacobian, weight_lost],
    slack="2 * exp(-delta) * rowsum(1 - exp(-g)) + 2 * rowsum(exp(-delta - g))**2 / (1 + rowsum(exp(-delta - g)))",
    note="the bound on the norm of the Jacobian",
)

theorem = Theorem(
    "D2",
    "Saturation",
    "With `r` other keys whose scores lie at least `delta` below the top one, the top weight is at least `1 - r * "
    "exp(-delta)`. The norm of the Jacobian `J`, the largest `u @ J @ u.T` over rows `u` of length 1, is at most its "
    "trace `1 - p @ p.T`, which is at most twice what the top key leaves to the others, and so at most `2 * r * "
    "exp(-delta)`.",
    (two_keys, weight_lost, trace, jacobian, together),
    remarks=(
        "the mean of `p * (1 - p)` over random scores, which falls like `1 / (2 * sqrt(pi * d))` and not exponentially",
        "the entropy of a row of independent scores, `log(n) - sigma**2 / 2` below freezing",
    ),
    names={"J": "m m", "d": "scalar", "n": "scalar", "sigma": "scalar"},
)
