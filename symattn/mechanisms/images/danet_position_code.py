"""Position attention of DANet as its authors' code has it: B is the query, C the key, and convolutions have biases.

The roles of B and C are those of the paper exchanged, which only renames two weights that are learned apart. The bias
of the key has no effect under softmax. The code's gamma is the paper's alpha, 0 at the beginning.
"""

from symattn.defining import mechanism

danet_position_code = mechanism(
    "DANet position attention, official code",
    inputs={
        "A": "c H W",
        "W_B": "c_k c",
        "W_C": "c_k c",
        "W_D": "c c",
        "b_B": "c_k 1",
        "b_C": "c_k 1",
        "b_D": "c 1",
        "gamma": "scalar",
    },
    equations="""
        a = matrix(c, H*W, A[i][j // W, j % W])
        B = W_B @ a + b_B
        C = W_C @ a + b_C
        D = W_D @ a + b_D
        S = softmax(B.T @ C)
        O = D @ S.T
        E[k] = gamma * matrix(H, W, O[k, i*W + j]) + A[k]
    """,
    source="github.com/junfu1115/DANet, encoding/nn/da_att.py, PAM_Module",
    conventions={
        "sizes": "c channels, c_k = c/8 of them in queries and keys; H rows, W columns; pixels row by row",
        "scale": "none",
        "order": "row: the query B_p, column: the key C_q; each row sums to 1",
        "paper and code": "the paper has query C and key B; see danet-position",
    },
)
