"""Attentional feature fusion (Dai et al. 2021, arXiv:2009.14082): two maps mixed by gates from their sum.

Z = M X + (1 - M) Y, entry by entry, with the gate M of MS-CAM: each entry lies between those of X and Y, and X = Y
gives X. M and 1 - M are a softmax over two branches with the scores L + G and 0. The authors' code has twice that:
aff-code.
"""

from symattn.defining import mechanism

aff = mechanism(
    "attentional feature fusion",
    inputs={
        "X": "C H W",
        "Y": "C H W",
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
        y = matrix(C, H*W, Y[i][j // W, j % W])
        u = x + y
        L = scale_L2 * (W_L2 @ relu(scale_L1 * (W_L1 @ u) + shift_L1)) + shift_L2
        G = scale_G2 * (W_G2 @ relu(scale_G1 * (W_G1 @ rowmean(u)) + shift_G1)) + shift_G2
        M = sigmoid(L + G)
        z = M * x + (1 - M) * y
        Z[c] = matrix(H, W, z[c, i*W + j])
    """,
    source="Dai et al. 2021, arXiv:2009.14082, eq. (4)",
    conventions={
        "sizes": "C channels, C_r = C/r in the bottleneck (r = 4 in the code); H rows, W columns",
        "order": "X is the branch that M multiplies, in a residual block the block's output or the skip",
        "paper and code": "the code has a factor of 2: aff-code",
        "batch norm": "that of inference, a scale and a shift a channel, which takes the code's convolution bias",
    },
)
