"""Luong attention, score "general": a learned bilinear form of decoder and encoder state (arXiv:1508.04025).

The states may have different lengths. With W_a the identity it is luong-dot; without the output layer, bilinear.
"""

from symattn.defining import mechanism

luong_general = mechanism(
    "Luong attention, general",
    inputs={"H_t": "n d_t", "H_s": "m d_s", "W_a": "d_t d_s", "W_c": "d_o d_s+d_t"},
    equations="""
        S = H_t @ W_a @ H_s.T
        A = softmax(S)
        C = A @ H_s
        O = tanh(hstack(C, H_t) @ W_c.T)
    """,
    source="Luong et al. 2015, arXiv:1508.04025, section 3.1, score 'general'",
    conventions={
        "sizes": "n decoder states of length d_t, m encoder states of length d_s; outputs of length d_o",
        "scale": "none",
        "empty row": "none: every query may attend to every key",
        "order": "W_c takes the context first, then the state: tanh(W_c [c_t; h_t])",
    },
)
