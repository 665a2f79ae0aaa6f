"""Multi-head self-attention in which a token sees itself and the tokens before it: a decoder's layer.

Output row t depends on rows 0 to t of X alone, so a sequence can be computed token by token with the keys and values
kept: key-cache is one such step. The set is square here; where queries are fewer than keys, its alignment matters.
"""

from symattn.defining import mechanism

multi_head_causal = mechanism(
    "causal multi-head attention",
    inputs={"X": "n d", "W_Q": "H d d_k", "W_K": "H d d_k", "W_V": "H d d_v", "W_O": "H*d_v d"},
    equations="""
        Q[h] = X @ W_Q[h]
        K[h] = X @ W_K[h]
        V[h] = X @ W_V[h]
        S[h] = Q[h] @ K[h].T / sqrt(d_k)
        P[h] = softmax(S[h], where=causal)
        O[h] = P[h] @ V[h]
        A = concat(h, O[h]) @ W_O
    """,
    source="Vaswani et al. 2017, arXiv:1706.03762, sections 3.2.2 and 3.2.3 (decoder self-attention)",
    conventions={
        "sizes": "H heads; n tokens of d numbers; d_k numbers in a query and a key, d_v in a value",
        "scale": "1/sqrt(d_k), the width of one head",
        "mask": "a set of allowed keys; the others have a weight of exactly 0",
        "causal": "j <= i; n queries and n keys, so that upper left and lower right alignment are the same",
        "empty row": "none: a token sees itself",
        "order": "scale, then the allowed set, then softmax",
    },
)
