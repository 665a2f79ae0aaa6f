"""Attention with a learned sink (gpt-oss, arXiv:2508.10925): each head has a score b for attending to nothing.

Softmax off by one with exp(b) in the place of 1. The sink stands in front of the keys as column 0, where no mask
reaches it, and is dropped after the softmax, so a row of weights sums to less than 1.
"""

from symattn.defining import mechanism

sink = mechanism(
    "attention with a learned sink",
    inputs={"Q": "H n d_k", "K": "H m d_k", "V": "H m d_v", "b": "H 1"},
    equations="""
        S[h] = Q[h] @ K[h].T / sqrt(d_k)
        A[h] = softmax(hstack(b[h] + zeros(n, 1), S[h]), where=(j <= i + 1))
        P[h] = A[h][:, 1:m + 1]
        O[h] = P[h] @ V[h]
    """,
    source="OpenAI 2025, arXiv:2508.10925, section 2.2; transformers, gpt_oss, sinks",
    conventions={
        "sizes": "H heads; n queries and m keys of length d_k, m values of length d_v",
        "scale": "1/sqrt(d_k); b is not scaled",
        "mask": "from the positions alone, no input; the sink is never masked",
        "causal": "aligned at the upper left: query i sees the sink and the keys up to i, columns 0 to i + 1 of A",
        "empty row": "none: every query may attend to the sink",
        "paper and code": "the code puts the sink behind the keys, which changes no weight",
    },
)
