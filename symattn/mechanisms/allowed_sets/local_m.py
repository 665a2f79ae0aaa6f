"""Luong's local attention, monotonic (arXiv:1508.04025, section 3.2): each query sees the keys around its own position.

The source is taken to run along with the target: the window is centred at p_t = t.
"""

from symattn.defining import mechanism

local_m = mechanism(
    "local attention, monotonic",
    inputs={"H_t": "n d_t", "H_s": "m d_s", "W_a": "d_t d_s", "D": "scalar"},
    equations="""
        M = matrix(n, m, 1 if abs(j - i) <= D else 0)
        S = H_t @ W_a @ H_s.T
        A = softmax(S, where=M)
        C = A @ H_s
    """,
    source="Luong et al. 2015, arXiv:1508.04025, section 3.2, local-m, score 'general'",
    conventions={
        "sizes": "n decoder states of length d_t, m encoder states of length d_s; D, half the width of the window",
        "scale": "none",
        "mask": "from the positions and D: both ends of i - D ... i + D are inside",
        "causal": "no: as many keys after the position as before it",
        "empty row": "a query farther than D behind the last key: weights, outputs and gradients are 0",
    },
)
