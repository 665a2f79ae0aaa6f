"""Scaled cosine attention of Swin Transformer V2 (Liu et al. 2022, arXiv:2111.09883, eq. 2), several heads.

The temperature of each head is learned; the bias B holds what the paper's small network says of relative positions.
"""

from symattn.defining import mechanism

swin_v2 = mechanism(
    "scaled cosine attention",
    inputs={"Q": "H n d_k", "K": "H m d_k", "V": "H m d_v", "tau": "H 1", "B": "H n m"},
    equations="""
        S[h] = (Q[h] @ K[h].T) / (rownorm(Q[h]) @ rownorm(K[h]).T) / tau[h] + B[h]
        P[h] = softmax(S[h])
        O[h] = P[h] @ V[h]
    """,
    source="Liu et al. 2022, arXiv:2111.09883, eq. (2)",
    conventions={
        "sizes": "H heads; n queries and m keys of length d_k, m values of length d_v",
        "scale": "1/tau[h], learned; tau is kept above 0.01",
        "empty row": "none: every query may attend to every key",
        "order": "cosine, temperature, bias, softmax",
        "paper and code": "the code learns theta with 1/tau = exp(min(theta, log(100))), begun at 1/tau = 10, and puts"
        " at least 1e-12 in the place of each length",
    },
)
