"""Attention by distance: scores of a Gaussian kernel, which is Nadaraya and Watson's regression of 1964.

A key far from every query never wins, however long it is. For keys of one length it is dot-product attention with
temperature sigma**2. The non-local network's "Gaussian" is exp(x_i . x_j), not this.
"""

from symattn.defining import mechanism

rbf = mechanism(
    "Gaussian kernel attention",
    inputs={"Q": "n d_k", "K": "m d_k", "V": "m d_v", "sigma": "scalar"},
    equations="""
        D = sum(c, (Q[:, c] - K[:, c].T) ** 2)
        S = -D / (2 * sigma ** 2)
        P = softmax(S)
        O = P @ V
    """,
    source="E. A. Nadaraya 1964, On estimating regression; G. S. Watson 1964, Smooth regression analysis",
    conventions={
        "sizes": "n queries and m keys of length d_k, m values of length d_v",
        "scale": "1/(2 sigma**2) on the squared distance; sigma is the kernel's standard deviation, not 0",
        "empty row": "none: every query may attend to every key",
    },
)
