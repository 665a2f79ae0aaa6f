"""Forward mode: how weights and outputs change as queries, keys and values do."""

from symattn.deriving import Derivation, Theorem
from symattn.deriving.differentials import Moving
from symattn.deriving.rules import chain, product
from symattn.theorems.backward_pass import weights_of_scores

INPUTS = {"Q": "n d_k", "K": "m d_k", "V": "m d_v", "Q_t": "n d_k", "K_t": "m d_k", "V_t": "m d_v"}
GIVEN = """
    S = Q @ K.T / sqrt(d_k)
    P = softmax(S)
    S_t = (Q_t @ K.T + Q @ K_t.T) / sqrt(d_k)
    P_t = P * (S_t - rowsum(P * S_t))
"""

along = Moving({"Q": "Q_t", "K": "K_t", "V": "V_t"})


def rate(title: str, start: str) -> Derivation:
    """A derivation of how fast something changes."""
    conditions = ["`Q_t`, `K_t` and `V_t` are the rates at which `Q`, `K` and `V` change"]
    return Derivation(title, start, INPUTS, GIVEN, conditions, checker=along)


scores = rate("the tangent of the scores", "D(S)").to("S_t", by=product)
weights = rate("the tangent of the weights", "D(P)").to("P_t", by=chain, using=[scores, weights_of_scores])
outputs = (
    rate("the tangent of the output", "D(P @ V)")
    .to("D(P) @ V + P @ D(V)", by=product)
    .to("P_t @ V + P @ V_t", by=chain, using=[weights])
)
logarithm = rate("the tangent of the logarithm of the sum", "D(lse(S))").to("rowsum(P * S_t)", by=chain, using=[scores])

theorem = Theorem(
    "D16",
    "Forward mode",
    "With the index t for the rate at which a matrix changes: `S_t = (Q_t @ K.T + Q @ K_t.T) / sqrt(d_k)`, `P_t = P * "
    "(S_t - rowsum(P * S_t))`, `O_t = P_t @ V + P @ V_t`, and the rate of `lse(S)` is `rowsum(P * S_t)`.",
    (scores, weights, outputs, logarithm),
    names={"O_t": "n d_v"},
)
