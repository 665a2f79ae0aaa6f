"""Luong attention, score "dot" (Luong et al. 2015, arXiv:1508.04025): a whole layer, with its output of both states.

H_t holds the decoder's states h_t, H_s the encoder's states, which are both keys and values.
"""

from symattn.defining import mechanism

luong_dot = mechanism(
    "Luong attention, dot",
    inputs={"H_t": "n d", "H_s": "m d", "W_c": "d_o 2*d"},
    equations="""
        S = H_t @ H_s.T
        A = softmax(S)
        C = A @ H_s
        O = tanh(hstack(C, H_t) @ W_c.T)
    """,
    source="Luong et al. 2015, arXiv:1508.04025, section 3.1, score 'dot'; eqs. (5), (7)",
    conventions={
        "sizes": "n decoder states and m encoder states of length d; outputs of length d_o",
        "scale": "none",
        "empty row": "none: every query may attend to every key",
        "order": "W_c takes the context first, then the state: tanh(W_c [c_t; h_t])",
        "paper and code": "the query is the decoder's current state h_t; Bahdanau's is the previous one",
    },
)
