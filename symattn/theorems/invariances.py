"""What attention does not feel, and what it does."""

from symattn.deriving import Derivation, Theorem
from symattn.deriving.rules import linearity, quotient, reassociate, reindexing, shift, transpose
from symattn.theorems import multi_head_sum, permutation_equivariance, shift_invariance
from symattn.theorems.permutation_equivariance import permuted

key_translation = (
    Derivation("all keys moved by the same", "softmax(Q @ (K + c).T)", {"Q": "n d", "K": "m d", "c": "1 d"})
    .to("softmax(Q @ K.T + Q @ c.T)", by=linearity)
    .to("softmax(Q @ K.T)", by=shift, using=[shift_invariance.softmax_ignores_a_shift])
)

value_gauge = Derivation(
    "values times A with an output projection, or A in the projection",
    "(P @ (V @ A)) @ W",
    {"P": "n m", "V": "m d_v", "A": "d_v d_v", "W": "d_v d"},
).to("(P @ V) @ (A @ W)", by=reassociate)

rotation = Derivation(
    "queries times A and keys times B",
    "(Q @ A) @ (K @ B).T",
    {"Q": "n d", "K": "m d", "A": "d d", "B": "d d"},
).to("Q @ (A @ B.T) @ K.T", by=transpose, note="the same scores where `A @ B.T` is the identity")

heads = permuted(
    "heads in another order, with their rows of the output projection",
    "sum(h, sum(g, Pi[h, g] * O[g]) @ sum(g, Pi[h, g] * W[g]))",
    {"Pi": "H H", "O": "H n d_v", "W": "H d_v d"},
).to("sum(h, O[h] @ W[h])", by=reindexing, note="head h of the new order is the head g with a 1 in row h of `Pi`")

DOUBLED = {"t": "scalar"}
DOUBLED_GIVEN = "p = softmax([[0, t]])\nq = softmax(2 * [[0, t]])"

scaling = Derivation(
    "scores that are doubled: what a second key with a score of t above the first gains",
    "q - p",
    DOUBLED,
    DOUBLED_GIVEN,
).to(
    "[[-1, 1]] * exp(t) * (exp(t) - 1) / ((1 + exp(t)) * (1 + exp(2 * t)))",
    by=quotient,
    note="not 0 but for `t = 0`",
)

query_translation = Derivation(
    "a query moved by itself, which doubles its scores", "softmax((x + x) @ K.T)", {"x": "1 d", "K": "m d"}
).to("softmax(2 * x @ K.T)", by=linearity, note="and so other weights")

key_rescaling = Derivation(
    "the second of two keys doubled", "softmax(hstack(x @ k.T, x @ (2 * l).T))", {"x": "1 d", "k": "1 d", "l": "1 d"}
).to("softmax(hstack(x @ k.T, 2 * x @ l.T))", by=linearity, note="with `k = 0` the scores 0 and twice `x @ l.T`")

theorem = Theorem(
    "D24",
    "Invariances",
    "Scores do not feel an invertible `A` on the queries with its inverse transposed on the keys, weights no shift "
    "of a row and no translation of the keys, outputs no permutation of keys with values and of heads. Weights do "
    "feel a scaling of the scores, a translation of the queries and a rescaling of single keys.",
    (
        shift_invariance.softmax_ignores_a_shift,
        key_translation,
        multi_head_sum.score_gauge,
        rotation,
        value_gauge,
        permutation_equivariance.keys_and_values,
        heads,
        scaling,
        query_translation,
        key_rescaling,
    ),
)
