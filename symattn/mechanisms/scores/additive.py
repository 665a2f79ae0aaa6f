"""Additive attention (Bahdanau et al. 2015, arXiv:1409.0473, A.1.2): similarity by a small neural network.

One hidden layer of d_a units: s_ij = v_a . tanh(W_a q_i + U_a k_j). Queries and keys may have different lengths.
"""

from symattn.defining import mechanism

additive = mechanism(
    "additive attention",
    inputs={"Q": "n d_q", "K": "m d_k", "V": "m d_v", "W_a": "d_a d_q", "U_a": "d_a d_k", "v_a": "d_a 1"},
    equations="""
        A = Q @ W_a.T
        B = K @ U_a.T
        S = sum(a, v_a[a] * tanh(A[:, a] + B[:, a].T))
        P = softmax(S)
        O = P @ V
    """,
    source="Bahdanau et al. 2015, arXiv:1409.0473, appendix A.1.2",
)
