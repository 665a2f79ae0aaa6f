"""Hard attention by the largest score: all weight on the best key, shared evenly where several tie.

What softmax goes to as its temperature goes to 0. Its gradient with respect to the scores is 0 wherever it exists.
"""

from symattn.defining import mechanism

hardmax = mechanism(
    "hardmax attention",
    inputs={"Q": "n d_k", "K": "m d_k", "V": "m d_v"},
    equations="""
        S = Q @ K.T
        P = hardmax(S)
        O = P @ V
    """,
    source="Perez et al. 2019, arXiv:1901.03429, section 2, hard attention with averaging",
    conventions={
        "sizes": "n queries and m keys of length d_k, m values of length d_v",
        "scale": "none; a positive one would change nothing",
        "empty row": "none: every query may attend to every key",
        "paper and code": "ties share evenly, as in the limit; ONNX's Hardmax and an argmax give all to the first",
    },
)
