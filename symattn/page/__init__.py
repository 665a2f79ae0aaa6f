"""Interactive pages: a mechanism in small steps, its numbers to change, its gradients, in one HTML file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symattn.lazy import loader

if TYPE_CHECKING:
    from symattn.page.interactive import interactive_page

__all__ = ["interactive_page"]

_HOMES = {"interactive": ("interactive_page",)}

__getattr__ = loader(__name__, _HOMES)
