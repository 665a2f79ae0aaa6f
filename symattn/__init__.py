"""symattn: attention mechanisms as equations; closed forms, exact numbers, fast code and checks follow from them."""

from __future__ import annotations

import importlib
from typing import Any

__version__ = "0.1.0"

_HOME = {
    "Bound": "symattn.worked",
    "Equation": "symattn.equations",
    "Mechanism": "symattn.mechanism",
    "SymattnError": "symattn.errors",
    "derive": "symattn.publishing",
    "lambdify": "symattn.lowering",
    "latex": "symattn.publishing",
    "mathml": "symattn.publishing",
    "mechanism": "symattn.mechanism",
    "named": "symattn.mechanisms",
    "names": "symattn.mechanisms",
    "text": "symattn.publishing",
    "verify": "symattn.verification",
    "worked_example": "symattn.examples",
}
"""Where each public name lives; a module is loaded when its first name is used, so that ``import symattn`` is light."""

__all__ = [*_HOME, "__version__"]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'symattn' has no attribute {name!r}")
    value = getattr(importlib.import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
