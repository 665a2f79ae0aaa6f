"""The backward pass of attention, with the row sums of dO * O in place of those of P * dP."""

from symattn.deriving import Derivation, Theorem
from symattn.deriving.differentials import Moving
from symattn.deriving.rules import chain, linearity, product, quotient, reassociate, row_sum

SOURCE = "Dao et al. 2022, arXiv:2205.14135, appendix B.2"

FROM_WEIGHTS = {"P": "n m", "V": "m d_v", "dO": "n d_v", "P_t": "n m", "V_t": "m d_v", "dP": "n m", "dV": "m d_v"}

along_weights = Moving({"P": "P_t", "V": "V_t"})

values_and_weights = (
    Derivation(
        "cotangents of weights and values",
        "D(colsum(rowsum(dO * (P @ V))))",
        FROM_WEIGHTS,
        checker=along_weights,
        conditions=["`P_t` and `V_t` are the rates at which `P` and `V` change"],
    )
    .to("colsum(rowsum(dO * (P_t @ V + P @ V_t)))", by=product)
    .to(
        "colsum(rowsum((dO @ V.T) * P_t)) + colsum(rowsum((P.T @ dO) * V_t))",
        by=linearity,
        note="`dP = dO @ V.T`, `dV = P.T @ dO`",
    )
)

SCORES = {"S": "n m", "dP": "n m", "S_t": "n m", "dS": "n m"}

along_scores = Moving({"S": "S_t"})

weights_of_scores = (
    Derivation(
        "the derivative of softmax",
        "D(softmax(S))",
        SCORES,
        "P = softmax(S)",
        checker=along_scores,
        conditions=["`S_t` is the rate at which `S` changes"],
    )
    .to("D(exp(S)) / rowsum(exp(S)) - exp(S) / rowsum(exp(S)) * (D(rowsum(exp(S))) / rowsum(exp(S)))", by=quotient)
    .to("P * S_t - P * rowsum(P * S_t)", by=chain)
    .to("P * (S_t - rowsum(P * S_t))", by=linearity)
)

scores = (
    Derivation(
        "the cotangent of the scores",
        "D(colsum(rowsum(dP * softmax(S))))",
        SCORES,
        "P = softmax(S)",
        checker=along_scores,
        conditions=["`S_t` is the rate at which `S` changes"],
    )
    .to("colsum(rowsum(dP * P * (S_t - rowsum(P * S_t))))", by=chain, using=[weights_of_scores])
    .to("colsum(rowsum(P * (dP - rowsum(P * dP)) * S_t))", by=linearity, note="`dS = P * (dP - rowsum(P * dP))`")
)

row_sums = Derivation(
    "row sums of P * dP are those of dO * O",
    "rowsum(P * (dO @ V.T))",
    {"P": "n m", "V": "m d_v", "dO": "n d_v"},
    source=SOURCE,
).to("rowsum(dO * (P @ V))", by=reassociate, note="one pass over `n * m` numbers less")

ATTENTION = {
    "Q": "n d_k",
    "K": "m d_k",
    "V": "m d_v",
    "dO": "n d_v",
    "Q_t": "n d_k",
    "K_t": "m d_k",
    "V_t": "m d_v",
}
GRADIENTS = """
    S = Q @ K.T / sqrt(d_k)
    P = softmax(S)
    O = P @ V
    dV = P.T @ dO
    dP = dO @ V.T
    dS = P * (dP - rowsum(dO * O))
    dQ = dS @ K / sqrt(d_k)
    dK = dS.T @ Q / sqrt(d_k)
"""

whole = Derivation(
    "the backward pass of attention",
    "D(colsum(rowsum(dO * O)))",
    ATTENTION,
    GRADIENTS,
    checker=Moving({"Q": "Q_t", "K": "K_t", "V": "V_t"}),
    conditions=["`Q_t`, `K_t` and `V_t` are the rates at which `Q`, `K` and `V` change"],
    source=SOURCE,
).to(
    "colsum(rowsum(dQ * Q_t)) + colsum(rowsum(dK * K_t)) + colsum(rowsum(dV * V_t))",
    by=chain,
    using=[values_and_weights, scores, row_sums],
)

