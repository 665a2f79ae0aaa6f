"""Verification: every value against witnesses that share no code with it.

Loaded when first used: whoever derives or prints need not wait for the tables of the checks.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from symattn.verification.crosscheck import verify
    from symattn.verification.report import Comparison, Report, Row
    from symattn.verification.witnesses import ExactWitness, GradientWitness, ValueWitness, Witness

__all__ = ["Comparison", "ExactWitness", "GradientWitness", "Report", "Row", "ValueWitness", "Witness", "verify"]

_HOME = {
    "verify": "crosscheck",
    **dict.fromkeys(("Comparison", "Report", "Row"), "report"),
    **dict.fromkeys(("ExactWitness", "GradientWitness", "ValueWitness", "Witness"), "witnesses"),
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value
