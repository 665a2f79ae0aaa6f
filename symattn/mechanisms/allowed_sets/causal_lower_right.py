"""Causal attention aligned at the lower right (flash-attn 2.1, its README): the last query sees all keys.

Right for queries that are the last n of m tokens, as with a cache of keys. With n = m it is causal.
"""

from symattn.defining import mechanism

causal_lower_right = mechanism(
    "causal attention aligned at the lower right",
    inputs={"Q": "n d_k", "K": "m d_k", "V": "m d_v"},
    equations="""
        S = Q @ K.T / sqrt(d_k)
        P = softmax(S, where=causal_lower_right)
        O = P @ V
    """,
    source="flash-attn, README, changes of version 2.1; torch.nn.attention.bias.causal_lower_right",
    conventions={
        "sizes": "n queries and m keys of length d_k, m values of length d_v",
        "scale": "1/sqrt(d_k)",
        "mask": "from the positions alone, no input",
        "causal": "aligned at the lower right, j <= i + m - n, as FlashAttention since 2.1, and ONNX with a cache",
        "empty row": "with n > m the first n - m queries have no allowed key: their weights and outputs are 0, their"
        " gradients too",
    },
)
