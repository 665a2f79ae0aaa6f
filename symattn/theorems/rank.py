"""Ranks: scores have at most that of the keys, logarithms of weights one more, and weights may have every rank."""

from symattn.deriving import Derivation, Theorem
from symattn.deriving.rules import algebra, bound, definition, logarithm, restriction

SOURCE = "Yang et al. 2018, arXiv:1711.03953 (the softmax bottleneck)"

logarithm_of_weights = (
    Derivation("the logarithm of the weights", "log(softmax(Q @ K.T))", {"Q": "n d_k", "K": "m d_k"}, source=SOURCE)
    .to("Q @ K.T - lse(Q @ K.T)", by=logarithm)
    .to(
        "hstack(Q, -lse(Q @ K.T)) @ hstack(K, ones(m, 1)).T",
        by=algebra,
        note="a product over `d_k + 1` columns: its rank is at most `d_k + 1`",
    )
)

full_rank = Derivation(
    "weights of full rank though d_k = 1: the determinant of exp(S) for x = (1, 2, 3)",
    "E[0, 0] * (E[1, 1] * E[2, 2] - E[1, 2] * E[2, 1]) - E[0, 1] * (E[1, 0] * E[2, 2] - E[1, 2] * E[2, 0])"
    " + E[0, 2] * (E[1, 0] * E[2, 1] - E[1, 1] * E[2, 0])",
    {"t": "scalar"},
    "x = matrix(3, 1, i + 1)\nE = exp(t * x @ x.T)",
).to("exp(10 * t) * (exp(t) - 1)**3 * (exp(t) + 1)", by=algebra, note="not 0 but for `t = 0`")

above_diagonal = Derivation(
    "causal weights are lower triangular",
    "softmax(S, where=causal) * matrix(n, n, 1 if j > i else 0)",
    {"S": "n n"},
).to("zeros(n, n)", by=restriction)

diagonal = (
    Derivation(
        "the diagonal of causal weights",
        "softmax(S, where=causal) * eye(n)",
        {"S": "n n"},
    )
    .to("exp(S) * eye(n) / rowsum(exp(S) * matrix(n, n, 1 if j <= i else 0))", by=definition)
    .at_least("zeros(n, n)", by=bound, note="`exp(S)` over a sum of such, so that no entry of the diagonal is 0")
)

theorem = Theorem(
    "D14",
    "Rank",
    "Scores `Q @ K.T` are a product over `d_k` columns and the logarithms of weights one over `d_k + 1`, which "
    "bounds their ranks. The weights themselves can have full rank with `d_k = 1`, and causal weights are triangular "
    "with a diagonal that is not 0.",
    (logarithm_of_weights, full_rank, above_diagonal, diagonal),
    SOURCE,
    (
        "that the rank of a product over `r` columns is at most `r`, and that the determinant of a triangular matrix "
        "is the product of its diagonal: known from linear algebra",
    ),
    names={"r": "scalar"},
)
