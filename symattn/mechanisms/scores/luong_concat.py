"""Luong attention, score "concat": a hidden layer over decoder and encoder state side by side (arXiv:1508.04025).

Its score is Bahdanau's: the columns of W_a that meet h_t are his W_a, the others his U_a.
"""

from symattn.defining import mechanism

luong_concat = mechanism(
    "Luong attention, concat",
    inputs={"H_t": "n d_t", "H_s": "m d_s", "W_a": "d_a d_t+d_s", "v_a": "d_a 1", "W_c": "d_o d_s+d_t"},
    equations="""
        E = H_t @ W_a[:, 0:d_t].T
        F = H_s @ W_a[:, d_t:d_t + d_s].T
        S = sum(a, v_a[a] * tanh(E[:, a] + F[:, a].T))
        A = softmax(S)
        C = A @ H_s
        O = tanh(hstack(C, H_t) @ W_c.T)
    """,
    source="Luong et al. 2015, arXiv:1508.04025, section 3.1, score 'concat'",
    conventions={
        "sizes": "n decoder states of length d_t, m encoder states of length d_s, d_a hidden units; outputs of length"
        " d_o",
        "scale": "none",
        "empty row": "none: every query may attend to every key",
        "order": "W_a takes the decoder state first; W_c takes the context first, then the state",
    },
)
