"""Scores that are off by at most ε change the weights by at most tanh(ε / 2) in total variation."""

from symattn.deriving import Derivation, Theorem
from symattn.deriving.rules import algebra, bound, definition, exponent, linearity

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
        note="t are the odds p(A) / p(not A), and r² what they are multiplied by",
    )
)

as_tanh = Derivation("the bound in terms of the error", "(exp(e) - 1) / (exp(e) + 1)", {"e": "1 1"}).to(
    "tanh(e / 2)", by=exponent, note="r = exp(ε): each score is off by at most ε, so odds by at most exp(2 ε)"
)

gain = Derivation(
    "what a set gains if its odds are multiplied by r² / (1 + g)",
    "t * r**2 / (t * r**2 + (1 + g)) - t / (t + 1)",
    {"t": "1 1", "r": "1 1", "g": "1 1"},
    conditions=["t >= 0", "r >= 1", "g >= 0"],
).at_most(
    "t * r**2 / (t * r**2 + 1) - t / (t + 1)",
    by=bound,
    slack="t * r**2 * g / ((t * r**2 + (1 + g)) * (t * r**2 + 1))",
    note="the odds of a set change by a factor between exp(-2 ε) and exp(2 ε)",
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
    "If every score is off by at most ε, the weight of any set of keys changes by at most tanh(ε/2), which two keys "
    "attain; an output changes by at most the total variation times the range of the values.",
    (largest, gain, as_tanh, tight, same_sum, error_of_outputs),
    remarks=("that the odds of a set of keys change by a factor of at most exp(2 ε), term by term",),
)
