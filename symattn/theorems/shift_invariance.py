"""Softmax does not feel what is added to a whole row of scores; hence its stable form."""

from symattn.deriving import Derivation, Theorem
from symattn.deriving.rules import (
    algebra,
    bound,
    definition,
    exponent,
    linearity,
    logarithm,
    quotient,
    reassociate,
    row_sum,
    shift,
)

SOURCE = "Milakov & Gimelshein 2018, arXiv:1805.02867, section 2"

SHIFTED = {"S": "n m", "c": "n 1"}

softmax_ignores_a_shift = (
    Derivation("softmax ignores a shift of its row", "softmax(S + c)", SHIFTED, source=SOURCE)
    .to("exp(S + c) / rowsum(exp(S + c))", by=definition)
    .to("exp(S) * exp(c) / rowsum(exp(S) * exp(c))", by=exponent)
    .to("exp(S) * exp(c) / (rowsum(exp(S)) * exp(c))", by=linearity, note="`exp(c)` is the same along the row")
    .to("exp(S) / rowsum(exp(S))", by=quotient)
    .to("softmax(S)", by=definition)
)

stable = (
    Derivation("the stable form", "softmax(S)", {"S": "n m"}, source=SOURCE)
    .to("softmax(S - rowmax(S))", by=shift, using=[softmax_ignores_a_shift])
    .to("exp(S - rowmax(S)) / rowsum(exp(S - rowmax(S)))", by=definition)
)

exponents = Derivation("no exponent is above 0", "S - rowmax(S)", {"S": "n m"}).at_most(
    "zeros(n, m)", by=bound, slack="rowmax(S) - S"
)

denominator = Derivation(
    "the denominator is at most the number of keys", "rowsum(exp(S - rowmax(S)))", {"S": "n m"}
).at_most("m * ones(n, 1)", by=bound, slack="rowsum(1 - exp(S - rowmax(S)))", using=[exponents])

denominator_below = Derivation("and at least 1", "rowsum(exp(S)) * exp(-rowmax(S))", {"S": "n m"}).at_least(
    "ones(n, 1)", by=bound, slack="(rowsum(exp(S)) - exp(rowmax(S))) * exp(-rowmax(S))"
)

stable_lse = (
    Derivation("the logarithm of the sum, stable", "lse(S)", {"S": "n m"}, source=SOURCE)
    .to("log(rowsum(exp(S)))", by=definition)
    .to("log(exp(rowmax(S)) * rowsum(exp(S - rowmax(S))))", by=exponent)
    .to("rowmax(S) + log(rowsum(exp(S - rowmax(S))))", by=logarithm)
)

jacobian_of_ones = (
    Derivation(
        "the Jacobian takes a constant row to 0", "P * (c @ ones(1, m) - rowsum(P * c))", SHIFTED, "P = softmax(S)"
    )
    .to("P * (c - c * rowsum(P))", by=linearity)
    .to("zeros(n, m)", by=row_sum)
)

gradient_sums_to_zero = (
    Derivation(
        "the gradient of a row of scores sums to 0",
        "rowsum(P * (dP - rowsum(P * dP)))",
        {"S": "n m", "dP": "n m"},
        "P = softmax(S)",
    )
    .to("rowsum(P * dP) - rowsum(P) * rowsum(P * dP)", by=linearity)
    .to("zeros(n, 1)", by=row_sum)
)

key_bias = (
    Derivation("a bias of all keys changes nothing", "softmax(Q @ (K + b).T)", {"Q": "n d", "K": "m d", "b": "1 d"})
    .to("softmax(Q @ K.T + Q @ b.T)", by=linearity)
    .to("softmax(Q @ K.T)", by=shift, using=[softmax_ignores_a_shift])
)

key_bias_gradient = (
    Derivation(
        "the gradient of a bias of the keys is 0",
        "colsum(dS.T @ Q)",
        {"S": "n m", "dP": "n m", "Q": "n d"},
        "P = softmax(S)\ndS = P * (dP - rowsum(P * dP))",
    )
    .to("rowsum(dS).T @ Q", by=reassociate)
    .to("zeros(1, d)", by=row_sum, using=[gradient_sums_to_zero])
)

rebased = (
    Derivation(
        "ALiBi's distance may be counted from the start",
        "softmax(S - slope * matrix(n, n, i - j), where=causal)",
        {"S": "n n", "slope": "scalar"},
        source="Press et al. 2022, arXiv:2108.12409, section 3",
    )
    .to("softmax((S + slope * matrix(n, n, j)) - slope * matrix(n, 1, i), where=causal)", by=algebra)
    .to("softmax(S + slope * matrix(n, n, j), where=causal)", by=shift)
)

theorem = Theorem(
    "D6",
    "Shift invariance and the stable form",
    "`softmax(S + c) = softmax(S)` for every column `c`. So scores may be taken less their largest, exponents are at "
    "most 0 and the denominator is between 1 and `m`; the Jacobian takes constants to 0, gradients of rows of scores "
    "sum to 0, and a bias of all keys has no effect.",
    (
        softmax_ignores_a_shift,
        stable,
        exponents,
        denominator,
        denominator_below,
        stable_lse,
        jacobian_of_ones,
        gradient_sums_to_zero,
        key_bias,
        key_bias_gradient,
        rebased,
    ),
    SOURCE,
)
