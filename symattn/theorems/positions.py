"""Positions: from sinusoids added to tokens over Transformer-XL to RoPE and ALiBi."""

from symattn.deriving import Derivation, Theorem
from symattn.deriving.rules import linearity
from symattn.theorems import relative_rotation, shift_invariance
from symattn.theorems.relative_rotation import angle_addition

sinusoids = Derivation(
    "a sinusoid moved is rotated",
    "vstack(sin(a + b), cos(a + b))",
    {"a": "1 1", "b": "1 1"},
    source="Vaswani et al. 2017, arXiv:1706.03762, section 3.5",
).to("vstack(cos(b) * sin(a) + sin(b) * cos(a), cos(b) * cos(a) - sin(b) * sin(a))", by=angle_addition)

four_terms = Derivation(
    "scores of tokens with positions added",
    "(E + U) @ W @ (E + U).T",
    {"E": "n d", "U": "n d", "W": "d d"},
    source="Dai et al. 2019, arXiv:1901.02860, section 3.3",
).to(
    "E @ W @ E.T + E @ W @ U.T + U @ W @ E.T + U @ W @ U.T",
    by=linearity,
    note="content and content, content and position, position and content, position and position",
)

two_biases = Derivation(
    "Transformer-XL's four terms as two products",
    "Q @ K.T + Q @ R.T + u @ K.T + v @ R.T",
    {"Q": "n d", "K": "m d", "R": "m d", "u": "1 d", "v": "1 d"},
).to("(Q + u) @ K.T + (Q + v) @ R.T", by=linearity)

theorem = Theorem(
    "G17",
    "Positions",
    "Positions added to tokens make four terms; Transformer-XL makes the positions relative, ALiBi keeps only a bias, "
    "and rotations make products relative by themselves.",
    (
        sinusoids,
        four_terms,
        two_biases,
        shift_invariance.rebased,
        relative_rotation.orthogonal,
        relative_rotation.composed,
        relative_rotation.score,
        relative_rotation.heads,
        relative_rotation.shifted,
    ),
    remarks=("the buckets of T5's biases", "the two layouts of pairs in a vector, and rotations as complex numbers"),
)
