"""Self-attention without scaling, as the worked example computes it (Karim 2019, "Illustrated: Self-Attention")."""

from symattn.defining import mechanism

self_attention = mechanism(
    "self-attention",
    inputs={"X": "n d", "W_K": "d d_k", "W_Q": "d d_k", "W_V": "d d_v"},
    equations="""
        K = X @ W_K
        Q = X @ W_Q
        V = X @ W_V
        S = Q @ K.T
        P = softmax(S)
        O = P @ V
    """,
    source='R. Karim 2019, "Illustrated: Self-Attention"',
)
