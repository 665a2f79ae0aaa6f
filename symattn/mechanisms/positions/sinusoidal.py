"""Sinusoidal positions added to the tokens (Vaswani et al. 2017, arXiv:1706.03762, section 3.5), then self-attention.

The product of two position rows depends on their distance only, and not on its sign; once W_Q and W_K stand between
them, not on the distance alone either.
"""

from symattn.defining import mechanism

sinusoidal = mechanism(
    "self-attention with sinusoidal positions",
    inputs={"X": "n 2*p", "W_Q": "2*p d_k", "W_K": "2*p d_k", "W_V": "2*p d_v"},
    equations="""
        PE = matrix(n, 2 * p, cos(i * 10000 ** (-(j // 2) / p)) if j % 2 == 1 else sin(i * 10000 ** (-(j // 2) / p)))
        Z = X + PE
        Q = Z @ W_Q
        K = Z @ W_K
        V = Z @ W_V
        S = Q @ K.T / sqrt(d_k)
        P = softmax(S)
        O = P @ V
    """,
    source="Vaswani et al. 2017, arXiv:1706.03762, section 3.5",
    conventions={
        "sizes": "n tokens of even length d = 2*p; queries and keys of length d_k, values of length d_v; one head",
        "scale": "1/sqrt(d_k)",
        "empty row": "none: every token may attend to every token",
        "order": "sine at even coordinates, cosine at odd ones; positions from 0",
        "paper and code": "the paper multiplies token embeddings by sqrt(d) before; tensor2tensor puts all sines first",
    },
)
