"""Attention is kernel smoothing: Nadaraya and Watson's estimate with the kernel exp(score)."""

from symattn.deriving import Derivation, Theorem
from symattn.deriving.rules import algebra, bound, definition, linearity, reassociate, shift, substitution
from symattn.theorems.shift_invariance import softmax_ignores_a_shift

SOURCE = "Nadaraya 1964; Watson 1964"

smoothing = (
    Derivation("attention as kernel smoothing", "softmax(S) @ V", {"S": "n m", "V": "m d"}, source=SOURCE)
    .to("(exp(S) / rowsum(exp(S))) @ V", by=definition)
    .to("(exp(S) @ V) / rowsum(exp(S))", by=reassociate)
)

gaussian = (
    Derivation(
        "the Gaussian kernel is a dot product with a bias of the keys",
        "softmax(-(rowsum(Q**2) + rowsum(K**2).T - 2 * Q @ K.T) / (2 * sigma**2))",
        {"Q": "n d", "K": "m d", "sigma": "scalar"},
    )
    .to(
        "softmax((Q @ K.T - rowsum(K**2).T / 2) / sigma**2 - rowsum(Q**2) / (2 * sigma**2))",
        by=algebra,
    )
    .to("softmax((Q @ K.T - rowsum(K**2).T / 2) / sigma**2)", by=shift, using=[softmax_ignores_a_shift])
)

distance = Derivation("the squared distance", "rowsum((q - K)**2).T", {"q": "1 d", "K": "m d"}).to(
    "rowsum(q**2) + rowsum(K**2).T - 2 * q @ K.T", by=linearity
)

equal_norms = (
    Derivation(
        "keys of one norm: Gaussian is dot-product attention",
        "softmax((Q @ K.T - rowsum(K**2).T / 2) / sigma**2)",
        {"Q": "n d", "U": "m d", "r": "scalar", "sigma": "scalar"},
        "K = r * U / rownorm(U)",
    )
    .to(
        "softmax(Q @ K.T / sigma**2 - r**2 / (2 * sigma**2) * ones(n, 1))",
        by=substitution,
        note="every key has the norm `r`",
    )
    .to("softmax(Q @ K.T / sigma**2)", by=shift, using=[softmax_ignores_a_shift])
)

least_squares = (
    Derivation(
        "the output is nearest to the values",
        "P @ rowsum((V - o)**2)",
        {"S": "1 m", "V": "m d", "o": "1 d"},
        "P = softmax(S)",
    )
    .to("P @ rowsum((V - P @ V)**2) + rowsum((o - P @ V)**2)", by=algebra)
    .at_least(
        "P @ rowsum((V - P @ V)**2)", by=bound, slack="rowsum((o - P @ V)**2)", note="the least value is at `o = P @ V`"
    )
)

theorem = Theorem(
    "D7",
    "Attention is kernel smoothing",
    "`softmax(S) @ V` is the mean of the values with weights proportional to the kernel `exp(S)`; Gaussian weights "
    "are those of a dot product with the bias `-(k @ k.T) / (2 * sigma**2)` of a key `k`; the output is the point with "
    "the least weighted squared distance.",
    (smoothing, distance, gaussian, equal_norms, least_squares),
    SOURCE,
    names={"k": "1 d"},
)
