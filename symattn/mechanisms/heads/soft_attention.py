"""Soft attention (Xu et al. 2015, arXiv:1502.03044, section 4.2): the expected annotation under the weights.

The decoder takes the mean of all annotation vectors, weighted by alpha; it is smooth, so gradients reach the scores.
For a convex function the value at the mean is at most the mean value that hard attention has (Jensen).
"""

from symattn.defining import mechanism

soft_attention = mechanism(
    "soft attention",
    inputs={"e": "n L", "a": "L D"},
    equations="""
        alpha = softmax(e)
        z = alpha @ a
    """,
    source="Xu et al. 2015, arXiv:1502.03044, eqs. (4), (5) and (13)",
    conventions={
        "sizes": "n steps of the decoder; L annotation vectors of D numbers",
        "scale": "none; the scores e come from a small network, as in additive",
        "mask": "none: every step sees every annotation",
    },
)
