"""Relative position representations (Shaw et al. 2018, arXiv:1803.02155): a learned vector for each distance j - i.

Distances beyond r share the vector of r. A_K[c] and A_V[c] hold coordinate c of the paper's a_ij^K and a_ij^V for all
pairs, n**2 numbers a coordinate; shaw-gathered has the same scores without them.
"""

from symattn.defining import mechanism

shaw = mechanism(
    "attention with relative position representations",
    inputs={
        "x": "n d_x",
        "W_Q": "d_x d_z",
        "W_K": "d_x d_z",
        "W_V": "d_x d_z",
        "w_K": "2*r+1 d_z",
        "w_V": "2*r+1 d_z",
    },
    equations="""
        Q = x @ W_Q
        K = x @ W_K
        V = x @ W_V
        A_K[c] = matrix(n, n, w_K[clip(j - i, -r, r) + r, c])
        A_V[c] = matrix(n, n, w_V[clip(j - i, -r, r) + r, c])
        e = (Q @ K.T + sum(c, Q[:, c] * A_K[c])) / sqrt(d_z)
        alpha = softmax(e)
        z = alpha @ V + concat(c, rowsum(alpha * A_V[c]))
    """,
    source="Shaw et al. 2018, arXiv:1803.02155, eqs. (3), (4) and section 3.2",
    conventions={
        "sizes": "n tokens of length d_x; d_z for queries, keys, values; r, the paper's k, from the 2*r+1 rows of w_K",
        "scale": "1/sqrt(d_z), on the position term as well",
        "empty row": "none: every token may attend to every token",
        "order": "row r + clip(j - i, -r, r) of w_K and w_V: distances of key minus query, from -r on",
        "paper and code": "one head; the paper shares w_K and w_V among heads",
    },
)
