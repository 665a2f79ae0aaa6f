"""Attention with a prefix: the first tokens see each other in both directions, the others are causal.

A language model that is given the beginning of its text (Raffel et al. 2020, arXiv:1910.10683, section 3.2.1).
"""

from symattn.defining import mechanism

prefix = mechanism(
    "attention with a prefix",
    inputs={"Q": "n d_k", "K": "m d_k", "V": "m d_v", "p": "scalar"},
    equations="""
        M = matrix(n, m, 1 if j <= i else (1 if j < p else 0))
        S = Q @ K.T / sqrt(d_k)
        P = softmax(S, where=M)
        O = P @ V
    """,
    source="Raffel et al. 2020, arXiv:1910.10683, section 3.2.1, prefix LM",
    conventions={
        "sizes": "n queries and m keys of length d_k, m values of length d_v; a prefix of p keys",
        "scale": "1/sqrt(d_k)",
        "mask": "from the positions and p; every query may attend to every key of the prefix",
        "causal": "after the prefix, aligned at the upper left; p <= 1 is causal attention",
        "empty row": "none: query i may attend to the first key at least",
    },
)
