"""Attention follows a permutation of its tokens, and does not feel one of its keys with their values."""

from symattn.deriving import Derivation, Theorem
from symattn.deriving.rules import block, definition, reindexing, transpose

TOKENS = {"A": "a d", "B": "b d", "W_Q": "d d_k", "W_K": "d d_k", "W_V": "d d_v"}
ROTATED = """
    X = vstack(A, B)
    Y = vstack(B, A)
    F = softmax((X @ W_Q) @ (X @ W_K).T) @ (X @ W_V)
    G = softmax((Y @ W_Q) @ (Y @ W_K).T) @ (Y @ W_V)
"""

rotation_first = Derivation(
    "self-attention follows a rotation of its tokens: those moved to the front", "G[0:b, :]", TOKENS, ROTATED
).to("F[a:a + b, :]", by=reindexing)

rotation_last = Derivation(
    "self-attention follows a rotation of its tokens: those moved to the end", "G[b:b + a, :]", TOKENS, ROTATED
).to("F[0:a, :]", by=reindexing)

SWAPPED_TOKENS = {"x": "1 d", "y": "1 d", "B": "b d", "W_Q": "d d_k", "W_K": "d d_k", "W_V": "d d_v"}
SWAPPED = """
    X = vstack(x, y, B)
    Y = vstack(y, x, B)
    F = softmax((X @ W_Q) @ (X @ W_K).T) @ (X @ W_V)
    G = softmax((Y @ W_Q) @ (Y @ W_K).T) @ (Y @ W_V)
"""

swap_first = Derivation(
    "self-attention follows a swap of its first two tokens: the first", "G[0:1, :]", SWAPPED_TOKENS, SWAPPED
).to("F[1:2, :]", by=reindexing)

swap_second = Derivation(
    "self-attention follows a swap of its first two tokens: the second", "G[1:2, :]", SWAPPED_TOKENS, SWAPPED
).to("F[0:1, :]", by=reindexing)

swap_others = Derivation(
    "self-attention follows a swap of its first two tokens: the others", "G[2:b + 2, :]", SWAPPED_TOKENS, SWAPPED
).to("F[2:b + 2, :]", by=reindexing)

keys_and_values = Derivation(
    "attention does not feel a rotation of the keys with their values",
    "softmax(Q @ vstack(K_1, K_2).T) @ vstack(V_1, V_2)",
    {"Q": "n d_k", "K_1": "a d_k", "K_2": "b d_k", "V_1": "a d_v", "V_2": "b d_v"},
).to("softmax(Q @ vstack(K_2, K_1).T) @ vstack(V_2, V_1)", by=reindexing)

keys_swapped = Derivation(
    "attention does not feel a swap of the first two keys with their values",
    "softmax(Q @ vstack(k, l, K).T) @ vstack(v, w, V)",
    {"Q": "n d_k", "k": "1 d_k", "l": "1 d_k", "K": "b d_k", "v": "1 d_v", "w": "1 d_v", "V": "b d_v"},
).to("softmax(Q @ vstack(l, k, K).T) @ vstack(w, v, V)", by=reindexing)

SPLIT = {"A": "a d_k", "B": "b d_k", "K": "m d_k", "V": "m d_v"}
SPLIT_GIVEN = "O = softmax(vstack(A, B) @ K.T) @ V"

queries = Derivation("each query has its own row: the first ones", "O[0:a, :]", SPLIT, SPLIT_GIVEN).to(
    "softmax(A @ K.T) @ V", by=block
)

other_queries = Derivation("each query has its own row: the others", "O[a:a + b, :]", SPLIT, SPLIT_GIVEN).to(
    "softmax(B @ K.T) @ V", by=block
)

scores = Derivation(
    "the scores of permuted tokens",
    "(Pi @ X @ W_Q) @ (Pi @ X @ W_K).T",
    {"Pi": "n n", "X": "n d", "W_Q": "d d_k", "W_K": "d d_k"},
).to("Pi @ ((X @ W_Q) @ (X @ W_K).T) @ Pi.T", by=transpose)

PERMUTATIONS = [
    [[1, 0], [0, 1]],
    [[0, 1], [1, 0]],
    [[0, 1, 0], [0, 0, 1], [1, 0, 0]],
    [[0, 0, 1], [0, 1, 0], [1, 0, 0]],
]
EXAMPLE = {2: [[1, 0], ["1/2", -1]], 3: [[1, 0, 2], [0, "1/2", -1], [1, 1, 0]]}

weights = Derivation(
    "the weights of permuted scores",
    "softmax(Pi @ S @ Pi.T)",
    {"Pi": "n n", "S": "n n"},
    conditions=["Pi is a permutation: one 1 in each row and column, and 0 elsewhere"],
).to(
    "Pi @ softmax(S) @ Pi.T",
    by=definition,
    evidence="exact",
    at=[{"Pi": permutation, "S": EXAMPLE[len(permutation)]} for permutation in PERMUTATIONS],
)

duplicate = Derivation(
    "a key repeated c times is one key with the bias log c",
    "softmax(hstack(S, s @ ones(1, c))) @ vstack(V, ones(c, 1) @ v)",
    {"S": "n m", "s": "n 1", "V": "m d", "v": "1 d", "o": "c 1"},
).to("softmax(hstack(S, s + log(c))) @ vstack(V, v)", by=block)

theorem = Theorem(
    "D5",
    "Permutation equivariance",
    "If tokens are rotated, or the first two are swapped, the outputs of self-attention are so too; and rotating or "
    "swapping keys together with their values changes nothing. Rotations and the swap of the first two generate all "
    "permutations, so that both hold for every permutation.",
    (
        rotation_first,
        rotation_last,
        swap_first,
        swap_second,
        swap_others,
        keys_and_values,
        keys_swapped,
        queries,
        other_queries,
        scores,
        weights,
        duplicate,
    ),
    remarks=("that rotations and the swap of the first two generate all permutations, which is known from algebra",),
)
