"""Lipschitz facts: softmax changes at most half as fast as its scores; self-attention has no such bound."""

from symattn.deriving import Derivation, Theorem
from symattn.deriving.differentials import Moving
from symattn.deriving.rules import bound, chain, definition
from symattn.theorems import second_order

ROW = {"s": "1 m", "u": "1 m"}
GIVEN = "p = softmax(s)"

OTHERS = "matrix(m, m, 0 if i == j else 1)"

half = (
    Derivation(
        "the norm of the Jacobian of softmax",
        "rowsum(p * u**2) - rowsum(p * u)**2",
        {**ROW, "a": "scalar", "b": "scalar"},
        GIVEN,
    )
    .at_most(
        "2 * rowsum(p * (1 - p) * u**2)",
        by=bound,
        slack=f"rowsum(colsum((p.T @ p) * (u.T + u)**2 * {OTHERS})) / 2",
        note="`(a - b)**2` is at most `2 * a**2 + 2 * b**2`",
    )
    .at_most(
        "rowsum(u**2) / 2", by=bound, slack="rowsum(u**2 * (1 - 2 * p)**2) / 2", note="`p * (1 - p)` is at most `1 / 4`"
    )
)

attained = Derivation(
    "the bound is attained by two equal scores",
    "rowsum(p * u**2) - rowsum(p * u)**2",
    {"a": "1 1"},
    "p = softmax(hstack(a, a))\nu = hstack(ones(1, 1), -ones(1, 1))",
).to("rowsum(u**2) / 2", by=definition)

by_range = (
    Derivation("the variance under any weights", "rowsum(p * u**2) - rowsum(p * u)**2", ROW, GIVEN)
    .at_most(
        "(rowmax(u) - rowsum(p * u)) * (rowsum(p * u) + rowmax(-u))",
        by=bound,
        slack="rowsum(p * ((rowmax(u) - u) * (rowmax(-u) - (-u))))",
    )
    .at_most(
        "(rowmax(u) + rowmax(-u))**2 / 4",
        by=bound,
        slack="((rowmax(u) - rowmax(-u)) / 2 - rowsum(p * u))**2",
        note="a quarter of the squared range (Popoviciu)",
    )
)

cauchy_schwarz = Derivation(
    "the square of a covariance under weights",
    "rowsum(p * x * y)**2",
    {"s": "1 m", "a": "1 m", "b": "1 m", "tau": "scalar"},
    "p = softmax(s)\nx = a - rowsum(p * a)\ny = b - rowsum(p * b)",
).at_most(
    "rowsum(p * x**2) * rowsum(p * y**2)",
    by=bound,
    slack="rowsum(colsum((p.T @ p) * (x.T * y - y.T * x)**2)) / 2",
)

LARGE = "(rowmax({0}) + rowmax(-{0}))"
VARIANCE_LEFT = (
    "rowsum(p * ((rowmax({0}) - {0}) * (rowmax(-{0}) - (-{0}))))"
    " + ((rowmax({0}) - rowmax(-{0})) / 2 - rowsum(p * {0}))**2"
)
"""By how much the variance of a name is below a quarter of its squared range, as the two steps of ``by_range`` say."""

covariance = cauchy_schwarz.at_most(
    f"rowsum(p * x**2) * {LARGE.format('b')}**2 / 4",
    by=bound,
    using=[by_range],
    slack=f"rowsum(p * x**2) * ({VARIANCE_LEFT.format('b')})",
).at_most(
    f"{LARGE.format('a')}**2 * {LARGE.format('b')}**2 / 16",
    by=bound,
    using=[by_range],
    slack=f"({VARIANCE_LEFT.format('a')}) * {LARGE.format('b')}**2 / 4",
    note="so with keys `a` and values `b` along any two directions the derivative of an output by its query is at "
    "most `tau` times both ranges over 4",
)

NEAR = {"x": "1 1", "x_t": "1 1", "t": "scalar"}

moving = Derivation(
    "self-attention of the tokens (x, t, -t): how the first output follows its token",
    "D(p @ X)",
    NEAR,
    "X = vstack(x, t * ones(1, 1), -t * ones(1, 1))\np = softmax(x @ X.T)",
    conditions=["`x` changes at the rate `x_t`"],
    checker=Moving({"x": "x_t"}),
).to(
    "p[:, 0:1] * x_t + x_t * (p @ X**2 - (p @ X)**2) + x * (p[:, 0:1] * X[0:1, :] - p[:, 0:1] * (p @ X)) * x_t",
    by=chain,
)

unbounded = Derivation(
    "the slope at the tokens (0, t, -t)",
    "p[:, 0:1] + p @ X**2 - (p @ X)**2",
    {"t": "1 1"},
    "x = zeros(1, 1)\nX = vstack(x, t, -t)\np = softmax(x @ X.T)",
).to("1 / 3 + 2 * t**2 / 3", by=definition, using=[moving], note="which no number bounds")

theorem = Theorem(
    "D18",
    "Lipschitz facts",
    "With the Jacobian `J` of softmax, `u @ J @ u.T` is at most `u @ u.T / 2`, with equality for two equal scores, "
    "and at most a quarter of the squared range of `u`; the derivative of an output by its query, `tau` times a "
    "covariance of keys and values, is at most `tau` times the ranges of both over 4; self-attention has no bound.",
    (half, attained, by_range, covariance, second_order.by_query, moving, unbounded),
    "Kim et al. 2021, arXiv:2006.04710",
    ("the bound for tokens in a ball, which grows with its radius (Castin et al. 2024)",),
    names={"J": "m m"},
)
