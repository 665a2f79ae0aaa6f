"""Proof: statements about attention decided for every size, in index notation; what cannot be decided is unknown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symattn.lazy import loader

if TYPE_CHECKING:
    from symattn.proof.chain_rule import BackwardProof
    from symattn.proof.gradients import prove_gradients
    from symattn.proof.proving import decide, prove, prove_values

_HOMES = {
    "chain_rule": ("BackwardProof",),
    "gradients": ("prove_gradients",),
    "proving": ("decide", "prove", "prove_values"),
}

__all__ = ["BackwardProof", "decide", "prove", "prove_gradients", "prove_values"]

__getattr__ = loader(__name__, _HOMES)
