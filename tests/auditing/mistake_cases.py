"""Claims with a usual mistake in them: the mistake's name, the mechanism, and the claim as somebody would write it."""

import symattn as sa
from symattn.auditing.claims import claim_of
from symattn.auditing.explaining import explain
from symattn.auditing.sampling import instances_of, values_at
from symattn.verdicts import Verdict

CAPPED = sa.mechanism(
    "causal attention with a cap",
    inputs={"Q": "n d_k", "K": "m d_k", "V": "m d_v", "c": "scalar"},
    equations="""
        S = Q @ K.T / sqrt(d_k)
        C = c * tanh(S / c)
        P = softmax(C, where=causal)
        O = P @ V
    """,
)
SQUARE = sa.mechanism("square", inputs={"X": "n d", "W": "d e"}, equations="Y = X @ W")
BIASED = sa.mechanism(
    "attention with a bias",
    inputs={"Q": "H n d_k", "K": "H m d_k", "V": "H m d_v", "B": "H n m"},
    equations="""
        S[h] = Q[h] @ K[h].T / sqrt(d_k) + B[h]
        P[h] = softmax(S[h])
        O[h] = P[h] @ V[h]
    """,
)
SOFTMAX_GRADIENT = sa.mechanism(
    "softmax backwards",
    inputs={"S": "n m", "dP": "n m"},
    equations="""
        P = softmax(S)
        D = rowsum(P * dP)
        dS = P * (dP - D)
    """,
)

MECHANISMS = {"capped": CAPPED, "square": SQUARE, "biased": BIASED, "softmax-gradient": SOFTMAX_GRADIENT}

ROPE_HALVES = """
    a = matrix(n, 2 * p, cos(i * 10000 ** (-(j % p) / p)))
    b = matrix(n, 2 * p, sin(i * 10000 ** (-(j % p) / p)))
    c = matrix(m, 2 * p, cos(i * 10000 ** (-(j % p) / p)))
    d = matrix(m, 2 * p, sin(i * 10000 ** (-(j % p) / p)))
    A = Q * a + hstack(-Q[:, p:2 * p], Q[:, 0:p]) * b
    B = K * c + hstack(-K[:, p:2 * p], K[:, 0:p]) * d
    O = softmax(A @ B.T / sqrt(2 * p)) @ V
"""

