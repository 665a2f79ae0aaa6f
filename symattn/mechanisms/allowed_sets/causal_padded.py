"""Causal attention over padded sequences: no later key, and no key that is padding.

With padding at the left the first queries have no allowed key at all.
"""

from symattn.defining import mechanism

causal_padded = mechanism(
    "causal attention with padding",
    inputs={"Q": "n d_k", "K": "m d_k", "V": "m d_v", "padding": "1 m"},
    equations="""
        S = Q @ K.T / sqrt(d_k)
        P = softmax(S, where=causal & padding)
        O = P @ V
    """,
    source="Vaswani et al. 2017, arXiv:1706.03762, section 3.2.3, the sum over the keys that are no padding",
    conventions={
        "sizes": "n queries and m keys of length d_k, m values of length d_v",
        "scale": "1/sqrt(d_k)",
        "mask": "padding is 1, or anything other than 0, for an allowed key; key_padding_mask of"
        " torch.nn.MultiheadAttention is the other way round",
        "causal": "aligned at the upper left, j <= i",
        "empty row": "a query before the first key that is no padding: weights, outputs and gradients are 0",
    },
)
