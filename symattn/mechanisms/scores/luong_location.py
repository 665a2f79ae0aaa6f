"""Luong attention, "location": weights from the decoder state alone, no key is looked at (arXiv:1508.04025).

W_a has one row for each position of the source, so it fixes the longest source.
"""

from symattn.defining import mechanism

luong_location = mechanism(
    "Luong attention, location",
    inputs={"H_t": "n d_t", "H_s": "m d_s", "W_a": "m d_t", "W_c": "d_o d_s+d_t"},
    equations="""
        S = H_t @ W_a.T
        A = softmax(S)
        C = A @ H_s
        O = tanh(hstack(C, H_t) @ W_c.T)
    """,
    source="Luong et al. 2015, arXiv:1508.04025, section 3.1, score 'location'",
    conventions={
        "sizes": "n decoder states of length d_t, m encoder states of length d_s; outputs of length d_o",
        "scale": "none",
        "empty row": "none: every query may attend to every key",
        "paper and code": "for a shorter source the paper takes the first weights of a_t only; here W_a has m rows",
    },
)
