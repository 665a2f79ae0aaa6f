"""Additive attention (Bahdanau et al. 2015, arXiv:1409.0473, A.1.2): similarity by a small neural network.

One hidden layer of d_a units. Queries and keys may have different lengths. A score is at most the sum of abs(v_a), so
weights never become 0 and 1. Without tanh the query would fall out: it adds one number to its whole row.
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
    conventions={
        "sizes": "n queries of length d_q, m keys of length d_k, m values of length d_v, d_a hidden units",
        "scale": "none",
        "empty row": "none: every query may attend to every key",
        "paper and code": "the paper's query is the decoder's previous state s_(i-1), its keys and values are the"
        " encoder's states h_j; Luong's query is the current state. Keras: see additive-keras",
    },
)
