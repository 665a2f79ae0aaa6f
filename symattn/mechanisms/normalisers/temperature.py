"""Softmax with a temperature: T below 1 sharpens the weights, T above 1 evens them out.

As T goes to 0 the weights go to hardmax: ties share, so not always to a single key. T = sqrt(d_k) is scaled dot.
"""

from symattn.defining import mechanism

temperature = mechanism(
    "attention with a temperature",
    inputs={"Q": "n d_k", "K": "m d_k", "V": "m d_v", "T": "scalar"},
    equations="""
        S = Q @ K.T
        P = softmax(S / T)
        O = P @ V
    """,
    source="Hinton et al. 2015, arXiv:1503.02531, eq. (1)",
    conventions={
        "sizes": "n queries and m keys of length d_k, m values of length d_v",
        "scale": "1/T and nothing else; T is not 0",
        "empty row": "none: every query may attend to every key",
    },
)
