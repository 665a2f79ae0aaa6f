"""Multi-head attention as a sum over heads: each head has its own block of the output projection.

The product of the heads side by side with W_O is the sum of their products with its row blocks, so heads may change
places, and a head can be taken away by leaving out its term. W_V[h] W_O[h] is one map of rank d_v (what is moved),
W_Q[h] W_K[h]ᵀ one form of rank d_k (between which tokens).
"""

from symattn.defining import mechanism

multi_head_sum = mechanism(
    "multi-head attention, sum of heads",
    inputs={
        "X": "n d",
        "Y": "m d_y",
        "W_Q": "H d d_k",
        "W_K": "H d_y d_k",
        "W_V": "H d_y d_v",
        "W_O": "H d_v d",
        "b_O": "1 d",
    },
    equations="""
        Q[h] = X @ W_Q[h]
        K[h] = Y @ W_K[h]
        V[h] = Y @ W_V[h]
        S[h] = Q[h] @ K[h].T / sqrt(d_k)
        P[h] = softmax(S[h])
        O[h] = P[h] @ V[h]
        A = sum(h, O[h] @ W_O[h]) + b_O
    """,
    source="Elhage et al. 2021, A Mathematical Framework for Transformer Circuits; equal to Vaswani et al. 2017, 3.2.2",
    conventions={
        "sizes": "H heads; n queries of d numbers, m keys of d_y; d_k numbers in a query and a key, d_v in a value",
        "scale": "1/sqrt(d_k), the width of one head",
        "mask": "none: every query sees every key",
        "order": "the members of W_O, one below the other, are the W_O of multi-head",
    },
)
