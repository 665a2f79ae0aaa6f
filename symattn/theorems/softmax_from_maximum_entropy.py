"""Softmax maximises expected score plus entropy; its temperature goes from the largest score to the mean."""

from symattn.deriving import Derivation, Theorem
from symattn.deriving.differentials import Moving
from symattn.deriving.rules import algebra, bound, chain, definition, logarithm, row_sum

ANY = {"s": "1 m", "a": "1 m", "T": "scalar"}
GIVEN = "p = softmax(a)\nr = (s / T - lse(s / T)) - log(p)"

GIBBS = "Gibbs; see Cover & Thomas 2006, theorem 12.1.1"

gap = (
    Derivation(
        "expected score plus entropy",
        "rowsum(p * s) - T * rowsum(p * log(p))",
        ANY,
        GIVEN,
        ["T > 0", "p are any weights that are not 0 and sum to 1: those of some scores a"],
        source=GIBBS,
    )
    .to("T * lse(s / T) + T * rowsum(p * r)", by=logarithm)
    .to(
        "T * lse(s / T) - T * rowsum(p * (exp(r) - (1 + r)))",
        by=algebra,
        note="p exp(r) are the weights of s / T, and sum to 1",
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
    ["s changes at the rate u"],
    checker=Moving({"s": "u"}),
).to("-rowsum(p * (s - rowsum(p * s)) * u)", by=chain)

EXAMPLES = [{"s": [[1, 2, 2]]}, {"s": [[0, -1]]}]

ROW = {"s": "1 m", "T": "scalar"}

cold = Derivation("as the temperature falls", "softmax(s / T)", ROW, conditions=["T > 0"]).tends_to(
    "hardmax(s)", when="T -> 0", at=EXAMPLES, note="ties share"
)

hot = Derivation("as the temperature rises", "softmax(s / T)", ROW, conditions=["T > 0"]).tends_to(
    "ones(1, m) / m", when="T -> oo", at=EXAMPLES
)

two = Derivation(
    "of two scores only the difference counts", "p[:, 0:1]", {"a": "1 1", "b": "1 1"}, "p = softmax(hstack(a, b))"
).to("sigmoid(a - b)", by=definition)

theorem = Theorem(
    "G2",
    "Softmax from maximum entropy",
    "Among all weights, softmax(s/T) makes expected score plus T times entropy largest, and the largest value is "
    "T lse(s/T). As T falls to 0 it becomes uniform over the largest scores, as T grows uniform over all.",
    (gap, attained, entropy, entropy_slope, cold, hot, two),
    GIBBS,
)
