"""Dropout on attention weights (Srivastava et al. 2014; Vaswani et al. 2017, section 5.4): some weights become 0.

The keep-mask M is an input, so that a run can be repeated and checked. What is kept is divided by 1 - p: a row of D
sums to 1 in the mean over masks, not for each mask, and it is not normalised again.
"""

from symattn.defining import mechanism

dropout = mechanism(
    "dropout on attention weights",
    inputs={"Q": "n d_k", "K": "m d_k", "V": "m d_v", "M": "n m", "p": "scalar"},
    equations="""
        S = Q @ K.T / sqrt(d_k)
        P = softmax(S)
        D = M * P / (1 - p)
        O = D @ V
    """,
    source="Vaswani et al. 2017, arXiv:1706.03762, section 5.4; torch.nn.functional.dropout",
    conventions={
        "sizes": "n queries, m keys; d_k numbers in a query and a key, d_v in a value",
        "scale": "1/sqrt(d_k)",
        "mask": "M is 1 where a weight is kept and 0 where it is dropped",
        "order": "after softmax: a dropped key still counts in the denominator; a mask before softmax would not",
        "empty row": "a row of M with zeros only gives an output row of zeros",
        "paper and code": "p < 1 is the chance to be dropped; torch divides by 1 - p in train, keeps all in eval",
    },
)
