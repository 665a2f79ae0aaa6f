"""Attention in vision: pixels, channels, gates and fusion."""

from symattn.deriving import Derivation, Theorem
from symattn.deriving.rules import algebra, definition, reassociate, shift
from symattn.theorems.shift_invariance import softmax_ignores_a_shift

channels = Derivation(
    "channel attention as its authors' code has it",
    "softmax(rowmax(A @ A.T) - A @ A.T) @ A",
    {"A": "C N"},
    source="Fu et al. 2019, arXiv:1809.02983, section 3.3, and its code",
).to(
    "softmax(-(A @ A.T)) @ A", by=shift, using=[softmax_ignores_a_shift], note="not `softmax(A @ A.T)`: the other sign"
)

non_local = Derivation(
    "non-local attention with dot products",
    "((T @ F.T) / N) @ G",
    {"T": "N d", "F": "N d", "G": "N d_v"},
    source="Wang et al. 2018, arXiv:1711.07971, equation (4)",
).to("T @ (F.T @ G) / N", by=reassociate, note="no sum over pairs of pixels is needed")

fusion = Derivation(
    "fusion by a gate",
    "M * X + (1 - M) * Y",
    {"M": "C N", "X": "C N", "Y": "C N"},
    source="Dai et al. 2021, arXiv:2009.14082, equation (2)",
).to("Y + M * (X - Y)", by=algebra)

gate = Derivation("a gate is a softmax of two", "p[:, 0:1]", {"a": "n 1", "b": "n 1"}, "p = softmax(hstack(a, b))").to(
    "sigmoid(a - b)", by=definition
)

squeeze = Derivation(
    "a gate for each channel is a diagonal matrix",
    "g * A",
    {"g": "C 1", "A": "C N"},
    source="Hu et al. 2018, arXiv:1709.01507",
).to("(eye(C) * g) @ A", by=definition)

theorem = Theorem(
    "G19",
    "Attention in vision",
    "Attention over pixels is attention with tokens for pixels; over channels its code has the other sign; gates are "
    "two-way softmaxes, and fusion is a step from one input towards the other.",
    (channels, non_local, squeeze, gate, fusion),
    remarks=("gates made by convolutions, pooling and batch normalisation", "fusion that is repeated"),
)
