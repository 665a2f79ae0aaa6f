"""CBAM as its authors' code has it: biases in the layers, BatchNorm after the convolution, the maximum map first.

The paper stacks [mean; maximum], the code [maximum; mean]: the same weights give another map. BatchNorm is that of
inference, a scale and a shift: gamma / sqrt(variance + eps), and beta minus the mean times this.
"""

from symattn.defining import mechanism

cbam_code = mechanism(
    "CBAM, official code",
    inputs={
        "F": "C H W",
        "W_0": "C_r C",
        "b_0": "C_r 1",
        "W_1": "C C_r",
        "b_1": "C 1",
        "w": "2 2*r+1 2*r+1",
        "scale": "scalar",
        "shift": "scalar",
    },
    equations="""
        z = concat(c, colmean(rowmean(F[c]))).T
        x = concat(c, colmax(rowmax(F[c]))).T
        M_c = sigmoid(W_1 @ relu(W_0 @ z + b_0) + b_1 + W_1 @ relu(W_0 @ x + b_0) + b_1)
        G[c] = M_c[c] * F[c]
        a = sum(c, G[c]) / C
        f = matrix(C, H*W, G[i][j // W, j % W])
        t = colmax(f)
        m = matrix(H, W, t[i*W + j])
        N = sum(u, sum(v, matrix(
            H,
            W,
            w[0][u, v] * m[i + u - r, j + v - r] + w[1][u, v] * a[i + u - r, j + v - r]
            if (0 <= i + u - r < H) & (0 <= j + v - r < W)
            else 0,
        )))
        M_s = sigmoid(scale * N + shift)
        R[c] = M_s * G[c]
    """,
    source="github.com/Jongchan/attention-module, MODELS/cbam.py",
    conventions={
        "sizes": "C channels, C_r = C/r in the bottleneck; H rows, W columns; a kernel of 2*r + 1 rows and columns",
        "order": "channels first, then pixels; w[0] is the kernel of the maximum map, w[1] of the mean map",
        "paper and code": "this is the code; b_1 counts twice, once for the means and once for the maxima; see cbam",
    },
)
