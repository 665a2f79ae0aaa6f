"""Masked attention: a matrix says which keys each query may attend to.

Masked keys have weight 0 exactly. A large negative number in their place is not the same: a row of such numbers gives
the unmasked weights again.
"""

from symattn.defining import mechanism

masked = mechanism(
    "masked attention",
    inputs={"Q": "n d_k", "K": "m d_k", "V": "m d_v", "M": "n m"},
    equations="""
        S = Q @ K.T / sqrt(d_k)
        P = softmax(S, where=M)
        O = P @ V
    """,
    source="Vaswani et al. 2017, arXiv:1706.03762, section 3.2.3, with a mask of any form",
    conventions={
        "sizes": "n queries and m keys of length d_k, m values of length d_v",
        "scale": "1/sqrt(d_k)",
        "mask": "M is 1, or anything other than 0, where query i may attend to key j, 0 where it may not, as a boolean"
        " attn_mask of torch's scaled_dot_product_attention and of ONNX; that of torch.nn.MultiheadAttention is the"
        " other way round",
        "causal": "only if M is; where=M & causal is both",
        "empty row": "a row of M without any 1 gives weights, outputs and gradients of 0, as torch's kernels and ONNX"
        " since 1.23 do; torch.softmax gives NaN there",
    },
)
