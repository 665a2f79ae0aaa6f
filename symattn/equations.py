"""Equation and EquationSystem: an attention mechanism as data, a short list of named equations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property

from sympy import Basic, Expr, MatrixSymbol, Symbol, preorder_traversal
from sympy.matrices.expressions.matexpr import MatrixElement

from symattn import limits
from symattn.errors import LimitError, UnknownNameError
from symattn.language.declarations import declare
from symattn.language.names import suggestion
from symattn.nodes import (
    Indices,
    Member,
    OverAllowedKeys,
    OverAnIndex,
    Value,
    entry_of,
    full_shape,
    index,
    is_matrix,
    shape_of,
)
from symattn.nodes.base import scalar_symbols
from symattn.nodes.cases import put_in
from symattn.nodes.written import names_in
from symattn.shapes import Shape, concrete_size, size


@dataclass(frozen=True)
class Equation:
    """``name = expression``; the expression mentions inputs, sizes and the names of earlier equations.

    ``axes`` make it a family, ``name[h] = expression``: the index of each axis, which is free in the expression, with
    how many values it takes.
    """

    name: str
    expression: Value
    axes: tuple[tuple[Symbol, Expr], ...] = ()

    @property
    def indices(self) -> tuple[Symbol, ...]:
        """The indices on the left side."""
        return tuple(symbol for symbol, _ in self.axes)

    @property
    def lengths(self) -> Shape:
        """How many values each of the indices takes."""
        return tuple(length for _, length in self.axes)

    @property
    def shape(self) -> Shape:
        """``()`` for a scalar, ``(rows, columns)`` for a matrix, the lengths of its axes in front for a family."""
        return (*self.lengths, *shape_of(self.expression))

    @property
    def left_side(self) -> Value:
        """What stands before the equals sign: the symbol, or the member at the equation's own indices."""
        return Member(self.symbol, *self.indices) if self.axes else self.symbol

    @property
    def symbol(self) -> Value:
        """What stands for this equation's value in later ones."""
        return declare(self.name, self.shape)

    def replaced(self, replaced: dict[Expr, Expr]) -> Equation:
        """The equation with other values in the place of some symbols, in its sizes too."""
        axes = tuple((symbol, length.xreplace(replaced)) for symbol, length in self.axes)
        return Equation(self.name, put_in(self.expression, replaced), axes)


@dataclass(frozen=True)
class EquationSystem:
    """Named inputs and named equations in the order of their evaluation; immutable, hashable, equal by content.

    ``input_symbols`` are SymPy's ``MatrixSymbol``, or ``Symbol`` for a scalar; ``output`` names one equation.
    """

    name: str
    input_symbols: tuple[Value, ...]
    equations: tuple[Equation, ...]
    output: str
    source: str = field(default="")
    conventions: tuple[tuple[str, str], ...] = field(default=())
    """What a formula alone does not say, by topic: scale, mask, empty row, where paper and code differ."""
    results: tuple[str, ...] = field(default=())
    """The names of all that is asked for, where that is more than the output, as in a backward pass."""
    cotangents: tuple[tuple[str, str], ...] = field(default=())
    """Of a backward pass: names of values, each with the name of its cotangent; the output and its own come first."""
    tangents: tuple[tuple[str, str], ...] = field(default=())
    """Of a pass in forward mode: names of values, each with the name of its tangent; those given come first."""

    @property
    def inputs(self) -> dict[str, Value]:
        """The input symbols by name, in the order of declaration."""
        return dict(self._inputs)  # a copy: whoever changes it changes nothing here

    @cached_property
    def _inputs(self) -> dict[str, Value]:
        return {symbol.name: symbol for symbol in self.input_symbols}

    @cached_property
    def allowed_inputs(self) -> frozenset[str]:
        """The input matrices that only say which keys are allowed: used after ``where=`` and nowhere else."""
        sets, elsewhere = set[str](), {self.output}
        for equation in reversed(self.equations):
            outside, inside = mentioned_apart(equation.expression)
            if equation.name in sets - elsewhere:
                outside, inside = set(), outside | inside
            sets |= inside
            elsewhere |= outside
        return frozenset(name for name, symbol in self.inputs.items() if is_matrix(symbol)) & (sets - elsewhere)

    @cached_property
    def by_name(self) -> dict[str, Equation]:
        """The equations by name, in order."""
        return {equation.name: equation for equation in self.equations}

    @cached_property
    def sizes(self) -> tuple[Symbol, ...]:
        """The symbolic sizes, in the order in which the inputs mention them."""
        return symbolic_sizes(full_shape(symbol) for symbol in self.input_symbols)

    @cached_property
    def taken_names(self) -> frozenset[str]:
        """The names of the inputs, the equations and their sizes: what a new index must not be called."""
        return frozenset(names_in([*self.input_symbols, *(equation.symbol for equation in self.equations)]))

    def __getitem__(self, name: str) -> Value:
        """The right side of the equation ``name``, or the symbol of the input ``name``."""
        if name in self.by_name:
            return self.by_name[name].expression
        if name in self.inputs:
            return self.inputs[name]
        raise self.unknown(name)

    def unknown(self, name: object) -> UnknownNameError:
        """The error for a name that is neither an input nor an equation."""
        known = [*self.inputs, *self.by_name]
        hint = suggestion(str(name), known)
        return UnknownNameError(f"{self.name} has no {name!r}.{hint} It has: {', '.join(known)}.")

    def __iter__(self) -> Iterator[Equation]:
        return iter(self.equations)

    def shape(self, name: str) -> Shape:
        """The shape of an input or of an equation's value, the lengths of a family's axes in front."""
        return self.by_name[name].shape if name in self.by_name else full_shape(self[name])

    def needed(self, *names: str) -> tuple[Equation, ...]:
        """The equations that the named values rest on, themselves included, in order."""
        wanted = set(names)
        for name in names:
            self[name]
        kept = []
        for equation in reversed(self.equations):
            if equation.name in wanted:
                kept.append(equation)
                wanted |= mentioned_names(equation.expression)
        return tuple(reversed(kept))

    def expression(self, name: str | None = None) -> Value:
        """One value written out to the inputs, every name in it replaced by its equation.

        A family is written out for its own indices.
        Errors: ``UnknownNameError``; ``LimitError`` above ``limits.ENTRY_OPERATIONS``, counted before it is built.
        """
        name = self.output if name is None else name
        written = _Written(self.by_name[name].indices if name in self.by_name else ())
        for equation in self.needed(name):
            written.add(equation, name)
        if name in self.by_name:
            return written.values[name]
        return self[name]

    def with_sizes(self, **sizes: object) -> EquationSystem:
        """The same equations with concrete values for some of the sizes."""
        known = {symbol.name for symbol in self.sizes}
        replaced: dict[Expr, Expr] = {}
        for name, value in sizes.items():
            if name not in known:
                hint = suggestion(name, known)
                listing = ", ".join(sorted(known)) or "none"
                raise UnknownNameError(f"{self.name} has no size {name!r}.{hint} Its sizes: {listing}.")
            replaced[size(name)] = concrete_size(value, name)
        symbols = tuple(symbol.xreplace(replaced) for symbol in self.input_symbols)
        equations = tuple(equation.replaced(replaced) for equation in self.equations)
        return replace(self, input_symbols=symbols, equations=equations)


