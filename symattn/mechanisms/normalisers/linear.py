"""Linear attention (Katharopoulos et al. 2020, arXiv:2006.16236): cost grows with n, not n**2.

The keys and values become one d_k by d_v matrix before any query is looked at. phi(x) = elu(x) + 1 is positive, so the
weights, which are never formed, are positive and sum to 1; their rank is d_k at most.
"""

from symattn.defining import mechanism

linear = mechanism(
    "linear attention",
    inputs={"Q": "n d_k", "K": "m d_k", "V": "m d_v"},
    equations="""
        F = elu(Q) + 1
        G = elu(K) + 1
        M = G.T @ V
        O = (F @ M) / (F @ colsum(G).T)
    """,
    source="Katharopoulos et al. 2020, arXiv:2006.16236, eqs. (5), (7)",
    conventions={
        "sizes": "n queries and m keys of length d_k, m values of length d_v",
        "scale": "none",
        "empty row": "none: every query may attend to every key",
        "paper and code": "ONNX's LinearAttention is not normalised: linear-unnormalised",
    },
)
