"""Similarities compared: distance, dot product, cosine, and additive scores without their tanh."""

from symattn.deriving import Derivation, Theorem
from symattn.deriving.rules import linearity, quotient, shift
from symattn.theorems import kernel_smoothing
from symattn.theorems.shift_invariance import softmax_ignores_a_shift

additive = Derivation(
    "additive scores without tanh do not depend on the query",
    "softmax(Q @ W @ v + (K @ U @ v).T)",
    {"Q": "n d_q", "K": "m d_k", "W": "d_q d_a", "U": "d_k d_a", "v": "d_a 1"},
    source="Bahdanau et al. 2015, arXiv:1409.0473, appendix A.1.2, less its tanh",
).to("softmax((K @ U @ v).T + zeros(n, 1))", by=shift, using=[softmax_ignores_a_shift])

cosine = Derivation(
    "a cosine does not feel the length of a query",
    "(exp(c) * Q) @ K.T / (rownorm(exp(c) * Q) * rownorm(K).T)",
    {"Q": "n d", "K": "m d", "c": "scalar"},
).to("Q @ K.T / (rownorm(Q) * rownorm(K).T)", by=quotient, note="`exp(c)` is any positive factor")

bilinear = Derivation(
    "a bilinear score of tokens", "(X @ W_Q) @ (X @ W_K).T", {"X": "n d", "W_Q": "d d_k", "W_K": "d d_k"}
).to("X @ (W_Q @ W_K.T) @ X.T", by=linearity)

theorem = Theorem(
    "G18",
    "Similarities",
    "Squared distances are dot products with biases, of which softmax feels only that of the keys; with keys of one "
    "length the two give the same weights. Additive scores without their tanh do not depend on the query at all.",
    (
        kernel_smoothing.distance,
        kernel_smoothing.gaussian,
        kernel_smoothing.equal_norms,
        additive,
        cosine,
        bilinear,
    ),
    remarks=("which key of the worked example wins under each similarity: symattn compare shows it with numbers",),
)
