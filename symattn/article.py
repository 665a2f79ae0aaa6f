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

IDENTITY = ((1, 0, 0), (0, 1, 0), (0, 0, 1))

ATTENTION = {"Q": QUERIES, "K": KEYS, "V": VALUES}
"""The projected queries, keys and values, for mechanisms that begin there."""

ADDITIVE_NETWORK = {"W_a": IDENTITY, "U_a": IDENTITY, "v_a": ((1,), (1,), (1,))}
"""The small network of additive attention: nothing but tanh of the sum of a query and a key, summed."""

GAUSSIAN = {"sigma": 1}
"""The width of the Gaussian kernel, for scores by distance."""

THIRD_KEY_MASKED = {"padding": ((1, 1, 0),), "M": ((1, 1, 0),) * 3}
"""Allowed sets for the three inputs, 1 for an allowed key: the third is padding, so that no query attends to it."""
