"""Non-local block with the embedded Gaussian (Wang et al. 2018, arXiv:1711.07971, eq. 3): self-attention.

exp(theta(x_i) . phi(x_j)), divided by its sum over j: softmax attention with scale 1 and a residual. Columns of x are
positions, p = y*W + x. The authors' code scales: non-local-embedded-code.
"""

from symattn.defining import mechanism

non_local_embedded = mechanism(
    "non-local block, embedded Gaussian",
    inputs={"X": "C H W", "W_theta": "d C", "W_phi": "d C", "W_g": "d C", "W_z": "C d"},
    equations="""
        x = matrix(C, H*W, X[i][j // W, j % W])
        theta = W_theta @ x
        phi = W_phi @ x
        g = W_g @ x
        P = softmax(theta.T @ phi)
        y = g @ P.T
        z = W_z @ y + x
        Z[c] = matrix(H, W, z[c, i*W + j])
    """,
    source="Wang et al. 2018, arXiv:1711.07971, eqs. (1), (3) and (6)",
    conventions={
        "sizes": "C channels, d inside (C/2 in the paper); N = H*W positions; time can be part of H",
        "scale": "none in the paper",
        "order": "P[i, j] is the weight of position j for position i; each row sums to 1",
        "paper and code": "the code scales by 1/sqrt(d), halves the keys by max pooling, and has biases and BatchNorm",
    },
)
