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

theorem = Theorem(
    "D3",
    "Rows are probability distributions",
    "Every row of softmax(S) is not negative and sums to 1, and so does every row of a product of such matrices.",
    (sums_to_one, not_negative, at_most_one, markov),
    remarks=("contraction of the range by Dobrushin's coefficient, and the collapse of rank that follows from it",),
)
