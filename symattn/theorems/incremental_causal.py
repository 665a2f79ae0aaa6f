"""Causal attention token by token, with a cache of keys and values, is causal attention of the whole text."""

from symattn.deriving import Derivation, Theorem
from symattn.deriving.rules import block, definition, restriction

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

layers = Derivation(
    "two layers of causal attention do not see a later token",
    "Z[0:t, :]",
    {"X": "t d", "x": "1 d"},
    """
        Y = softmax(vstack(X, x) @ vstack(X, x).T, where=causal) @ vstack(X, x)
        Z = softmax(Y @ Y.T, where=causal) @ Y
        A = softmax(X @ X.T, where=causal) @ X
        """,
).to("softmax(A @ A.T, where=causal) @ A", by=definition)

theorem = Theorem(
    "D12, D13",
    "Incremental causal attention",
    "The last row of causal attention is unmasked attention of the last query over all keys, the rows before are those "
    "of the text without its last token, and keys and values can be kept: they are computed row by row.",
    (last_row, earlier_rows, cache, chunk, layers),
)