class _Written:
    """Equations written out to the inputs one after the other, their operations counted before they are built."""

    def __init__(self, own: Iterable[Symbol]) -> None:
        """``own`` are the indices of the value asked for, which nothing in it may bind."""
        self.values: dict[str, Value] = {}
        self._indices: dict[str, tuple[Symbol, ...]] = {}
        self._counts: dict[str, int] = {}
        # Row and column are bound by every matrix that is given entry by entry.
        self._bound: set[Symbol] = {*own, index("i"), index("j")}

    def add(self, equation: Equation, asked: str) -> None:
        """Errors: ``LimitError`` above ``limits.ENTRY_OPERATIONS``; ``asked`` is the value that it is needed for."""
        count, parts = 0, preorder_traversal(equation.expression)
        for part in parts:
            count += self._counts.get(part.name, 1) if isinstance(part, (MatrixSymbol, Member, Symbol)) else 1
            if isinstance(part, (MatrixSymbol, Member)):
                parts.skip()
        self._counts[equation.name] = count
        if count > limits.ENTRY_OPERATIONS:
            message = f"{asked} written out to the inputs takes more than {limits.ENTRY_OPERATIONS} operations"
            raise LimitError(f"{message} (in {equation.name}); look at its equations, or at single entries.")
        self._indices[equation.name] = equation.indices
        self.values[equation.name] = self._filled(with_own_indices(equation.expression, self._bound))

    def _filled(self, value: Value) -> Value:
        """The value with the names of earlier equations replaced, members of families by the ones meant."""
        if isinstance(value, (MatrixSymbol, Symbol)):
            return self.values.get(value.name, value)
        if isinstance(value, Member):
            if value.name not in self.values:
                return value
            own = self._indices[value.name]
            return put_in(self.values[value.name], dict(zip(own, value.positions, strict=True)))
        if isinstance(value, MatrixElement) and value.parent.name in self.values:
            i, j = value.args[1:]
            whole = self._filled(value.parent)
            return entry_of(whole, i, j, Indices(avoid=(whole, value)))
        arguments = tuple(map(self._filled, value.args))
        return value if arguments == value.args else value.func(*arguments)


def with_own_indices(value: Value, taken: set[Symbol]) -> Value:
    """The value with its sums' indices renamed where they are taken, so that no sum captures another's index."""
    renamed = {}
    for symbol in sorted({part.symbol for part in value.atoms(OverAnIndex)}, key=str):
        fresh, number = symbol, 0
        while fresh in taken:
            number += 1
            fresh = index(f"{symbol.name}_{number}")
        taken.add(fresh)
        renamed[symbol] = fresh
    return value.xreplace(renamed)


def symbolic_sizes(shapes: Iterator[Shape]) -> tuple[Symbol, ...]:
    """The symbols in some shapes, each once, in order."""
    found: dict[Symbol, None] = {}
    for shape in shapes:
        for length in shape:
            found.update(dict.fromkeys(sorted(length.free_symbols, key=str)))
    return tuple(found)


def mentioned_apart(value: Value) -> tuple[set[str], set[str]]:
    """The names of the matrices that a value mentions: those outside allowed sets, and those inside one."""
    outside, inside = set[str](), set[str]()
    pending: list[tuple[Basic, set[str]]] = [(value, outside)]
    while pending:
        part, where = pending.pop()
        if isinstance(part, MatrixSymbol):
            where.add(part.name)
        elif isinstance(part, OverAllowedKeys):
            pending.append((part.scores, where))
            if part.allowed is not None:
                pending.append((part.allowed, inside))
        else:
            pending.extend((argument, where) for argument in part.args)
    return outside, inside


def mentioned_names(value: Value) -> set[str]:
    """The names of the inputs and equations that a value mentions; names of sizes and indices are among them."""
    matrices = {symbol.name for symbol in value.atoms(MatrixSymbol)}
    return matrices | {symbol.name for symbol in scalar_symbols(value)}
