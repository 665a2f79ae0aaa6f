"""Sliding-window attention (Beltagy et al. 2020, arXiv:2004.05150): each query sees a band of keys.

Here a window of w = 2 keys, itself counted, to the left only. A width is no size of an input, so it stands in the
equations as a number, window(left, right) with left = w - 1; another width is another mechanism: symattn list
sliding-window -o mine.txt, change it, symattn derive --equations mine.txt.
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
    conventions={
        "sizes": "n queries and m keys of length d_k, m values of length d_v",
        "scale": "1/sqrt(d_k)",
        "mask": "from the positions alone, no input; i - 1 <= j <= i",
        "causal": "yes, aligned at the upper left",
        "empty row": "with n > m + 1 the queries after the first m + 1 have no allowed key: their weights, outputs and"
        " gradients are 0",
        "paper and code": "w counts the query's own key, as transformers' sliding_window; flash-attn and ONNX count"
        " the keys to the left, w - 1",
    },
)
