"""Verification: every value against witnesses that share no code with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symattn.lazy import loader

if TYPE_CHECKING:
    from symattn.verification.crosscheck import verify
    from symattn.verification.report import Comparison, Report, Row
    from symattn.verification.witnesses import ExactWitness, GradientWitness, ValueWitness, Witness

__all__ = ["Comparison", "ExactWitness", "GradientWitness", "Report", "Row", "ValueWitness", "Witness", "verify"]

_HOMES = {
    "crosscheck": ("verify",),
    "report": ("Comparison", "Report", "Row"),
    "witnesses": ("ExactWitness", "GradientWitness", "ValueWitness", "Witness"),
}

__getattr__ = loader(__name__, _HOMES)
