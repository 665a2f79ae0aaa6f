"""Iterative attentional feature fusion as its authors' PyTorch code has it: one pair of global layers for both stages.

The second stage calls the global layers of the first (BatchNorm too); its own are made, and never used. There is no
factor of 2, unlike in aff-code.
"""

from symattn.defining import mechanism

iaff_code = mechanism(
    "iterative attentional feature fusion, official code",
    inputs={
        "X": "C H W",
        "Y": "C H W",
        "W_L1": "2 C_r C",
        "scale_L1": "2 C_r 1",
        "shift_L1": "2 C_r 1",
        "W_L2": "2 C C_r",
        "scale_L2": "2 C 1",
        "shift_L2": "2 C 1",
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
        s = x + y
        L_0 = scale_L2[0] * (W_L2[0] @ relu(scale_L1[0] * (W_L1[0] @ s) + shift_L1[0])) + shift_L2[0]
        G_0 = scale_G2 * (W_G2 @ relu(scale_G1 * (W_G1 @ rowmean(s)) + shift_G1)) + shift_G2
        M_0 = sigmoid(L_0 + G_0)
        u = M_0 * x + (1 - M_0) * y
        L_1 = scale_L2[1] * (W_L2[1] @ relu(scale_L1[1] * (W_L1[1] @ u) + shift_L1[1])) + shift_L2[1]
        G_1 = scale_G2 * (W_G2 @ relu(scale_G1 * (W_G1 @ rowmean(u)) + shift_G1)) + shift_G2
        M_1 = sigmoid(L_1 + G_1)
        z = M_1 * x + (1 - M_1) * y
        Z[c] = matrix(H, W, z[c, i*W + j])
    """,
    source="github.com/YimianDai/open-aff, aff_pytorch/aff_net/fusion.py, iAFF",
    conventions={
        "sizes": "C channels, C_r = C/r in the bottleneck (r = 4 in the code); H rows, W columns",
        "paper and code": "the paper has global layers for each stage: iaff",
        "batch norm": "that of inference, a scale and a shift a channel, which takes the code's convolution bias",
    },
)
