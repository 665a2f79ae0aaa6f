"""Weights as people have them, a torch layer's or a checkpoint's, as the inputs that mechanisms take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symattn.lazy import loader

if TYPE_CHECKING:
    from symattn.adapters.checkpoints import from_safetensors
    from symattn.adapters.layers import from_multihead_attention
    from symattn.adapters.projections import bias_of_heads, grouped, into_heads, out_of_heads

__all__ = ["bias_of_heads", "from_multihead_attention", "from_safetensors", "grouped", "into_heads", "out_of_heads"]

_HOMES = {
    "checkpoints": ("from_safetensors",),
    "layers": ("from_multihead_attention",),
    "projections": ("bias_of_heads", "grouped", "into_heads", "out_of_heads"),
}

__getattr__ = loader(__name__, _HOMES)
