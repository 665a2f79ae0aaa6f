"""Non-local block with the dot product (Wang et al. 2018, arXiv:1711.07971, eq. 4): linear attention.

The scores are divided by the number of positions and by nothing else, so weights may be negative and need not sum to 1;
and as there is no softmax, the brackets can be moved: (g phiᵀ) theta / N costs no N × N matrix.
"""

from symattn.defining import mechanism

non_local_dot = mechanism(
    "non-local block, dot product",
    inputs={"X": "C H W", "W_theta": "d C", "W_phi": "d C", "W_g": "d C", "W_z": "C d"},
    equations="""
        x = matrix(C, H*W, X[i][j // W, j % W])
        theta = W_theta @ x
        phi = W_phi @ x
        g = W_g @ x
        P = theta.T @ phi / (H*W)
        y = g @ P.T
        z = W_z @ y + x
        Z[c] = matrix(H, W, z[c, i*W + j])
    """,
    source="Wang et al. 2018, arXiv:1711.07971, eqs. (1), (4) and (6)",
    conventions={
        "sizes": "C channels, d inside (C/2 in the paper); N = H*W positions; time can be part of H",
        "scale": "1/N, the number of positions",
        "order": "P[i, j] is the weight of position j for position i; rows do not sum to 1",
        "paper and code": "the code divides by the number of keys, a quarter of N after its pooling",
    },
)
