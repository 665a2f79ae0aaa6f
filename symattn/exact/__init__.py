"""Exact numbers: attention over rational scores, computed in the field of rational functions of powers of e."""

from symattn.exact.element import Element, Term
from symattn.exact.evaluation import EXACT, Evaluation, evaluate, evaluate_equation
from symattn.exact.matrix import ExactMatrix

__all__ = ["EXACT", "Element", "Evaluation", "ExactMatrix", "Term", "evaluate", "evaluate_equation"]
