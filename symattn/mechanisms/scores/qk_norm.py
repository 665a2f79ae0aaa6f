"""Query-key normalisation (Henry et al. 2020, arXiv:2010.04245, eq. 4): unit queries and keys, one learned factor g.

It is cosine attention with g in the place of 1/sqrt(d_k), so a row can still become sharp.
"""

from symattn.defining import mechanism

qk_norm = mechanism(
    "query-key normalisation",
    inputs={"Q": "n d_k", "K": "m d_k", "V": "m d_v", "g": "scalar"},
    equations="""
        A = Q / rownorm(Q)
        B = K / rownorm(K)
        S = g * (A @ B.T)
        P = softmax(S)
        O = P @ V
    """,
    source="Henry et al. 2020, arXiv:2010.04245, eq. (4)",
    conventions={
        "sizes": "n queries and m keys of length d_k (of one head), m values of length d_v",
        "scale": "g, learned; begun at log2(L**2 - L) for the 97.5th percentile L of the sequence lengths",
        "empty row": "none: every query may attend to every key",
        "order": "normalise, then rotate (RoPE), then multiply",
    },
)
