"""Dot-product attention (Luong et al. 2015, arXiv:1508.04025, score "dot"): similarity by the dot product, unscaled.

Long keys win: a key of twice the length has twice the score, whatever its angle. Compare cosine.
"""

from symattn.defining import mechanism

dot = mechanism(
    "dot-product attention",
    inputs={"Q": "n d_k", "K": "m d_k", "V": "m d_v"},
    equations="""
        S = Q @ K.T
        P = softmax(S)
        O = P @ V
    """,
    source="Luong et al. 2015, arXiv:1508.04025, section 3.1, score 'dot'",
    conventions={
        "sizes": "n queries and m keys of length d_k, m values of length d_v",
        "scale": "none",
        "empty row": "none: every query may attend to every key",
    },
)
