"""Attention whose score is a perceptron of query and key: the "extra network" of the textbooks, with biases.

The two halves of W_1 meet the query and the key; b_2 adds one number to every score, which softmax ignores.
"""

from symattn.defining import mechanism

mlp_score = mechanism(
    "attention by a perceptron",
    inputs={
        "Q": "n d_q",
        "K": "m d_k",
        "V": "m d_v",
        "W_1": "d_a d_q+d_k",
        "b_1": "d_a 1",
        "w_2": "d_a 1",
        "b_2": "scalar",
    },
    equations="""
        A = Q @ W_1[:, 0:d_q].T
        B = K @ W_1[:, d_q:d_q + d_k].T
        S = sum(a, w_2[a] * relu(A[:, a] + B[:, a].T + b_1[a])) + b_2
        P = softmax(S)
        O = P @ V
    """,
    source="Bahdanau et al. 2015, arXiv:1409.0473, section 3.1 (a feedforward network as alignment model), with relu",
    conventions={
        "sizes": "n queries of length d_q, m keys of length d_k, m values of length d_v, d_a hidden units",
        "scale": "none",
        "empty row": "none: every query may attend to every key",
        "order": "W_1 takes the query first, then the key: W_1 [q; k] + b_1",
    },
)
