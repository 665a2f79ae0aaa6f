"""Squeeze-and-excitation (Hu et al. 2018, arXiv:1709.01507): a gate between 0 and 1 for every channel.

Each channel is squeezed to its mean, two layers make gates of the means, and each channel is multiplied by its gate.
The gates are no distribution: they do not sum to 1, and all may be near 1.
"""

from symattn.defining import mechanism

se = mechanism(
    "squeeze-and-excitation",
    inputs={"U": "C H W", "W_1": "C_r C", "W_2": "C C_r"},
    equations="""
        z = concat(c, colmean(rowmean(U[c]))).T
        s = sigmoid(W_2 @ relu(W_1 @ z))
        X[c] = s[c] * U[c]
    """,
    source="Hu et al. 2018, arXiv:1709.01507, eqs. (2) to (4)",
    conventions={
        "sizes": "C channels, C_r = C/r in the bottleneck (r = 16 in the paper); H rows, W columns",
        "paper and code": "no biases, as in the paper; some ports have them",
    },
)
