"""Entries in closed form: indexed sums for symbolic sizes, shared terms for concrete ones."""

from symattn.closed_form.blocks import Block, EntryBlocks
from symattn.closed_form.formula import entry, entry_blocks, scalar_graph
from symattn.closed_form.graph import ScalarGraph, ScalarNode
from symattn.closed_form.numbers import FLOATS, FRACTIONS, NumberKind, decimals

__all__ = [
    "FLOATS",
    "FRACTIONS",
    "Block",
    "EntryBlocks",
    "NumberKind",
    "ScalarGraph",
    "ScalarNode",
    "decimals",
    "entry",
    "entry_blocks",
    "scalar_graph",
]
