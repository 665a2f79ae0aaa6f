"""Efficient channel attention (Wang et al. 2020, arXiv:1910.03151): a channel's gate from its neighbours' means.

A convolution over the channels, here written as the banded Toeplitz matrix that it is, takes the place of the two
layers of squeeze-and-excitation. Neighbours in the order of the channels, that is, and 0 beyond the first and the last.
"""

from symattn.defining import mechanism

eca = mechanism(
    "efficient channel attention",
    inputs={"X": "C H W", "w": "2*r+1 1"},
    equations="""
        y = concat(c, colmean(rowmean(X[c]))).T
        T = matrix(C, C, w[j - i + r] if abs(j - i) <= r else 0)
        omega = sigmoid(T @ y)
        Z[c] = omega[c] * X[c]
    """,
    source="Wang et al. 2020, arXiv:1910.03151, section 3.2",
    conventions={
        "sizes": "C channels; k = 2*r + 1 weights, an odd number from 3 on; H rows, W columns",
        "order": "w[r] is the channel's own weight; the filter is not reversed, as in torch's conv1d",
        "paper and code": "the paper takes k from C: t = floor(abs(log2(C) + 1) / 2), made odd; the code takes 3",
    },
)
