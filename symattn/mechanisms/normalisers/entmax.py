"""Attention with alpha-entmax (Peters et al. 2019, arXiv:1905.05702), here with alpha = 4/3.

p_j = max(0, (alpha - 1) s_j - tau) ** (1 / (alpha - 1)), with tau such that the row sums to 1. alpha is a number in the
equation, any above 1: change it there.
"""

from symattn.defining import mechanism

entmax = mechanism(
    "alpha-entmax attention",
    inputs={"Q": "n d_k", "K": "m d_k", "V": "m d_v"},
    equations="""
        S = Q @ K.T / sqrt(d_k)
        P = entmax(S, 4/3)
        O = P @ V
    """,
    source="Peters et al. 2019, arXiv:1905.05702, section 3; in transformers: Correia et al. 2019, arXiv:1909.00015",
    conventions={
        "sizes": "n queries and m keys of length d_k, m values of length d_v",
        "scale": "1/sqrt(d_k)",
        "empty row": "none: every query may attend to every key",
        "paper and code": "Correia et al. learn alpha for each head; here it is a number",
    },
)
