"""From kernels over linear attention and recurrences to sinks."""

from symattn.deriving import Derivation, Theorem
from symattn.deriving.rules import algebra, block, quotient
from symattn.theorems import linear_attention_recurrence, rank

complete_square = Derivation(
    "the exponent of positive random features",
    "rowsum((q + k)**2) / 2 - rowsum(q**2) / 2 - rowsum(k**2) / 2",
    {"q": "1 d", "k": "1 d", "w": "1 d"},
).to("q @ k.T", by=algebra, note="so `E(exp(w @ (q + k).T)) * exp(-(q @ q.T + k @ k.T) / 2) = exp(q @ k.T)`")

sink = (
    Derivation(
        "softmax with one more score of 0 that has no value",
        "P[:, 1:m + 1]",
        {"S": "n m"},
        "P = softmax(hstack(zeros(n, 1), S))",
    )
    .to("exp(S) / (1 + rowsum(exp(S)))", by=block)
    .to("softmax(S) * sigmoid(lse(S))", by=quotient, note="ordinary attention times a gate")
)

theorem = Theorem(
    "G15",
    "Kernels, linear attention, recurrences, sinks",
    "A kernel that is a product of features lets the sums over keys come first, which is a recurrence when causal; "
    "`exp(q @ k.T)` comes near to such a kernel by random features, whose exponent is a square completed; softmax "
    "with a sink is attention times a gate.",
    (
        linear_attention_recurrence.brackets,
        linear_attention_recurrence.numerator,
        linear_attention_recurrence.output,
        complete_square,
        sink,
        rank.logarithm_of_weights,
    ),
    remarks=(
        "the Gaussian integral by which `exp(q @ k.T)` is the expectation of products of random features, and the "
        "variance of these (Choromanski et al. 2021)",
    ),
)
