"""Causal linear attention without normalisation: the output grows with the number of keys (ONNX, LinearAttention).

No feature map, so a weight is the scaled dot product itself and may be negative. A norm usually follows the layer.
"""

from symattn.defining import mechanism

linear_unnormalised = mechanism(
    "causal linear attention, not normalised",
    inputs={"Q": "n d_k", "K": "m d_k", "V": "m d_v"},
    equations="""
        S = Q @ K.T / sqrt(d_k)
        A = S * matrix(n, m, 1 if j <= i else 0)
        O = A @ V
    """,
    source="ONNX, operator LinearAttention of opset 27, update rule 'linear'; after arXiv:2006.16236",
    conventions={
        "sizes": "n queries and m keys of length d_k, m values of length d_v",
        "scale": "1/sqrt(d_k), ONNX's default",
        "mask": "a factor of 0; from the positions alone, no input",
        "causal": "aligned at the upper left, j <= i",
        "empty row": "none: query i may attend to the first key at least",
        "paper and code": "Katharopoulos et al. have a feature map and a normalisation: linear-causal",
    },
)
