"""Attention with the exponential's Taylor polynomial of degree 2 (Arora et al. 2024, arXiv:2402.18668, "Based").

1 + t + t**2 / 2 is never below 1/2, so rows can be normalised; it is a product of features of 1 + d_k + d_k**2 numbers,
so the attention is linear. Good for small scores only: it grows for very negative ones.
"""

from symattn.defining import mechanism

taylor2 = mechanism(
    "Taylor attention of degree 2",
    inputs={"Q": "n d_k", "K": "m d_k", "V": "m d_v"},
    equations="""
        S = Q @ K.T / sqrt(d_k)
        A = 1 + S + S ** 2 / 2
        P = A / rowsum(A)
        O = P @ V
    """,
    source="Arora et al. 2024, arXiv:2402.18668, section 4.1",
    conventions={
        "sizes": "n queries and m keys of length d_k, m values of length d_v",
        "scale": "1/sqrt(d_k)",
        "empty row": "none: every query may attend to every key",
    },
)
