"""Content addressing of the neural Turing machine (Graves et al. 2014, arXiv:1410.5401, eq. 5): cosine with a strength.

Each query (head of the machine) says by its key strength how sharply it attends: 0 gives uniform weights.
"""

from symattn.defining import mechanism

content_addressing = mechanism(
    "content addressing",
    inputs={"k": "n d", "M": "m d", "beta": "n 1"},
    equations="""
        S = beta * ((k @ M.T) / (rownorm(k) @ rownorm(M).T))
        w = softmax(S)
        r = w @ M
    """,
    source="Graves et al. 2014, arXiv:1410.5401, eqs. (2), (5), (6)",
    conventions={
        "sizes": "n read keys k and m rows of the memory M, all of length d; M gives both keys and values",
        "scale": "the key strength beta >= 0, one a query",
        "empty row": "none: every query may attend to every row of the memory",
    },
)
