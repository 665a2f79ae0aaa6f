"""Iterative attentional feature fusion (Dai et al. 2021, arXiv:2009.14082): the gates come from a first fusion.

A first MS-CAM fuses X and Y to u, a second one makes of u the gates of the final fusion. Both stages have weights of
their own: member 0 of each family belongs to the first, member 1 to the second.
"""

from symattn.defining import mechanism

iaff = mechanism(
    "iterative attentional feature fusion",
    inputs={
        "X": "C H W",
        "Y": "C H W",
        "W_L1": "2 C_r C",
        "scale_L1": "2 C_r 1",
        "shift_L1": "2 C_r 1",
        "W_L2": "2 C C_r",
        "scale_L2": "2 C 1",
        "shift_L2": "2 C 1",
        "W_G1": "2 C_r C",
        "scale_G1": "2 C_r 1",
        "shift_G1": "2 C_r 1",
        "W_G2": "2 C C_r",
        "scale_G2": "2 C 1",
        "shift_G2": "2 C 1",
    },
    equations="""
        x = matrix(C, H*W, X[i][j // W, j % W])
        y = matrix(C, H*W, Y[i][j // W, j % W])
        s = x + y
        L_0 = scale_L2[0] * (W_L2[0] @ relu(scale_L1[0] * (W_L1[0] @ s) + shift_L1[0])) + shift_L2[0]
        G_0 = scale_G2[0] * (W_G2[0] @ relu(scale_G1[0] * (W_G1[0] @ rowmean(s)) + shift_G1[0])) + shift_G2[0]
        M_0 = sigmoid(L_0 + G_0)
        u = M_0 * x + (1 - M_0) * y
        L_1 = scale_L2[1] * (W_L2[1] @ relu(scale_L1[1] * (W_L1[1] @ u) + shift_L1[1])) + shift_L2[1]
        G_1 = scale_G2[1] * (W_G2[1] @ relu(scale_G1[1] * (W_G1[1] @ rowmean(u)) + shift_G1[1])) + shift_G2[1]
        M_1 = sigmoid(L_1 + G_1)
        z = M_1 * x + (1 - M_1) * y
        Z[c] = matrix(H, W, z[c, i*W + j])
    """,
    source="Dai et al. 2021, arXiv:2009.14082, eqs. (4) and (5)",
    conventions={
        "sizes": "C channels, C_r = C/r in the bottleneck (r = 4 in the code); H rows, W columns",
        "paper and code": "the code uses the global layers of the first stage twice: iaff-code",
        "batch norm": "that of inference, a scale and a shift a channel, which takes the code's convolution bias",
    },
)
