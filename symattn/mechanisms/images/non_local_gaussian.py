"""Non-local block with the Gaussian pair function (Wang et al. 2018, arXiv:1711.07971, eq. 2): exp(x_i . x_j).

Its name notwithstanding it is the exponential of a dot product and not of a squared distance. Columns of x are
positions, p = y*W + x; W_z begins at 0 in practice, where the block is the identity.
"""

from symattn.defining import mechanism

non_local_gaussian = mechanism(
    "non-local block, Gaussian",
    inputs={"X": "C H W", "W_g": "d C", "W_z": "C d"},
    equations="""
        x = matrix(C, H*W, X[i][j // W, j % W])
        g = W_g @ x
        P = softmax(x.T @ x)
        y = g @ P.T
        z = W_z @ y + x
        Z[c] = matrix(H, W, z[c, i*W + j])
    """,
    source="Wang et al. 2018, arXiv:1711.07971, eqs. (1), (2) and (6)",
    conventions={
        "sizes": "C channels, d inside (C/2 in the paper); N = H*W positions; time can be part of H",
        "scale": "none",
        "order": "P[i, j] is the weight of position j for position i; each row sums to 1",
    },
)
