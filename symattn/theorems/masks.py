"""Masks: keys that are not allowed, rows without any, and what a large negative number does instead."""

from symattn.deriving import Derivation, Theorem
from symattn.deriving.rules import definition, restriction, shift
from symattn.theorems import backward_pass, shift_invariance

restricted = Derivation("softmax over the allowed keys", "softmax(S, where=causal)", {"S": "n m"}).to(
    "exp(S) * matrix(n, m, 1 if j <= i else 0) / rowsum(exp(S) * matrix(n, m, 1 if j <= i else 0))",
    by=restriction,
)

renormalised = (
    Derivation(
        "masked after the softmax and normalised again",
        "softmax(S) * C / rowsum(softmax(S) * C)",
        {"S": "n m"},
        "C = matrix(n, m, 1 if j <= i else 0)",
    )
    .to("exp(S) * C / rowsum(exp(S) * C)", by=definition)
    .to("softmax(S, where=causal)", by=restriction)
)

composed = Derivation(
    "one mask after the other: causal, then a window of two keys",
    "softmax(S, where=causal) * W / rowsum(softmax(S, where=causal) * W)",
    {"S": "n m"},
    "W = matrix(n, m, 1 if i - j < 2 else 0)",
).to("softmax(S, where=causal & (i - j < 2))", by=restriction, note="the keys that both allow")

empty = Derivation("a row without keys", "softmax(S, where=(j < 0))", {"S": "n m"}).to(
    "zeros(n, m)", by=definition, note="the convention here: a row without allowed keys is 0"
)

finite = Derivation(
    "a finite number off all keys of a row is no mask", "softmax(S - c * ones(n, m))", {"S": "n m", "c": "scalar"}
).to("softmax(S)", by=shift, using=[shift_invariance.softmax_ignores_a_shift])

additive = (
    Derivation(
        "a finite number off the keys that are not allowed",
        "softmax(S - c * (1 - C))",
        {"S": "n m", "c": "scalar"},
        "C = matrix(n, m, 1 if j <= i else 0)",
    )
    .to("exp(S - c * (1 - C)) / rowsum(exp(S - c * (1 - C)))", by=definition)
    .tends_to(
        "softmax(S, where=causal)",
        when="c -> oo",
        at=[{"S": [[1, 2], [0, "1/2"]]}, {"S": [[1, 2, 0], [0, 3, -1]]}],
    )
)

theorem = Theorem(
    "G12",
    "Masks",
    "Softmax over the allowed keys is masking and normalising again; sets intersect; a row without keys is 0; a finite "
    "penalty tends to the mask as it grows, but off a whole row it is none at all; cotangents are 0 where nothing is "
    "allowed.",
    (restricted, renormalised, composed, empty, finite, additive, backward_pass.masked),
)
