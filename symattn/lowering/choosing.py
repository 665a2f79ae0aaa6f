"""The strategy ``auto``: the fastest one for the shapes that arrays have when the code is called.

On NumPy short inputs are computed as a whole, in place, and long ones tile by tile: where a matrix has ``LONG_SCORES``
scores or more, which is more than a cache holds, or where many that are not too small have ``MANY_SCORES`` together,
for the memory. Where all sizes are numbers, and so small that fewer than ``FEW_OPERATIONS`` operations
on single numbers are made, the code is that of the strategy ``scalar``. With torch a kernel of attention is
taken where it can say all that happens to the scores; where it cannot, the direct code. tests/benchmarks/tiled.py
measures the rule.
"""

from __future__ import annotations

from sympy import Expr, Symbol

from symattn.equations import EquationSystem
from symattn.errors import LimitError, LoweringError, MissingRowError
from symattn.lowering.building import program_of
from symattn.lowering.coding import Code, code_of, function_text
from symattn.lowering.costs import Costs
from symattn.lowering.documenting import docstring, wrapped
from symattn.lowering.places import Places
from symattn.lowering.scalar_steps import operations_of, steps_of
from symattn.lowering.target import Target
from symattn.lowering.tiling import score_shapes
from symattn.lowering.uses import uses_of
from symattn.nodes import shape_of

LONG_SCORES = 1 << 19
"""Queries times keys from which on tiles are faster than a whole matrix of scores."""

MANY_SCORES = 1 << 26
"""Scores of all heads and batches from which on tiles are gone over for the memory that they save."""

SMALL_SCORES = 1 << 14
"""Queries times keys below which a matrix is no more than one small tile."""

FEW_OPERATIONS = 500
"""Operations on single numbers up to which a call of code for fixed sizes is faster than one of NumPy's."""


def chosen(
    system: EquationSystem,
    target: Target,
    name: str,
    outputs: tuple[str, ...],
    keys: list[str] | type,
    costs: Costs | None = None,
) -> Code:
    """The function that chooses, with those that it chooses among; where there is no choice, the direct one."""
    if "tiled" not in target.strategies:
        strategy = "fused" if _is_said_by_kernels(system, target, outputs, costs) else "direct"
        return code_of(system, target, name, outputs, keys, strategy, costs)
    lengths = _scores(system, outputs)
    by_tiles, as_whole = f"_{name.lstrip('_')}_by_tiles", f"_{name.lstrip('_')}_as_a_whole"
    try:
        tiled = code_of(system, target, by_tiles, outputs, keys, "tiled", costs)
    except LoweringError:
        lengths = None
    if lengths is None:
        return code_of(system, target, name, outputs, keys, "direct", costs)
    direct = code_of(system, target, as_whole, outputs, keys, "direct", costs)
    truths = [key for key in system.inputs if key in uses_of(system, outputs).truths]
    about = docstring(system, target, outputs, truths)
    way = wrapped(
        f"Computed tile by tile from {LONG_SCORES} scores a matrix, or {MANY_SCORES} in all, on; as a whole below."
    )
    about[-1:-1] = way
    arguments = ", ".join(system.inputs)
    matrices = ", ".join(name for name, symbol in system.inputs.items() if shape_of(symbol))
    many = f"_scores >= {SMALL_SCORES} and _scores * _stacked({matrices}) >= {MANY_SCORES}"
    body = [
        *about,
        *_assignments(lengths, Places(system.input_symbols)),
        f"_scores = {lengths}",
        f"if _scores >= {LONG_SCORES} or ({many}):",
        f"    return {by_tiles}({arguments})",
        f"return {as_whole}({arguments})",
    ]
    helpers = {helper: target.helpers[helper] for helper in ("_length", "_stacked")}
    choice = Code(frozenset(["math"]), (), helpers, (function_text(name, system, body),), tuple(way))
    return direct.joined(tiled, choice)


def is_tiny(system: EquationSystem, outputs: tuple[str, ...]) -> bool:
    """Whether all sizes are numbers, and so small that straight-line code is the fastest."""
    if system.sizes:
        return False
    try:
        return operations_of(steps_of(system, outputs)) <= FEW_OPERATIONS
    except (LimitError, LoweringError, MissingRowError):
        return False


def _is_said_by_kernels(system: EquationSystem, target: Target, outputs: tuple[str, ...], costs: Costs | None) -> bool:
    """Whether torch's own kernel computes attention, rather than one that has to be compiled first."""
    if "fused" not in target.strategies:
        return False
    try:
        kernels = program_of(system, outputs, "fused", costs).kernels
    except LoweringError:
        return False
    return set(kernels.values()) == {"scaled_dot_product_attention"}


def _scores(system: EquationSystem, outputs: tuple[str, ...]) -> Expr | None:
    """How many scores the largest matrix of them has, in sizes that shapes tell."""
    places = Places(system.input_symbols)
    counts = [rows * columns for rows, columns in score_shapes(program_of(system, outputs))]
    known = [count for count in counts if places.is_known(count) and count.free_symbols]
    return known[0] if known else None


def _assignments(count: Expr, places: Places) -> list[str]:
    """The lines that take sizes from shapes, before anything is known of the arrays."""
    lines: list[str] = []
    done: set[Symbol] = set()

    def assign(symbol: Symbol) -> None:
        if symbol in done:
            return
        done.add(symbol)
        name, axis = places.places[symbol]
        length = f"_length({name}, {axis})"
        if symbol in places.part_of:
            factor, rest = places.part_of[symbol]
            for other in sorted(factor.free_symbols | rest.free_symbols, key=str):
                assign(other)
            length = f"({length} - ({rest})) // ({factor})"
        lines.append(f"{symbol} = {length}")

    for symbol in sorted(count.free_symbols, key=str):
        assign(symbol)
    return lines
