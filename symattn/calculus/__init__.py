"""Calculus: from equations, the equations of their derivatives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symattn.lazy import loader

if TYPE_CHECKING:
    from symattn.calculus.cotangents import COTANGENT, cotangents_of
    from symattn.calculus.entries import hessian, jacobian
    from symattn.calculus.forward import forward_parts, hvp, jvp
    from symattn.calculus.reverse import backward, named_parts
    from symattn.calculus.simplifying import RULES, Rule, simplified
    from symattn.calculus.tangents import TANGENT, tangent_of

__all__ = [
    "COTANGENT",
    "RULES",
    "TANGENT",
    "Rule",
    "backward",
    "cotangents_of",
    "forward_parts",
    "hessian",
    "hvp",
    "jacobian",
    "jvp",
    "named_parts",
    "simplified",
    "tangent_of",
]

_HOMES = {
    "cotangents": ("COTANGENT", "cotangents_of"),
    "entries": ("hessian", "jacobian"),
    "forward": ("forward_parts", "hvp", "jvp"),
    "reverse": ("backward", "named_parts"),
    "simplifying": ("RULES", "Rule", "simplified"),
    "tangents": ("TANGENT", "tangent_of"),
}

__getattr__ = loader(__name__, _HOMES)
