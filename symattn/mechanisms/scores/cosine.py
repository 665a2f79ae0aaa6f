"""Cosine attention (Graves et al. 2014, arXiv:1410.5401, eq. 6): similarity by the angle between query and key.

Scores lie in [-1, 1] and ignore the lengths of queries and keys, so weights of one row differ by a factor of e**2 at
most: a learned strength or temperature goes with it (see content-addressing, swin-v2).
"""

from symattn.defining import mechanism

cosine = mechanism(
    "cosine attention",
    inputs={"Q": "n d_k", "K": "m d_k", "V": "m d_v"},
    equations="""
        S = (Q @ K.T) / (rownorm(Q) @ rownorm(K).T)
        P = softmax(S)
        O = P @ V
    """,
    source="Graves et al. 2014, arXiv:1410.5401, eq. (6), key strength 1",
    conventions={
        "sizes": "n queries and m keys of length d_k, m values of length d_v",
        "scale": "none; key strength 1",
        "empty row": "none: every query may attend to every key",
        "paper and code": "undefined for a query or key of length 0, as in the paper; torch's cosine_similarity puts at"
        " least 1e-8 in the place of each length, its normalize 1e-12",
    },
)
