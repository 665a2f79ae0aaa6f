"""Causality of the Jacobian: what a later token does is not felt by an earlier output."""

from symattn.deriving import Derivation, Theorem
from symattn.deriving.differentials import Moving
from symattn.deriving.rules import chain, restriction
from symattn.theorems.incremental_causal import earlier_rows

LAST = {
    "Q": "t d_k",
    "K": "t d_k",
    "V": "t d_v",
    "q": "1 d_k",
    "k": "1 d_k",
    "v": "1 d_v",
    "q_t": "1 d_k",
    "k_t": "1 d_k",
    "v_t": "1 d_v",
}
GIVEN = "O = softmax(vstack(Q, q) @ vstack(K, k).T, where=causal) @ vstack(V, v)"
MOVING = ["the last token changes at the rates `q_t`, `k_t` and `v_t`"]

unmoved = Derivation(
    "outputs before the last do not change with the last token",
    "D(O[0:t, :])",
    LAST,
    GIVEN,
    MOVING,
    checker=Moving({"q": "q_t", "k": "k_t", "v": "v_t"}),
).to("zeros(t, d_v)", by=chain)

gradient = Derivation(
    "the cotangent of causal scores is 0 above the diagonal",
    "P * (dP - rowsum(P * dP)) * matrix(n, n, 1 if j > i else 0)",
    {"S": "n n", "dP": "n n"},
    "P = softmax(S, where=causal)",
).to("zeros(n, n)", by=restriction)

prefix = Derivation("the rows before the last, whatever the last token is", "O[0:t, :]", LAST, GIVEN, MOVING).to(
    "softmax(Q @ K.T, where=causal) @ V",
    by=restriction,
    using=[earlier_rows],
    note="which holds no `q`, `k` or `v`",
)

theorem = Theorem(
    "D21",
    "Causality of the Jacobian",
    "Outputs before a token do not depend on it: they are a formula without it, and cotangents of scores above the "
    "diagonal are 0.",
    (unmoved, gradient, prefix),
)
