"""Masked attention: a matrix says which keys each query may attend to.

Scaled by ``1/sqrt(d_k)``; n queries, m keys. ``M`` is (n, m): 1, or anything other than 0, where query i may attend to
key j, 0 where it may not. This is the polarity of a boolean ``attn_mask`` of torch's ``scaled_dot_product_attention``
and of ONNX; that of ``torch.nn.MultiheadAttention`` is the other way round. A row of ``M`` without any 1 gives rows of
zeros, as torch's kernels do, not NaN. Causal only if M is: ``where=M & causal`` is both.
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
)
