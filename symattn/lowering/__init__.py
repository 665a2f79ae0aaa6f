"""Lowering: equations to statements to the source of a fast, readable function."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symattn.lazy import loader

if TYPE_CHECKING:
    from symattn.lowering.autograd import differentiable
    from symattn.lowering.functions import TARGETS, lambdify, lambdify_system
    from symattn.lowering.javascript_function import javascript_module, javascript_source

__all__ = ["TARGETS", "differentiable", "javascript_module", "javascript_source", "lambdify", "lambdify_system"]

_HOMES = {
    "autograd": ("differentiable",),
    "functions": ("TARGETS", "lambdify", "lambdify_system"),
    "javascript_function": ("javascript_module", "javascript_source"),
}

__getattr__ = loader(__name__, _HOMES)
