"""Multi-scale channel attention (Dai et al. 2021, arXiv:2009.14082): gates from every pixel and from the whole map.

Two layers over the channels look at each pixel by itself (L), two others at the mean over all pixels (G); the gate is
the sigmoid of their sum. Columns of x are pixels, p = y*W + x, so that a 1 × 1 convolution is a product with W.
"""

from symattn.defining import mechanism

ms_cam = mechanism(
    "MS-CAM",
    inputs={
        "X": "C H W",
        "W_L1": "C_r C",
        "scale_L1": "C_r 1",
        "shift_L1": "C_r 1",
        "W_L2": "C C_r",
        "scale_L2": "C 1",
        "shift_L2": "C 1",
        "W_G1": "C_r C",
        "scale_G1": "C_r 1",
        "shift_G1": "C_r 1",
        "W_G2": "C C_r",
        "scale_G2": "C 1",
        "shift_G2": "C 1",
    },
    equations="""
        x = matrix(C, H*W, X[i][j // W, j % W])
        L = scale_L2 * (W_L2 @ relu(scale_L1 * (W_L1 @ x) + shift_L1)) + shift_L2
        G = scale_G2 * (W_G2 @ relu(scale_G1 * (W_G1 @ rowmean(x)) + shift_G1)) + shift_G2
        M = sigmoid(L + G)
        z = M * x
        Z[c] = matrix(H, W, z[c, i*W + j])
    """,
    source="Dai et al. 2021, arXiv:2009.14082, eqs. (1) to (3)",
    conventions={
        "sizes": "C channels, C_r = C/r in the bottleneck (r = 4 in the code); H rows, W columns",
        "order": "L is C x N and G a column, added to each pixel",
        "batch norm": "that of inference, a scale and a shift a channel, which takes the code's convolution bias",
    },
)
