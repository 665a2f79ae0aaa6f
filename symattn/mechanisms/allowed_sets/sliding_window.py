"""Sliding-window attention (Beltagy et al. 2020, arXiv:2004.05150): each query sees a band of keys.

Scaled by ``1/sqrt(d_k)``; n queries, m keys. Query i may attend to itself and to the key before it, i - 1 <= j <= i: a
window of w = 2 keys, itself counted, causal and aligned at the upper left. A width is no size of an input, so it
stands in the equations as a number, ``window(left, right)`` with left = w - 1; another width is another mechanism
(``symattn list sliding-window -o mine.txt``, change it, ``symattn derive --equations mine.txt``). With n > m + 1 the
queries i > m + 1 have no allowed key: their rows of weights and of output are zeros.
"""

from symattn.defining import mechanism

sliding_window = mechanism(
    "sliding-window attention",
    inputs={"Q": "n d_k", "K": "m d_k", "V": "m d_v"},
    equations="""
        S = Q @ K.T / sqrt(d_k)
        P = softmax(S, where=window(1, 0))
        O = P @ V
    """,
    source="Beltagy et al. 2020, arXiv:2004.05150, section 3.1; to the left only, w = 2",
)
