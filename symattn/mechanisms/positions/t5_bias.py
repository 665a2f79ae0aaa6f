"""T5's relative position bias (Raffel et al. 2020, arXiv:1910.10683, section 2.1), both directions, as in its encoder.

Distances fall into 32 buckets: half for keys to the right; within a half 8 for the exact distances 0 to 7, then 8 that
grow in width up to 128. Bucket 16 is never used (it would be "to the right by 0").
"""

from symattn.defining import mechanism

t5_bias = mechanism(
    "attention with T5's position bias",
    inputs={"Q": "H n d_k", "K": "H m d_k", "V": "H m d_v", "b": "32 H"},
    equations="""
        B[h] = matrix(n, m, b[(16 if j > i else 0) + (abs(j - i) if abs(j - i) < 8 else
            min(8 + floor(8 * log(max(abs(j - i), 8) / 8) / log(16)), 15)), h])
        S[h] = Q[h] @ K[h].T + B[h]
        P[h] = softmax(S[h])
        O[h] = P[h] @ V[h]
    """,
    source="Raffel et al. 2020, arXiv:1910.10683, section 2.1; mesh_tensorflow, _relative_position_bucket",
    conventions={
        "sizes": "H heads; n queries and m keys of length d_k, m values of length d_v; 32 buckets",
        "scale": "none: T5 has 1/sqrt(d_k) in the initial weights of its queries",
        "empty row": "none: every query may attend to every key",
        "order": "bucket of j - i, key minus query; query i stands at position i; one table b for all layers",
    },
)
