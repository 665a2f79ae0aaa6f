"""Channel attention of DANet as its authors' code has it: the most different channel gets the largest weight.

The code takes the softmax of max - G. It looks like the shift that keeps exponentials small, but has the other sign:
as softmax ignores a shift of a row, it is softmax(-G). The authors chose it for convergence (issues 45 and 48).
"""

from symattn.defining import mechanism

danet_channel_code = mechanism(
    "DANet channel attention, official code",
    inputs={"A": "C H W", "gamma": "scalar"},
    equations="""
        a = matrix(C, H*W, A[i][j // W, j % W])
        G = a @ a.T
        N = rowmax(G) - G
        X = softmax(N)
        O = X @ a
        E[c] = gamma * matrix(H, W, O[c, i*W + j]) + A[c]
    """,
    source="github.com/junfu1115/DANet, encoding/nn/da_att.py, CAM_Module",
    conventions={
        "sizes": "C channels; H rows, W columns; pixels row by row",
        "scale": "none; G grows with H*W",
        "order": "row: the channel that asks, column: the one asked; each row sums to 1",
        "paper and code": "the paper takes softmax(G), the code softmax(max - G) = softmax(-G)",
    },
)
