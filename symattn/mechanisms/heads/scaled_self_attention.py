"""Self-attention with scores divided by the root of d_k (Vaswani et al. 2017, arXiv:1706.03762, section 3.2)."""

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
)
