"""Layer-normalised queries and keys, as in ViT-22B (Dehghani et al. 2023, arXiv:2302.05442, section 2).

Each row of a head loses its mean and is divided by its standard deviation before the scores are taken.
"""

from symattn.defining import mechanism

qk_norm_layer = mechanism(
    "query-key layer normalisation",
    inputs={
        "Q": "n d_k",
        "K": "m d_k",
        "V": "m d_v",
        "gamma_q": "1 d_k",
        "gamma_k": "1 d_k",
        "eps": "scalar",
    },
    equations="""
        C = Q - rowmean(Q)
        D = K - rowmean(K)
        A = gamma_q * C / sqrt(rowmean(C ** 2) + eps)
        B = gamma_k * D / sqrt(rowmean(D ** 2) + eps)
        S = A @ B.T / sqrt(d_k)
        P = softmax(S)
        O = P @ V
    """,
    source="Dehghani et al. 2023, arXiv:2302.05442, section 2; Ba et al. 2016, arXiv:1607.06450",
    conventions={
        "sizes": "n queries and m keys of length d_k (of one head), m values of length d_v",
        "scale": "1/sqrt(d_k) after the normalisation",
        "empty row": "none: every query may attend to every key",
        "paper and code": "layer normalisation without a bias, as the paper has it; eps is 1e-6 in the code",
    },
)
