"""ScalarGraph: every entry as a node of one graph, equal nodes shared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from sympy import Expr, Integer, S

from symattn import limits
from symattn.closed_form.numbers import FLOATS, NumberKind
from symattn.closed_form.operations import CHOOSING, LOWEST, OPERATIONS, OVER_A_ROW
from symattn.errors import ExactnessError, InputError, LimitError
from symattn.nodes import Member, full_shape
from symattn.nodes.written import element
from symattn.shapes import Shape

PLAIN = ("input", "number")


class ScalarNode(NamedTuple):
    """One node: an operation and the ids of its operands (a dot product's are one side, then the other).

    ``detail`` is ``(symbol, i, j)`` of an input's entry (of a family the positions of the member stand before ``i``),
    the symbol of a scalar input, the value of a number.
    """

    operation: str
    operands: tuple[int, ...]
    detail: Any = None


class Absent(NamedTuple):
    """In place of a number that does not exist, why; nothing may rest on it but what an allowed set leaves out."""

    error: ExactnessError


class ScalarGraph:
    """Entries as nodes of one graph: ids ascend from operands to what uses them, and no two nodes are equal.

    A node is ``(operation, *operand ids)``; a dot product, a sum and a maximum over a row have the numbers of
    rows, which are tuples of ids, instead.
    ``outputs`` holds the ids of the value asked for, a tuple of rows (for a scalar one row of one, for a family a tuple
    of its members).

    >>> from symattn.mechanisms import named
    >>> graph = named("dot").at(n=2, m=3, d_k=2, d_v=2).entries().graph()
    >>> graph, graph.node(graph.outputs[0][1]).operation
    (<ScalarGraph: 40 nodes, 54 operations>, 'dot')
    """

    def __init__(self, nodes: list[tuple], rows: list[tuple[int, ...]], outputs: tuple) -> None:
        self._nodes = nodes
        self._rows = rows
        self._sizes: list[int] = []
        self.outputs = outputs

    def __len__(self) -> int:
        return len(self._nodes)

    def __repr__(self) -> str:
        return f"<ScalarGraph: {len(self)} nodes, {self.operations} operations>"

    def node(self, id: int) -> ScalarNode:
        """The node with that id.

        Errors: ``InputError`` for an id that the graph does not have.
        """
        self._check(id)
        operation, *rest = self._nodes[id]
        if operation in PLAIN:
            return ScalarNode(operation, (), rest[0])
        return ScalarNode(operation, self._operands(id))

    @property
    def operations(self) -> int:
        """Operations on single numbers, each shared node counted once."""
        return sum(
            OPERATIONS[node[0]].count(len(self._operands(id)))
            for id, node in enumerate(self._nodes)
            if node[0] not in PLAIN
        )

    def tree_operations(self, id: int) -> int:
        """How many operations the node takes written out as a tree; computed on the graph, nothing is written.

        Errors: ``InputError`` for an id that the graph does not have.
        """
        self._check(id)
        sizes, rows = self._sizes, {}
        for place in range(len(sizes), id + 1):
            operation, *operands = self._nodes[place]
            if operation in PLAIN:
                sizes.append(0)
                continue
            row = OPERATIONS[operation]
            if operation in OVER_A_ROW:
                for number in operands:
                    if number not in rows:
                        rows[number] = sum(sizes[other] for other in self._rows[number])
                read, count = sum(rows[number] for number in operands), sum(len(self._rows[n]) for n in operands)
            else:
                read, count = sum(sizes[other] for other in operands), len(operands)
            sizes.append(row.count(count) + row.repeats * read)
        return sizes[id]

    def expand(self, id: int, limit: int | None = None) -> Expr:
        """The node as a SymPy expression in the inputs, its size counted first.

        Errors: ``LimitError`` if it takes more than ``limit`` operations (``limits.ENTRY_OPERATIONS`` unless given).
        """
        count = self.tree_operations(id)
        limit = limits.ENTRY_OPERATIONS if limit is None else limit
        if count > limit:
            raise LimitError(
                f"written out, this entry takes {count} operations; the limit is {limit}. "
                f"Pass limit={count} to have it all the same, or evaluate the graph with numbers."
            )
        written: dict[int, Expr] = {}
        for place in self._reached(id):
            operation, *rest = self._nodes[place]
            if operation == "number":
                written[place] = rest[0]
            elif operation == "input":
                written[place] = _symbol(rest[0])
            else:
                written[place] = OPERATIONS[operation].write(*(written[other] for other in self._operands(place)))
        return written[id]

    def evaluate(self, values: Mapping[str, Any], kind: NumberKind = FLOATS) -> list:
        """The outputs as numbers, row by row, from numbers for the inputs by name (nested rows, an array, a matrix).

        A family's are given, and come, member by member.

        Errors: ``InputError`` for a missing input or another shape; ``ExactnessError`` where the kind of number has no
        result (a division by zero, the exponential of a fraction, a double beyond its range).
        """
        given: dict[str, Any] = {}
        numbers: list[Any] = []
        absent = False
        for id, (operation, *rest) in enumerate(self._nodes):
            try:
                if operation == "number":
                    numbers.append(LOWEST if rest[0] is S.NegativeInfinity else kind.number(rest[0]))
                elif operation == "input":
                    numbers.append(kind.number(_given(rest[0], values, given)))
                else:
                    operands = [numbers[other] for other in self._operands(id)]
                    reason = _first_absent(operation, operands) if absent else None
                    numbers.append(reason or OPERATIONS[operation].compute(kind, *operands))
            except (ArithmeticError, ValueError) as error:
                if isinstance(error, InputError):
                    raise
                absent = True
                message = f"{operation} has no value in {kind.name} here: {error}."
                numbers.append(Absent(error if isinstance(error, ExactnessError) else ExactnessError(message)))

        def of(ids: Any) -> Any:
            if isinstance(ids, tuple):
                return [of(part) for part in ids]
            if isinstance(numbers[ids], Absent):
                raise numbers[ids].error
            return numbers[ids]

        return of(self.outputs)

    def _check(self, id: int) -> None:
        if not 0 <= id < len(self._nodes):
            raise InputError(f"the graph has nodes 0 to {len(self._nodes) - 1}, not {id}.")

    def _operands(self, id: int) -> tuple[int, ...]:
        operation, *operands = self._nodes[id]
        if operation in OVER_A_ROW:
            return tuple(other for number in operands for other in self._rows[number])
        return () if operation in PLAIN else tuple(operands)

    def _reached(self, id: int) -> list[int]:
        seen, pending = {id}, [id]
        while pending:
            fresh = set(self._operands(pending.pop())) - seen
            seen |= fresh
            pending.extend(fresh)
        return sorted(seen)


def _first_absent(operation: str, operands: list[Any]) -> Absent | None:
    """The first operand that does not exist, of those that the operation cannot do without: some choose by others."""
    asked = operands[:-1] if operation in CHOOSING else operands[:1] if operation == "if" else operands
    return next((operand for operand in asked if isinstance(operand, Absent)), None)


def _symbol(detail: Any) -> Expr:
    """An input's node as SymPy writes it."""
    if isinstance(detail, tuple):
        symbol, *members, i, j = detail
        return element(Member(symbol, *members) if members else symbol, Integer(i), Integer(j))
    return detail


def _given(detail: Any, values: Mapping[str, Any], rows: dict[str, Any]) -> Any:
    """The number given for an input's entry."""
    symbol, *position = detail if isinstance(detail, tuple) else (detail,)
    if symbol.name not in values:
        raise InputError(f"no numbers for {symbol.name}; it is {'a matrix' if position else 'a scalar'}.")
    if not position:
        return values[symbol.name]
    if symbol.name not in rows:
        rows[symbol.name] = _nested_rows(values[symbol.name], full_shape(symbol), symbol.name)
    found = rows[symbol.name]
    for place in position:
        found = found[place]
    return found


def _nested_rows(given: Any, shape: Shape, name: str) -> list:
    """Given numbers as lists, their lengths checked."""
    given = given.tolist() if hasattr(given, "tolist") else given
    if len(shape) == 2:
        return _rows(given, shape, name)
    if len(given) != shape[0]:
        raise InputError(f"{name} has {shape[0]} members, found {len(given)}.")
    return [_nested_rows(member, shape[1:], f"a member of {name}") for member in given]


def _rows(given: Any, shape: Shape, name: str) -> list:
    height, width = (int(length) for length in shape)
    made = [list(row) for row in given]
    if len(made) != height or any(len(row) != width for row in made):
        found = f"{len(made)} rows of {', '.join(str(len(row)) for row in made[:3])}"
        raise InputError(f"{name} is {height} by {width}, found {found} numbers.")
    return made
