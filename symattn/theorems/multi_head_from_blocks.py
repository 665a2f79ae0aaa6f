"""Multi-head attention from block matrices."""

from symattn.deriving import Theorem
from symattn.theorems import invariances, multi_head_sum

theorem = Theorem(
    "G11",
    "Multi-head is a sum",
    "Concatenation and projection are a product of blocks, which is a sum over heads; only products of projections"
    " count.",
    (
        multi_head_sum.as_a_sum,
        multi_head_sum.value_output,
        multi_head_sum.score_gauge,
        invariances.heads,
        multi_head_sum.value_bias,
    ),
)
