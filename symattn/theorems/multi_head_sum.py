"""Several heads side by side, projected, are a sum over the heads."""

from symattn.deriving import Derivation, Theorem
from symattn.deriving.rules import block, linearity, reassociate, row_sum, transpose

SOURCE = "Vaswani et al. 2017, arXiv:1706.03762, section 3.2.2"

HEADS = {"S": "H n m", "V": "H m d_v", "W_O": "H d_v d"}

as_a_sum = (
    Derivation(
        "heads side by side are a sum",
        "concat(h, softmax(S[h]) @ V[h]) @ concat(h, W_O[h].T).T",
        HEADS,
        source=SOURCE,
    )
    .to("sum(h, softmax(S[h]) @ V[h] @ W_O[h])", by=block)
    .to("sum(h, softmax(S[h]) @ (V[h] @ W_O[h]))", by=reassociate, note="each head's values may be projected first")
)

value_output = Derivation(
    "values and output projection are one matrix a head",
    "sum(h, softmax(S[h]) @ (Y @ W_V[h]) @ W_O[h])",
    {"S": "H n m", "Y": "m d", "W_V": "H d d_v", "W_O": "H d_v d"},
).to("sum(h, softmax(S[h]) @ Y @ (W_V[h] @ W_O[h]))", by=reassociate)

score_gauge = (
    Derivation(
        "queries times A score with keys as queries do with keys times A transposed",
        "(Q @ A) @ K.T",
        {"Q": "n d_k", "A": "d_k d_k", "K": "m d_k", "W_Q": "d d_k", "W_K": "d d_k"},
    )
    .to("Q @ (A @ K.T)", by=reassociate)
    .to("Q @ (K @ A.T).T", by=transpose, note="so only `W_Q @ W_K.T` counts")
)

value_bias = (
    Derivation(
        "a bias of the values comes out as it went in",
        "softmax(S) @ (V + b)",
        {"S": "n m", "V": "m d", "b": "1 d"},
    )
    .to("softmax(S) @ V + rowsum(softmax(S)) @ b", by=linearity)
    .to("softmax(S) @ V + b", by=row_sum)
)

theorem = Theorem(
    "D9",
    "Multi-head attention is a sum over heads",
    "Concatenating the outputs of heads and projecting them is adding, over the heads, each output times its own "
    "rows of the projection. Only `W_Q[h] @ W_K[h].T` and `W_V[h] @ W_O[h]` of each head count, and a bias of the "
    "values passes through.",
    (as_a_sum, value_output, score_gauge, value_bias),
    SOURCE,
    names={"W_Q": "H d d_k", "W_K": "H d d_k"},
)
