"""Performer attention (Choromanski et al. 2021, arXiv:2009.14794): softmax attention estimated by random features.

For W with independent standard normal entries the mean of phi(x) . phi(y) is exp(x . y); W is an input, so this is the
formula for one draw. The features are positive, so are the weights.
"""

from symattn.defining import mechanism

performer = mechanism(
    "Performer attention",
    inputs={"Q": "n d_k", "K": "m d_k", "V": "m d_v", "W": "r d_k"},
    equations="""
        X = Q / d_k ** 0.25
        Y = K / d_k ** 0.25
        F = exp(X @ W.T - rowsum(X ** 2) / 2) / sqrt(r)
        G = exp(Y @ W.T - rowsum(Y ** 2) / 2) / sqrt(r)
        O = (F @ (G.T @ V)) / (F @ colsum(G).T)
    """,
    source="Choromanski et al. 2021, arXiv:2009.14794, eqs. (4), (7), Lemma 1",
    conventions={
        "sizes": "n queries and m keys of length d_k, m values of length d_v, r random features",
        "scale": "d_k**(-1/4) on queries and on keys, which is 1/sqrt(d_k) on their products",
        "empty row": "none: every query may attend to every key",
        "paper and code": "the code subtracts a largest exponent, which cancels, and adds 1e-6 to each feature, which"
        " does not",
    },
)
