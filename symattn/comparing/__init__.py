"""Comparing: several mechanisms on one set of numbers, which key wins under each, and why."""

from symattn.comparing.comparison import Comparison, compare

__all__ = ["Comparison", "compare"]
