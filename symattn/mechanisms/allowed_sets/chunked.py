"""Chunked causal attention: tokens fall into chunks of 4, and each sees the tokens before it in its own chunk.

Unlike a sliding window, the first token of a chunk sees itself alone. Another width is another number in the equations.
"""

from symattn.defining import mechanism

chunked = mechanism(
    "chunked causal attention",
    inputs={"Q": "n d_k", "K": "m d_k", "V": "m d_v"},
    equations="""
        S = Q @ K.T / sqrt(d_k)
        P = softmax(S, where=(j <= i) & (j // 4 == i // 4))
        O = P @ V
    """,
    source="transformers, llama4, attention_chunk_size; with chunks of 4",
    conventions={
        "sizes": "n queries and m keys of length d_k, m values of length d_v",
        "scale": "1/sqrt(d_k)",
        "mask": "from the positions alone, no input",
        "causal": "within a chunk, aligned at the upper left",
        "empty row": "with n > m the queries of chunks without any key: weights, outputs and gradients are 0",
    },
)
