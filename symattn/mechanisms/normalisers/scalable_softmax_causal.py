"""Scalable softmax with a causal mask: the number of keys is the number that the query may see (arXiv:2501.19399).

The first query sees one key; log(1) = 0 takes its scores away, and its weight is 1 as with any softmax of one key.
"""

from symattn.defining import mechanism

scalable_softmax_causal = mechanism(
    "causal attention with scalable softmax",
    inputs={"Q": "n d_k", "K": "n d_k", "V": "n d_v", "s": "scalar"},
    equations="""
        N = matrix(n, 1, i + 1)
        S = s * log(N) * (Q @ K.T) / sqrt(d_k)
        P = softmax(S, where=causal)
        O = P @ V
    """,
    source="Nakanishi 2025, arXiv:2501.19399, section 2",
    conventions={
        "sizes": "n tokens; queries and keys of length d_k, values of length d_v; N is the number of keys a query sees",
        "scale": "s log(N) / sqrt(d_k), s learned for each head",
        "mask": "from the positions alone, no input",
        "causal": "j <= i, as many queries as keys",
        "empty row": "none: every query may attend to its own key",
    },
)
