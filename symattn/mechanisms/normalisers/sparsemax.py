"""Sparsemax attention (Martins and Astudillo 2016, arXiv:1602.02068): weights far from the best are exactly 0.

The point of the simplex nearest to the scores; entmax with alpha 2. One key takes all from a lead of 1 on.
"""

from symattn.defining import mechanism

sparsemax = mechanism(
    "sparsemax attention",
    inputs={"Q": "n d_k", "K": "m d_k", "V": "m d_v"},
    equations="""
        S = Q @ K.T / sqrt(d_k)
        P = sparsemax(S)
        O = P @ V
    """,
    source="Martins and Astudillo 2016, arXiv:1602.02068, eq. (2)",
    conventions={
        "sizes": "n queries and m keys of length d_k, m values of length d_v",
        "scale": "1/sqrt(d_k)",
        "empty row": "none: every query may attend to every key",
    },
)
