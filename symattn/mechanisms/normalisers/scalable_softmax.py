"""Scalable softmax (Nakanishi 2025, arXiv:2501.19399): scores grow with the logarithm of the number of keys.

Against fading: a lead that takes most of the weight among 16 keys takes almost none among 65536.
"""

from symattn.defining import mechanism

scalable_softmax = mechanism(
    "attention with scalable softmax",
    inputs={"Q": "n d_k", "K": "m d_k", "V": "m d_v", "s": "scalar"},
    equations="""
        S = Q @ K.T / sqrt(d_k)
        P = softmax(s * log(m) * S)
        O = P @ V
    """,
    source="Nakanishi 2025, arXiv:2501.19399, eq. (2)",
    conventions={
        "sizes": "n queries and m keys of length d_k, m values of length d_v; the paper's n is the number of keys, m",
        "scale": "s log(m) / sqrt(d_k), s learned for each head",
        "empty row": "none: every query may attend to every key",
    },
)
