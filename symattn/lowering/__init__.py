"""Lowering: equations to statements to the source of a fast, readable function."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symattn.lazy import loader

if TYPE_CHECKING:
    from symattn.lowering.functions import TARGETS, lambdify, lambdify_system

__all__ = ["TARGETS", "lambdify", "lambdify_system"]

_HOMES = {
    "functions": ("TARGETS", "lambdify", "lambdify_system"),
}

__getattr__ = loader(__name__, _HOMES)
