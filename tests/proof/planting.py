"""A mistake planted in one function of a module for as long as a block lasts."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from symattn.proof import algebra
from symattn.proof.functions import FUNCTIONS


@contextmanager
def planted(module: ModuleType, right: str, wrong: str) -> Iterator[None]:
    """Inside, the function that holds the text ``right`` holds ``wrong`` instead, wherever the function is used."""
    source = Path(module.__file__ or "").read_text()
    assert source.count(right) == 1, f"{module.__name__} holds {right!r} {source.count(right)} times"
    function = next(
        part
        for part in ast.parse(source).body
        if isinstance(part, ast.FunctionDef) and right in (ast.get_source_segment(source, part) or "")
    )
    text = (ast.get_source_segment(source, function) or "").replace(right, wrong)
    sound = getattr(module, function.name)
    made: dict[str, Any] = {}
    exec(compile("from __future__ import annotations\n" + text, module.__file__ or "", "exec"), vars(module), made)
    _put(sound, made[function.name])
    try:
        yield
    finally:
        _put(made[function.name], sound)


def _put(old: Any, new: Any) -> None:
    """One function in the place of another, in every module and every table of the proofs."""
    for name, module in list(sys.modules.items()):
        if name.startswith("symattn.proof"):
            for key, value in list(vars(module).items()):
                if value is old:
                    setattr(module, key, new)
    algebra.RULES[:] = [(kinds, new if rule is old else rule) for kinds, rule in algebra.RULES]
    FUNCTIONS.update({key: new for key, value in FUNCTIONS.items() if value is old})
