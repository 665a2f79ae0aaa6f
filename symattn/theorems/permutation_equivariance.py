"""Attention follows a permutation of its tokens, and does not feel one of its keys with their values."""

from symattn.deriving import Derivation, Theorem
from symattn.deriving.permuting import Permutations
from symattn.deriving.rules import Rule, block, reassociate, reindexing, transpose

any_order = Permutations(("Pi",))

rowwise = Rule("row by row", "a function of each row, which does not feel its order, commutes with permutations")

inverse = Rule("inverse of a permutation", "Pi.T Pi = Pi Pi.T = I")


def permuted(title: str, start: str, inputs: dict[str, str], given: str = "") -> Derivation:
    """A derivation in which Pi is any permutation matrix."""
    return Derivation(title, start, inputs, given, [any_order.condition], checker=any_order)


undone = permuted("a permutation transposed undoes it", "Pi.T @ Pi", {"Pi": "n n"}).to(
    "eye(n)", by=reindexing, note="so does `Pi @ Pi.T`"
)

TOKENS = {"Pi": "n n", "X": "n d", "W_Q": "d d_k", "W_K": "d d_k", "W_V": "d d_v"}
GIVEN = "S = (X @ W_Q) @ (X @ W_K).T\nV = X @ W_V"

scores = permuted("the scores of permuted tokens", "(Pi @ X @ W_Q) @ (Pi @ X @ W_K).T", TOKENS, GIVEN).to(
    "Pi @ S @ Pi.T", by=transpose
)

weights = permuted("the weights of permuted scores", "softmax(Pi @ S @ Pi.T)", {"Pi": "n n", "S": "n n"}).to(
    "Pi @ softmax(S) @ Pi.T", by=rowwise
)

tokens = (
    permuted(
        "self-attention follows a permutation of its tokens",
        "softmax((Pi @ X @ W_Q) @ (Pi @ X @ W_K).T) @ (Pi @ X @ W_V)",
        TOKENS,
        GIVEN,
    )
    .to("softmax(Pi @ S @ Pi.T) @ (Pi @ V)", by=transpose, using=[scores])
    .to("(Pi @ softmax(S) @ Pi.T) @ (Pi @ V)", by=rowwise, using=[weights])
    .to("Pi @ softmax(S) @ (Pi.T @ Pi) @ V", by=reassociate)
    .to("Pi @ (softmax(S) @ V)", by=inverse, using=[undone])
)

queries = permuted(
    "each query has its own row, wherever it stands",
    "softmax((Pi @ Q) @ K.T) @ V",
    {"Pi": "n n", "Q": "n d_k", "K": "m d_k", "V": "m d_v"},
).to("Pi @ (softmax(Q @ K.T) @ V)", by=rowwise)

keys_and_values = (
    permuted(
        "attention does not feel a permutation of the keys with their values",
        "softmax(Q @ (Pi @ K).T) @ (Pi @ V)",
        {"Pi": "m m", "Q": "n d_k", "K": "m d_k", "V": "m d_v"},
    )
    .to("softmax(Q @ K.T @ Pi.T) @ (Pi @ V)", by=transpose)
    .to("softmax(Q @ K.T) @ Pi.T @ (Pi @ V)", by=rowwise)
    .to("softmax(Q @ K.T) @ V", by=inverse, using=[undone])
)

duplicate = Derivation(
    "a key repeated c times is one key with the bias log c",
    "softmax(hstack(S, s @ ones(1, c))) @ vstack(V, ones(c, 1) @ v)",
    {"S": "n m", "s": "n 1", "V": "m d", "v": "1 d", "o": "c 1"},
).to("softmax(hstack(S, s + log(c))) @ vstack(V, v)", by=block)

theorem = Theorem(
    "D5",
    "Permutation equivariance",
    "Self-attention follows every permutation `Pi` of its tokens: of `Pi @ X` it makes `Pi` times what it makes of "
    "`X`. With keys and values of their own, attention follows a permutation of the queries, and one of the keys "
    "with their values changes nothing; a key that occurs `c` times counts as one with the bias `log(c)`.",
    (undone, scores, weights, tokens, queries, keys_and_values, duplicate),
)
