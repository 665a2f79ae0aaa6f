"""From looking a key up to attending to all of them."""

from symattn.deriving import Derivation, Theorem
from symattn.deriving.rules import block, definition, kronecker_delta, reassociate, substitution
from symattn.theorems.kernel_smoothing import smoothing

lookup = Derivation("looking up one key", "matrix(1, m, 1 if j == 0 else 0) @ V", {"V": "m d_v"}).to(
    "V[0:1, :]", by=kronecker_delta, note="a weight of 1 at one key gives its value"
)

weighted = Derivation("weights in proportion to a kernel", "(W / rowsum(W)) @ V", {"W": "n m", "V": "m d_v"}).to(
    "(W @ V) / rowsum(W)", by=reassociate
)

exponential = (
    Derivation(
        "the kernel exp of a score",
        "(W @ V) / rowsum(W)",
        {"Q": "n d_k", "K": "m d_k", "V": "m d_v"},
        "W = exp(Q @ K.T)",
    )
    .to("(exp(Q @ K.T) @ V) / rowsum(exp(Q @ K.T))", by=substitution, using=[weighted])
    .to("softmax(Q @ K.T) @ V", by=definition, using=[smoothing])
)

QUERIES = {"A": "a d_k", "B": "b d_k", "K": "m d_k", "V": "m d_v"}
ALL_QUERIES = "O = softmax(vstack(A, B) @ K.T) @ V"

queries = Derivation(
    "all queries at once, each with a row of its own: the first ones", "O[0:a, :]", QUERIES, ALL_QUERIES
).to("softmax(A @ K.T) @ V", by=block)

other_queries = Derivation("and the others", "O[a:a + b, :]", QUERIES, ALL_QUERIES).to("softmax(B @ K.T) @ V", by=block)

theorem = Theorem(
    "G1",
    "Attention from lookup",
    "A dictionary gives the value of the key that is asked for; let every key count in proportion to `exp(q @ k.T)`, "
    "and it is attention.",
    (lookup, weighted, exponential, queries, other_queries),
    names={"q": "1 d_k", "k": "1 d_k"},
)
