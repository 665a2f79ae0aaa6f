"""Non-local block with concatenation (Wang et al. 2018, arXiv:1711.07971, eq. 5): ReLU(w_f . [theta(x_i), phi(x_j)]).

Within the ReLU a score is a number of the query plus a number of the key, as in additive attention with one unit. The
weights are at least 0 and do not sum to 1.
"""

from symattn.defining import mechanism

non_local_concat = mechanism(
    "non-local block, concatenation",
    inputs={"X": "C H W", "W_theta": "d C", "W_phi": "d C", "W_g": "d C", "w_f": "2*d 1", "W_z": "C d"},
    equations="""
        x = matrix(C, H*W, X[i][j // W, j % W])
        theta = W_theta @ x
        phi = W_phi @ x
        g = W_g @ x
        q = theta.T @ w_f[0:d, :]
        k = phi.T @ w_f[d:2*d, :]
        P = relu(q + k.T) / (H*W)
        y = g @ P.T
        z = W_z @ y + x
        Z[c] = matrix(H, W, z[c, i*W + j])
    """,
    source="Wang et al. 2018, arXiv:1711.07971, eqs. (1), (5) and (6)",
    conventions={
        "sizes": "C channels, d inside (C/2 in the paper); N = H*W positions; time can be part of H",
        "scale": "1/N, the number of positions",
        "order": "the first d weights of w_f are the query's; rows of P do not sum to 1",
    },
)