PROJECTED = {
    "X": "n d",
    "W_Q": "d d_k",
    "W_K": "d d_k",
    "W_V": "d d_v",
    "dQ": "n d_k",
    "dK": "n d_k",
    "dV": "n d_v",
    "X_t": "n d",
    "A_t": "d d_k",
    "B_t": "d d_k",
    "C_t": "d d_v",
}

projections = Derivation(
    "cotangents of the projections and of the tokens",
    "D(colsum(rowsum(dQ * (X @ W_Q))) + colsum(rowsum(dK * (X @ W_K))) + colsum(rowsum(dV * (X @ W_V))))",
    PROJECTED,
    checker=Moving({"X": "X_t", "W_Q": "A_t", "W_K": "B_t", "W_V": "C_t"}),
    conditions=["`X_t`, `A_t`, `B_t` and `C_t` are the rates at which `X`, `W_Q`, `W_K` and `W_V` change"],
).to(
    "colsum(rowsum((dQ @ W_Q.T + dK @ W_K.T + dV @ W_V.T) * X_t)) + colsum(rowsum((X.T @ dQ) * A_t))"
    " + colsum(rowsum((X.T @ dK) * B_t)) + colsum(rowsum((X.T @ dV) * C_t))",
    by=product,
)

masked = Derivation(
    "the cotangent of causal scores",
    "D(colsum(rowsum(dP * softmax(S, where=causal))))",
    SCORES,
    "P = softmax(S, where=causal)",
    checker=along_scores,
    conditions=["`S_t` is the rate at which `S` changes"],
).to("colsum(rowsum(P * (dP - rowsum(P * dP)) * S_t))", by=chain, note="0 wherever a key is not allowed")

capped = Derivation(
    "a soft cap",
    "D(colsum(rowsum(dS * (c * tanh(S / c)))))",
    {"S": "n m", "dS": "n m", "c": "scalar", "S_t": "n m"},
    checker=along_scores,
    conditions=["`S_t` is the rate at which `S` changes"],
).to("colsum(rowsum(dS * (1 - tanh(S / c)**2) * S_t))", by=chain)

with_lse = Derivation(
    "the logarithm of the sum as a second output",
    "D(colsum(rowsum(dP * softmax(S))) + colsum(dL * lse(S)))",
    {**SCORES, "dL": "n 1"},
    "P = softmax(S)",
    checker=along_scores,
    conditions=["`S_t` is the rate at which `S` changes"],
).to("colsum(rowsum(P * (dP - (rowsum(P * dP) - dL)) * S_t))", by=chain)

dropout = Derivation(
    "with dropout, Z being 1 for what is kept and 0 else, row sums are still those of dO * O",
    "rowsum(P * (dO @ V.T * Z / (1 - r)))",
    {"P": "n m", "Z": "n m", "V": "m d_v", "dO": "n d_v", "r": "scalar"},
).to("rowsum(dO * ((P * Z / (1 - r)) @ V))", by=reassociate)

rows_sum_to_zero = (
    Derivation(
        "the rows of dS sum to 0",
        "rowsum(P * (dP - rowsum(P * dP)))",
        {"S": "n m", "dP": "n m"},
        "P = softmax(S)",
    )
    .to("rowsum(P * dP) - rowsum(P) * rowsum(P * dP)", by=linearity)
    .to("zeros(n, 1)", by=row_sum)
)

theorem = Theorem(
    "D15",
    "The backward pass",
    "`dV = P.T @ dO`, `dP = dO @ V.T`, `dS = P * (dP - rowsum(dO * O))`, `dQ = dS @ K / sqrt(d_k)`, `dK = dS.T @ Q / "
    "sqrt(d_k)`: for every rate of change of the inputs the derivative of the sum of `dO * O` is the sum of "
    "cotangents times rates.",
    (
        values_and_weights,
        weights_of_scores,
        scores,
        row_sums,
        whole,
        projections,
        masked,
        capped,
        with_lse,
        dropout,
        rows_sum_to_zero,
    ),
    SOURCE,
)
