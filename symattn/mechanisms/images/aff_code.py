"""Attentional feature fusion as its authors' code has it: twice the mean that the paper defines.

The weights of X and Y sum to 2, as in X + Y, which the fusion replaces in a network. Z is no mean of X and Y any more:
X = Y gives 2 X.
"""

from symattn.defining import mechanism

aff_code = mechanism(
    "attentional feature fusion, official code",
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
        z = 2 * M * x + 2 * (1 - M) * y
        Z[c] = matrix(H, W, z[c, i*W + j])
    """,
    source="github.com/YimianDai/open-aff, aff_pytorch/aff_net/fusion.py, AFF",
    conventions={
        "sizes": "C channels, C_r = C/r in the bottleneck (r = 4 in the code); H rows, W columns",
        "paper and code": "the paper has no factor of 2: aff; iterated, the code has none either: iaff-code",
        "batch norm": "that of inference, a scale and a shift a channel, which takes the code's convolution bias",
    },
)
