"""The steps that make a value, in order: read from the value, row by row of a table, nothing written out twice."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sympy import Expr, Symbol

from symattn.closed_form.gathering import Case
from symattn.closed_form.operations import OPERATIONS
from symattn.closed_form.steps import ALONG, COLUMN, GATHER, ROW, Axis, Step, View, block_axes, symbol_of
from symattn.errors import MissingRowError
from symattn.nodes import Value

Scope = Mapping[Symbol, int]
"""The indices of the sums around a value, with their lengths."""

Rule = Callable[["Program", Any, Scope], View]


@dataclass(eq=False, repr=False)
class Program:
    """Steps in order, each reading earlier ones; ``named`` says which view bears which name.

    ``rule_of`` is the table of how each node is carried out.
    """

    rule_of: Callable[[Value, Scope], Rule | None]
    steps: list[Step] = field(default_factory=list)
    named: dict[str, View] = field(default_factory=dict)
    size: int = 0
    """How many entry numbers are taken."""
    known: dict[Any, View] = field(default_factory=dict)
    """Values met before, so that none is written out twice."""
    around: list[str] = field(default_factory=list)
    """The nodes that the value being read stands in, for messages."""

    def read(self, value: Value, scope: Scope | None = None) -> View:
        """The entries of a value, the steps they need appended; names that are not known become inputs.

        Errors: ``MissingRowError`` for a node or a scalar function that has no row.
        """
        scope = {symbol: length for symbol, length in scope.items() if value.has(symbol)} if scope else {}
        key = value, tuple(scope.items())
        if key not in self.known:
            rule = self.rule_of(value, scope)
            if rule is None:
                raise self._missing(type(value).__name__)
            self.around.append(type(value).__name__)
            self.known[key] = rule(self, value, scope)
            self.around.pop()
        return self.known[key]

    def _missing(self, what: str) -> MissingRowError:
        inside = f", inside {self.around[-1]}" if self.around else ""
        return MissingRowError(f"closed_form cannot write out {what}{inside}; add a row to closed_form/rows.py")

    def view(self, number: int) -> View:
        """All entries of one step."""
        step = self.steps[number]
        return View(number, step.start, step.strides)

    def add(
        self,
        operation: str,
        operands: tuple[View, ...],
        lengths: Mapping[Axis, int],
        along: int = 0,
        detail: Any = None,
    ) -> View:
        """Append an operation for all positions of the axes in ``lengths``, less those of sums that nothing reads."""
        read = {axis for view in operands for axis in view.strides} | {ROW, COLUMN}
        whole = not operands or operation in ("copy", GATHER)
        axes = tuple((axis, length) for axis, length in lengths.items() if axis in read or whole)
        self.steps.append(Step(operation, self.size, axes, operands, along, detail))
        self.size += self.steps[-1].size
        return self.view(len(self.steps) - 1)

    def input(self, symbol: Value) -> View:
        """The entries of a symbol that is given."""
        if symbol.name not in self.named:
            self.named[symbol.name] = self.add("input", (), block_axes(symbol), detail=symbol)
        return self.named[symbol.name]

    def gather(self, cases: Iterable[tuple[View, Case]], lengths: Mapping[Axis, int]) -> View:
        """Append a step whose entries are those of the first view whose case holds, at the positions it gives."""
        pairs = list(cases)
        detail = tuple(case for _, case in pairs), tuple(symbol_of(axis) for axis in lengths)
        return self.add(GATHER, tuple(view for view, _ in pairs), lengths, detail=detail)

    def number(self, value: Expr) -> View:
        """A number, the same for every position."""
        if value not in self.known:
            self.known[value] = self.add("number", (), {}, detail=value)
        return self.known[value]

    def own(self, view: View, lengths: Mapping[Axis, int], first: int) -> View:
        """The view itself if it is all of a step from ``first`` on, else a copy: a name has entries of its own."""
        whole = view == self.view(view.source) and self.steps[view.source].axes == tuple(lengths.items())
        if whole and view.source >= first:
            return view
        return self.add("copy", (view,), lengths)

    def step_of(self, number: int) -> int:
        """The step that an entry's number belongs to."""
        return bisect_right(self.steps, number, key=lambda step: step.start) - 1

    def tree_operations(self, source: int, named: Container[int] = ()) -> int:
        """Operations in one entry of a step written out as a tree, down to the inputs and the ``named`` steps.

        Counted from the blocks, of which all entries are alike, before any entry is made; zeros and ones among the
        numbers are not yet left out.
        """
        sizes: list[int] = []
        for position, step in enumerate(self.steps[: source + 1]):
            if step.operation == GATHER and (position not in named or position == source):
                sizes.append(max(sizes[view.source] for view in step.operands))
                continue
            row = OPERATIONS.get(step.operation)
            if row is None or (position in named and position != source):
                sizes.append(0)
                continue
            read = sum(sizes[view.source] for view in step.operands) * (step.along or 1)
            sizes.append(row.count(step.operand_count) + row.repeats * read)
        return sizes[source]


def lengths_in(value: Value, scope: Scope) -> dict[Axis, int]:
    """The axes of a value's own block behind those of the indices around it."""
    return {**scope, **block_axes(value)}


def over(program: Program, operation: str, view: View, value: Value, scope: Scope, columns: bool) -> View:
    """One number from each row of a block shaped as ``value``, or from each column."""
    rows, width = (int(length) for length in value.shape)
    length = width if columns else rows
    if length == 1:
        return view
    lengths = {**scope, ROW: rows if columns else 1, COLUMN: 1 if columns else width}
    return program.add(operation, (view.renamed({COLUMN if columns else ROW: ALONG}),), lengths, length)
