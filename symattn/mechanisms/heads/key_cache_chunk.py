"""A chunk of n new tokens with a key cache: prefill in pieces, or several tokens checked at once.

Row i of the chunk stands at position p + i, so it sees the p keys kept and those of the chunk up to its own: causal
aligned at the lower right. With n = 1 this is key-cache, and chunk after chunk gives causal attention over the whole.
"""

from symattn.defining import mechanism

key_cache_chunk = mechanism(
    "key cache, chunk of tokens",
    inputs={
        "X": "n d",
        "K_past": "p d_k",
        "V_past": "p d_v",
        "W_Q": "d d_k",
        "W_K": "d d_k",
        "W_V": "d d_v",
    },
    equations="""
        Q = X @ W_Q
        K = vstack(K_past, X @ W_K)
        V = vstack(V_past, X @ W_V)
        S = Q @ K.T / sqrt(d_k)
        P = softmax(S, where=causal_lower_right)
        O = P @ V
    """,
    source="Agrawal et al. 2023, arXiv:2308.16369 (chunked prefill); ONNX operator Attention with past_key",
    conventions={
        "sizes": "p >= 1 tokens kept, n new ones of d numbers; p + n keys of d_k, values of d_v",
        "scale": "1/sqrt(d_k)",
        "mask": "a set of allowed keys; the others have a weight of exactly 0",
        "causal": "lower right, j <= i + p; at the upper left, queries would see the first n keys only",
        "empty row": "none: a token sees itself",
        "order": "the past first, then the chunk",
    },
)
