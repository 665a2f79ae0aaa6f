"""Luong's local attention, predictive (arXiv:1508.04025, section 3.2): each query says where its window stands.

A Gaussian around that place multiplies the weights after softmax. They are not normalised again, so a row sums to less
than 1; that keeps the place p differentiable.
"""

from symattn.defining import mechanism

local_p = mechanism(
    "local attention, predictive",
    inputs={
        "H_t": "n d_t",
        "H_s": "m d_s",
        "W_a": "d_t d_s",
        "W_p": "d_p d_t",
        "v_p": "d_p 1",
        "D": "scalar",
    },
    equations="""
        p = m * sigmoid(tanh(H_t @ W_p.T) @ v_p)
        M = matrix(n, m, 1 if abs(j - p[i]) <= D else 0)
        S = H_t @ W_a @ H_s.T
        A = softmax(S, where=M) * exp(-matrix(n, m, j - p[i]) ** 2 / (2 * (D / 2) ** 2))
        C = A @ H_s
    """,
    source="Luong et al. 2015, arXiv:1508.04025, section 3.2, local-p, eqs. (9), (10), score 'general'",
    conventions={
        "sizes": "n decoder states of length d_t, m encoder states of length d_s, d_p hidden units; D, half the width",
        "scale": "none; the Gaussian's standard deviation is D/2, D is not 0",
        "mask": "from the place p[i], between 0 and m: both ends of p[i] - D ... p[i] + D are inside",
        "causal": "no: keys on both sides of the place",
        "empty row": "a window that holds no key, possible for D < 1: weights, outputs and gradients are 0",
        "order": "mask, softmax, Gaussian; positions of keys from 0",
        "paper and code": "the paper has p in [0, S], S = m, and leaves open whether keys count from 0 or from 1",
    },
)
