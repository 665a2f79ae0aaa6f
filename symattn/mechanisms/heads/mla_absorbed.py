"""Multi-head latent attention, absorbed (DeepSeek-V2, arXiv:2405.04434): the latent vectors are keys and values.

W_UK goes into the queries and W_UV into the output, so no key or value of a head is ever made: multi-query attention
with the key [C_KV, K_R] and the value C_KV. Equal to mla-expanded. Watch the scale: it stays 1/sqrt(d_h + 2*p),
although a key has d_c + 2*p numbers.
"""

from symattn.defining import mechanism

mla_absorbed = mechanism(
    "multi-head latent attention, absorbed",
    inputs={
        "X": "n d",
        "W_DKV": "d d_c",
        "W_UK": "H d_c d_h",
        "W_UV": "H d_c d_v",
        "W_DQ": "d d_q",
        "W_UQ": "H d_q d_h",
        "W_QR": "H d_q 2*p",
        "W_KR": "d 2*p",
        "W_O": "H*d_v d",
    },
    equations="""
        C_KV = X @ W_DKV
        C_Q = X @ W_DQ
        c = matrix(n, 2*p, cos(i * 10000 ** (-(j // 2) / p)))
        s = matrix(n, 2*p, sin(i * 10000 ** (-(j // 2) / p)))
        J = matrix(2*p, 2*p, (1 if j == i + 1 else 0) if i % 2 == 0 else (-1 if i == j + 1 else 0))
        X_R = X @ W_KR
        K = hstack(C_KV, X_R * c + (X_R @ J) * s)
        C_R[h] = C_Q @ W_QR[h]
        Q[h] = hstack(C_Q @ (W_UQ[h] @ W_UK[h].T), C_R[h] * c + (C_R[h] @ J) * s)
        S[h] = Q[h] @ K.T / sqrt(d_h + 2*p)
        P[h] = softmax(S[h], where=causal)
        O[h] = P[h] @ C_KV
        U = sum(h, O[h] @ (W_UV[h] @ W_O[h*d_v:(h+1)*d_v, :]))
    """,
    source="DeepSeek-AI 2024, arXiv:2405.04434, section 2.1.2 and appendix C",
    conventions={
        "sizes": "n tokens of d numbers; H heads; latent d_c (keys, values) and d_q (queries), d_v for a value;"
        " d_h without and d_h^R = 2*p with rotation",
        "scale": "1/sqrt(d_h + 2*p), as in the expanded form, and not 1/sqrt(d_c + 2*p)",
        "mask": "from the positions alone, no input",
        "empty row": "none: a token sees itself",
        "causal": "j <= i; row i is position i, its pair k of neighbours turns by i * 10000**(-k/p), all from 0",
        "paper and code": "code has RMSNorm on C_KV and C_Q, and the YaRN factor on the scale; the paper has d_v = d_h",
    },
)
