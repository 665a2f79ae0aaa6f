"""Channel attention of CBAM (Woo et al. 2018, arXiv:1807.06521, eq. 2): gates from means and maxima.

The mean and the maximum of each channel go through the same two layers. Without the maxima it is se.
"""

from symattn.defining import mechanism

cbam_channel = mechanism(
    "CBAM channel attention",
    inputs={"F": "C H W", "W_0": "C_r C", "W_1": "C C_r"},
    equations="""
        a = concat(c, colmean(rowmean(F[c]))).T
        m = concat(c, colmax(rowmax(F[c]))).T
        M_c = sigmoid(W_1 @ relu(W_0 @ a) + W_1 @ relu(W_0 @ m))
        G[c] = M_c[c] * F[c]
    """,
    source="Woo et al. 2018, arXiv:1807.06521, eqs. (1) and (2)",
    conventions={
        "sizes": "C channels, C_r = C/r in the bottleneck (r = 16 in the paper); H rows, W columns",
        "paper and code": "the paper has no biases, the code has them in both layers: cbam-code",
    },
)
