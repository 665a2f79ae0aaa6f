"""Publishing: a document of formulas and numbers, and its printers: text, LaTeX, MathML, JSON."""

from symattn.publishing.derivation import Derivation
from symattn.publishing.document import (
    Block,
    Code,
    Formula,
    Heading,
    Joined,
    Paragraph,
    Printable,
    RealMatrices,
    Rounded,
    Stage,
    Substituted,
    Table,
    Title,
    Words,
)

__all__ = [
    "Block",
    "Code",
    "Derivation",
    "Formula",
    "Heading",
    "Joined",
    "Paragraph",
    "Printable",
    "RealMatrices",
    "Rounded",
    "Stage",
    "Substituted",
    "Table",
    "Title",
    "Words",
]
