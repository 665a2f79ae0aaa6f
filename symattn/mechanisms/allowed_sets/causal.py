"""Causal attention (Vaswani et al. 2017, arXiv:1706.03762, section 3.2.3): no query attends to a later key.

Scaled by ``1/sqrt(d_k)``; n queries, m keys. Query i may attend to the keys j <= i, aligned at the upper left, as
torch's ``is_causal=True`` does: query 1 sees key 1 alone, whatever n and m are, so no row is empty. For queries that
are the last of the keys, as with a cache of keys, take causal-lower-right.
"""

from symattn.defining import mechanism

causal = mechanism(
    "causal attention",
    inputs={"Q": "n d_k", "K": "m d_k", "V": "m d_v"},
    equations="""
        S = Q @ K.T / sqrt(d_k)
        P = softmax(S, where=causal)
        O = P @ V
    """,
    source="Vaswani et al. 2017, arXiv:1706.03762, section 3.2.3; aligned at the upper left",
)
