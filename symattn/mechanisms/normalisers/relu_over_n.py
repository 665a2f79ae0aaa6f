"""Attention with relu in the place of softmax (Wortsman et al. 2023, arXiv:2309.08586), divided by the number of keys.

Weights are 0 for negative scores and do not sum to 1; there is nothing to be computed over a row.
"""

from symattn.defining import mechanism

relu_over_n = mechanism(
    "relu attention",
    inputs={"Q": "n d_k", "K": "m d_k", "V": "m d_v"},
    equations="""
        S = Q @ K.T / sqrt(d_k)
        P = relu(S) / m
        O = P @ V
    """,
    source="Wortsman et al. 2023, arXiv:2309.08586, section 3",
    conventions={
        "sizes": "n queries and m keys of length d_k, m values of length d_v; the paper's L is the number of keys, m",
        "scale": "1/sqrt(d_k)",
        "empty row": "a row of negative scores is a row of zeros",
    },
)
