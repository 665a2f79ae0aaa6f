"""RMS-normalised queries and keys of each head, as in Qwen3 and Gemma 3: the mean square of a row becomes 1.

With gains of 1 and eps = 0 the score is sqrt(d_k) times the cosine, so none exceeds sqrt(d_k).
"""

from symattn.defining import mechanism

qk_norm_rms = mechanism(
    "query-key RMS normalisation, each head",
    inputs={
        "Q": "H n d_k",
        "K": "H m d_k",
        "V": "H m d_v",
        "gamma_q": "1 d_k",
        "gamma_k": "1 d_k",
        "eps": "scalar",
    },
    equations="""
        A[h] = gamma_q * Q[h] / sqrt(rowmean(Q[h] ** 2) + eps)
        B[h] = gamma_k * K[h] / sqrt(rowmean(K[h] ** 2) + eps)
        S[h] = A[h] @ B[h].T / sqrt(d_k)
        P[h] = softmax(S[h])
        O[h] = P[h] @ V[h]
    """,
    source="Qwen Team 2025, arXiv:2505.09388, section 2; Zhang and Sennrich 2019, arXiv:1910.07467, eq. (4)",
    conventions={
        "sizes": "H heads; n queries and m keys of length d_k, m values of length d_v",
        "scale": "1/sqrt(d_k) after the normalisation; Gemma 3 takes its own number there",
        "empty row": "none: every query may attend to every key",
        "order": "normalise, then rotate (RoPE), then multiply; unequal gains do not commute with RoPE",
        "paper and code": "the gains are shared by the heads; Qwen3 has eps = 1e-6. Gemma 3 stores gamma - 1",
    },
)
