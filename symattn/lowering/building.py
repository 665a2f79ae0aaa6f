"""From equations to a program: cheaper formulas, and a name for all that is made once and read more than once."""

from __future__ import annotations

from sympy import Symbol

from symattn.equations import Equation, EquationSystem
from symattn.lowering.costs import Costs
from symattn.lowering.fused import fuse
from symattn.lowering.program import Facts, Program
from symattn.lowering.rewriting import cheaper
from symattn.lowering.sharing import Sharing
from symattn.lowering.tile_passes import tile
from symattn.lowering.upstream import note_upstream
from symattn.lowering.uses import uses_of, with_row_and_column
from symattn.nodes import OverAnIndex, Value, is_matrix, shape_of


def program_of(
    system: EquationSystem, outputs: tuple[str, ...], strategy: str = "direct", costs: Costs | None = None
) -> Program:
    """The statements that compute ``outputs``, cheapest first: scaled operands, shared values, each named once.

    ``strategy`` says whether kernels of attention are to stand in the place of products; see :func:`fuse`.
    """
    costs = costs or Costs(system)
    equations = system.needed(*outputs)
    program = Program(system, outputs, uses_of(system, outputs), costs)
    program.truths |= program.uses.truths
    for name, symbol in system.inputs.items():
        shape = shape_of(symbol)
        dtypes = frozenset([name]) if shape else program.uses.dtypes
        program.known[name] = Facts(shape, (), frozenset([name]), dtypes)
    note_upstream(program)
    numbers = frozenset(system.sizes)
    own_indices = [_own_indices(program, equation) for equation in equations]
    rewritten = []
    for equation, axes in zip(equations, own_indices, strict=True):
        expression = with_row_and_column(equation.expression.xreplace(dict(zip(equation.indices, axes, strict=True))))
        rewritten.append(cheaper(_indices_apart(program, expression), numbers, costs))
    sharing = Sharing(program, rewritten)
    for equation, axes, expression in zip(equations, own_indices, rewritten, strict=True):
        sharing.add(equation.name, expression, equation, axes)
    if strategy == "tiled":
        tile(program)
    elif strategy != "direct":
        fuse(program, strategy)
    program.count_reads()
    program.postpone_divisions()
    return program


def _own_indices(program: Program, equation: Equation) -> tuple[Symbol, ...]:
    """The indices on an equation's left side, an array axis each; renamed where their order is another elsewhere."""
    found: list[Symbol] = []
    for symbol, length in equation.axes:
        after = program.indices.index(found[-1]) if found else -1
        found.append(program.index_for(symbol, length, after))
    return tuple(found)


def _indices_apart(program: Program, value: Value) -> Value:
    """The value with each index of a sum noted, an array axis each; renamed where another has another length."""
    if not is_matrix(value):
        return value
    if isinstance(value, OverAnIndex):
        symbol = program.index_for(value.symbol, value.length)
        term = _indices_apart(program, value.term.xreplace({value.symbol: symbol}))
        return value.func(term, symbol, value.length)
    arguments = tuple(_indices_apart(program, part) for part in value.args)
    return value if arguments == value.args else value.func(*arguments)
