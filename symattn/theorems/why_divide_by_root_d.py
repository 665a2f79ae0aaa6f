"""Why scores are divided by the root of d: variance first, saturation then."""

from symattn.deriving import Theorem
from symattn.theorems import dot_product_variance, saturation

theorem = Theorem(
    "G5",
    "Why divide by the root of d",
    "Unscaled scores have a standard deviation of `sqrt(d)`, so gaps between them of that size are usual, and the "
    "slope of softmax falls with the exponential of the gap; divided by `sqrt(d)` scores have variance 1 for every "
    "`d`.",
    (
        dot_product_variance.mean,
        dot_product_variance.second_moment,
        dot_product_variance.variance,
        dot_product_variance.scaled,
        saturation.two_keys,
        saturation.weight_lost,
    ),
    remarks=("the mean of `p * (1 - p)` over normal scores, and its median",),
    names={"p": "1 m"},
)
