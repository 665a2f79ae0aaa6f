"""Lowering: equations to statements to the source of a fast, readable function."""

from symattn.lowering.functions import TARGETS, lambdify, lambdify_system

__all__ = ["TARGETS", "lambdify", "lambdify_system"]
