"""Scaled dot-product attention (Vaswani et al. 2017, arXiv:1706.03762, eq. 1): scores divided by the root of d_k."""

from symattn.defining import mechanism

scaled_dot = mechanism(
    "scaled dot-product attention",
    inputs={"Q": "n d_k", "K": "m d_k", "V": "m d_v"},
    equations="""
        S = Q @ K.T / sqrt(d_k)
        P = softmax(S)
        O = P @ V
    """,
    source="Vaswani et al. 2017, arXiv:1706.03762, eq. (1)",
)
