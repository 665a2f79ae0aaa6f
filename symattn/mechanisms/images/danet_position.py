"""Position attention of DANet (Fu et al. 2019, arXiv:1809.02983, section 3.2): every pixel asks every pixel.

Self-attention over the N = H*W pixels without scaling, added to the map by a learned alpha that begins at 0, where the
module is the identity. The columns of a are pixels, p = y*W + x. S is N × N: a map of 64 × 64 has 16.8 million weights.
"""

from symattn.defining import mechanism

danet_position = mechanism(
    "DANet position attention",
    inputs={"A": "c H W", "W_B": "c_k c", "W_C": "c_k c", "W_D": "c c", "alpha": "scalar"},
    equations="""
        a = matrix(c, H*W, A[i][j // W, j % W])
        B = W_B @ a
        C = W_C @ a
        D = W_D @ a
        S = softmax(C.T @ B)
        O = D @ S.T
        E[k] = alpha * matrix(H, W, O[k, i*W + j]) + A[k]
    """,
    source="Fu et al. 2019, arXiv:1809.02983, eqs. (1) and (2)",
    conventions={
        "sizes": "c channels (the paper's C, here the map of queries), c_k of them in B and C; H rows, W columns",
        "scale": "none, unlike attention with 1/sqrt(d_k)",
        "order": "S[j, i], row j the query C_j, column i the key B_i; each row sums to 1",
        "paper and code": "the paper's third version had BatchNorm and ReLU after the convolutions, its fourth "
        "has not; the code has biases, c_k = c/8 and B as the query: danet-position-code",
    },
)
