"""Attention by distance without distances: the squared length of the query is one number a row, which softmax ignores.

The same weights as rbf from one matrix product and a bias on the keys, -abs(k_j)**2 / (2 sigma**2).
"""

from symattn.defining import mechanism

rbf_reduced = mechanism(
    "Gaussian kernel attention, reduced",
    inputs={"Q": "n d_k", "K": "m d_k", "V": "m d_v", "sigma": "scalar"},
    equations="""
        B = rowsum(K ** 2).T / 2
        S = (Q @ K.T - B) / sigma ** 2
        P = softmax(S)
        O = P @ V
    """,
    source="E. A. Nadaraya 1964; G. S. Watson 1964; with the shift invariance of softmax",
    conventions={
        "sizes": "n queries and m keys of length d_k, m values of length d_v",
        "scale": "1/sigma**2 on the dot product; the scores differ from those of rbf by abs(q_i)**2 / (2 sigma**2)",
        "empty row": "none: every query may attend to every key",
    },
)
