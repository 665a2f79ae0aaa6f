"""The rows of softmax weights are probability distributions."""

from symattn.deriving import Derivation, Theorem
from symattn.deriving.rules import bound, definition, linearity, quotient, reassociate, row_sum

SCORES = {"S": "n m"}

sums_to_one = (
    Derivation("the sum of a row of weights", "rowsum(softmax(S))", SCORES)
    .to("rowsum(exp(S) / rowsum(exp(S)))", by=definition)
    .to("rowsum(exp(S)) / rowsum(exp(S))", by=linearity, note="the denominator is the same along the row")
    .to("ones(n, 1)", by=quotient)
)

not_negative = Derivation("weights are not negative", "softmax(S)", SCORES).at_least("zeros(n, m)", by=bound)

at_most_one = Derivation("weights are at most 1", "softmax(S)", SCORES).at_most("ones(n, m)", by=bound)

markov = (
    Derivation("two layers of weights", "softmax(S) @ softmax(R) @ ones(p, 1)", {"S": "n m", "R": "m p"})
    .to("softmax(S) @ (softmax(R) @ ones(p, 1))", by=reassociate)
    .to("softmax(S) @ ones(m, 1)", by=row_sum, using=[sums_to_one])
    .to("ones(n, 1)", by=row_sum, using=[sums_to_one], note="products of weights have rows that sum to 1")
)

contraction = (
    Derivation(
        "two outputs whose rows of weights share the weights w, coordinate by coordinate",
        "(w + a) @ V - (w + b) @ V",
        {"w": "1 m", "a": "1 m", "b": "1 m", "V": "m d"},
        conditions=["a >= 0", "b >= 0", "`w + a` and `w + b` have one sum: 1"],
    )
    .to("a @ V - b @ V", by=linearity)
    .at_most(
        "rowsum(a) * colmax(V) + rowsum(b) * colmax(-V)",
        by=bound,
        slack="a @ (colmax(V) - V) + b @ (colmax(-V) - (-V))",
        note="`a` and `b` have one sum, 1 less that of `w`: that times the range of `V`. With `w` the lesser of both "
        "weights it is Dobrushin's coefficient, below 1 as softmax weights are positive",
    )
)

theorem = Theorem(
    "D3",
    "Rows are probability distributions",
    "Every row of `softmax(S)` is not negative and sums to 1, and so does every row of a product of such matrices. "
    "What the rows share brings outputs together: they lie within the range of the values times 1 less what is "
    "shared.",
    (sums_to_one, not_negative, at_most_one, markov, contraction),
    remarks=("the collapse of rank through many layers that follows from the contraction",),
)
