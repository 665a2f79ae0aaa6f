"""Cosine attention (Graves et al. 2014, arXiv:1410.5401, eq. 6): similarity by the angle between query and key.

Scores lie in [-1, 1] and ignore the lengths of queries and keys. Undefined for a query or key of length 0;
libraries put a small number under the length there (torch: 1e-8), this mechanism does not.
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
)
