"""Convolutional block attention module (Woo et al. 2018, arXiv:1807.06521): channel gates, then pixel gates.

The channel attention of cbam-channel makes G of F, and the spatial attention of cbam-spatial is computed from G.
"""

from symattn.defining import mechanism

cbam = mechanism(
    "CBAM",
    inputs={"F": "C H W", "W_0": "C_r C", "W_1": "C C_r", "w": "2 2*r+1 2*r+1"},
    equations="""
        z = concat(c, colmean(rowmean(F[c]))).T
        x = concat(c, colmax(rowmax(F[c]))).T
        M_c = sigmoid(W_1 @ relu(W_0 @ z) + W_1 @ relu(W_0 @ x))
        G[c] = M_c[c] * F[c]
        a = sum(c, G[c]) / C
        f = matrix(C, H*W, G[i][j // W, j % W])
        t = colmax(f)
        m = matrix(H, W, t[i*W + j])
        N = sum(u, sum(v, matrix(
            H,
            W,
            w[0][u, v] * a[i + u - r, j + v - r] + w[1][u, v] * m[i + u - r, j + v - r]
            if (0 <= i + u - r < H) & (0 <= j + v - r < W)
            else 0,
        )))
        M_s = sigmoid(N)
        R[c] = M_s * G[c]
    """,
    source="Woo et al. 2018, arXiv:1807.06521, eqs. (1) to (3)",
    conventions={
        "sizes": "C channels, C_r = C/r in the bottleneck; H rows, W columns; a kernel of 2*r + 1 rows and columns",
        "order": "channels first, then pixels; w[0] is the kernel of the mean map, w[1] of the maximum map",
        "paper and code": "the code has biases, BatchNorm, and the maximum map first: cbam-code",
    },
)
