"""Entries in closed form: indexed sums for symbolic sizes, shared terms for concrete ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symattn.lazy import loader

if TYPE_CHECKING:
    from symattn.closed_form.blocks import Block, EntryBlocks
    from symattn.closed_form.formula import entry, entry_blocks, scalar_graph
    from symattn.closed_form.graph import ScalarGraph, ScalarNode
    from symattn.closed_form.numbers import FLOATS, FRACTIONS, NumberKind, decimals

__all__ = [
    "Block",
    "EntryBlocks",
    "FLOATS",
    "FRACTIONS",
    "NumberKind",
    "ScalarGraph",
    "ScalarNode",
    "decimals",
    "entry",
    "entry_blocks",
    "scalar_graph",
]

_HOMES = {
    "blocks": ("Block", "EntryBlocks"),
    "formula": ("entry", "entry_blocks", "scalar_graph"),
    "graph": ("ScalarGraph", "ScalarNode"),
    "numbers": ("FLOATS", "FRACTIONS", "NumberKind", "decimals"),
}

__getattr__ = loader(__name__, _HOMES)
