"""Channel attention of DANet (Fu et al. 2019, arXiv:1809.02983, section 3.3): every channel asks every channel.

The scores are the Gram matrix of the channels, without any convolution. A channel is most like itself, so the weights
are near the identity. beta begins at 0, where the module is the identity. The authors' code computes something else:
danet-channel-code.
"""

from symattn.defining import mechanism

danet_channel = mechanism(
    "DANet channel attention",
    inputs={"A": "C H W", "beta": "scalar"},
    equations="""
        a = matrix(C, H*W, A[i][j // W, j % W])
        G = a @ a.T
        X = softmax(G)
        O = X @ a
        E[c] = beta * matrix(H, W, O[c, i*W + j]) + A[c]
    """,
    source="Fu et al. 2019, arXiv:1809.02983, eqs. (3) and (4)",
    conventions={
        "sizes": "C channels; H rows, W columns; pixels row by row",
        "scale": "none; G grows with H*W",
        "order": "row: the channel that asks, column: the one asked; each row sums to 1",
        "paper and code": "the paper takes softmax(G), the code softmax(max - G) = softmax(-G)",
    },
)
