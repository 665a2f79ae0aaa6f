"""Rotary positions (Su et al. 2021, arXiv:2104.09864), the paper's layout: neighbouring coordinates turn together.

Pair t of a query or key at position i turns by the angle i * 10000**(-2t/d); the score then depends on the distance
only. Weights trained for this layout do not fit the other one (rope-half-split).
"""

from symattn.defining import mechanism

rope = mechanism(
    "attention with rotary positions",
    inputs={"Q": "n 2*p", "K": "m 2*p", "V": "m d_v"},
    equations="""
        c_Q = matrix(n, 2 * p, cos(i * 10000 ** (-(j // 2) / p)))
        s_Q = matrix(n, 2 * p, sin(i * 10000 ** (-(j // 2) / p)))
        c_K = matrix(m, 2 * p, cos(i * 10000 ** (-(j // 2) / p)))
        s_K = matrix(m, 2 * p, sin(i * 10000 ** (-(j // 2) / p)))
        Q_R = Q * c_Q + matrix(n, 2 * p, Q[i, j - 1] if j % 2 == 1 else -Q[i, j + 1]) * s_Q
        K_R = K * c_K + matrix(m, 2 * p, K[i, j - 1] if j % 2 == 1 else -K[i, j + 1]) * s_K
        S = Q_R @ K_R.T / sqrt(2 * p)
        P = softmax(S)
        O = P @ V
    """,
    source="Su et al. 2021, arXiv:2104.09864, eqs. (14) to (16), (34)",
    conventions={
        "sizes": "n queries and m keys of even length d = 2*p (of one head), m values of length d_v",
        "scale": "1/sqrt(d)",
        "empty row": "none: every query may attend to every key",
        "order": "rotate, multiply, scale; coordinates 2t and 2t + 1 are a pair; query i stands at position i, from 0",
        "paper and code": "this is the paper, GPT-J, and ONNX with interleaved=1; LLaMA and GPT-NeoX: rope-half-split",
    },
)
