"""Deriving: chains of steps that are checked as they are written, and what each of them rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symattn.lazy import loader

if TYPE_CHECKING:
    from symattn.deriving.claim import Claim, Setting
    from symattn.deriving.derivation import Derivation
    from symattn.deriving.grounds import Grounds
    from symattn.deriving.moments import IndependentEntries
    from symattn.deriving.recurrence import Recurrence
    from symattn.deriving.rules import Rule
    from symattn.deriving.step import Step
    from symattn.deriving.theorem import Theorem

__all__ = ["Claim", "Derivation", "Grounds", "IndependentEntries", "Recurrence", "Rule", "Setting", "Step", "Theorem"]

_HOMES = {
    "claim": ("Claim", "Setting"),
    "derivation": ("Derivation",),
    "grounds": ("Grounds",),
    "moments": ("IndependentEntries",),
    "recurrence": ("Recurrence",),
    "rules": ("Rule",),
    "step": ("Step",),
    "theorem": ("Theorem",),
}

__getattr__ = loader(__name__, _HOMES)
