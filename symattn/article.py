"""The worked example's numbers: 3 inputs of 4 numbers, integer weights, and the weights that the article prints.

Source: R. Karim 2019, "Illustrated: Self-Attention", as many courses reproduce it. Note that the inputs have rank 2
and all sizes but one are equal; a check that passes here alone has not shown much.
"""

from fractions import Fraction

X = ((1, 0, 1, 0), (0, 2, 0, 2), (1, 1, 1, 1))
W_K = ((0, 0, 1), (1, 1, 0), (0, 1, 0), (1, 1, 0))
W_Q = ((1, 0, 1), (1, 0, 0), (0, 0, 1), (0, 1, 1))
W_V = ((0, 2, 0), (0, 3, 0), (1, 0, 3), (1, 1, 0))

SELF_ATTENTION = {"X": X, "W_K": W_K, "W_Q": W_Q, "W_V": W_V}

ROUNDED_WEIGHTS = (
    (Fraction(0), Fraction(1, 2), Fraction(1, 2)),
    (Fraction(0), Fraction(1), Fraction(0)),
    (Fraction(0), Fraction(9, 10), Fraction(1, 10)),
)
"""The attention weights as the article rounds them; row 1 is not a rounding to one decimal, which would sum to 1.1."""

QUERIES = ((1, 0, 2), (2, 2, 2), (2, 1, 3))
KEYS = ((0, 1, 1), (4, 4, 0), (2, 3, 1))
VALUES = ((1, 2, 3), (2, 8, 0), (2, 6, 3))

OUTPUT_WEIGHTS = ((1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0))
"""What the example has no numbers for: the three numbers that the heads find, put beside a zero."""

LAYER = {"Y": X, "W_O": OUTPUT_WEIGHTS, "b_O": ((0, 0, 0, 0),)}
"""What multi-head attention needs besides: keys and values from the same inputs, the output weights, no bias."""

IDENTITY = ((1, 0, 0), (0, 1, 0), (0, 0, 1))

ATTENTION = {"Q": QUERIES, "K": KEYS, "V": VALUES}
"""The projected queries, keys and values, for mechanisms that begin there."""

ADDITIVE_NETWORK = {"W_a": IDENTITY, "U_a": IDENTITY, "v_a": ((1,), (1,), (1,))}
"""The small network of additive attention: nothing but tanh of the sum of a query and a key, summed."""


def _columns(rows: tuple[tuple[int, ...], ...]) -> tuple[tuple[tuple[int], ...], ...]:
    return tuple(tuple((number,) for number in column) for column in zip(*rows, strict=True))


NO_BIAS = (((0,),),) * 3

THREE_HEADS = {
    **{name: _columns(rows) for name, rows in {**SELF_ATTENTION, **ATTENTION}.items() if name != "X"},
    **dict.fromkeys(("b_Q", "b_K", "b_V"), NO_BIAS),
    "W_O": tuple((row,) for row in OUTPUT_WEIGHTS),
}
"""The same numbers as three heads of one number each: head h has the h-th column of every projection."""

GAUSSIAN = {"sigma": 1}
"""The width of the Gaussian kernel, for scores by distance."""

THIRD_KEY_MASKED = {"padding": ((1, 1, 0),), "M": ((1, 1, 0),) * 3}
"""Allowed sets for the three inputs, 1 for an allowed key: the third is padding, so that no query attends to it."""
