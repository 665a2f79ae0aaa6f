"""RMS-normalised queries and keys across all heads, as in OLMo 2: one root mean square for the whole projected row.

Heads then share a length: one loud head makes the others quiet. Compare qk-norm-rms, which treats each head alone.
"""

from symattn.defining import mechanism

qk_norm_whole = mechanism(
    "query-key RMS normalisation, all heads at once",
    inputs={
        "Q": "n H*d_k",
        "K": "m H*d_k",
        "V": "H m d_v",
        "gamma_q": "1 H*d_k",
        "gamma_k": "1 H*d_k",
        "eps": "scalar",
    },
    equations="""
        A = gamma_q * Q / sqrt(rowmean(Q ** 2) + eps)
        B = gamma_k * K / sqrt(rowmean(K ** 2) + eps)
        S[h] = A[:, h * d_k:(h + 1) * d_k] @ B[:, h * d_k:(h + 1) * d_k].T / sqrt(d_k)
        P[h] = softmax(S[h])
        O[h] = P[h] @ V[h]
    """,
    source="OLMo Team 2025, arXiv:2501.00656, section 2",
    conventions={
        "sizes": "H heads side by side in rows of H*d_k; n queries, m keys, m values of length d_v",
        "scale": "1/sqrt(d_k) after the normalisation",
        "empty row": "none: every query may attend to every key",
        "order": "normalise the whole row, split into heads, rotate (RoPE), multiply",
    },
)
