"""Scores that are off by at most ε change the weights by at most tanh(ε / 2) in total variation."""

from symattn.deriving import Derivation, Theorem
from symattn.deriving.rules import algebra, bound, definition, exponent, linearity, quotient

largest = (
    Derivation(
        "the most that a set of keys can gain",
        "t * r**2 / (t * r**2 + 1) - t / (t + 1)",
        {"t": "1 1", "r": "1 1"},
        conditions=["t >= 0", "r >= 1"],
    )
    .to("t * (r**2 - 1) / ((t * r**2 + 1) * (t + 1))", by=algebra)
    .at_most(
        "(r - 1) / (r + 1)",
        by=bound,
        slack="(r - 1) * (t * r - 1)**2 / ((r + 1) * (t * r**2 + 1) * (t + 1))",
        note="`t` are the odds of the set, its weight over that of the others, and `r**2` what multiplies them",
    )
)

SETS = {"a": "1 p", "b": "1 q", "e": "1 1", "f": "1 p", "g": "1 q", "r": "1 1", "t": "1 1"}
SETS_GIVEN = """
    P = softmax(hstack(a, b))
    Q = softmax(hstack(a + e - f, b - e + g))
    x = rowsum(exp(a))
    y = rowsum(exp(b))
    X = rowsum(exp(a + e - f))
    Y = rowsum(exp(b - e + g))
"""

of_a_set = (
    Derivation(
        "what a set of keys gains when every score is off by at most e: no more above, and no more below",
        "rowsum(Q[:, 0:p]) - rowsum(P[:, 0:p])",
        SETS,
        SETS_GIVEN,
        ["e >= 0", "f >= 0", "g >= 0"],
    )
    .to("X / (X + Y) - x / (x + y)", by=quotient)
    .at_most(
        "exp(e) * x / (exp(e) * x + Y) - x / (x + y)",
        by=bound,
        slack="exp(e) * rowsum(exp(a) * (1 - exp(-f))) * Y / ((exp(e) * x + Y) * (X + Y))",
        note="the scores of the set gain at most `e`",
    )
    .at_most(
        "exp(e) * x / (exp(e) * x + exp(-e) * y) - x / (x + y)",
        by=bound,
        slack="exp(e) * x * exp(-e) * rowsum(exp(b) * (exp(g) - 1)) / ((exp(e) * x + Y) * (exp(e) * x + exp(-e) * y))",
        note="those of the others lose at most `e`: the odds `x / y` grow by at most `exp(2 * e)`",
    )
    .at_most(
        "(exp(e) - 1) / (exp(e) + 1)",
        by=bound,
        using=[largest],
        slack="(exp(e) - 1) * (exp(e) * x - y)**2 / ((exp(e) + 1) * (exp(2 * e) * x + y) * (x + y))",
        note="with `r = exp(e)` and `t = x / y`",
    )
    .to("tanh(e / 2)", by=exponent)
)

same_sum = Derivation(
    "two outputs differ by what the weights gain and lose, measured from anywhere",
    "softmax(s) @ V - softmax(t) @ V",
    {"s": "n m", "t": "n m", "V": "m d", "c": "1 d"},
).to("(softmax(s) - softmax(t)) @ (V - c)", by=linearity, note="both rows of weights sum to 1")

error_of_outputs = Derivation(
    "an output between gains and losses of weight",
    "(a - b) @ (V - c)",
    {"a": "1 m", "b": "1 m", "V": "m d", "c": "1 d"},
    conditions=["a >= 0", "b >= 0"],
).at_most(
    "rowsum(a) * (colmax(V) - c) + rowsum(b) * (c + colmax(-V))",
    by=bound,
    using=[same_sum],
    slack="a @ (colmax(V) - V) + b @ (colmax(-V) - (-V))",
    note="gains and losses have one sum, the total variation: that times the range",
)

tight = Derivation(
    "the bound is attained by two keys",
    "p[:, 0:1] - q[:, 0:1]",
    {"e": "1 1"},
    "p = softmax(hstack(e / 2, -e / 2))\nq = softmax(hstack(-e / 2, e / 2))",
).to("tanh(e / 2)", by=definition)

theorem = Theorem(
    "D23",
    "Perturbation",
    "If every score is off by at most `epsilon`, the weight of any set of keys grows by at most `tanh(epsilon / 2)`, "
    "and falls by no more, as the other keys are a set too; two keys attain the bound. An output changes by at most "
    "the total variation times the range of the values.",
    (largest, of_a_set, tight, same_sum, error_of_outputs),
    names={"epsilon": "scalar"},
)
