"""Scaled dot-product attention (Vaswani et al. 2017, arXiv:1706.03762, eq. 1): scores divided by the root of d_k.

For independent entries of mean 0 and variance 1 a score has variance d_k, and 1 after the division.
"""

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
    conventions={
        "sizes": "n queries and m keys of length d_k, m values of length d_v",
        "scale": "1/sqrt(d_k); ONNX multiplies queries and keys by its root each, which rounds otherwise",
        "empty row": "none: every query may attend to every key",
        "order": "score, scale, then whatever else: softcap, bias, mask, softmax",
    },
)
