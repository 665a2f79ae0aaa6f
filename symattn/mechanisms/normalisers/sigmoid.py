"""Sigmoid attention (Ramapuram et al. 2024, arXiv:2409.04431): each weight by itself, no competition between keys.

Rows of weights do not sum to 1. The bias -log(m) keeps their sum near m / (m + 1) where all scores are 0; without it
the sum would be m / 2.
"""

from symattn.defining import mechanism

sigmoid = mechanism(
    "sigmoid attention",
    inputs={"Q": "n d_k", "K": "m d_k", "V": "m d_v"},
    equations="""
        S = Q @ K.T / sqrt(d_k)
        P = sigmoid(S - log(m))
        O = P @ V
    """,
    source="Ramapuram et al. 2024, arXiv:2409.04431, section 2, b = -log(n)",
    conventions={
        "sizes": "n queries and m keys of length d_k, m values of length d_v; the paper's n is the number of keys, m",
        "scale": "1/sqrt(d_k), then the bias -log(m)",
        "empty row": "none: every query may attend to every key",
    },
)
