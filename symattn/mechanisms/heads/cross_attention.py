"""Cross-attention: the tokens of one sequence ask those of another (Vaswani et al. 2017, section 3.2.3).

Queries come from X (the decoder), keys and values from Y (the encoder). P is n × m and in general not square; nothing
relates position i of X to position j of Y, so a causal set has no meaning here. Y = X gives scaled self-attention.
"""

from symattn.defining import mechanism

cross_attention = mechanism(
    "cross-attention",
    inputs={"X": "n d", "Y": "m d_y", "W_Q": "d d_k", "W_K": "d_y d_k", "W_V": "d_y d_v"},
    equations="""
        Q = X @ W_Q
        K = Y @ W_K
        V = Y @ W_V
        S = Q @ K.T / sqrt(d_k)
        P = softmax(S)
        O = P @ V
    """,
    source="Vaswani et al. 2017, arXiv:1706.03762, section 3.2.3 (encoder-decoder attention)",
    conventions={
        "sizes": "n queries of d numbers, m keys of d_y numbers; d_k numbers in a query and a key, d_v in a value",
        "scale": "1/sqrt(d_k)",
        "mask": "none; the padding of Y is a row of allowed keys, as in padded",
    },
)
