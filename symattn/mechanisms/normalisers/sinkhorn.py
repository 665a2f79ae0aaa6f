"""Doubly stochastic attention (Sander et al. 2022, arXiv:2110.11773): rows and columns of weights sum to the same.

Sinkhorn's algorithm divides rows and columns by their sums in turn, here in logarithms so that no exponential is large.
Three rounds stand here, columns before rows, so that the rows sum to exactly 1 and the columns almost to n/m.
"""

from symattn.defining import mechanism

sinkhorn = mechanism(
    "Sinkhorn attention",
    inputs={"Q": "n d_k", "K": "m d_k", "V": "m d_v"},
    equations="""
        S = Q @ K.T / sqrt(d_k)
        L1 = S - lse(S)
        C1 = L1 - lse(L1.T).T
        L2 = C1 - lse(C1)
        C2 = L2 - lse(L2.T).T
        P = softmax(C2)
        O = P @ V
    """,
    source="Sander et al. 2022, arXiv:2110.11773, section 3; Sinkhorn 1964",
    conventions={
        "sizes": "n queries and m keys of length d_k, m values of length d_v",
        "scale": "1/sqrt(d_k)",
        "empty row": "none: every query may attend to every key",
        "order": "rows, columns, rows, columns, rows: five halves of Sinkhorn's iteration; one half alone is softmax",
        "paper and code": "the paper iterates until columns sum to 1 as well (n = m); here the number is fixed",
    },
)
