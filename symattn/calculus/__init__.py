"""Calculus: from equations, the equations of their derivatives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symattn.lazy import loader

if TYPE_CHECKING:
    from symattn.calculus.cotangents import COTANGENT, cotangents_of
    from symattn.calculus.reverse import backward, named_parts
    from symattn.calculus.simplifying import RULES, Rule, simplified

__all__ = ["COTANGENT", "RULES", "Rule", "backward", "cotangents_of", "named_parts", "simplified"]

_HOMES = {
    "cotangents": ("COTANGENT", "cotangents_of"),
    "reverse": ("backward", "named_parts"),
    "simplifying": ("RULES", "Rule", "simplified"),
}

__getattr__ = loader(__name__, _HOMES)
