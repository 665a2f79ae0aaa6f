"""T5's relative position bias in its decoder: no query attends to a later key, all 32 buckets are for the past.

Buckets 0 to 15 are the exact distances; 16 to 31 grow in width up to 128, and the last takes all that is farther.
"""

from symattn.defining import mechanism

t5_causal_bias = mechanism(
    "causal attention with T5's position bias",
    inputs={"Q": "H n d_k", "K": "H m d_k", "V": "H m d_v", "b": "32 H"},
    equations="""
        B[h] = matrix(n, m, b[max(i - j, 0) if i - j < 16 else
            min(16 + floor(16 * log(max(i - j, 16) / 16) / log(8)), 31), h])
        S[h] = Q[h] @ K[h].T + B[h]
        P[h] = softmax(S[h], where=causal)
        O[h] = P[h] @ V[h]
    """,
    source="Raffel et al. 2020, arXiv:1910.10683, section 2.1; mesh_tensorflow, _relative_position_bucket",
    conventions={
        "sizes": "H heads; n queries and m keys of length d_k, m values of length d_v; 32 buckets",
        "scale": "none: T5 has 1/sqrt(d_k) in the initial weights of its queries",
        "mask": "from the positions alone, no input",
        "causal": "aligned at the upper left, j <= i",
        "empty row": "none: query i may attend to the first key at least",
        "order": "bias, mask, softmax; bucket of i - j, query minus key",
    },
)
