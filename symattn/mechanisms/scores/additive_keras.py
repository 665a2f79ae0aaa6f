"""Additive attention as Keras computes it: no projections inside, one learned factor for each coordinate.

It is additive attention with W_a and U_a the identity and v_a = scale; queries and keys have one length.
"""

from symattn.defining import mechanism

additive_keras = mechanism(
    "additive attention of Keras",
    inputs={"Q": "n d_k", "K": "m d_k", "V": "m d_v", "scale": "d_k 1"},
    equations="""
        S = sum(c, scale[c] * tanh(Q[:, c] + K[:, c].T))
        P = softmax(S)
        O = P @ V
    """,
    source="keras.layers.AdditiveAttention; after Bahdanau et al. 2015, arXiv:1409.0473",
    conventions={
        "sizes": "n queries and m keys of length d_k, m values of length d_v",
        "scale": "scale, learned, one number a coordinate; all 1 with use_scale=False",
        "empty row": "none: every query may attend to every key",
        "paper and code": "the paper projects queries and keys inside the score (additive); Keras leaves that to layers"
        " before it",
    },
)
