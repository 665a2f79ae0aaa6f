"""The strategies of small fixed sizes: every entry a variable of its own, or the batch as the last axis of arrays."""

from __future__ import annotations

import importlib
from collections.abc import Mapping

from symattn.equations import EquationSystem
from symattn.errors import MissingExtraError, ShapeError
from symattn.lowering.arranging import Arrangement, library_of
from symattn.lowering.naming import function_name
from symattn.lowering.scalar_module import Module, defined

SCALAR = ("scalar", "compiled")
"""The strategies that are written here."""


def at_sizes(system: EquationSystem, sizes: Mapping[str, int] | None, strategy: str) -> EquationSystem:
    """The system with a number for every size.

    Errors: ``ShapeError`` that names the sizes without one, ``UnknownNameError`` for one that the system lacks,
    ``MissingExtraError`` if the strategy is ``"compiled"`` and numba is not installed.
    """
    if strategy == "compiled":
        try:
            importlib.import_module("numba")
        except ImportError as error:
            raise MissingExtraError(
                "strategy=\"compiled\" needs numba, which is not installed: pip install 'symattn[compiled]'"
            ) from error
    made = system.with_sizes(**(sizes or {}))
    if made.sizes:
        lacking = [symbol.name for symbol in made.sizes]
        example = ", ".join(f'"{name}": 3' for name in lacking)
        raise ShapeError(
            f'strategy="{strategy}" writes code for sizes that are numbers; there is none yet for '
            f"{', '.join(lacking)}: give it, as in sizes={{{example}}}."
        )
    return made


def scalar_source(
    system: EquationSystem,
    outputs: tuple[str, ...],
    keys: list[str] | type,
    arrangement: Arrangement | None = None,
    strategy: str = "scalar",
) -> str:
    """The text of a module for a system whose sizes are numbers; arguments as for ``source_of``.

    With ``"scalar"`` it has the statements twice: as straight-line Python over ``math`` for one instance, an entry a
    variable, and as NumPy on blocks of instances whose last axis is the batch. What ``math`` refuses, an overflow or a
    division by zero, the second one computes. With ``"compiled"`` the straight-line code is one loop for numba.
    Errors: ``LimitError`` for sizes that are too large, ``MissingRowError`` for a node without a row.
    """
    module = Module(system, outputs, keys, compiled=strategy == "compiled")
    name = function_name(system)
    if arrangement is None:
        return module.text([module.function(name)])
    inner = f"_{name}_of_matrices"
    around = arrangement.lines(system, inner, outputs, keys, library_of("numpy"))
    outer = defined(name, system.inputs, [*module.docstring(arrangement), *around])
    return module.text([module.function(inner, described=False), outer])
