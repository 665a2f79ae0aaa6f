"""Publishing: a document of formulas and numbers, and its printers, from plain text to slides and notebooks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symattn.lazy import loader

if TYPE_CHECKING:
    from symattn.publishing.document import (
        Block,
        Code,
        Contents,
        Figure,
        Formula,
        Heading,
        Joined,
        Listing,
        Paragraph,
        Printable,
        RealMatrices,
        References,
        Rounded,
        Stage,
        Substituted,
        Table,
        Title,
        Words,
    )
    from symattn.publishing.formats import RENDERERS
    from symattn.publishing.mathml_validator import validate_mathml
    from symattn.publishing.presentation import Presentation
    from symattn.publishing.stages import derive
    from symattn.publishing.to_code import code
    from symattn.publishing.to_latex import latex, system_latex
    from symattn.publishing.to_mathml import mathml
    from symattn.publishing.to_text import system_text, text

__all__ = [
    "Block",
    "Code",
    "Contents",
    "Figure",
    "Formula",
    "Heading",
    "Joined",
    "Listing",
    "Paragraph",
    "Presentation",
    "Printable",
    "RENDERERS",
    "RealMatrices",
    "References",
    "Rounded",
    "Stage",
    "Substituted",
    "Table",
    "Title",
    "Words",
    "code",
    "derive",
    "latex",
    "mathml",
    "system_latex",
    "system_text",
    "text",
    "validate_mathml",
]

_HOMES = {
    "document": (
        "Block",
        "Code",
        "Contents",
        "Figure",
        "Formula",
        "Heading",
        "Joined",
        "Listing",
        "Paragraph",
        "Printable",
        "RealMatrices",
        "References",
        "Rounded",
        "Stage",
        "Substituted",
        "Table",
        "Title",
        "Words",
    ),
    "formats": ("RENDERERS",),
    "mathml_validator": ("validate_mathml",),
    "presentation": ("Presentation",),
    "stages": ("derive",),
    "to_code": ("code",),
    "to_latex": ("latex", "system_latex"),
    "to_mathml": ("mathml",),
    "to_text": ("system_text", "text"),
}

__getattr__ = loader(__name__, _HOMES)
