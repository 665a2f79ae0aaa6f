"""Transformer-XL's relative attention as its code has it: scores scaled, all sines before all cosines.

Beside the paper's form (transformer-xl) two things differ; everything else is the same.
"""

from symattn.defining import mechanism

transformer_xl_code = mechanism(
    "Transformer-XL attention, as in its code",
    inputs={
        "E": "n 2*p",
        "M": "l 2*p",
        "W_q": "d_k 2*p",
        "W_kE": "d_k 2*p",
        "W_kR": "d_k 2*p",
        "W_v": "d_v 2*p",
        "u": "d_k 1",
        "v": "d_k 1",
    },
    equations="""
        C = vstack(M, E)
        R = matrix(l + n, 2 * p, sin(i * 10000 ** (-j / p)) if j < p else cos(i * 10000 ** (-(j - p) / p)))
        q = E @ W_q.T
        k = C @ W_kE.T
        r = R @ W_kR.T
        G = (q + v.T) @ r.T
        A = ((q + u.T) @ k.T + matrix(n, l + n, G[i, i + l - j] if j <= i + l else 0)) / sqrt(d_k)
        P = softmax(A, where=causal_lower_right)
        O = P @ (C @ W_v.T)
    """,
    source="Dai et al. 2019, arXiv:1901.02860; github.com/kimiyoung/transformer-xl, RelPartialLearnableMultiHeadAttn",
    conventions={
        "sizes": "n tokens, l tokens of memory, of even length 2*p; queries and keys of d_k, values of d_v; one head",
        "scale": "1/sqrt(d_k), on all four terms",
        "mask": "from the positions alone, no input",
        "causal": "aligned at the lower right: token i sees the memory, itself and the tokens before it",
        "empty row": "none: every token may attend to itself",
        "order": "R_(i-j) is row i - j of R, sines first, then cosines",
        "paper and code": "the paper has no scale in its formulas, and Vaswani's alternating sinusoids: transformer-xl",
    },
)
