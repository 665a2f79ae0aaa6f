"""Ranks from factorisations and one determinant."""

from symattn.deriving import Theorem
from symattn.theorems import rank

theorem = Theorem(
    "G16",
    "Rank facts",
    "Logarithms of weights have a rank of at most `d_k + 1`; the exponential breaks the bound.",
    (rank.logarithm_of_weights, rank.full_rank, rank.above_diagonal, rank.diagonal),
)
