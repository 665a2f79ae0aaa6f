"""Attention as descent of an energy, as mean shift and as inference."""

from symattn.deriving import Theorem
from symattn.theorems import hopfield, lipschitz, mean_shift, perturbation

theorem = Theorem(
    "G20",
    "Energy and inference",
    "Attention is a step down an energy, which never rises; a step of mean shift; an E-step; with bounds on how "
    "fast it changes.",
    (
        hopfield.gradient,
        hopfield.convex,
        hopfield.descends,
        mean_shift.mean_shift,
        mean_shift.responsibilities,
        lipschitz.half,
        lipschitz.moving,
        lipschitz.unbounded,
        perturbation.largest,
        perturbation.of_a_set,
    ),
)
