"""Causal attention over several documents packed into one sequence: no token sees another document.

s holds for each token the number of its document, any number, equal within a document and different between two.
"""

from symattn.defining import mechanism

packed = mechanism(
    "causal attention over packed documents",
    inputs={"Q": "n d_k", "K": "n d_k", "V": "n d_v", "s": "n 1"},
    equations="""
        M = matrix(n, n, 1 if s[i] == s[j] else 0)
        S = Q @ K.T / sqrt(d_k)
        P = softmax(S, where=M & causal)
        O = P @ V
    """,
    source="PyTorch 2024, FlexAttention, document masking; Krell et al. 2021, arXiv:2107.02027",
    conventions={
        "sizes": "n tokens; queries and keys of length d_k, values of length d_v",
        "scale": "1/sqrt(d_k)",
        "mask": "M is 1 where both tokens have one document",
        "causal": "j <= i, as many queries as keys",
        "empty row": "none: every token may attend to itself",
    },
)
