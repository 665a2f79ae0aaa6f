"""One step of decoding with a key cache: a new token asks the tokens kept before it, and itself.

The keys and values of the past do not change when a token is added to a causal layer, so they are kept; the result is
row p of causal attention over all p + 1 tokens. No mask: all that is kept may be seen. Watch libraries: causal aligned
at the upper left, as torch's ``is_causal=True``, would show a single query key 0 alone.
"""

from symattn.defining import mechanism

key_cache = mechanism(
    "key cache, one token",
    inputs={
        "x": "1 d",
        "K_past": "p d_k",
        "V_past": "p d_v",
        "W_Q": "d d_k",
        "W_K": "d d_k",
        "W_V": "d d_v",
    },
    equations="""
        q = x @ W_Q
        K = vstack(K_past, x @ W_K)
        V = vstack(V_past, x @ W_V)
        s = q @ K.T / sqrt(d_k)
        P = softmax(s)
        o = P @ V
    """,
    source="Shazeer 2019, arXiv:1911.02150, section 2.4 (incremental decoding)",
    conventions={
        "sizes": "p >= 1 tokens kept, one new of d numbers; d_k for queries and keys, d_v for values;"
        " the first token of all has nothing to ask but itself: o = x @ W_V",
        "scale": "1/sqrt(d_k)",
        "mask": "none needed for one token",
        "causal": "row p of causal attention over p + 1 tokens; with rotations, keys are kept rotated",
        "order": "the past first, the new token last",
    },
)
