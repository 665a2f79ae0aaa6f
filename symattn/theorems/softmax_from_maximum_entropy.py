"""Softmax maximises expected score plus entropy; its temperature goes from the largest score to the mean."""

from symattn.deriving import Derivation, Theorem
from symattn.deriving.differentials import Moving
from symattn.deriving.rules import algebra, bound, chain, definition, logarithm, quotient, row_sum

ANY = {"s": "1 m", "a": "1 m", "T": "scalar"}
GIVEN = "p = softmax(a)\nr = (s / T - lse(s / T)) - log(p)"

GIBBS = "Gibbs; see Cover & Thomas 2006, theorem 12.1.1"

LAGRANGE = {"p": "1 m", "p_t": "1 m", "s": "1 m", "T": "scalar", "mu": "scalar"}

stationary = Derivation(
    "Lagrange's function along a change of the weights",
    "D(rowsum(p * s) - T * rowsum(p * log(p)) - mu * (rowsum(p) - 1))",
    LAGRANGE,
    conditions=["`p` changes at the rate `p_t`; `mu` is the multiplier of the condition that `p` sums to 1"],
    checker=Moving({"p": "p_t"}),
).to("rowsum((s - T * (log(p) + 1) - mu) * p_t)", by=chain, note="0 along every change where the bracket is 0")

solved = Derivation(
    "the bracket at weights in proportion to exp(s / T)",
    "s - T * (log(p) + 1) - mu",
    {"s": "1 m", "T": "scalar", "mu": "scalar"},
    "p = exp(s / T) * exp(-1 - mu / T)",
    ["T > 0"],
).to("zeros(1, m)", by=logarithm)

normalised = Derivation(
    "the multiplier is what makes them sum to 1",
    "p / rowsum(p)",
    {"s": "1 m", "T": "scalar", "mu": "scalar"},
    "p = exp(s / T) * exp(-1 - mu / T)",
    ["T > 0"],
).to("softmax(s / T)", by=quotient, using=[solved])

gap = (
    Derivation(
        "expected score plus entropy",
        "rowsum(p * s) - T * rowsum(p * log(p))",
        ANY,
        GIVEN,
        ["T > 0", "`p` are any weights that are not 0 and sum to 1: those of some scores `a`"],
        source=GIBBS,
    )
    .to("T * lse(s / T) + T * rowsum(p * r)", by=logarithm)
    .to(
        "T * lse(s / T) - T * rowsum(p * (exp(r) - (1 + r)))",
        by=algebra,
        note="`p * exp(r)` are the weights of `s / T`, and sum to 1",
    )
    .at_most("T * lse(s / T)", by=bound, slack="T * rowsum(p * (exp(r) - (1 + r)))")
)

attained = (
    Derivation(
        "the largest value is attained by softmax",
        "rowsum(p * s) - T * rowsum(p * log(p))",
        {"s": "1 m", "T": "scalar"},
        "p = softmax(s / T)",
        ["T > 0"],
    )
    .to("rowsum(p * s) - T * rowsum(p * (s / T - lse(s / T)))", by=logarithm)
    .to("T * lse(s / T) * rowsum(p)", by=algebra)
    .to("T * lse(s / T)", by=row_sum)
)

entropy = Derivation("the entropy of weights", "-rowsum(p * log(p))", {"s": "1 m"}, "p = softmax(s)").to(
    "lse(s) - rowsum(p * s)", by=logarithm
)

entropy_slope = Derivation(
    "the entropy along a change of scores",
    "D(lse(s) - rowsum(softmax(s) * s))",
    {"s": "1 m", "u": "1 m"},
    "p = softmax(s)",
    ["`s` changes at the rate `u`"],
    checker=Moving({"s": "u"}),
).to("-rowsum(p * (s - rowsum(p * s)) * u)", by=chain)

TIED = {"s": "1 1", "delta": "scalar", "g": "1 r", "T": "scalar", "o": "1 k"}
TIED_GIVEN = """
    S = hstack(s * ones(1, k), s - delta - g)
    P = softmax(S / T)
    x = rowsum(exp(-(delta + g) / T))
"""
TIED_CONDITIONS = ["T > 0", "delta > 0", "g >= 0"]


def cold(title: str, keys: str) -> Derivation:
    """Weights of some keys where the first k share the largest score and the r others lie at least δ below it."""
    return Derivation(title, keys, TIED, TIED_GIVEN, TIED_CONDITIONS)


TOP, OTHERS = "P[:, 0:k]", "P[:, k:k + r]"

top_below = (
    cold("a weight that shares the largest score is at least …", TOP)
    .to("ones(1, k) / (k + x)", by=quotient, note="`exp(s / T)` is cancelled")
    .at_least("ones(1, k) * (1 / k - x / k**2)", by=bound, slack="ones(1, k) * x**2 / (k**2 * (k + x))")
    .at_least(
        "ones(1, k) * (1 / k - r * exp(-delta / T) / k**2)",
        by=bound,
        slack="ones(1, k) * exp(-delta / T) * rowsum(1 - exp(-g / T)) / k**2",
    )
)

top_above = (
    cold("… and at most an equal share", TOP)
    .to("ones(1, k) / (k + x)", by=quotient)
    .at_most("ones(1, k) / k", by=bound, slack="ones(1, k) * x / (k * (k + x))")
)

coldest = cold("as the temperature falls, the largest scores share", TOP).tends_to(
    "ones(1, k) / k", when="T -> 0", between=(top_below, top_above)
)

others_below = cold("a weight below the top is not negative …", OTHERS).at_least("zeros(1, r)", by=bound)

others_above = (
    cold("… and at most exp(-δ / T)", OTHERS)
    .to("exp(-(delta + g) / T) / (k + x)", by=quotient)
    .at_most("exp(-(delta + g) / T)", by=bound, slack="exp(-(delta + g) / T) * ((k - 1) + x) / (k + x)")
    .at_most("exp(-delta / T) * ones(1, r)", by=bound, slack="exp(-delta / T) * (1 - exp(-g / T))")
)

frozen_out = cold("as the temperature falls, the others get nothing", OTHERS).tends_to(
    "zeros(1, r)", when="T -> 0", between=(others_below, others_above)
)

hot = Derivation(
    "as the temperature rises", "softmax(s / T)", {"s": "1 m", "T": "scalar"}, conditions=["T > 0"]
).tends_to("ones(1, m) / m", when="T -> oo", at=[{"s": [[1, 2, 2]]}])

two = Derivation(
    "of two scores only the difference counts", "p[:, 0:1]", {"a": "1 1", "b": "1 1"}, "p = softmax(hstack(a, b))"
).to("sigmoid(a - b)", by=definition)

theorem = Theorem(
    "G2",
    "Softmax from maximum entropy",
    "Among all weights, `softmax(s / T)` makes expected score plus `T` times entropy largest, and the largest value "
    "is `T * lse(s / T)`. As `T` falls to 0 the weights become uniform over the keys that share the largest score, "
    "as `T` grows uniform over all.",
    (
        stationary,
        solved,
        normalised,
        gap,
        attained,
        entropy,
        entropy_slope,
        top_below,
        top_above,
        coldest,
        others_below,
        others_above,
        frozen_out,
        hot,
        two,
    ),
    GIBBS,
)
