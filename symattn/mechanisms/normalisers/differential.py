"""Differential attention (Ye et al. 2024, arXiv:2410.05258, eq. 1): one softmax minus a part of another.

What both see alike cancels, as noise does in a differential amplifier. Rows of weights sum to 1 - lambda; weights may
be negative.
"""

from symattn.defining import mechanism

differential = mechanism(
    "differential attention",
    inputs={"Q_1": "n d", "Q_2": "n d", "K_1": "m d", "K_2": "m d", "V": "m d_v", "l": "scalar"},
    equations="""
        P_1 = softmax(Q_1 @ K_1.T / sqrt(d))
        P_2 = softmax(Q_2 @ K_2.T / sqrt(d))
        P = P_1 - l * P_2
        O = P @ V
    """,
    source="Ye et al. 2024, arXiv:2410.05258, eq. (1)",
    conventions={
        "sizes": "n queries and m keys, each in two halves of length d; m values of length d_v, 2d in the paper",
        "scale": "1/sqrt(d), d the length of one half",
        "empty row": "none: every query may attend to every key",
        "paper and code": "l is the paper's lambda, learned as exp(l_q1 . l_k1) - exp(l_q2 . l_k2) + l_init; the RMS"
        " norm of each head and the factor 1 - l_init come after and are left out",
    },
)
