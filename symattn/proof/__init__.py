"""Proof: statements about attention decided for every size, in index notation; what cannot be decided is unknown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symattn.lazy import loader

if TYPE_CHECKING:
    from symattn.proof.chain_rule import BackwardProof
    from symattn.proof.forward_mode import TangentProof, prove_second_order, prove_tangents
    from symattn.proof.gradients import prove_gradients
    from symattn.proof.proving import decide, prove, prove_values

_HOMES = {
    "chain_rule": ("BackwardProof",),
    "forward_mode": ("TangentProof", "prove_second_order", "prove_tangents"),
    "gradients": ("prove_gradients",),
    "proving": ("decide", "prove", "prove_values"),
}

__all__ = [
    "BackwardProof",
    "TangentProof",
    "decide",
    "prove",
    "prove_gradients",
    "prove_second_order",
    "prove_tangents",
    "prove_values",
]

__getattr__ = loader(__name__, _HOMES)
