"""Attention with 1.5-entmax (Peters et al. 2019, arXiv:1905.05702): sparse as sparsemax, smoother at the edge.

Between softmax (alpha 1) and sparsemax (alpha 2). One key takes all from a lead of 2 on.
"""

from symattn.defining import mechanism

entmax15 = mechanism(
    "1.5-entmax attention",
    inputs={"Q": "n d_k", "K": "m d_k", "V": "m d_v"},
    equations="""
        S = Q @ K.T / sqrt(d_k)
        P = entmax(S, 1.5)
        O = P @ V
    """,
    source="Peters et al. 2019, arXiv:1905.05702, section 3; in transformers: Correia et al. 2019, arXiv:1909.00015",
    conventions={
        "sizes": "n queries and m keys of length d_k, m values of length d_v",
        "scale": "1/sqrt(d_k)",
        "empty row": "none: every query may attend to every key",
    },
)
