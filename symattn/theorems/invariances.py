"""What attention does not feel, and what it does."""

from symattn.deriving import Derivation, Theorem
from symattn.deriving.rules import linearity, reassociate, reindexing, shift, transpose
from symattn.theorems import multi_head_sum, permutation_equivariance, shift_invariance

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
).to("Q @ (A @ B.T) @ K.T", by=transpose, note="the same scores where A B.T is the identity")

heads = Derivation(
    "heads in another order",
    "sum(h, O[h] @ W[h]) + sum(h, U[h] @ Y[h])",
    {"O": "H n d_v", "W": "H d_v d", "U": "G n d_v", "Y": "G d_v d"},
).to("sum(h, U[h] @ Y[h]) + sum(h, O[h] @ W[h])", by=reindexing, note="two groups of heads change places")

theorem = Theorem(
    "D24",
    "Invariances",
    "Scores do not feel an invertible A on the queries with its inverse transposed on the keys, weights no shift of a "
    "row and no translation of the keys, outputs no permutation of keys with values and of heads. They feel a scaling "
    "of the scores, a translation of the queries and a rescaling of single keys.",
    (
        shift_invariance.softmax_ignores_a_shift,
        key_translation,
        multi_head_sum.score_gauge,
        rotation,
        value_gauge,
        permutation_equivariance.keys_and_values,
        permutation_equivariance.keys_swapped,
        heads,
    ),
)
