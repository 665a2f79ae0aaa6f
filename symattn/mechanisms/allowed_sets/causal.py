"""Causal attention (Vaswani et al. 2017, arXiv:1706.03762, section 3.2.3): no query attends to a later key.

For queries that are the last of the keys, as with a cache of keys, take causal-lower-right.
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
    conventions={
        "sizes": "n queries and m keys of length d_k, m values of length d_v",
        "scale": "1/sqrt(d_k)",
        "mask": "from the positions alone, no input",
        "causal": "aligned at the upper left, j <= i, as torch's is_causal=True: the first query sees the first key"
        " alone, whatever n and m are",
        "empty row": "none: query i may attend to the first key at least",
    },
)
