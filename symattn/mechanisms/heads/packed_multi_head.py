"""Multi-head self-attention as it is implemented: one product for all heads, then cut into blocks of columns.

X @ W_Q holds the queries of all heads side by side; head h takes columns h*d_k to (h+1)*d_k - 1. The bias B, one matrix
a head, is what ALiBi, T5 and a float attn_mask add to the scores; zeros give plain multi-head attention. It also tells
H: packed weights alone do not say into how many heads they are to be cut.
"""

from symattn.defining import mechanism

packed_multi_head = mechanism(
    "packed multi-head attention",
    inputs={"X": "n d", "W_Q": "d H*d_k", "W_K": "d H*d_k", "W_V": "d H*d_v", "W_O": "H*d_v d", "B": "H n n"},
    equations="""
        X_Q = X @ W_Q
        X_K = X @ W_K
        X_V = X @ W_V
        Q[h] = X_Q[:, h*d_k:(h+1)*d_k]
        K[h] = X_K[:, h*d_k:(h+1)*d_k]
        V[h] = X_V[:, h*d_v:(h+1)*d_v]
        S[h] = Q[h] @ K[h].T / sqrt(d_k) + B[h]
        P[h] = softmax(S[h])
        O[h] = P[h] @ V[h]
        A = concat(h, O[h]) @ W_O
    """,
    source="Vaswani et al. 2017, arXiv:1706.03762, section 3.2.2; the packing of torch.nn.MultiheadAttention",
    conventions={
        "sizes": "H heads; n tokens of d numbers; packed widths are H*d_k and H*d_v",
        "scale": "1/sqrt(d_k), the width of one head and not of the packed queries",
        "mask": "B is added, and finite; a mask is a set of allowed keys, as in multi-head-causal",
        "order": "scale, then B: the bias is not divided by sqrt(d_k)",
        "paper and code": "head-major packing; a model that packs Q, K and V of one head together needs another cut",
    },
)
