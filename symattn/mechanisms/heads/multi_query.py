"""Multi-query attention: many query heads, one key head and one value head (Shazeer 2019, arXiv:1911.02150).

Decoding is limited by reading keys and values from memory; shared by all heads they take 1/H of it. It is grouped-query
attention with G = 1, and multi-head attention in which all W_K[h] are equal and all W_V[h] are equal.
"""

from symattn.defining import mechanism

multi_query = mechanism(
    "multi-query attention",
    inputs={"X": "n d", "Y": "m d_y", "W_Q": "H d d_k", "W_K": "d_y d_k", "W_V": "d_y d_v", "W_O": "H*d_v d"},
    equations="""
        Q[h] = X @ W_Q[h]
        K = Y @ W_K
        V = Y @ W_V
        S[h] = Q[h] @ K.T / sqrt(d_k)
        P[h] = softmax(S[h])
        O[h] = P[h] @ V
        A = concat(h, O[h]) @ W_O
    """,
    source="Shazeer 2019, arXiv:1911.02150, section 3",
    conventions={
        "sizes": "H query heads, one key head; n tokens of d numbers ask m of d_y; d_k for queries and keys, d_v"
        " for values",
        "scale": "1/sqrt(d_k); the paper's listings leave it to the projections",
        "mask": "none: every query sees every key",
        "order": "W_O is H blocks of d_v rows, one a query head",
    },
)
