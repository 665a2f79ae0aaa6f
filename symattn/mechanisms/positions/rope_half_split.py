"""Rotary positions as GPT-NeoX and LLaMA lay them out: coordinate t turns with coordinate t + d/2.

The same rotations as rope after the coordinates are sorted into even and odd ones; with the same weights other scores.
"""

from symattn.defining import mechanism

rope_half_split = mechanism(
    "attention with rotary positions, halves",
    inputs={"Q": "n 2*p", "K": "m 2*p", "V": "m d_v"},
    equations="""
        c_Q = matrix(n, 2 * p, cos(i * 10000 ** (-(j % p) / p)))
        s_Q = matrix(n, 2 * p, sin(i * 10000 ** (-(j % p) / p)))
        c_K = matrix(m, 2 * p, cos(i * 10000 ** (-(j % p) / p)))
        s_K = matrix(m, 2 * p, sin(i * 10000 ** (-(j % p) / p)))
        Q_R = Q * c_Q + hstack(-Q[:, p:2 * p], Q[:, 0:p]) * s_Q
        K_R = K * c_K + hstack(-K[:, p:2 * p], K[:, 0:p]) * s_K
        S = Q_R @ K_R.T / sqrt(2 * p)
        P = softmax(S)
        O = P @ V
    """,
    source="Su et al. 2021, arXiv:2104.09864; transformers, apply_rotary_pos_emb of LLaMA",
    conventions={
        "sizes": "n queries and m keys of even length d = 2*p (of one head), m values of length d_v",
        "scale": "1/sqrt(d)",
        "empty row": "none: every query may attend to every key",
        "order": "rotate, multiply, scale; coordinates t and t + p are a pair; query i stands at position i, from 0",
        "paper and code": "this is GPT-NeoX, LLaMA, and ONNX with interleaved=0; the paper pairs neighbours: rope",
    },
)
