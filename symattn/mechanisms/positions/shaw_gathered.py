"""Relative position representations computed from distances: a query meets each of the 2*r+1 vectors once.

The keys' side alone (Shaw et al. 2018, arXiv:1803.02155), as many later models have it. T holds the product with each
vector, R picks by distance.
"""

from symattn.defining import mechanism

shaw_gathered = mechanism(
    "attention with relative keys, gathered",
    inputs={"Q": "n d_z", "K": "m d_z", "V": "m d_v", "w_K": "2*r+1 d_z"},
    equations="""
        T = Q @ w_K.T
        R = matrix(n, m, T[i, clip(j - i, -r, r) + r])
        e = (Q @ K.T + R) / sqrt(d_z)
        alpha = softmax(e)
        z = alpha @ V
    """,
    source="Shaw et al. 2018, arXiv:1803.02155, eqs. (4), (5)",
    conventions={
        "sizes": "n queries and m keys of length d_z, m values of length d_v; r from the 2*r+1 rows of w_K",
        "scale": "1/sqrt(d_z), on the position term as well",
        "empty row": "none: every query may attend to every key",
        "order": "row r + clip(j - i, -r, r) of w_K: distance of key minus query; query i stands at position i",
    },
)
