"""Transformer-XL's relative attention (Dai et al. 2019, arXiv:1901.02860, section 3.3): content and distance.

The terms (a) to (d): content with content, content with distance, and a learned u and v for the query's side of each.
The l rows of M are the memory, tokens of earlier segments; no gradient flows into them in training.
"""

from symattn.defining import mechanism

transformer_xl = mechanism(
    "Transformer-XL attention",
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
        R = matrix(l + n, 2 * p, cos(i * 10000 ** (-(j // 2) / p)) if j % 2 == 1 else sin(i * 10000 ** (-(j // 2) / p)))
        q = E @ W_q.T
        k = C @ W_kE.T
        r = R @ W_kR.T
        G = (q + v.T) @ r.T
        A = (q + u.T) @ k.T + matrix(n, l + n, G[i, i + l - j] if j <= i + l else 0)
        P = softmax(A, where=causal_lower_right)
        O = P @ (C @ W_v.T)
    """,
    source="Dai et al. 2019, arXiv:1901.02860, section 3.3",
    conventions={
        "sizes": "n tokens, l tokens of memory, of even length 2*p; queries and keys of d_k, values of d_v; one head",
        "scale": "none, as the paper writes it",
        "mask": "from the positions alone, no input",
        "causal": "aligned at the lower right: token i sees the memory, itself and the tokens before it",
        "empty row": "none: every token may attend to itself",
        "order": "R_(i-j) is row i - j of the sinusoids R, sine at even coordinates",
        "paper and code": "the code scales and lays R out otherwise: transformer-xl-code",
    },
)
