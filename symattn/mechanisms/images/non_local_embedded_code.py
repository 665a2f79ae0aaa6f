"""Non-local block as its authors' code has it: scaled, with keys from a pooled map, biases, and BatchNorm at the end.

Keys and values come from the maxima of squares of 2 × 2 positions, so that there are four times fewer keys than
queries. BatchNorm is that of inference, a scale and a shift a channel, into which the bias of W_z goes too.
"""

from symattn.defining import mechanism

non_local_embedded_code = mechanism(
    "non-local block, embedded Gaussian, official code",
    inputs={
        "X": "C 2*h 2*w",
        "W_theta": "d C",
        "b_theta": "d 1",
        "W_phi": "d C",
        "b_phi": "d 1",
        "W_g": "d C",
        "b_g": "d 1",
        "W_z": "C d",
        "scale": "C 1",
        "shift": "C 1",
    },
    equations="""
        x = matrix(C, 4*h*w, X[i][j // (2*w), j % (2*w)])
        R[c] = matrix(h, 2*w, max(X[c][2*i, j], X[c][2*i + 1, j]))
        p = matrix(C, h*w, max(R[i][j // w, 2*(j % w)], R[i][j // w, 2*(j % w) + 1]))
        theta = W_theta @ x + b_theta
        phi = W_phi @ p + b_phi
        g = W_g @ p + b_g
        P = softmax(theta.T @ phi / sqrt(d))
        y = g @ P.T
        z = scale * (W_z @ y) + shift + x
        Z[c] = matrix(2*h, 2*w, z[c, i*2*w + j])
    """,
    source="github.com/facebookresearch/video-nonlocal-net, lib/models/nonlocal_helper.py",
    conventions={
        "sizes": "C channels, d inside; a map of 2*h rows and 2*w columns (pooling leaves out an odd last one)",
        "scale": "1/sqrt(d) (USE_SCALE), which the paper does not have",
        "order": "P[i, j] is the weight of pooled position j for position i; pooling comes before W_phi and W_g",
        "paper and code": "this is the code with its defaults; the scale of BatchNorm begins at 0: the identity",
    },
)
