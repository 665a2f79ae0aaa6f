"""Causal linear attention, all queries at once: the n by m weights are formed, later keys struck out, rows normalised.

The same output as linear-recurrent-step, one token after the other, which needs no n by m matrix.
"""

from symattn.defining import mechanism

linear_causal = mechanism(
    "causal linear attention",
    inputs={"Q": "n d_k", "K": "m d_k", "V": "m d_v"},
    equations="""
        F = elu(Q) + 1
        G = elu(K) + 1
        A = (F @ G.T) * matrix(n, m, 1 if j <= i else 0)
        P = A / rowsum(A)
        O = P @ V
    """,
    source="Katharopoulos et al. 2020, arXiv:2006.16236, eq. (8)",
    conventions={
        "sizes": "n queries and m keys of length d_k, m values of length d_v",
        "scale": "none",
        "mask": "a factor of 0 before the rows are normalised; from the positions alone, no input",
        "causal": "aligned at the upper left, j <= i",
        "empty row": "none: query i may attend to the first key at least",
    },
)
