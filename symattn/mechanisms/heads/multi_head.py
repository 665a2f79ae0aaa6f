"""Multi-head attention, heads side by side (Vaswani et al. 2017, arXiv:1706.03762, section 3.2.2).

H heads attend on their own, in d_k numbers each, and W_O mixes what they found. Self-attention is Y = X. The key bias
b_K has no effect: it adds the same number to a whole row of scores, and its gradient is 0. The value bias only adds
itself to every output. Watch the layout of weights: torch's ``in_proj_weight`` is [W_q; W_k; W_v] for y = x Wᵀ.
"""

from symattn.defining import mechanism

multi_head = mechanism(
    "multi-head attention",
    inputs={
        "X": "n d",
        "Y": "m d_y",
        "W_Q": "H d d_k",
        "W_K": "H d_y d_k",
        "W_V": "H d_y d_v",
        "W_O": "H*d_v d",
        "b_Q": "H 1 d_k",
        "b_K": "H 1 d_k",
        "b_V": "H 1 d_v",
        "b_O": "1 d",
    },
    equations="""
        Q[h] = X @ W_Q[h] + b_Q[h]
        K[h] = Y @ W_K[h] + b_K[h]
        V[h] = Y @ W_V[h] + b_V[h]
        S[h] = Q[h] @ K[h].T / sqrt(d_k)
        P[h] = softmax(S[h])
        O[h] = P[h] @ V[h]
        A = concat(h, O[h]) @ W_O + b_O
    """,
    source="Vaswani et al. 2017, arXiv:1706.03762, section 3.2.2",
    conventions={
        "sizes": "H heads; n queries of d numbers (d_model), m keys of d_y; the paper has d_k = d_v = d/H",
        "scale": "1/sqrt(d_k), the width of one head",
        "mask": "none; True drops in torch's nn.MultiheadAttention, and keeps in its scaled_dot_product_attention",
        "order": "the first head first: W_O is H blocks of d_v rows, one a head in the order of concat",
        "paper and code": "the paper has no biases, torch has all four by default",
    },
)
