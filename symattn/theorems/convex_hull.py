"""What attention gives lies in the convex hull of the values."""

from symattn.deriving import Derivation, Theorem
from symattn.deriving.rules import bound
from symattn.theorems.rows_are_distributions import not_negative, sums_to_one

INPUTS = {"S": "n m", "V": "m d"}
GIVEN = "P = softmax(S)"

upper = Derivation("no coordinate above the largest", "P @ V", INPUTS, GIVEN).at_most(
    "ones(n, 1) @ colmax(V)", by=bound, using=[sums_to_one, not_negative], slack="P @ (colmax(V) - V)"
)

lower = Derivation("no coordinate below the smallest", "P @ V", INPUTS, GIVEN).at_least(
    "-(ones(n, 1) @ colmax(-V))", by=bound, using=[sums_to_one, not_negative], slack="P @ (colmax(-V) - (-V))"
)

norm = (
    Derivation("the norm of an output", "rowsum((P @ V)**2)", {"S": "1 m", "V": "m d"}, GIVEN)
    .at_most("P @ rowsum(V**2)", by=bound, using=[sums_to_one], slack="P @ rowsum((V - P @ V)**2)")
    .at_most("colmax(rowsum(V**2))", by=bound, slack="P @ (colmax(rowsum(V**2)) - rowsum(V**2))")
)

theorem = Theorem(
    "D4",
    "Outputs lie in the convex hull of the values",
    "An output row is a mean of the value rows with weights that are not negative and sum to 1: no coordinate is "
    "outside the range of the values, and its norm is at most the largest norm of a value.",
    (upper, lower, norm),
    remarks=("sigmoid, differential and unnormalised attention, whose outputs may lie outside",),
)
