"""Causal attention token by token, with a cache of keys and values, is causal attention of the whole text."""

from symattn.deriving import Derivation, Theorem
from symattn.deriving.rules import block, induction_step, restriction

ROWS = {"Q": "t d_k", "K": "t d_k", "V": "t d_v", "q": "1 d_k", "k": "1 d_k", "v": "1 d_v"}
GIVEN = """
    S = vstack(Q, q) @ vstack(K, k).T / sqrt(d_k)
    O = softmax(S, where=causal) @ vstack(V, v)
"""

last_row = Derivation("the newest token", "O[t:t + 1, :]", ROWS, GIVEN).to(
    "softmax(q @ vstack(K, k).T / sqrt(d_k)) @ vstack(V, v)",
    by=restriction,
    note="one query, no mask, all keys in the cache",
)

earlier_rows = Derivation("the tokens before", "O[0:t, :]", ROWS, GIVEN).to(
    "softmax(Q @ K.T / sqrt(d_k), where=causal) @ V",
    by=restriction,
    note="a later token changes nothing before it",
)

cache = Derivation("keys and values of a longer text", "vstack(X, x) @ W", {"X": "t d", "x": "1 d", "W": "d d_k"}).to(
    "vstack(X @ W, x @ W)", by=block, note="those of the earlier tokens stay"
)

chunk = Derivation(
    "a chunk of queries after a cache",
    "P[t:t + c, :]",
    {"Q": "t d_k", "C": "c d_k", "K": "t+c d_k"},
    "P = softmax(vstack(Q, C) @ K.T, where=causal)",
).to("softmax(C @ K.T, where=causal_lower_right)", by=restriction, note="aligned at the lower right")

LAYER = {"A": "t d", "y": "1 d", "W_Q": "d d_k", "W_K": "d d_k", "W_V": "d d"}

layers = Derivation(
    "a further layer, whose first tokens A do not know the last one y, makes tokens of which this holds again",
    "Z[0:t, :]",
    LAYER,
    """
        Y = vstack(A, y)
        Z = softmax((Y @ W_Q) @ (Y @ W_K).T, where=causal) @ (Y @ W_V)
    """,
).to(
    "softmax((A @ W_Q) @ (A @ W_K).T, where=causal) @ (A @ W_V)",
    by=induction_step,
    using=[earlier_rows, cache],
    note="so through any number of layers; before the first one `A` are the earlier tokens themselves",
)

theorem = Theorem(
    "D12, D13",
    "Incremental causal attention",
    "The last row of causal attention is unmasked attention of the last query over all keys, the rows before are those "
    "of the text without its last token, and keys and values can be kept: they are computed row by row.",
    (last_row, earlier_rows, cache, chunk, layers),
)
