"""Causal attention aligned at the lower right (flash-attn 2.1, its README): the last query sees all keys.

Scaled by ``1/sqrt(d_k)``; n queries, m keys. Query i may attend to the keys j <= i + m - n, as torch's
``causal_lower_right`` and FlashAttention since 2.1 do it: right for queries that are the last n of m tokens, as with a
cache of keys. With n = m it is causal attention. With n > m the first n - m queries have no allowed key: their rows of
weights and of output are zeros.
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
)
