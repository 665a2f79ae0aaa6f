"""ALiBi (Press et al. 2022, arXiv:2108.12409): a penalty that grows with the distance, steeper in some heads.

No position is added to the tokens. The bias is added after the scores are scaled. Slopes 2**(-8h/H) for heads counted
from 1, for H a power of two; for other H, and for slopes of one's own, take alibi-slopes.
"""

from symattn.defining import mechanism

alibi = mechanism(
    "attention with linear biases",
    inputs={"Q": "H n d_k", "K": "H m d_k", "V": "H m d_v"},
    equations="""
        S[h] = Q[h] @ K[h].T / sqrt(d_k) - matrix(n, m, 2 ** (-8 * (h + 1) / H) * (i - j))
        P[h] = softmax(S[h], where=causal)
        O[h] = P[h] @ V[h]
    """,
    source="Press et al. 2022, arXiv:2108.12409, section 3",
    conventions={
        "sizes": "H heads, a power of two; n queries and m keys of length d_k, m values of length d_v",
        "scale": "1/sqrt(d_k), on the dot product alone",
        "mask": "from the positions alone, no input",
        "causal": "aligned at the upper left, j <= i; query i and key i stand at one position",
        "empty row": "none: query i may attend to the first key at least",
        "order": "scale, bias, mask, softmax; heads counted from 1 in the slope, so the first has 2**(-8/H)",
        "paper and code": "BLOOM adds + slope * j, which differs by one number a row, so not after softmax",
    },
)
