"""Bounds of lse: between the largest score and that plus log m, and above the mean plus log m."""

from symattn.deriving import Derivation, Theorem
from symattn.deriving.rules import bound, definition, exponent, logarithm

SCORES = {"S": "n m"}

above_largest = Derivation("lse is at least the largest", "lse(S)", SCORES).at_least(
    "rowmax(S)", by=bound, note="the sum of `exp(S)` is at least its largest term"
)

below = (
    Derivation("lse is at most the largest plus log m", "lse(S)", SCORES)
    .to("rowmax(S) + log(rowsum(exp(S - rowmax(S))))", by=logarithm)
    .at_most("rowmax(S) + log(rowsum(ones(n, m)))", by=bound, note="no exponent is above 0")
    .to("rowmax(S) + log(m)", by=definition)
)

mean = (
    Derivation(
        "lse is at least the mean plus log m",
        "lse(S) - rowmean(S) - log(m)",
        SCORES,
        "r = S - lse(S) + log(m)",
    )
    .to("-rowmean(r)", by=logarithm)
    .to("rowmean(exp(r) - (1 + r))", by=exponent, note="the mean of `exp(r)` is 1")
    .at_least("zeros(n, 1)", by=bound, slack="rowmean(exp(r) - (1 + r))")
)

TEMPERED = {**SCORES, "T": "scalar"}
SHIFTED = "R = (S - rowmax(S)) / T"

tempered_above = Derivation(
    "with a temperature, T lse(S / T) is at least the largest", "T * lse(S / T)", TEMPERED, SHIFTED, ["T > 0"]
).at_least("rowmax(S)", by=bound, using=[above_largest], slack="T * (lse(S / T) - rowmax(S / T))")

tempered_below = (
    Derivation(
        "with a temperature, T lse(S / T) is at most the largest plus T log m",
        "T * lse(S / T)",
        TEMPERED,
        SHIFTED,
        ["T > 0"],
    )
    .to("rowmax(S) + T * log(rowsum(exp(R)))", by=exponent)
    .at_most("rowmax(S) + T * log(rowsum(ones(n, m)))", by=bound, note="no exponent is above 0")
    .to("rowmax(S) + T * log(m)", by=definition)
)

cold = Derivation("T lse(S / T) as T falls", "T * lse(S / T)", TEMPERED, SHIFTED, ["T > 0"]).tends_to(
    "rowmax(S)", when="T -> 0", at=[{"S": [[1, 2, 2]]}], between=(tempered_above, tempered_below)
)

theorem = Theorem(
    "D22",
    "Bounds of lse",
    "`rowmax(S) <= lse(S) <= rowmax(S) + log(m)`, and `lse(S)` is at least the mean plus `log(m)`; `T * lse(S / T)` "
    "tends to the largest score as `T -> 0`.",
    (above_largest, below, mean, tempered_above, tempered_below, cold),
)
