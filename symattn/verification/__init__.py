"""Verification: every value against witnesses that share no code with it."""

from symattn.verification.crosscheck import verify
from symattn.verification.report import Comparison, Report, Row
from symattn.verification.witnesses import ExactWitness, GradientWitness, ValueWitness, Witness

__all__ = ["Comparison", "ExactWitness", "GradientWitness", "Report", "Row", "ValueWitness", "Witness", "verify"]
