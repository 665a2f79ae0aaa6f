"""Bilinear attention: the score is q' W k for a learned W, symmetric or not.

Self-attention's score is of this form with W = W_Q W_K', of rank d_k at most. W the identity gives dot.
"""

from symattn.defining import mechanism

bilinear = mechanism(
    "bilinear attention",
    inputs={"Q": "n d_q", "K": "m d_k", "V": "m d_v", "W": "d_q d_k"},
    equations="""
        S = Q @ W @ K.T
        P = softmax(S)
        O = P @ V
    """,
    source="Luong et al. 2015, arXiv:1508.04025, section 3.1, score 'general'",
    conventions={
        "sizes": "n queries of length d_q, m keys of length d_k, m values of length d_v",
        "scale": "none",
        "empty row": "none: every query may attend to every key",
    },
)
