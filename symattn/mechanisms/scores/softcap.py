"""Soft-capped attention (Gemma 2, arXiv:2408.00118, section 2): scores are bent so that none exceeds c.

c tanh(s / c) is s for small s and c for large ones; its slope is at most 1. Adding one number to a row of scores before
the cap does change the weights.
"""

from symattn.defining import mechanism

softcap = mechanism(
    "soft-capped attention",
    inputs={"Q": "n d_k", "K": "m d_k", "V": "m d_v", "c": "scalar"},
    equations="""
        S = Q @ K.T / sqrt(d_k)
        C = c * tanh(S / c)
        P = softmax(C)
        O = P @ V
    """,
    source="Gemma Team 2024, arXiv:2408.00118, section 2, logit soft-capping",
    conventions={
        "sizes": "n queries and m keys of length d_k, m values of length d_v",
        "scale": "1/sqrt(d_k); Gemma 2 takes 1/sqrt(query_pre_attn_scalar), which may be another number",
        "empty row": "none: every query may attend to every key",
        "order": "scale, cap, bias, mask, softmax: a cap after a mask of -infinity would give masked keys the score -c",
        "paper and code": "c = 50 in Gemma 2's attention; ONNX's softcap = 0 means no cap, here c is not 0",
    },
)
