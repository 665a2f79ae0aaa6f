"""Shift invariance in order: from the definition to stable evaluation and its bounds."""

from symattn.deriving import Theorem
from symattn.theorems import log_sum_exp_bounds, shift_invariance

theorem = Theorem(
    "G3",
    "Shift invariance and stable evaluation",
    "Softmax does not feel a shift, so the largest score is taken off: then no exponent is above 0, the denominator "
    "is between 1 and `m`, and `lse(S)` between the largest score and that plus `log(m)`.",
    (
        shift_invariance.softmax_ignores_a_shift,
        shift_invariance.stable,
        shift_invariance.exponents,
        shift_invariance.denominator_below,
        shift_invariance.denominator,
        shift_invariance.stable_lse,
        log_sum_exp_bounds.above_largest,
        log_sum_exp_bounds.below,
        shift_invariance.key_bias,
        shift_invariance.rebased,
    ),
)
