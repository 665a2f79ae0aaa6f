"""Self-attention with scores divided by the root of d_k (Vaswani et al. 2017, arXiv:1706.03762, section 3.2).

One head of a transformer. The root keeps the variance of a score at 1 where queries and keys have entries of variance
1, so that softmax does not saturate. Watch that d_k is the width of a query and not that of a token.
"""

from symattn.defining import mechanism

scaled_self_attention = mechanism(
    "scaled self-attention",
    inputs={"X": "n d", "W_K": "d d_k", "W_Q": "d d_k", "W_V": "d d_v"},
    equations="""
        K = X @ W_K
        Q = X @ W_Q
        V = X @ W_V
        S = Q @ K.T / sqrt(d_k)
        P = softmax(S)
        O = P @ V
    """,
    source="Vaswani et al. 2017, arXiv:1706.03762, section 3.2.1",
    conventions={
        "sizes": "n tokens of d numbers (d_model); d_k numbers in a query and a key, d_v in a value",
        "scale": "1/sqrt(d_k), not 1/sqrt(d)",
        "mask": "none: every token sees every token",
    },
)
