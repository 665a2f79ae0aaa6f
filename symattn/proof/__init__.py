"""Proof: statements about attention decided for every size, in index notation; what cannot be decided is unknown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symattn.lazy import loader

if TYPE_CHECKING:
    from symattn.proof.proving import decide, prove, prove_values

_HOMES = {"proving": ("decide", "prove", "prove_values")}

__all__ = ["decide", "prove", "prove_values"]

__getattr__ = loader(__name__, _HOMES)
