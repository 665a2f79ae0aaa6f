"""Attention with padding: keys that only fill a sequence up are masked for every query.

Queries that are padding themselves still have outputs; nobody should read them.
"""

from symattn.defining import mechanism

padded = mechanism(
    "attention with padding",
    inputs={"Q": "n d_k", "K": "m d_k", "V": "m d_v", "padding": "1 m"},
    equations="""
        S = Q @ K.T / sqrt(d_k)
        P = softmax(S, where=padding)
        O = P @ V
    """,
    source="Vaswani et al. 2017, arXiv:1706.03762, eq. (1), the sum over the keys that are no padding",
    conventions={
        "sizes": "n queries and m keys of length d_k, m values of length d_v",
        "scale": "1/sqrt(d_k)",
        "mask": "padding is 1, or anything other than 0, for an allowed key, 0 for one that is masked, as a boolean"
        " attn_mask of torch's scaled_dot_product_attention and of ONNX; key_padding_mask of"
        " torch.nn.MultiheadAttention is the other way round",
        "causal": "no; causal-padded is both",
        "empty row": "if no key is allowed, weights, outputs and gradients are 0",
    },
)
