"""Spatial attention of CBAM (Woo et al. 2018, arXiv:1807.06521, eq. 3): one gate for every pixel.

The mean and the maximum over the channels, two maps, go through one convolution. A gate and not attention between
pixels: danet-position is that. A pixel beyond the edge counts as 0.
"""

from symattn.defining import mechanism

cbam_spatial = mechanism(
    "CBAM spatial attention",
    inputs={"F": "C H W", "w": "2 2*r+1 2*r+1"},
    equations="""
        a = sum(c, F[c]) / C
        f = matrix(C, H*W, F[i][j // W, j % W])
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
        G[c] = M_s * F[c]
    """,
    source="Woo et al. 2018, arXiv:1807.06521, eqs. (1) and (3)",
    conventions={
        "sizes": "C channels; H rows, W columns; a kernel of 2*r + 1 rows and columns, 7 in the paper (r = 3)",
        "order": "w[0] is the kernel of the mean map, w[1] of the maximum map; not reversed, as in torch's conv2d",
        "paper and code": "the code stacks the maximum first and has BatchNorm after the convolution: cbam-code",
    },
)
