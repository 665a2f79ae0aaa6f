"""Grouped-query attention: R consecutive query heads share one of G key heads (Ainslie et al. 2023, arXiv:2305.13245).

Query head a = g*R + r uses key head g = a // R: keys are repeated as ``repeat_interleave(R)`` repeats them, 0 0 1 1.
Repeating them as a tile, 0 1 0 1, is another mechanism and the usual mistake. G = 1 is multi-query, R = 1 multi-head.
"""

from symattn.defining import mechanism

grouped_query = mechanism(
    "grouped-query attention",
    inputs={
        "X": "n d",
        "Y": "m d_y",
        "W_Q": "G R d d_k",
        "W_K": "G d_y d_k",
        "W_V": "G d_y d_v",
        "W_O": "G*R*d_v d",
    },
    equations="""
        Q[g, r] = X @ W_Q[g, r]
        K[g] = Y @ W_K[g]
        V[g] = Y @ W_V[g]
        S[g, r] = Q[g, r] @ K[g].T / sqrt(d_k)
        P[g, r] = softmax(S[g, r])
        O[g, r] = P[g, r] @ V[g]
        A = concat(g, concat(r, O[g, r])) @ W_O
    """,
    source="Ainslie et al. 2023, arXiv:2305.13245, section 2.2",
    conventions={
        "sizes": "G key heads, R query heads each, G*R in all; n tokens of d numbers ask m of d_y; d_k for queries and"
        " keys, d_v for values",
        "scale": "1/sqrt(d_k)",
        "mask": "none: every query sees every key",
        "order": "the R heads of a group are neighbours; W_O is G*R blocks of d_v rows, groups outermost",
    },
)
