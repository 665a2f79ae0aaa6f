"""Exact numbers: attention over rational scores, computed in the field of rational functions of powers of e."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symattn.lazy import loader

if TYPE_CHECKING:
    from symattn.exact.element import Element, Term
    from symattn.exact.evaluation import EXACT, Evaluation, evaluate, evaluate_equation, shape_of_value
    from symattn.exact.family import ExactFamily
    from symattn.exact.matrix import ExactMatrix

__all__ = [
    "EXACT",
    "Element",
    "Evaluation",
    "ExactFamily",
    "ExactMatrix",
    "Term",
    "evaluate",
    "evaluate_equation",
    "shape_of_value",
]

_HOMES = {
    "element": ("Element", "Term"),
    "evaluation": ("EXACT", "Evaluation", "evaluate", "evaluate_equation", "shape_of_value"),
    "family": ("ExactFamily",),
    "matrix": ("ExactMatrix",),
}

__getattr__ = loader(__name__, _HOMES)
