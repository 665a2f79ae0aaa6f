"""ALiBi with slopes as an input, the paper's m: for numbers of heads that are no power of two, or slopes of one's own.

For such H the code takes the slopes of the power of two below, then every other slope of the one above.
"""

from symattn.defining import mechanism

alibi_slopes = mechanism(
    "attention with linear biases, slopes given",
    inputs={"Q": "H n d_k", "K": "H m d_k", "V": "H m d_v", "slope": "H 1"},
    equations="""
        S[h] = Q[h] @ K[h].T / sqrt(d_k) - slope[h] * matrix(n, m, i - j)
        P[h] = softmax(S[h], where=causal)
        O[h] = P[h] @ V[h]
    """,
    source="Press et al. 2022, arXiv:2108.12409, section 3; its code, get_slopes",
    conventions={
        "sizes": "H heads; n queries and m keys of length d_k, m values of length d_v",
        "scale": "1/sqrt(d_k), on the dot product alone",
        "mask": "from the positions alone, no input",
        "causal": "aligned at the upper left, j <= i; query i and key i stand at one position",
        "empty row": "none: query i may attend to the first key at least",
        "order": "scale, bias, mask, softmax",
    },
)
