"""A Python function of a file: loaded, and so executed, only for a user who asks for it."""

from __future__ import annotations

import importlib.util
import os
import re
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

from symattn.auditing.running import quietly
from symattn.errors import InputError
from symattn.language.names import suggestion

PLACE = re.compile(r"(?P<path>.+\.py):(?P<name>[A-Za-z_]\w*)\Z", flags=re.DOTALL)
"""``file.py:function``."""

LOADING_SECONDS = 60.0
"""For the imports of a file, torch among them."""


def is_function_claim(claim: object) -> bool:
    """Whether a claim is a function, or names one as ``file.py:function``.

    >>> is_function_claim("model.py:attention"), is_function_claim("O = P @ V")
    (True, False)
    """
    return PLACE.match(claim.strip()) is not None if isinstance(claim, str) else callable(claim)


def function_of(claim: str | Callable[..., Any], run: bool) -> Callable[..., Any]:
    """The function that a claim is or names.

    Errors: ``InputError`` without ``run``, and for a file that does not load or has no such function.
    """
    if not run:
        what = claim if isinstance(claim, str) else getattr(claim, "__name__", "the function")
        raise InputError(
            f"{what} is code, and an audit executes it; if you trust it, ask for it: --run, or run=True in Python."
        )
    if not isinstance(claim, str):
        return claim
    found = PLACE.match(claim.strip())
    assert found is not None
    path, name = found["path"], found["name"]
    module = _module(path)
    function = getattr(module, name, None)
    if not callable(function) or isinstance(function, type):
        own = [key for key, value in vars(module).items() if callable(value) and not key.startswith("_")]
        own = [key for key in own if not isinstance(getattr(module, key), type)]
        hint = suggestion(name, own)
        what = "is no function" if function is not None else "is not there"
        if isinstance(function, type):
            what, hint = (
                "is a class",
                f" Audit a function that makes one and calls it, or an instance: x = {name}(...).",
            )
        raise InputError(f"{path}:{name}: {name} {what}.{hint} The file has: {', '.join(own) or 'no functions'}.")
    return function


def _module(path: str) -> ModuleType:
    if not os.path.isfile(path):
        raise InputError(f"{path!r}: there is no such file; a function is named as in attention.py:attention.")
    name = f"audited_{abs(hash(os.path.abspath(path)))}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    folder = os.path.dirname(os.path.abspath(path))
    sys.modules[name] = module  # dataclasses and the like look their module up while it is loaded
    sys.path.insert(0, folder)
    try:
        quietly(lambda: spec.loader.exec_module(module) if spec.loader else None, LOADING_SECONDS, f"loading {path}")
    except InputError:
        sys.modules.pop(name, None)
        raise
    finally:
        sys.path.remove(folder)
    return module