CASES = [
    ("1/√d_k missing", "scaled-dot", "O = softmax(Q @ K.T) @ V"),
    ("1/√d_k missing", "causal", "O = softmax(Q @ K.T, where=causal) @ V"),
    ("1/√d_k missing", "softcap", "O = softmax(c * tanh(Q @ K.T / c)) @ V"),
    ("1/√d_k missing", "rope", "O = softmax(Q_R @ K_R.T) @ V"),
    ("1/√d_k missing", "multi-head-causal", "A = concat(h, softmax(Q[h] @ K[h].T, where=causal) @ V[h]) @ W_O"),
    ("1/√d_k twice", "scaled-dot", "softmax(Q @ K.T / d_k) @ V"),
    ("1/√d_k twice", "grouped-query", "A = concat(g, concat(r, softmax(S[g, r] / sqrt(d_k)) @ V[g])) @ W_O"),
    ("√d_k multiplied", "scaled-dot", "softmax(Q @ K.T * sqrt(d_k)) @ V"),
    ("d_model for d_k", "multi-head-causal", "S[h] = Q[h] @ K[h].T / sqrt(d)"),
    ("d_model for d_k", "packed-multi-head", "S[h] = Q[h] @ K[h].T / sqrt(H * d_k) + B[h]"),
    ("d_model for d_k", "grouped-query", "S[g, r] = Q[g, r] @ K[g].T / sqrt(d)"),
    ("another size for d_k", "causal", "P = softmax(Q @ K.T / sqrt(m), where=causal)"),
    ("1/√d_k where there is none", "dot", "softmax(Q @ K.T / sqrt(d_k)) @ V"),
    ("1/√d_k where there is none", "t5-bias", "S[h] = Q[h] @ K[h].T / sqrt(d_k) + B[h]"),
    ("softmax over the wrong axis", "scaled-dot", "O = softmax(S.T).T @ V"),
    ("softmax over the wrong axis", "additive", "O = softmax(S.T).T @ V"),
    ("softmax over the wrong axis", "multi-head", "P[h] = softmax(S[h].T).T"),
    ("softmax over the wrong axis", "linear-causal", "P = A / colsum(A)"),
    ("softmax over the heads", "biased", "P[h] = exp(S[h]) / sum(a, exp(S[a]))"),
    ("softmax over the whole matrix", "additive", "P = exp(S) / colsum(rowsum(exp(S)))"),
    ("mask sign", "causal", "O = softmax(S, where=(j > i)) @ V"),
    ("mask sign", "masked", "O = softmax(S, where=matrix(n, m, 1 if M[i, j] == 0 else 0)) @ V"),
    ("additive mask of the wrong sign", "causal", "P = softmax(S + 10**9 * matrix(n, m, 1 if j > i else 0))"),
    ("upper triangle for lower", "causal", "P = softmax(S, where=(j >= i))"),
    ("causal alignment", "causal", "P = softmax(S, where=causal_lower_right)"),
    ("causal alignment", "causal-lower-right", "P = softmax(S, where=causal)"),
    ("causal alignment", "alibi", "O[h] = softmax(S[h], where=causal_lower_right) @ V[h]"),
    ("mask one position off", "causal", "P = softmax(S, where=(j < i))"),
    ("mask one position off", "sliding-window", "P = softmax(S, where=window(2, 0))"),
    ("mask after softmax without renormalising", "causal", "P = softmax(S) * matrix(n, m, 1 if j <= i else 0)"),
    ("mask after softmax without renormalising", "masked", "P = softmax(S) * matrix(n, m, 0 if M[i, j] == 0 else 1)"),
    ("mask multiplied into the scores", "causal", "P = softmax(S * matrix(n, m, 1 if j <= i else 0))"),
    ("mask added as 0 and 1", "causal", "P = softmax(S + matrix(n, m, 1 if j <= i else 0))"),
    ("mask missing", "multi-head-causal", "P[h] = softmax(S[h])"),
    ("mask where there is none", "scaled-dot", "O = softmax(S, where=causal) @ V"),
    ("mask where there is none", "additive", "O = softmax(S, where=causal_lower_right) @ V"),
    ("a large number for minus infinity", "masked", "P = softmax(matrix(n, m, S[i, j] if M[i, j] != 0 else -10**9))"),
    ("softcap after the mask", "capped", "P = softmax(matrix(n, m, C[i, j] if j <= i else -c))"),
    ("softcap missing", "softcap", "P = softmax(S)"),
    ("softcap by half", "softcap", "P = softmax(tanh(S / c))"),
    ("softcap before the scale", "softcap", "P = softmax(c * tanh(Q @ K.T / c) / sqrt(d_k))"),
    ("K not transposed", "scaled-dot", "O = softmax(Q @ K / sqrt(d_k)) @ V"),
    ("K not transposed", "dot", "S = Q @ K"),
    ("queries and keys exchanged", "multi-head-causal", "S[h] = K[h] @ Q[h].T / sqrt(d_k)"),
    ("transpose missing on the left", "linear", "O = (F @ (G @ V)) / (F @ colsum(G).T)"),
    ("weight transposed", "square", "Y = X @ W.T"),
    ("V inside the softmax", "scaled-dot", "O = softmax(S @ V)"),
    ("V inside the softmax", "additive", "O = softmax(S @ V)"),
    ("softmax missing", "scaled-dot", "O = S @ V"),
    ("softmax twice", "dot", "O = softmax(softmax(S)) @ V"),
    ("not normalised", "scaled-dot", "O = exp(S) @ V"),
    ("not normalised", "linear", "O = F @ M"),
    ("diag(ℓ) for diag(ℓ)⁻¹", "scaled-dot", "O = (exp(S) * rowsum(exp(S))) @ V"),
    ("diag(ℓ) for diag(ℓ)⁻¹", "linear", "O = (F @ M) * (F @ colsum(G).T)"),
    ("base of the logarithm", "scaled-dot", "P = softmax(log(2) * S)"),
    ("base of the logarithm", "sigmoid", "P = sigmoid(S - log(m) / log(2))"),
    ("heads tiled instead of interleaved", "grouped-query", "A = concat(r, concat(g, O[g, r])) @ W_O"),
    (
        "heads tiled instead of interleaved",
        "grouped-query",
        "S[g, r] = Q[g, r] @ matrix(m, d_k, K[(g * R + r) % G][i, j]).T / sqrt(d_k)",
    ),
    ("heads by column", "multi-head-causal", "A = concat(c, concat(h, O[h][:, c])) @ W_O"),
    ("heads by column", "packed-multi-head", "S[h] = matrix(n, d_k, X_Q[i, j * H + h]) @ K[h].T / sqrt(d_k) + B[h]"),
    (
        "heads cut without transposing",
        "packed-multi-head",
        "O[h] = P[h] @ matrix(n, d_v, X_V[((h * n + i) * d_v + j) // (H * d_v), ((h * n + i) * d_v + j) % (H * d_v)])",
    ),
    ("one head for all", "biased", "S[h] = Q[h] @ K[0].T / sqrt(d_k) + B[h]"),
    ("RoPE layout", "rope", ROPE_HALVES),
    ("RoPE direction", "rope", "Q_R = Q * c_Q - matrix(n, 2 * p, Q[i, j - 1] if j % 2 == 1 else -Q[i, j + 1]) * s_Q"),
    ("keys or queries not rotated", "rope", "S = Q_R @ K.T / sqrt(2 * p)"),
    ("frequencies of positions", "rope", "c_Q = matrix(n, 2 * p, cos(i * 10000 ** (-(j // 2) / (2 * p))))"),
    ("sine and cosine exchanged", "rope", "c_Q = s_Q"),
    ("positions counted from 1", "rope", "s_Q = matrix(n, 2 * p, sin((i + 1) * 10000 ** (-(j // 2) / p)))"),
    ("sign of the relative position", "shaw-gathered", "R = matrix(n, m, T[i, clip(i - j, -r, r) + r])"),
    ("sign of the bias", "alibi-slopes", "S[h] = Q[h] @ K[h].T / sqrt(d_k) + slope[h] * matrix(n, m, i - j)"),
    ("slope index from 0", "alibi", "S[h] = Q[h] @ K[h].T / sqrt(d_k) - matrix(n, m, 2 ** (-8 * h / H) * (i - j))"),
    ("bias inside the scale", "biased", "P[h] = softmax((Q[h] @ K[h].T + B[h]) / sqrt(d_k))"),
    ("bias inside the scale", "shaw-gathered", "e = Q @ K.T / sqrt(d_z) + R"),
    ("a term missing", "biased", "S[h] = Q[h] @ K[h].T / sqrt(d_k)"),
    ("sign of a term", "biased", "S[h] = Q[h] @ K[h].T / sqrt(d_k) - B[h]"),
    ("sign of a value", "danet-channel", "X = softmax(-G)"),
    ("place of epsilon", "qk-norm-rms", "A[h] = gamma_q * Q[h] / (sqrt(rowmean(Q[h] ** 2)) + eps)"),
    ("epsilon missing", "qk-norm-rms", "A[h] = gamma_q * Q[h] / sqrt(rowmean(Q[h] ** 2))"),
    ("row sum missing in softmax's gradient", "softmax-gradient", "dS = P * dP"),
    ("weights missing in softmax's gradient", "softmax-gradient", "dS = P * (dP - rowsum(dP))"),
]


def mechanism_called(name):
    """A mechanism of this module, or of the library."""
    return MECHANISMS[name] if name in MECHANISMS else sa.named(name)


def named_mistakes(mechanism, text, seconds=0.0, instances=8):
    """The names of the mistakes that explain a claim, by numbers alone."""
    claim = claim_of(text, mechanism)
    at = instances_of(claim.mechanism, [claim.left], instances)
    found = [values_at(instance, claim.system)[claim.right] for instance in at]

    def confirm(system, agreed):
        return Verdict("sampled", text, f"{agreed} instances")

    return [each.names for each in explain(claim.mechanism, claim.left, found, at, confirm, seconds)]
