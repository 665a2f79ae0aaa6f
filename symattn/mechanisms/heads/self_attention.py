"""Self-attention without scaling, as the worked example computes it (Karim 2019, "Illustrated: Self-Attention").

Every token asks all tokens, itself among them: queries, keys and values are three projections of the same X. Only the
product W_Q W_Kᵀ matters for the scores. Watch the scale: there is none.
"""

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
    conventions={
        "sizes": "n tokens of d numbers; d_k numbers in a query and a key, d_v in a value",
        "scale": "none; scaled-self-attention divides by sqrt(d_k)",
        "mask": "none: every token sees every token",
    },
)
