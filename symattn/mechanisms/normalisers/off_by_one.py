"""Softmax off by one (Miller 2023, "Attention is off by one"): a query may attend to nothing.

exp(s_j) / (1 + sum of exp): softmax with one more key of score 0 and value 0. A row of weights sums to less than 1, and
goes to 0 as all its scores go to -infinity. Adding a number to a row does change the weights.
"""

from symattn.defining import mechanism

off_by_one = mechanism(
    "attention with softmax off by one",
    inputs={"Q": "n d_k", "K": "m d_k", "V": "m d_v"},
    equations="""
        S = Q @ K.T / sqrt(d_k)
        A = softmax(hstack(zeros(n, 1), S))
        P = A[:, 1:m + 1]
        O = P @ V
    """,
    source='E. Miller 2023, "Attention is off by one"; torch.nn.MultiheadAttention(add_zero_attn=True)',
    conventions={
        "sizes": "n queries and m keys of length d_k, m values of length d_v",
        "scale": "1/sqrt(d_k)",
        "empty row": "none: every query may attend to every key, and to nothing",
    },
)
